.class public Lexample/starpomelo/wallet/WalletActivity;
.super Landroid/app/Activity;
.source "WalletActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private ledger:Lexample/starpomelo/wallet/Ledger;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 2

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/starpomelo/wallet/R$layout;->wallet:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Lexample/starpomelo/wallet/Ledger;

    invoke-direct {v0, p0}, Lexample/starpomelo/wallet/Ledger;-><init>(Landroid/content/Context;)V

    iput-object v0, p0, Lexample/starpomelo/wallet/WalletActivity;->ledger:Lexample/starpomelo/wallet/Ledger;

    sget v1, Lexample/starpomelo/wallet/R$id;->top_up:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    invoke-virtual {v1, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    sget v1, Lexample/starpomelo/wallet/R$id;->nearby:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    invoke-virtual {v1, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    invoke-virtual {p0}, Lexample/starpomelo/wallet/WalletActivity;->refresh()V

    return-void
.end method

.method public refresh()V
    .locals 4

    iget-object v0, p0, Lexample/starpomelo/wallet/WalletActivity;->ledger:Lexample/starpomelo/wallet/Ledger;

    invoke-virtual {v0}, Lexample/starpomelo/wallet/Ledger;->balance()J
    move-result-wide v1

    sget v3, Lexample/starpomelo/wallet/R$id;->balance:I

    invoke-virtual {p0, v3}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v3

    check-cast v3, Landroid/widget/TextView;

    invoke-static {v1, v2}, Lexample/starpomelo/wallet/Ledger;->yuan(J)Ljava/lang/String;
    move-result-object v1

    invoke-virtual {v3, v1}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 3

    invoke-virtual {p1}, Landroid/view/View;->getId()I
    move-result v0

    sget v1, Lexample/starpomelo/wallet/R$id;->nearby:I

    if-ne v0, v1, :top_up

    const-class v0, Lexample/starpomelo/wallet/NearbyActivity;

    new-instance v1, Landroid/content/Intent;

    invoke-direct {v1, p0, v0}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    invoke-virtual {p0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    return-void

    :top_up

    iget-object v0, p0, Lexample/starpomelo/wallet/WalletActivity;->ledger:Lexample/starpomelo/wallet/Ledger;

    const-wide/16 v1, 5000

    invoke-virtual {v0, v1, v2}, Lexample/starpomelo/wallet/Ledger;->add(J)V

    invoke-virtual {p0}, Lexample/starpomelo/wallet/WalletActivity;->refresh()V

    return-void
.end method
