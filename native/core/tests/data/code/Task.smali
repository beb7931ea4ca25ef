.class public Lapp/Task;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.field private context:Landroid/content/Context;

.method public constructor <init>(Landroid/content/Context;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lapp/Task;->context:Landroid/content/Context;
    return-void
.end method

.method public run()V
    .registers 2
    iget-object v0, p0, Lapp/Task;->context:Landroid/content/Context;
    invoke-static {v0}, Lapp/Ids;->inThread(Landroid/content/Context;)V
    return-void
.end method
