.class public Lexample/claypot/wealth/HomeActivity;
.super Landroid/app/Activity;
.source "HomeActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private holdings:Lexample/claypot/wealth/Holdings;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 2

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/claypot/wealth/R$layout;->home:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Lexample/claypot/wealth/Holdings;

    invoke-direct {v0}, Lexample/claypot/wealth/Holdings;-><init>()V

    iput-object v0, p0, Lexample/claypot/wealth/HomeActivity;->holdings:Lexample/claypot/wealth/Holdings;

    sget v1, Lexample/claypot/wealth/R$id;->buy:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    invoke-virtual {v1, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method protected onSaveInstanceState(Landroid/os/Bundle;)V
    .locals 2

    invoke-super {p0, p1}, Landroid/app/Activity;->onSaveInstanceState(Landroid/os/Bundle;)V

    iget-object v0, p0, Lexample/claypot/wealth/HomeActivity;->holdings:Lexample/claypot/wealth/Holdings;

    invoke-virtual {v0}, Lexample/claypot/wealth/Holdings;->units()[J
    move-result-object v0

    const-string v1, "units"

    invoke-virtual {p1, v1, v0}, Landroid/os/Bundle;->putLongArray(Ljava/lang/String;[J)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 4

    iget-object v0, p0, Lexample/claypot/wealth/HomeActivity;->holdings:Lexample/claypot/wealth/Holdings;

    const/4 v1, 0x0

    const-wide/16 v2, 100

    invoke-virtual {v0, v1, v2, v3}, Lexample/claypot/wealth/Holdings;->buy(IJ)Z

    invoke-virtual {v0}, Lexample/claypot/wealth/Holdings;->share()I
    move-result v0

    sget v1, Lexample/claypot/wealth/R$id;->share:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    check-cast v1, Landroid/widget/ProgressBar;

    invoke-virtual {v1, v0}, Landroid/widget/ProgressBar;->setProgress(I)V

    return-void
.end method
