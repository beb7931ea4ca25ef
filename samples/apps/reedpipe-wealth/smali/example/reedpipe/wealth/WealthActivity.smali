.class public Lexample/reedpipe/wealth/WealthActivity;
.super Landroid/app/Activity;
.source "WealthActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private vault:Lexample/reedpipe/wealth/Vault;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/reedpipe/wealth/R$layout;->wealth:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Lexample/reedpipe/wealth/Vault;

    invoke-direct {v0, p0}, Lexample/reedpipe/wealth/Vault;-><init>(Landroid/content/Context;)V

    iput-object v0, p0, Lexample/reedpipe/wealth/WealthActivity;->vault:Lexample/reedpipe/wealth/Vault;

    sget v0, Lexample/reedpipe/wealth/R$id;->save:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 3

    sget v0, Lexample/reedpipe/wealth/R$id;->account:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0

    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0

    iget-object v1, p0, Lexample/reedpipe/wealth/WealthActivity;->vault:Lexample/reedpipe/wealth/Vault;

    const-string v2, "account"

    invoke-virtual {v1, v2, v0}, Lexample/reedpipe/wealth/Vault;->keep(Ljava/lang/String;Ljava/lang/String;)V

    return-void
.end method
