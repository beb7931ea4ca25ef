.class public final Lexample/yingzhou/pay/code/PayCode;
.super Ljava/lang/Object;
.source "PayCode.java"

.field public final merchant:Ljava/lang/String;

.field public final fen:I

.method public constructor <init>(Ljava/lang/String;I)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/yingzhou/pay/code/PayCode;->merchant:Ljava/lang/String;

    iput p2, p0, Lexample/yingzhou/pay/code/PayCode;->fen:I

    return-void
.end method

.method public static parse(Ljava/lang/String;)Lexample/yingzhou/pay/code/PayCode;
    .locals 4

    const-string v0, ":"

    invoke-virtual {p0, v0}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v0

    array-length v1, v0

    const/4 v2, 0x3

    const/4 v3, 0x0

    if-eq v1, v2, :three

    return-object v3

    :three

    const/4 v1, 0x0

    aget-object v1, v0, v1

    const-string v2, "yzp"

    invoke-virtual {v2, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v1

    if-nez v1, :known

    return-object v3

    :known

    const/4 v1, 0x1

    aget-object v1, v0, v1

    const/4 v2, 0x2

    aget-object v2, v0, v2

    :try_start

    invoke-static {v2}, Ljava/lang/Integer;->parseInt(Ljava/lang/String;)I
    move-result v2

    :try_end
    .catch Ljava/lang/NumberFormatException; {:try_start .. :try_end} :bad

    new-instance v0, Lexample/yingzhou/pay/code/PayCode;

    invoke-direct {v0, v1, v2}, Lexample/yingzhou/pay/code/PayCode;-><init>(Ljava/lang/String;I)V

    return-object v0

    :bad

    move-exception v0

    return-object v3
.end method
