.class public Lcom/tallyfish/count/Sessions;
.super Ljava/lang/Object;
.source "Sessions.java"

.field private static sessions:I

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static onResume(Landroid/content/Context;)V
    .locals 1

    sget v0, Lcom/tallyfish/count/Sessions;->sessions:I

    add-int/lit8 v0, v0, 1

    sput v0, Lcom/tallyfish/count/Sessions;->sessions:I

    return-void
.end method
