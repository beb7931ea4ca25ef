.class public final Lexample/qinghe/bank/Safety;
.super Ljava/lang/Object;
.source "Safety.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static rooted()Z
    .locals 4

    const/4 v0, 0x3

    new-array v0, v0, [Ljava/lang/String;

    const/4 v1, 0x0

    const-string v2, "/system/xbin/su"

    aput-object v2, v0, v1

    const/4 v1, 0x1

    const-string v2, "/system/bin/su"

    aput-object v2, v0, v1

    const/4 v1, 0x2

    const-string v2, "/sbin/su"

    aput-object v2, v0, v1

    array-length v1, v0

    :next

    add-int/lit8 v1, v1, -1

    if-ltz v1, :none

    aget-object v2, v0, v1

    new-instance v3, Ljava/io/File;

    invoke-direct {v3, v2}, Ljava/io/File;-><init>(Ljava/lang/String;)V

    invoke-virtual {v3}, Ljava/io/File;->exists()Z
    move-result v2

    if-eqz v2, :next

    const/4 v0, 0x1

    return v0

    :none

    const/4 v0, 0x0

    return v0
.end method
