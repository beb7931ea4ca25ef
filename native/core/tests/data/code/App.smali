.class public Lapp/App;
.super Lapp/Base;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Lapp/Base;-><init>()V
    return-void
.end method

.method public onCreate()V
    .registers 6
    invoke-super {p0}, Lapp/Base;->onCreate()V
    # Straight line: certain.
    invoke-static {p0}, Lapp/Ids;->certain(Landroid/content/Context;)V
    invoke-virtual {p0}, Lapp/App;->fixed()V
    invoke-virtual {p0}, Lapp/App;->overridden()V
    # A synchronized block catches nothing.
    monitor-enter p0
    :start
    invoke-static {p0}, Lapp/Ids;->inLock(Landroid/content/Context;)V
    invoke-static {p0}, Lapp/Ids;->inLockToo(Landroid/content/Context;)V
    monitor-exit p0
    :end
    .catchall {:start .. :end} :cleanup
    # A try block whose handler goes on: the first call is certain, what stands behind a call of the app is not.
    :try_start
    invoke-static {p0}, Lapp/Ids;->firstInTry(Landroid/content/Context;)V
    invoke-static {p0}, Lapp/Ids;->secondInTry(Landroid/content/Context;)V
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :caught
    return-void
    :cleanup
    move-exception v0
    monitor-exit p0
    throw v0
    :caught
    move-exception v0
    return-void
.end method

.method public fixed()V
    .registers 2
    invoke-static {p0}, Lapp/Ids;->viaFixed(Landroid/content/Context;)V
    return-void
.end method

.method public overridden()V
    .registers 2
    invoke-static {p0}, Lapp/Ids;->viaOverridden(Landroid/content/Context;)V
    return-void
.end method
