.class public final Lexample/hazelnut/credit/Limit;
.super Ljava/lang/Object;
.source "Limit.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static forSalary(J)J
    .locals 4

    const-wide/16 v0, 5

    mul-long v0, v0, p0

    const-wide/32 v2, 200000

    invoke-static {v0, v1, v2, v3}, Ljava/lang/Math;->min(JJ)J
    move-result-wide v0

    const-wide/16 v2, 500

    div-long v0, v0, v2

    mul-long v0, v0, v2

    return-wide v0
.end method

.method public static monthlyFee(JI)J
    .locals 3

    int-to-long v0, p2

    const-wide/16 v2, 15

    mul-long v0, v0, v2

    mul-long v0, v0, p0

    const-wide/16 v2, 10000

    div-long v0, v0, v2

    return-wide v0
.end method
