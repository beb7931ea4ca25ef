.class public final Lexample/hazelnut/credit/Choice;
.super Ljava/lang/Object;
.source "Choice.java"

.implements Landroid/content/DialogInterface$OnClickListener;

.field private final context:Landroid/content/Context;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/hazelnut/credit/Choice;->context:Landroid/content/Context;

    return-void
.end method

.method public made()Z
    .locals 3

    iget-object v0, p0, Lexample/hazelnut/credit/Choice;->context:Landroid/content/Context;

    invoke-virtual {v0}, Landroid/content/Context;->getFilesDir()Ljava/io/File;
    move-result-object v0

    const-string v1, "agreed"

    new-instance v2, Ljava/io/File;

    invoke-direct {v2, v0, v1}, Ljava/io/File;-><init>(Ljava/io/File;Ljava/lang/String;)V

    invoke-virtual {v2}, Ljava/io/File;->exists()Z
    move-result v0

    return v0
.end method

.method public onClick(Landroid/content/DialogInterface;I)V
    .locals 4

    iget-object v0, p0, Lexample/hazelnut/credit/Choice;->context:Landroid/content/Context;

    invoke-virtual {v0}, Landroid/content/Context;->getFilesDir()Ljava/io/File;
    move-result-object v1

    const-string v2, "agreed"

    new-instance v3, Ljava/io/File;

    invoke-direct {v3, v1, v2}, Ljava/io/File;-><init>(Ljava/io/File;Ljava/lang/String;)V

    :try_start

    invoke-virtual {v3}, Ljava/io/File;->createNewFile()Z

    :try_end
    .catch Ljava/io/IOException; {:try_start .. :try_end} :failed

    invoke-static {v0}, Lexample/hazelnut/credit/LimitActivity;->open(Landroid/content/Context;)V

    return-void

    :failed

    move-exception v1

    return-void
.end method
