.class public Lexample/qinghe/bank/ConsentActivity;
.super Landroid/app/Activity;
.source "ConsentActivity.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/qinghe/bank/R$layout;->consent:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Lexample/qinghe/bank/Consent;

    invoke-direct {v0, p0}, Lexample/qinghe/bank/Consent;-><init>(Landroid/content/Context;)V

    invoke-virtual {v0}, Lexample/qinghe/bank/Consent;->agreed()Z
    move-result v0

    if-eqz v0, :ask

    invoke-virtual {p0}, Lexample/qinghe/bank/ConsentActivity;->proceed()V

    return-void

    :ask

    invoke-virtual {p0}, Lexample/qinghe/bank/ConsentActivity;->ask()V

    return-void
.end method

.method public ask()V
    .locals 3

    new-instance v0, Landroid/app/AlertDialog$Builder;

    invoke-direct {v0, p0}, Landroid/app/AlertDialog$Builder;-><init>(Landroid/content/Context;)V

    sget v1, Lexample/qinghe/bank/R$string;->consent_title:I

    invoke-virtual {v0, v1}, Landroid/app/AlertDialog$Builder;->setTitle(I)Landroid/app/AlertDialog$Builder;
    move-result-object v0

    sget v1, Lexample/qinghe/bank/R$string;->consent_text:I

    invoke-virtual {v0, v1}, Landroid/app/AlertDialog$Builder;->setMessage(I)Landroid/app/AlertDialog$Builder;
    move-result-object v0

    new-instance v1, Lexample/qinghe/bank/ConsentActivity$Agree;

    invoke-direct {v1, p0}, Lexample/qinghe/bank/ConsentActivity$Agree;-><init>(Lexample/qinghe/bank/ConsentActivity;)V

    sget v2, Lexample/qinghe/bank/R$string;->agree:I

    invoke-virtual {v0, v2, v1}, Landroid/app/AlertDialog$Builder;->setPositiveButton(ILandroid/content/DialogInterface$OnClickListener;)Landroid/app/AlertDialog$Builder;
    move-result-object v0

    new-instance v1, Lexample/qinghe/bank/ConsentActivity$Decline;

    invoke-direct {v1, p0}, Lexample/qinghe/bank/ConsentActivity$Decline;-><init>(Lexample/qinghe/bank/ConsentActivity;)V

    sget v2, Lexample/qinghe/bank/R$string;->decline:I

    invoke-virtual {v0, v2, v1}, Landroid/app/AlertDialog$Builder;->setNegativeButton(ILandroid/content/DialogInterface$OnClickListener;)Landroid/app/AlertDialog$Builder;
    move-result-object v0

    const/4 v1, 0x0

    invoke-virtual {v0, v1}, Landroid/app/AlertDialog$Builder;->setCancelable(Z)Landroid/app/AlertDialog$Builder;
    move-result-object v0

    invoke-virtual {v0}, Landroid/app/AlertDialog$Builder;->show()Landroid/app/AlertDialog;
    move-result-object v0

    return-void
.end method

.method public proceed()V
    .locals 2

    const-class v0, Lexample/qinghe/bank/LoginActivity;

    new-instance v1, Landroid/content/Intent;

    invoke-direct {v1, p0, v0}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    invoke-virtual {p0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    invoke-virtual {p0}, Landroid/app/Activity;->finish()V

    return-void
.end method
