.class public Lexample/square/calculator/CalculatorActivity;
.super Landroid/app/Activity;
.source "CalculatorActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private first:D

.field private sign:C

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/square/calculator/R$layout;->calculator:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    sget v0, Lexample/square/calculator/R$id;->plus:I

    invoke-direct {p0, v0}, Lexample/square/calculator/CalculatorActivity;->listen(I)V

    sget v0, Lexample/square/calculator/R$id;->times:I

    invoke-direct {p0, v0}, Lexample/square/calculator/CalculatorActivity;->listen(I)V

    sget v0, Lexample/square/calculator/R$id;->equals:I

    invoke-direct {p0, v0}, Lexample/square/calculator/CalculatorActivity;->listen(I)V

    return-void
.end method

.method private listen(I)V
    .locals 1

    invoke-virtual {p0, p1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method private shown()Landroid/widget/EditText;
    .locals 1

    sget v0, Lexample/square/calculator/R$id;->number:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    return-object v0
.end method

.method public onClick(Landroid/view/View;)V
    .locals 6

    invoke-direct {p0}, Lexample/square/calculator/CalculatorActivity;->shown()Landroid/widget/EditText;
    move-result-object v0

    :try_start

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v1

    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1

    invoke-static {v1}, Ljava/lang/Double;->parseDouble(Ljava/lang/String;)D
    move-result-wide v1

    :try_end
    .catch Ljava/lang/NumberFormatException; {:try_start .. :try_end} :empty

    invoke-virtual {p1}, Landroid/view/View;->getId()I
    move-result v3

    sget v4, Lexample/square/calculator/R$id;->equals:I

    if-eq v3, v4, :equals

    iput-wide v1, p0, Lexample/square/calculator/CalculatorActivity;->first:D

    check-cast p1, Landroid/widget/Button;

    invoke-virtual {p1}, Landroid/widget/Button;->getText()Ljava/lang/CharSequence;
    move-result-object v1

    const/4 v2, 0x0

    invoke-interface {v1, v2}, Ljava/lang/CharSequence;->charAt(I)C
    move-result v1

    iput-char v1, p0, Lexample/square/calculator/CalculatorActivity;->sign:C

    const-string v1, ""

    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V

    return-void

    :equals

    iget-wide v3, p0, Lexample/square/calculator/CalculatorActivity;->first:D

    iget-char v5, p0, Lexample/square/calculator/CalculatorActivity;->sign:C

    invoke-static {v3, v4, v1, v2, v5}, Lexample/square/calculator/Sum;->of(DDC)D
    move-result-wide v1

    invoke-static {v1, v2}, Ljava/lang/Double;->toString(D)Ljava/lang/String;
    move-result-object v1

    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V

    return-void

    :empty

    move-exception v1

    return-void
.end method
