.class public Lexample/qinghe/bank/AccountsActivity;
.super Landroid/app/Activity;
.source "AccountsActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private accounts:Ljava/util/List;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/qinghe/bank/R$layout;->accounts:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Ljava/util/ArrayList;

    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V

    iput-object v0, p0, Lexample/qinghe/bank/AccountsActivity;->accounts:Ljava/util/List;

    invoke-virtual {p0}, Lexample/qinghe/bank/AccountsActivity;->load()V

    const v2, 0x1090003

    new-instance v1, Landroid/widget/ArrayAdapter;

    invoke-direct {v1, p0, v2, v0}, Landroid/widget/ArrayAdapter;-><init>(Landroid/content/Context;ILjava/util/List;)V

    sget v2, Lexample/qinghe/bank/R$id;->list:I

    invoke-virtual {p0, v2}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v2

    check-cast v2, Landroid/widget/ListView;

    invoke-virtual {v2, v1}, Landroid/widget/ListView;->setAdapter(Landroid/widget/ListAdapter;)V

    sget v2, Lexample/qinghe/bank/R$id;->transfer:I

    invoke-virtual {p0, v2}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v2

    invoke-virtual {v2, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    sget v2, Lexample/qinghe/bank/R$id;->privacy:I

    invoke-virtual {p0, v2}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v2

    invoke-virtual {v2, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method public load()V
    .locals 4

    iget-object v0, p0, Lexample/qinghe/bank/AccountsActivity;->accounts:Ljava/util/List;

    const-string v2, "1024.50"

    new-instance v1, Ljava/math/BigDecimal;

    invoke-direct {v1, v2}, Ljava/math/BigDecimal;-><init>(Ljava/lang/String;)V

    const-string v2, "6200000000000005"

    new-instance v3, Lexample/qinghe/bank/model/Account;

    invoke-direct {v3, v2, v1}, Lexample/qinghe/bank/model/Account;-><init>(Ljava/lang/String;Ljava/math/BigDecimal;)V

    invoke-interface {v0, v3}, Ljava/util/List;->add(Ljava/lang/Object;)Z
    move-result v1

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 3

    invoke-virtual {p1}, Landroid/view/View;->getId()I
    move-result v0

    sget v1, Lexample/qinghe/bank/R$id;->transfer:I

    if-ne v0, v1, :privacy

    const-class v2, Lexample/qinghe/bank/TransferActivity;

    goto :start

    :privacy

    const-class v2, Lexample/qinghe/bank/PrivacyActivity;

    :start

    new-instance v1, Landroid/content/Intent;

    invoke-direct {v1, p0, v2}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    invoke-virtual {p0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    return-void
.end method
