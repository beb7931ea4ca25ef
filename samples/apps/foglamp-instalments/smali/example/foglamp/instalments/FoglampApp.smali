.class public Lexample/foglamp/instalments/FoglampApp;
.super Landroid/app/Application;
.source "FoglampApp.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Application;-><init>()V

    return-void
.end method

.method public onCreate()V
    .locals 0

    invoke-super {p0}, Landroid/app/Application;->onCreate()V

    invoke-virtual {p0}, Lexample/foglamp/instalments/FoglampApp;->identify()V

    return-void
.end method

.method public final identify()V
    .locals 1

    new-instance v0, Lexample/foglamp/instalments/Device;

    invoke-direct {v0, p0}, Lexample/foglamp/instalments/Device;-><init>(Landroid/content/Context;)V

    invoke-virtual {v0}, Lexample/foglamp/instalments/Device;->report()V

    return-void
.end method
