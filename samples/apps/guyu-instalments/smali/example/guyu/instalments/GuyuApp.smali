.class public Lexample/guyu/instalments/GuyuApp;
.super Landroid/app/Application;
.source "GuyuApp.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Application;-><init>()V

    return-void
.end method

.method public onCreate()V
    .locals 1

    invoke-super {p0}, Landroid/app/Application;->onCreate()V

    invoke-static {p0}, Lexample/guyu/instalments/Agreement;->given(Landroid/content/Context;)Z
    move-result v0

    if-eqz v0, :wait

    invoke-static {p0}, Lexample/guyu/instalments/Install;->id(Landroid/content/Context;)Ljava/lang/String;
    move-result-object v0

    invoke-static {v0}, Lexample/guyu/instalments/Install;->remember(Ljava/lang/String;)V

    :wait

    return-void
.end method
