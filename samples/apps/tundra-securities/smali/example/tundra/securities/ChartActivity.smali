.class public Lexample/tundra/securities/ChartActivity;
.super Landroid/app/Activity;
.source "ChartActivity.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    new-instance v0, Lexample/tundra/securities/ChartView;

    invoke-direct {v0, p0}, Lexample/tundra/securities/ChartView;-><init>(Landroid/content/Context;)V

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(Landroid/view/View;)V

    invoke-virtual {p0}, Landroid/app/Activity;->getIntent()Landroid/content/Intent;
    move-result-object v1

    const-string v2, "prices"

    invoke-virtual {v1, v2}, Landroid/content/Intent;->getFloatArrayExtra(Ljava/lang/String;)[F
    move-result-object v1

    if-eqz v1, :end

    invoke-virtual {v0, v1}, Lexample/tundra/securities/ChartView;->setPrices([F)V

    :end

    return-void
.end method
