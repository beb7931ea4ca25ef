.class public interface abstract Lcom/mossgate/maps/PlaceListener;
.super Ljava/lang/Object;
.source "PlaceListener.java"

.method public abstract onLocation(Landroid/location/Location;)V
.end method
