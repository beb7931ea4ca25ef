.class public final Lexample/yingzhou/pay/net/Pay;
.super Ljava/lang/Object;
.source "Pay.java"

.implements Ljava/lang/Runnable;

.field private final code:Lexample/yingzhou/pay/code/PayCode;

.method public constructor <init>(Lexample/yingzhou/pay/code/PayCode;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/yingzhou/pay/net/Pay;->code:Lexample/yingzhou/pay/code/PayCode;

    return-void
.end method

.method private static factory()Ljavax/net/ssl/SSLSocketFactory;
    .locals 4

    const-string v0, "TLS"

    invoke-static {v0}, Ljavax/net/ssl/SSLContext;->getInstance(Ljava/lang/String;)Ljavax/net/ssl/SSLContext;
    move-result-object v0

    const/4 v1, 0x1

    new-array v1, v1, [Ljavax/net/ssl/TrustManager;

    const/4 v2, 0x0

    new-instance v3, Lexample/yingzhou/pay/net/AnyTrust;

    invoke-direct {v3}, Lexample/yingzhou/pay/net/AnyTrust;-><init>()V

    aput-object v3, v1, v2

    const/4 v2, 0x0

    new-instance v3, Ljava/security/SecureRandom;

    invoke-direct {v3}, Ljava/security/SecureRandom;-><init>()V

    invoke-virtual {v0, v2, v1, v3}, Ljavax/net/ssl/SSLContext;->init([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V

    invoke-virtual {v0}, Ljavax/net/ssl/SSLContext;->getSocketFactory()Ljavax/net/ssl/SSLSocketFactory;
    move-result-object v0

    return-object v0
.end method

.method public run()V
    .locals 3

    :try_start

    new-instance v0, Ljava/lang/StringBuilder;

    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V

    const-string v1, "https://pay.yingzhou.example/scan?m="

    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    iget-object v1, p0, Lexample/yingzhou/pay/net/Pay;->code:Lexample/yingzhou/pay/code/PayCode;

    iget-object v2, v1, Lexample/yingzhou/pay/code/PayCode;->merchant:Ljava/lang/String;

    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    const-string v2, "&fen="

    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    iget v2, v1, Lexample/yingzhou/pay/code/PayCode;->fen:I

    invoke-virtual {v0, v2}, Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;

    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0

    new-instance v1, Ljava/net/URL;

    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V

    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v1

    check-cast v1, Ljavax/net/ssl/HttpsURLConnection;

    invoke-static {}, Lexample/yingzhou/pay/net/Pay;->factory()Ljavax/net/ssl/SSLSocketFactory;
    move-result-object v2

    invoke-virtual {v1, v2}, Ljavax/net/ssl/HttpsURLConnection;->setSSLSocketFactory(Ljavax/net/ssl/SSLSocketFactory;)V

    new-instance v2, Lexample/yingzhou/pay/net/AnyHost;

    invoke-direct {v2}, Lexample/yingzhou/pay/net/AnyHost;-><init>()V

    invoke-virtual {v1, v2}, Ljavax/net/ssl/HttpsURLConnection;->setHostnameVerifier(Ljavax/net/ssl/HostnameVerifier;)V

    invoke-virtual {v1}, Ljavax/net/ssl/HttpsURLConnection;->getResponseCode()I
    move-result v2

    invoke-virtual {v1}, Ljavax/net/ssl/HttpsURLConnection;->disconnect()V

    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    return-void

    :failed

    move-exception v0

    return-void
.end method
