.class public Lexample/slip/notes/NotesActivity;
.super Landroid/app/Activity;
.source "NotesActivity.java"

.implements Landroid/text/TextWatcher;

.field private pad:Landroid/widget/EditText;

.field private dirty:Z

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/slip/notes/R$layout;->notes:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    sget v0, Lexample/slip/notes/R$id;->pad:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/EditText;

    iput-object v0, p0, Lexample/slip/notes/NotesActivity;->pad:Landroid/widget/EditText;

    invoke-virtual {p0}, Landroid/app/Activity;->getFilesDir()Ljava/io/File;
    move-result-object v2

    new-instance v1, Lexample/slip/notes/Slip;

    invoke-direct {v1, v2}, Lexample/slip/notes/Slip;-><init>(Ljava/io/File;)V

    invoke-virtual {v1}, Lexample/slip/notes/Slip;->read()Ljava/lang/String;
    move-result-object v1

    invoke-virtual {v0, v1}, Landroid/widget/EditText;->setText(Ljava/lang/CharSequence;)V

    invoke-virtual {v0, p0}, Landroid/widget/EditText;->addTextChangedListener(Landroid/text/TextWatcher;)V

    return-void
.end method

.method protected onPause()V
    .locals 2

    invoke-super {p0}, Landroid/app/Activity;->onPause()V

    iget-boolean v0, p0, Lexample/slip/notes/NotesActivity;->dirty:Z

    if-eqz v0, :end

    invoke-virtual {p0}, Landroid/app/Activity;->getFilesDir()Ljava/io/File;
    move-result-object v0

    new-instance v1, Lexample/slip/notes/Slip;

    invoke-direct {v1, v0}, Lexample/slip/notes/Slip;-><init>(Ljava/io/File;)V

    iget-object v0, p0, Lexample/slip/notes/NotesActivity;->pad:Landroid/widget/EditText;

    invoke-virtual {v0}, Landroid/widget/EditText;->getText()Landroid/text/Editable;
    move-result-object v0

    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    move-result-object v0

    invoke-virtual {v1, v0}, Lexample/slip/notes/Slip;->write(Ljava/lang/String;)Z
    move-result v0

    xor-int/lit8 v0, v0, 1

    iput-boolean v0, p0, Lexample/slip/notes/NotesActivity;->dirty:Z

    :end

    return-void
.end method

.method public beforeTextChanged(Ljava/lang/CharSequence;III)V
    .locals 0

    return-void
.end method

.method public onTextChanged(Ljava/lang/CharSequence;III)V
    .locals 1

    const/4 v0, 0x1

    iput-boolean v0, p0, Lexample/slip/notes/NotesActivity;->dirty:Z

    return-void
.end method

.method public afterTextChanged(Landroid/text/Editable;)V
    .locals 0

    return-void
.end method
