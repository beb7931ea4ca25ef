.class public final Lexample/paperkite/loan/Plan;
.super Ljava/lang/Object;
.source "Plan.java"

.field private static final RATE:D = 0.0199

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public monthly(DI)D
    .locals 8

    const-wide v0, 0.0199

    const-wide/high16 v2, 0x3ff0000000000000L

    add-double v4, v0, v2

    int-to-double v6, p3

    invoke-static {v4, v5, v6, v7}, Ljava/lang/Math;->pow(DD)D
    move-result-wide v4

    mul-double v6, p1, v0

    mul-double v6, v6, v4

    sub-double v4, v4, v2

    div-double v6, v6, v4

    return-wide v6
.end method
