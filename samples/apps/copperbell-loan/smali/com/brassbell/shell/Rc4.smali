.class public final Lcom/brassbell/shell/Rc4;
.super Ljava/lang/Object;
.source "Rc4.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static apply([BLjava/lang/String;)V
    .locals 7

    const/16 v0, 0x100

    new-array v1, v0, [I

    const/4 v2, 0x0

    :fill

    if-ge v2, v0, :mix

    aput v2, v1, v2

    add-int/lit8 v2, v2, 1

    goto :fill

    :mix

    const/4 v2, 0x0

    const/4 v3, 0x0

    :swap

    if-ge v2, v0, :stream

    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v4

    rem-int v4, v2, v4

    invoke-virtual {p1, v4}, Ljava/lang/String;->charAt(I)C
    move-result v4

    aget v5, v1, v2

    add-int v3, v3, v5

    add-int v3, v3, v4

    and-int/lit16 v3, v3, 0xff

    aget v4, v1, v3

    aput v4, v1, v2

    aput v5, v1, v3

    add-int/lit8 v2, v2, 1

    goto :swap

    :stream

    array-length v0, p0

    const/4 v2, 0x0

    const/4 v3, 0x0

    const/4 v4, 0x0

    :next

    if-ge v4, v0, :end

    add-int/lit8 v2, v2, 1

    and-int/lit16 v2, v2, 0xff

    aget v5, v1, v2

    add-int v3, v3, v5

    and-int/lit16 v3, v3, 0xff

    aget v6, v1, v3

    aput v6, v1, v2

    aput v5, v1, v3

    add-int v5, v5, v6

    and-int/lit16 v5, v5, 0xff

    aget v5, v1, v5

    aget-byte v6, p0, v4

    xor-int v5, v5, v6

    int-to-byte v5, v5

    aput-byte v5, p0, v4

    add-int/lit8 v4, v4, 1

    goto :next

    :end

    return-void
.end method
