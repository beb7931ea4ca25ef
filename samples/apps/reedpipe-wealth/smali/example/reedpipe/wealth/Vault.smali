.class public final Lexample/reedpipe/wealth/Vault;
.super Ljava/lang/Object;
.source "Vault.java"

.field private final box:Landroid/content/SharedPreferences;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 2

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    const-string v0, "vault"

    const/4 v1, 0x0

    invoke-virtual {p1, v0, v1}, Landroid/content/Context;->getSharedPreferences(Ljava/lang/String;I)Landroid/content/SharedPreferences;
    move-result-object v0

    iput-object v0, p0, Lexample/reedpipe/wealth/Vault;->box:Landroid/content/SharedPreferences;

    return-void
.end method

.method public keep(Ljava/lang/String;Ljava/lang/String;)V
    .locals 2

    invoke-static {p2}, Lexample/reedpipe/wealth/Cipherer;->seal(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0

    if-eqz v0, :end

    iget-object v1, p0, Lexample/reedpipe/wealth/Vault;->box:Landroid/content/SharedPreferences;

    invoke-interface {v1}, Landroid/content/SharedPreferences;->edit()Landroid/content/SharedPreferences$Editor;
    move-result-object v1

    invoke-interface {v1, p1, v0}, Landroid/content/SharedPreferences$Editor;->putString(Ljava/lang/String;Ljava/lang/String;)Landroid/content/SharedPreferences$Editor;
    move-result-object v1

    invoke-interface {v1}, Landroid/content/SharedPreferences$Editor;->apply()V

    :end

    return-void
.end method
