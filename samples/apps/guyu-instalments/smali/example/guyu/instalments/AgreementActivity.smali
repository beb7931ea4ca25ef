.class public Lexample/guyu/instalments/AgreementActivity;
.super Landroid/app/Activity;
.source "AgreementActivity.java"

.implements Landroid/view/View$OnClickListener;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/guyu/instalments/R$layout;->agreement:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    sget v0, Lexample/guyu/instalments/R$id;->agree:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 2

    invoke-static {p0}, Lexample/guyu/instalments/Agreement;->give(Landroid/content/Context;)V

    invoke-static {p0}, Lexample/guyu/instalments/Install;->id(Landroid/content/Context;)Ljava/lang/String;
    move-result-object v0

    invoke-static {v0}, Lexample/guyu/instalments/Install;->remember(Ljava/lang/String;)V

    const-class v0, Lexample/guyu/instalments/OrdersActivity;

    new-instance v1, Landroid/content/Intent;

    invoke-direct {v1, p0, v0}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    invoke-virtual {p0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    return-void
.end method
