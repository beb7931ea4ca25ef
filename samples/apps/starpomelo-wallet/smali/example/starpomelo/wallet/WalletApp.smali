.class public Lexample/starpomelo/wallet/WalletApp;
.super Landroid/app/Application;
.source "WalletApp.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Application;-><init>()V

    return-void
.end method

.method public onCreate()V
    .locals 2

    invoke-super {p0}, Landroid/app/Application;->onCreate()V

    invoke-static {p0}, Lcom/lanternpush/sdk/LanternPush;->init(Landroid/content/Context;)V

    const-string v0, "starpomelo-sample-key"

    const-string v1, "official"

    invoke-static {p0, v0, v1}, Lcom/tallyfish/count/Tally;->init(Landroid/content/Context;Ljava/lang/String;Ljava/lang/String;)V

    return-void
.end method
