.class public Lexample/starpomelo/wallet/NearbyActivity;
.super Landroid/app/Activity;
.source "NearbyActivity.java"

.implements Lcom/mossgate/maps/PlaceListener;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/starpomelo/wallet/R$layout;->nearby:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Lcom/mossgate/maps/PlaceClient;

    invoke-direct {v0, p0}, Lcom/mossgate/maps/PlaceClient;-><init>(Landroid/content/Context;)V

    invoke-virtual {v0, p0}, Lcom/mossgate/maps/PlaceClient;->setLocationListener(Lcom/mossgate/maps/PlaceListener;)V

    invoke-virtual {v0}, Lcom/mossgate/maps/PlaceClient;->startLocation()V

    return-void
.end method

.method public onLocation(Landroid/location/Location;)V
    .locals 2

    if-nez p1, :found

    return-void

    :found

    invoke-virtual {p1}, Landroid/location/Location;->getLatitude()D
    move-result-wide v0

    invoke-static {v0, v1}, Ljava/lang/String;->valueOf(D)Ljava/lang/String;
    move-result-object v0

    sget v1, Lexample/starpomelo/wallet/R$id;->place:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    check-cast v1, Landroid/widget/TextView;

    invoke-virtual {v1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V

    return-void
.end method
