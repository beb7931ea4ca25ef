.class public final Lexample/square/calculator/Sum;
.super Ljava/lang/Object;
.source "Sum.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static of(DDC)D
    .locals 1

    sparse-switch p4, :signs

    return-wide p2

    :plus

    add-double v0, p0, p2

    return-wide v0

    :minus

    sub-double v0, p0, p2

    return-wide v0

    :times

    mul-double v0, p0, p2

    return-wide v0

    :over

    div-double v0, p0, p2

    return-wide v0

    :signs

    .sparse-switch

    0x2b -> :plus

    0x2d -> :minus

    0xd7 -> :times

    0xf7 -> :over

    .end sparse-switch
.end method
