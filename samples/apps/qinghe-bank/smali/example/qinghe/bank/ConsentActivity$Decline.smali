.class public final Lexample/qinghe/bank/ConsentActivity$Decline;
.super Ljava/lang/Object;
.source "ConsentActivity.java"

.implements Landroid/content/DialogInterface$OnClickListener;

.field private final owner:Lexample/qinghe/bank/ConsentActivity;

.method public constructor <init>(Lexample/qinghe/bank/ConsentActivity;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/qinghe/bank/ConsentActivity$Decline;->owner:Lexample/qinghe/bank/ConsentActivity;

    return-void
.end method

.method public onClick(Landroid/content/DialogInterface;I)V
    .locals 1

    iget-object v0, p0, Lexample/qinghe/bank/ConsentActivity$Decline;->owner:Lexample/qinghe/bank/ConsentActivity;

    invoke-virtual {v0}, Landroid/app/Activity;->finish()V

    return-void
.end method
