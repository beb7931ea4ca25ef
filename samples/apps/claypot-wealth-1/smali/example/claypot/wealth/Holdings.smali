.class public final Lexample/claypot/wealth/Holdings;
.super Ljava/lang/Object;
.source "Holdings.java"

.field private final units:[J

.method public constructor <init>()V
    .locals 1

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    const/4 v0, 0x5

    new-array v0, v0, [J

    iput-object v0, p0, Lexample/claypot/wealth/Holdings;->units:[J

    return-void
.end method

.method public units()[J
    .locals 1

    iget-object v0, p0, Lexample/claypot/wealth/Holdings;->units:[J

    invoke-virtual {v0}, Ljava/lang/Object;->clone()Ljava/lang/Object;
    move-result-object v0

    check-cast v0, [J

    return-object v0
.end method

.method public buy(IJ)Z
    .locals 5

    const-wide/16 v0, 1

    cmp-long v2, p2, v0

    const/4 v3, 0x0

    if-gez v2, :positive

    return v3

    :positive

    iget-object v2, p0, Lexample/claypot/wealth/Holdings;->units:[J

    array-length v4, v2

    if-lt p1, v4, :known

    return v3

    :known

    aget-wide v0, v2, p1

    add-long v0, v0, p2

    aput-wide v0, v2, p1

    const/4 v3, 0x1

    return v3
.end method

.method public share()I
    .locals 10

    iget-object v0, p0, Lexample/claypot/wealth/Holdings;->units:[J

    array-length v1, v0

    const/4 v2, 0x0

    const-wide/16 v3, 0

    const-wide/16 v5, 0

    :next

    if-ge v2, v1, :end

    aget-wide v7, v0, v2

    add-long v3, v3, v7

    cmp-long v9, v7, v5

    if-lez v9, :low

    move-wide v5, v7

    :low

    add-int/lit8 v2, v2, 1

    goto :next

    :end

    const-wide/16 v7, 0

    cmp-long v9, v3, v7

    if-nez v9, :some

    const/4 v0, 0x0

    return v0

    :some

    const-wide/16 v7, 100

    mul-long v5, v5, v7

    div-long v5, v5, v3

    long-to-int v0, v5

    return v0
.end method
