.class public Lcom/mossgate/maps/PlaceClient;
.super Ljava/lang/Object;
.source "PlaceClient.java"

.field private final context:Landroid/content/Context;

.field private listener:Lcom/mossgate/maps/PlaceListener;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lcom/mossgate/maps/PlaceClient;->context:Landroid/content/Context;

    return-void
.end method

.method public setLocationListener(Lcom/mossgate/maps/PlaceListener;)V
    .locals 0

    iput-object p1, p0, Lcom/mossgate/maps/PlaceClient;->listener:Lcom/mossgate/maps/PlaceListener;

    return-void
.end method

.method public startLocation()V
    .locals 2

    iget-object v0, p0, Lcom/mossgate/maps/PlaceClient;->context:Landroid/content/Context;

    const-string v1, "location"

    invoke-virtual {v0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0

    check-cast v0, Landroid/location/LocationManager;

    const-string v1, "gps"

    invoke-virtual {v0, v1}, Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;
    move-result-object v0

    iget-object v1, p0, Lcom/mossgate/maps/PlaceClient;->listener:Lcom/mossgate/maps/PlaceListener;

    if-eqz v1, :end

    invoke-interface {v1, v0}, Lcom/mossgate/maps/PlaceListener;->onLocation(Landroid/location/Location;)V

    :end

    return-void
.end method
