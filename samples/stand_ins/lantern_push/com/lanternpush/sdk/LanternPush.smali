.class public Lcom/lanternpush/sdk/LanternPush;
.super Ljava/lang/Object;
.source "LanternPush.java"

.field private static registration:Ljava/lang/String;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static init(Landroid/content/Context;)V
    .locals 1

    const-string v0, "phone"

    invoke-virtual {p0, v0}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0

    check-cast v0, Landroid/telephony/TelephonyManager;

    invoke-virtual {v0}, Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;
    move-result-object v0

    sput-object v0, Lcom/lanternpush/sdk/LanternPush;->registration:Ljava/lang/String;

    return-void
.end method

.method public static getRegistrationID(Landroid/content/Context;)Ljava/lang/String;
    .locals 1

    sget-object v0, Lcom/lanternpush/sdk/LanternPush;->registration:Ljava/lang/String;

    return-object v0
.end method
