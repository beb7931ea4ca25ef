.class public final Lcom/brassbell/shell/StubApp;
.super Landroid/app/Application;
.source "StubApp.java"

.field private static loader:Ljava/lang/ClassLoader;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Application;-><init>()V

    return-void
.end method

.method protected attachBaseContext(Landroid/content/Context;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Application;->attachBaseContext(Landroid/content/Context;)V

    invoke-static {p1}, Lcom/brassbell/shell/Payload;->open(Landroid/content/Context;)Ljava/lang/ClassLoader;
    move-result-object v0

    sput-object v0, Lcom/brassbell/shell/StubApp;->loader:Ljava/lang/ClassLoader;

    return-void
.end method

.method public onCreate()V
    .locals 3

    invoke-super {p0}, Landroid/app/Application;->onCreate()V

    sget-object v0, Lcom/brassbell/shell/StubApp;->loader:Ljava/lang/ClassLoader;

    if-eqz v0, :end

    :try_start

    const-string v1, "example.copperbell.loan.LoanApp"

    invoke-virtual {v0, v1}, Ljava/lang/ClassLoader;->loadClass(Ljava/lang/String;)Ljava/lang/Class;
    move-result-object v1

    invoke-virtual {v1}, Ljava/lang/Class;->newInstance()Ljava/lang/Object;
    move-result-object v1

    check-cast v1, Landroid/app/Application;

    invoke-virtual {v1}, Landroid/app/Application;->onCreate()V

    :try_end
    .catch Ljava/lang/ReflectiveOperationException; {:try_start .. :try_end} :failed

    :end

    return-void

    :failed

    move-exception v1

    new-instance v2, Ljava/lang/IllegalStateException;

    invoke-direct {v2, v1}, Ljava/lang/IllegalStateException;-><init>(Ljava/lang/Throwable;)V

    throw v2
.end method
