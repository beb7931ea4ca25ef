.class public Lexample/qinghe/bank/BankApp;
.super Landroid/app/Application;
.source "BankApp.java"

.field private static current:Lexample/qinghe/bank/BankApp;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Application;-><init>()V

    return-void
.end method

.method public onCreate()V
    .locals 0

    invoke-super {p0}, Landroid/app/Application;->onCreate()V

    sput-object p0, Lexample/qinghe/bank/BankApp;->current:Lexample/qinghe/bank/BankApp;

    invoke-static {p0}, Lc/a/b/Boot;->run(Landroid/content/Context;)V

    return-void
.end method

.method public static get()Lexample/qinghe/bank/BankApp;
    .locals 1

    sget-object v0, Lexample/qinghe/bank/BankApp;->current:Lexample/qinghe/bank/BankApp;

    return-object v0
.end method
