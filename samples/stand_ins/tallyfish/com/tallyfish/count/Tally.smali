.class public Lcom/tallyfish/count/Tally;
.super Ljava/lang/Object;
.source "Tally.java"

.field private static device:Ljava/lang/String;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static init(Landroid/content/Context;Ljava/lang/String;Ljava/lang/String;)V
    .locals 2

    invoke-virtual {p0}, Landroid/content/Context;->getContentResolver()Landroid/content/ContentResolver;
    move-result-object v0

    const-string v1, "android_id"

    invoke-static {v0, v1}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0

    sput-object v0, Lcom/tallyfish/count/Tally;->device:Ljava/lang/String;

    invoke-static {p0}, Lcom/tallyfish/count/Sessions;->onResume(Landroid/content/Context;)V

    return-void
.end method
