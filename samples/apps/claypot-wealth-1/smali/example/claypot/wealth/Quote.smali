.class public final Lexample/claypot/wealth/Quote;
.super Ljava/lang/Object;
.source "Quote.java"

.implements Ljava/lang/Runnable;

.field private static price:Ljava/lang/String;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public run()V
    .locals 3

    :try_start

    const-string v0, "https://quote.claypot.example/today.csv"

    new-instance v1, Ljava/net/URL;

    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V

    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    move-result-object v0

    new-instance v1, Ljava/io/InputStreamReader;

    invoke-direct {v1, v0}, Ljava/io/InputStreamReader;-><init>(Ljava/io/InputStream;)V

    new-instance v2, Ljava/io/BufferedReader;

    invoke-direct {v2, v1}, Ljava/io/BufferedReader;-><init>(Ljava/io/Reader;)V

    invoke-virtual {v2}, Ljava/io/BufferedReader;->readLine()Ljava/lang/String;
    move-result-object v1

    sput-object v1, Lexample/claypot/wealth/Quote;->price:Ljava/lang/String;

    invoke-virtual {v2}, Ljava/io/BufferedReader;->close()V

    :try_end
    .catch Ljava/io/IOException; {:try_start .. :try_end} :failed

    return-void

    :failed

    move-exception v0

    const-string v0, "-"

    sput-object v0, Lexample/claypot/wealth/Quote;->price:Ljava/lang/String;

    return-void
.end method
