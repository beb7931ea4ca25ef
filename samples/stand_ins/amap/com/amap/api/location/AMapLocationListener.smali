.class public interface abstract Lcom/amap/api/location/AMapLocationListener;
.super Ljava/lang/Object;
.source "AMapLocationListener.java"

.method public abstract onLocation(Landroid/location/Location;)V
.end method
