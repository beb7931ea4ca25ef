.class public final Lexample/kelp/insurance/Premium;
.super Ljava/lang/Object;
.source "Premium.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static yearly(IZ)I
    .locals 2

    const/16 v0, 0xa

    div-int v0, p0, v0

    packed-switch v0, :ages

    const v1, 4200

    goto :smoke

    :young

    const/16 v1, 0x258

    goto :smoke

    :middle

    const/16 v1, 0x47e

    goto :smoke

    :older

    const/16 v1, 0x8fc

    :smoke

    if-eqz p1, :end

    const/4 v0, 0x3

    mul-int v0, v0, v1

    const/4 v1, 0x2

    div-int v1, v0, v1

    :end

    return v1

    :ages

    .packed-switch 1

    :young

    :young

    :middle

    :middle

    :older

    .end packed-switch
.end method
