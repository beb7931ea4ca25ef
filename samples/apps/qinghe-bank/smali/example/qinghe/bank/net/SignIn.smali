.class public final Lexample/qinghe/bank/net/SignIn;
.super Ljava/lang/Object;
.source "SignIn.java"

.implements Ljava/lang/Runnable;

.field private final screen:Lexample/qinghe/bank/LoginActivity;

.field private final name:Ljava/lang/String;

.field private final secret:Ljava/lang/String;

.field private accepted:Z

.field private done:Z

.method public constructor <init>(Lexample/qinghe/bank/LoginActivity;Ljava/lang/String;Ljava/lang/String;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/qinghe/bank/net/SignIn;->screen:Lexample/qinghe/bank/LoginActivity;

    iput-object p2, p0, Lexample/qinghe/bank/net/SignIn;->name:Ljava/lang/String;

    iput-object p3, p0, Lexample/qinghe/bank/net/SignIn;->secret:Ljava/lang/String;

    return-void
.end method

.method public run()V
    .locals 5

    iget-boolean v0, p0, Lexample/qinghe/bank/net/SignIn;->done:Z

    iget-object v1, p0, Lexample/qinghe/bank/net/SignIn;->screen:Lexample/qinghe/bank/LoginActivity;

    if-nez v0, :tell

    :try_start

    new-instance v2, Lorg/json/JSONObject;

    invoke-direct {v2}, Lorg/json/JSONObject;-><init>()V

    const-string v3, "name"

    iget-object v4, p0, Lexample/qinghe/bank/net/SignIn;->name:Ljava/lang/String;

    invoke-virtual {v2, v3, v4}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    move-result-object v2

    const-string v3, "secret"

    iget-object v4, p0, Lexample/qinghe/bank/net/SignIn;->secret:Ljava/lang/String;

    invoke-virtual {v2, v3, v4}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    move-result-object v2

    const-string v3, "/v2/session"

    invoke-static {v3, v2}, Lexample/qinghe/bank/net/Api;->post(Ljava/lang/String;Lorg/json/JSONObject;)I
    move-result v2

    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    const/16 v3, 0xc8

    if-ne v2, v3, :back

    const/4 v3, 0x1

    iput-boolean v3, p0, Lexample/qinghe/bank/net/SignIn;->accepted:Z

    goto :back

    :failed

    move-exception v2

    :back

    const/4 v3, 0x1

    iput-boolean v3, p0, Lexample/qinghe/bank/net/SignIn;->done:Z

    invoke-virtual {v1, p0}, Landroid/app/Activity;->runOnUiThread(Ljava/lang/Runnable;)V

    return-void

    :tell

    iget-boolean v0, p0, Lexample/qinghe/bank/net/SignIn;->accepted:Z

    invoke-virtual {v1, v0}, Lexample/qinghe/bank/LoginActivity;->signedIn(Z)V

    return-void
.end method
