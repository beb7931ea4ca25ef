.class public Lexample/qinghe/bank/TransferActivity;
.super Landroid/app/Activity;
.source "TransferActivity.java"

.implements Landroid/view/View$OnClickListener;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/qinghe/bank/R$layout;->transfer:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    sget v0, Lexample/qinghe/bank/R$id;->send:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method private text(I)Ljava/lang/String;
    .locals 1

    invoke-virtual {p0, p1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0

    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0

    invoke-virtual {v0}, Ljava/lang/String;->trim()Ljava/lang/String;
    move-result-object v0

    return-object v0
.end method

.method public onClick(Landroid/view/View;)V
    .locals 5

    sget v0, Lexample/qinghe/bank/R$id;->payee:I

    invoke-direct {p0, v0}, Lexample/qinghe/bank/TransferActivity;->text(I)Ljava/lang/String;
    move-result-object v0

    invoke-static {v0}, Lexample/qinghe/bank/model/CardNumber;->valid(Ljava/lang/String;)Z
    move-result v1

    if-eqz v1, :card

    sget v1, Lexample/qinghe/bank/R$id;->amount:I

    invoke-direct {p0, v1}, Lexample/qinghe/bank/TransferActivity;->text(I)Ljava/lang/String;
    move-result-object v1

    :try_start

    new-instance v2, Ljava/math/BigDecimal;

    invoke-direct {v2, v1}, Ljava/math/BigDecimal;-><init>(Ljava/lang/String;)V

    :try_end
    .catch Ljava/lang/NumberFormatException; {:try_start .. :try_end} :amount

    invoke-virtual {v2}, Ljava/math/BigDecimal;->signum()I
    move-result v3

    if-lez v3, :wrong

    invoke-virtual {v2}, Ljava/math/BigDecimal;->scale()I
    move-result v3

    const/4 v4, 0x2

    if-gt v3, v4, :wrong

    new-instance v3, Lexample/qinghe/bank/net/Order;

    invoke-direct {v3, v0, v2}, Lexample/qinghe/bank/net/Order;-><init>(Ljava/lang/String;Ljava/math/BigDecimal;)V

    new-instance v4, Ljava/lang/Thread;

    invoke-direct {v4, v3}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V

    invoke-virtual {v4}, Ljava/lang/Thread;->start()V

    invoke-virtual {p0}, Landroid/app/Activity;->finish()V

    return-void

    :amount

    move-exception v1

    :wrong

    sget v1, Lexample/qinghe/bank/R$string;->amount_wrong:I

    goto :say

    :card

    sget v1, Lexample/qinghe/bank/R$string;->card_wrong:I

    :say

    const/4 v2, 0x1

    invoke-static {p0, v1, v2}, Landroid/widget/Toast;->makeText(Landroid/content/Context;II)Landroid/widget/Toast;
    move-result-object v1

    invoke-virtual {v1}, Landroid/widget/Toast;->show()V

    return-void
.end method
