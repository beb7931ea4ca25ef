.class public final Lexample/starpomelo/wallet/Ledger;
.super Ljava/lang/Object;
.source "Ledger.java"

.field private final store:Landroid/content/SharedPreferences;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 2

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    const-string v0, "ledger"

    const/4 v1, 0x0

    invoke-virtual {p1, v0, v1}, Landroid/content/Context;->getSharedPreferences(Ljava/lang/String;I)Landroid/content/SharedPreferences;
    move-result-object v0

    iput-object v0, p0, Lexample/starpomelo/wallet/Ledger;->store:Landroid/content/SharedPreferences;

    return-void
.end method

.method public balance()J
    .locals 4

    iget-object v0, p0, Lexample/starpomelo/wallet/Ledger;->store:Landroid/content/SharedPreferences;

    const-string v1, "fen"

    const-wide/16 v2, 0

    invoke-interface {v0, v1, v2, v3}, Landroid/content/SharedPreferences;->getLong(Ljava/lang/String;J)J
    move-result-wide v0

    return-wide v0
.end method

.method public add(J)V
    .locals 5

    invoke-virtual {p0}, Lexample/starpomelo/wallet/Ledger;->balance()J
    move-result-wide v0

    add-long v0, v0, p1

    const-wide/32 v2, 0x1312d00

    cmp-long v4, v0, v2

    if-gtz v4, :limit

    iget-object v2, p0, Lexample/starpomelo/wallet/Ledger;->store:Landroid/content/SharedPreferences;

    invoke-interface {v2}, Landroid/content/SharedPreferences;->edit()Landroid/content/SharedPreferences$Editor;
    move-result-object v2

    const-string v3, "fen"

    invoke-interface {v2, v3, v0, v1}, Landroid/content/SharedPreferences$Editor;->putLong(Ljava/lang/String;J)Landroid/content/SharedPreferences$Editor;
    move-result-object v2

    invoke-interface {v2}, Landroid/content/SharedPreferences$Editor;->commit()Z
    move-result v2

    :limit

    return-void
.end method

.method public static yuan(J)Ljava/lang/String;
    .locals 8

    const-wide/16 v0, 100

    div-long v2, p0, v0

    rem-long v4, p0, v0

    new-instance v6, Ljava/lang/StringBuilder;

    invoke-direct {v6}, Ljava/lang/StringBuilder;-><init>()V

    invoke-virtual {v6, v2, v3}, Ljava/lang/StringBuilder;->append(J)Ljava/lang/StringBuilder;

    const-string v7, "."

    invoke-virtual {v6, v7}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    const-wide/16 v2, 10

    cmp-long v7, v4, v2

    if-gez v7, :two

    const-string v7, "0"

    invoke-virtual {v6, v7}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    :two

    invoke-virtual {v6, v4, v5}, Ljava/lang/StringBuilder;->append(J)Ljava/lang/StringBuilder;

    invoke-virtual {v6}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v6

    return-object v6
.end method
