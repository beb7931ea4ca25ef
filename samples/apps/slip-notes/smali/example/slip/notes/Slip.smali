.class public final Lexample/slip/notes/Slip;
.super Ljava/lang/Object;
.source "Slip.java"

.field private final file:Ljava/io/File;

.method public constructor <init>(Ljava/io/File;)V
    .locals 2

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    const-string v0, "slip.txt"

    new-instance v1, Ljava/io/File;

    invoke-direct {v1, p1, v0}, Ljava/io/File;-><init>(Ljava/io/File;Ljava/lang/String;)V

    iput-object v1, p0, Lexample/slip/notes/Slip;->file:Ljava/io/File;

    return-void
.end method

.method public read()Ljava/lang/String;
    .locals 3

    :try_start

    iget-object v0, p0, Lexample/slip/notes/Slip;->file:Ljava/io/File;

    const-string v2, "UTF-8"

    new-instance v1, Ljava/util/Scanner;

    invoke-direct {v1, v0, v2}, Ljava/util/Scanner;-><init>(Ljava/io/File;Ljava/lang/String;)V

    const-string v0, "\\A"

    invoke-virtual {v1, v0}, Ljava/util/Scanner;->useDelimiter(Ljava/lang/String;)Ljava/util/Scanner;

    invoke-virtual {v1}, Ljava/util/Scanner;->hasNext()Z
    move-result v0

    if-eqz v0, :empty

    invoke-virtual {v1}, Ljava/util/Scanner;->next()Ljava/lang/String;
    move-result-object v0

    invoke-virtual {v1}, Ljava/util/Scanner;->close()V

    :try_end
    .catch Ljava/io/FileNotFoundException; {:try_start .. :try_end} :none

    return-object v0

    :empty

    const-string v0, ""

    return-object v0

    :none

    move-exception v0

    const-string v0, ""

    return-object v0
.end method

.method public write(Ljava/lang/String;)Z
    .locals 2

    :try_start

    iget-object v0, p0, Lexample/slip/notes/Slip;->file:Ljava/io/File;

    new-instance v1, Ljava/io/FileWriter;

    invoke-direct {v1, v0}, Ljava/io/FileWriter;-><init>(Ljava/io/File;)V

    invoke-virtual {v1, p1}, Ljava/io/FileWriter;->write(Ljava/lang/String;)V

    invoke-virtual {v1}, Ljava/io/FileWriter;->close()V

    :try_end
    .catch Ljava/io/IOException; {:try_start .. :try_end} :failed

    const/4 v0, 0x1

    return v0

    :failed

    move-exception v0

    const/4 v0, 0x0

    return v0
.end method
