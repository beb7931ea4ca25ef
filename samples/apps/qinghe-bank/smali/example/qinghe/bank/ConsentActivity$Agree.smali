.class public final Lexample/qinghe/bank/ConsentActivity$Agree;
.super Ljava/lang/Object;
.source "ConsentActivity.java"

.implements Landroid/content/DialogInterface$OnClickListener;

.field private final owner:Lexample/qinghe/bank/ConsentActivity;

.method public constructor <init>(Lexample/qinghe/bank/ConsentActivity;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/qinghe/bank/ConsentActivity$Agree;->owner:Lexample/qinghe/bank/ConsentActivity;

    return-void
.end method

.method public onClick(Landroid/content/DialogInterface;I)V
    .locals 3

    iget-object v0, p0, Lexample/qinghe/bank/ConsentActivity$Agree;->owner:Lexample/qinghe/bank/ConsentActivity;

    new-instance v1, Lexample/qinghe/bank/Consent;

    invoke-direct {v1, v0}, Lexample/qinghe/bank/Consent;-><init>(Landroid/content/Context;)V

    invoke-virtual {v1}, Lexample/qinghe/bank/Consent;->agree()V

    const-string v1, "qinghe-sample-key"

    const-string v2, "official"

    invoke-static {v0, v1, v2}, Lcom/tallyfish/count/Tally;->init(Landroid/content/Context;Ljava/lang/String;Ljava/lang/String;)V

    invoke-virtual {v0}, Lexample/qinghe/bank/ConsentActivity;->proceed()V

    return-void
.end method
