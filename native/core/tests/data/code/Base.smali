.class public Lapp/Base;
.super Landroid/app/Application;
.field private static agreed:Z

.method static constructor <clinit>()V
    .registers 1
    invoke-static {}, Lapp/Ids;->inClinit()V
    return-void
.end method

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    return-void
.end method

.method protected attachBaseContext(Landroid/content/Context;)V
    .registers 3
    invoke-super {p0, p1}, Landroid/app/Application;->attachBaseContext(Landroid/content/Context;)V
    invoke-static {p1}, Lapp/Ids;->attached(Landroid/content/Context;)V
    # A guard around a call that stands right behind the branch.
    sget-boolean v0, Lapp/Base;->agreed:Z
    if-eqz v0, :refused
    invoke-static {p1}, Lapp/Ids;->ifAgreed(Landroid/content/Context;)V
    :refused
    return-void
.end method

.method public onCreate()V
    .registers 4
    invoke-super {p0}, Landroid/app/Application;->onCreate()V
    invoke-static {p0}, Lapp/Ids;->inBase(Landroid/content/Context;)V
    # A consent guard: nothing behind it is certain.
    invoke-static {p0}, Landroid/preference/PreferenceManager;->getDefaultSharedPreferences(Landroid/content/Context;)Landroid/content/SharedPreferences;
    move-result-object v0
    const-string v1, "agreed"
    const/4 v2, 0x0
    invoke-interface {v0, v1, v2}, Landroid/content/SharedPreferences;->getBoolean(Ljava/lang/String;Z)Z
    move-result v0
    if-nez v0, :agreed
    return-void
    :agreed
    invoke-static {p0}, Lapp/Ids;->guarded(Landroid/content/Context;)V
    new-instance v0, Lapp/Task;
    invoke-direct {v0, p0}, Lapp/Task;-><init>(Landroid/content/Context;)V
    new-instance v1, Ljava/lang/Thread;
    invoke-direct {v1, v0}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V
    invoke-virtual {v1}, Ljava/lang/Thread;->start()V
    return-void
.end method
