.class public Lapp/Provider;
.super Landroid/content/ContentProvider;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/content/ContentProvider;-><init>()V
    return-void
.end method

.method public onCreate()Z
    .registers 3
    # Behind a call of the app's own, but nothing catches: every run that goes on gets here.
    invoke-static {}, Lapp/Provider;->check()V
    invoke-virtual {p0}, Lapp/Provider;->getContext()Landroid/content/Context;
    move-result-object v0
    const-string v1, "phone"
    invoke-virtual {v0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/telephony/TelephonyManager;
    invoke-virtual {v0}, Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;
    # The process ends here.
    const/4 v1, 0x0
    invoke-static {v1}, Ljava/lang/System;->exit(I)V
    invoke-virtual {v0}, Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;
    const/4 v1, 0x1
    return v1
.end method

.method private static check()V
    .registers 2
    :try_start
    # The caller catches: behind a call of the app's own nothing is certain, in callees too.
    invoke-static {}, Lapp/Provider;->refuse()V
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :caught
    return-void
    :caught
    move-exception v0
    return-void
.end method

.method private static refuse()V
    .registers 2
    invoke-static {}, Lapp/Provider;->throwUnlessAgreed()V
    const/4 v0, 0x0
    invoke-static {v0}, Lapp/Ids;->neverCalled(Landroid/content/Context;)V
    return-void
.end method

.method private static throwUnlessAgreed()V
    .registers 1
    return-void
.end method
