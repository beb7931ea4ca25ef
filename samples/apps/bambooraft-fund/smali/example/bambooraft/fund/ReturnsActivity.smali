.class public Lexample/bambooraft/fund/ReturnsActivity;
.super Landroid/app/Activity;
.source "ReturnsActivity.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/bambooraft/fund/R$layout;->returns:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    const/4 v0, 0x4

    new-array v0, v0, [D

    fill-array-data v0, :values

    invoke-static {v0}, Lexample/bambooraft/fund/ReturnsActivity;->worst([D)D
    move-result-wide v0

    sget v2, Lexample/bambooraft/fund/R$id;->worst:I

    invoke-virtual {p0, v2}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v2

    check-cast v2, Landroid/widget/TextView;

    invoke-static {v0, v1}, Ljava/lang/String;->valueOf(D)Ljava/lang/String;
    move-result-object v0

    invoke-virtual {v2, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V

    return-void

    :values

    .array-data 8

    0x3ff028f5c28f5c29L

    0x3ff0a3d70a3d70a4L

    0x3feeb851eb851eb8L

    0x3ff051eb851eb852L

    .end array-data
.end method

.method public static worst([D)D
    .locals 11

    array-length v0, p0

    const/4 v1, 0x0

    const-wide/high16 v2, 0x0

    const-wide/high16 v4, 0x3ff0000000000000L

    :next

    if-ge v1, v0, :end

    aget-wide v6, p0, v1

    cmpl-double v8, v6, v2

    if-lez v8, :low

    move-wide v2, v6

    :low

    div-double v8, v6, v2

    cmpg-double v10, v8, v4

    if-gez v10, :on

    move-wide v4, v8

    :on

    add-int/lit8 v1, v1, 1

    goto :next

    :end

    return-wide v4
.end method
