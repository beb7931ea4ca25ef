.class public Lexample/qinghe/bank/LoginActivity;
.super Landroid/app/Activity;
.source "LoginActivity.java"

.implements Landroid/view/View$OnClickListener;

.field private name:Landroid/widget/EditText;

.field private secret:Landroid/widget/EditText;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 2

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    invoke-virtual {p0}, Landroid/app/Activity;->getWindow()Landroid/view/Window;
    move-result-object v0

    const/16 v1, 0x2000

    invoke-virtual {v0, v1, v1}, Landroid/view/Window;->setFlags(II)V

    sget v0, Lexample/qinghe/bank/R$layout;->login:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    invoke-static {}, Lexample/qinghe/bank/Safety;->rooted()Z
    move-result v0

    if-eqz v0, :whole

    sget v0, Lexample/qinghe/bank/R$string;->device_rooted:I

    const/4 v1, 0x1

    invoke-static {p0, v0, v1}, Landroid/widget/Toast;->makeText(Landroid/content/Context;II)Landroid/widget/Toast;
    move-result-object v0

    invoke-virtual {v0}, Landroid/widget/Toast;->show()V

    :whole

    sget v0, Lexample/qinghe/bank/R$id;->name:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    iput-object v0, p0, Lexample/qinghe/bank/LoginActivity;->name:Landroid/widget/EditText;

    sget v0, Lexample/qinghe/bank/R$id;->secret:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    iput-object v0, p0, Lexample/qinghe/bank/LoginActivity;->secret:Landroid/widget/EditText;

    sget v0, Lexample/qinghe/bank/R$id;->sign_in:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 4

    iget-object v0, p0, Lexample/qinghe/bank/LoginActivity;->name:Landroid/widget/EditText;

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0

    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0

    iget-object v1, p0, Lexample/qinghe/bank/LoginActivity;->secret:Landroid/widget/EditText;

    invoke-virtual {v1}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v1

    invoke-virtual {v1}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v1

    invoke-virtual {v0}, Ljava/lang/String;->isEmpty()Z
    move-result v2

    if-nez v2, :missing

    invoke-virtual {v1}, Ljava/lang/String;->length()I
    move-result v2

    const/16 v3, 0x8

    if-lt v2, v3, :missing

    new-instance v2, Lexample/qinghe/bank/net/SignIn;

    invoke-direct {v2, p0, v0, v1}, Lexample/qinghe/bank/net/SignIn;-><init>(Lexample/qinghe/bank/LoginActivity;Ljava/lang/String;Ljava/lang/String;)V

    new-instance v3, Ljava/lang/Thread;

    invoke-direct {v3, v2}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V

    invoke-virtual {v3}, Ljava/lang/Thread;->start()V

    return-void

    :missing

    sget v0, Lexample/qinghe/bank/R$string;->sign_in_missing:I

    const/4 v1, 0x0

    invoke-static {p0, v0, v1}, Landroid/widget/Toast;->makeText(Landroid/content/Context;II)Landroid/widget/Toast;
    move-result-object v0

    invoke-virtual {v0}, Landroid/widget/Toast;->show()V

    return-void
.end method

.method public signedIn(Z)V
    .locals 2

    if-eqz p1, :refused

    const-class v0, Lexample/qinghe/bank/AccountsActivity;

    new-instance v1, Landroid/content/Intent;

    invoke-direct {v1, p0, v0}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    invoke-virtual {p0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    invoke-virtual {p0}, Landroid/app/Activity;->finish()V

    return-void

    :refused

    iget-object v0, p0, Lexample/qinghe/bank/LoginActivity;->secret:Landroid/widget/EditText;

    const-string v1, ""

    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V

    return-void
.end method
