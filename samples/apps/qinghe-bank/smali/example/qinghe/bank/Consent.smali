.class public final Lexample/qinghe/bank/Consent;
.super Ljava/lang/Object;
.source "Consent.java"

.field private final prefs:Landroid/content/SharedPreferences;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 2

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    const-string v0, "consent"

    const/4 v1, 0x0

    invoke-virtual {p1, v0, v1}, Landroid/content/Context;->getSharedPreferences(Ljava/lang/String;I)Landroid/content/SharedPreferences;
    move-result-object v0

    iput-object v0, p0, Lexample/qinghe/bank/Consent;->prefs:Landroid/content/SharedPreferences;

    return-void
.end method

.method public agreed()Z
    .locals 3

    iget-object v0, p0, Lexample/qinghe/bank/Consent;->prefs:Landroid/content/SharedPreferences;

    const-string v1, "agreed_version"

    const/4 v2, 0x0

    invoke-interface {v0, v1, v2}, Landroid/content/SharedPreferences;->getInt(Ljava/lang/String;I)I
    move-result v0

    const/4 v1, 0x3

    if-lt v0, v1, :no

    const/4 v2, 0x1

    return v2

    :no

    return v2
.end method

.method public agree()V
    .locals 3

    iget-object v0, p0, Lexample/qinghe/bank/Consent;->prefs:Landroid/content/SharedPreferences;

    invoke-interface {v0}, Landroid/content/SharedPreferences;->edit()Landroid/content/SharedPreferences$Editor;
    move-result-object v0

    const-string v1, "agreed_version"

    const/4 v2, 0x3

    invoke-interface {v0, v1, v2}, Landroid/content/SharedPreferences$Editor;->putInt(Ljava/lang/String;I)Landroid/content/SharedPreferences$Editor;
    move-result-object v0

    invoke-interface {v0}, Landroid/content/SharedPreferences$Editor;->apply()V

    return-void
.end method
