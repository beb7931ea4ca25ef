.class public Lapp/Other;
.super Lapp/App;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Lapp/App;-><init>()V
    return-void
.end method

.method public overridden()V
    .registers 1
    return-void
.end method
