.class public final Lexample/qinghe/bank/model/CardNumber;
.super Ljava/lang/Object;
.source "CardNumber.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static valid(Ljava/lang/String;)Z
    .locals 6

    invoke-virtual {p0}, Ljava/lang/String;->length()I
    move-result v0

    const/4 v1, 0x0

    const/4 v2, 0x0

    const/16 v5, 0xa

    :next

    add-int/lit8 v0, v0, -1

    if-ltz v0, :end

    invoke-virtual {p0, v0}, Ljava/lang/String;->charAt(I)C
    move-result v3

    invoke-static {v3, v5}, Ljava/lang/Character;->digit(CI)I
    move-result v3

    if-ltz v3, :bad

    if-eqz v2, :add

    add-int v3, v3, v3

    const/16 v4, 0x9

    if-le v3, v4, :add

    sub-int v3, v3, v4

    :add

    add-int v1, v1, v3

    xor-int/lit8 v2, v2, 1

    goto :next

    :end

    rem-int v1, v1, v5

    if-nez v1, :bad

    const/4 v0, 0x1

    return v0

    :bad

    const/4 v0, 0x0

    return v0
.end method
