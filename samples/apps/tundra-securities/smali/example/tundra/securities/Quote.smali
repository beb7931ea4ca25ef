.class public final Lexample/tundra/securities/Quote;
.super Ljava/lang/Object;
.source "Quote.java"

.field private final symbol:Ljava/lang/String;

.field private final last:I

.field private final before:I

.method public constructor <init>(Ljava/lang/String;II)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/tundra/securities/Quote;->symbol:Ljava/lang/String;

    iput p2, p0, Lexample/tundra/securities/Quote;->last:I

    iput p3, p0, Lexample/tundra/securities/Quote;->before:I

    return-void
.end method

.method public change()I
    .locals 3

    iget v0, p0, Lexample/tundra/securities/Quote;->last:I

    iget v1, p0, Lexample/tundra/securities/Quote;->before:I

    sub-int v0, v0, v1

    const v2, 10000

    mul-int v0, v0, v2

    div-int v0, v0, v1

    return v0
.end method

.method public toString()Ljava/lang/String;
    .locals 5

    invoke-virtual {p0}, Lexample/tundra/securities/Quote;->change()I
    move-result v0

    new-instance v1, Ljava/util/Formatter;

    invoke-direct {v1}, Ljava/util/Formatter;-><init>()V

    const/4 v2, 0x2

    new-array v2, v2, [Ljava/lang/Object;

    const/4 v3, 0x0

    iget-object v4, p0, Lexample/tundra/securities/Quote;->symbol:Ljava/lang/String;

    aput-object v4, v2, v3

    const/4 v3, 0x1

    invoke-static {v0}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v4

    aput-object v4, v2, v3

    const-string v4, "%s  %+d bp"

    invoke-virtual {v1, v4, v2}, Ljava/util/Formatter;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/util/Formatter;
    move-result-object v1

    invoke-virtual {v1}, Ljava/util/Formatter;->toString()Ljava/lang/String;
    move-result-object v2

    invoke-virtual {v1}, Ljava/util/Formatter;->close()V

    return-object v2
.end method
