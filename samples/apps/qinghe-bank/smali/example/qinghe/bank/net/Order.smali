.class public final Lexample/qinghe/bank/net/Order;
.super Ljava/lang/Object;
.source "Order.java"

.implements Ljava/lang/Runnable;

.field private final payee:Ljava/lang/String;

.field private final amount:Ljava/math/BigDecimal;

.method public constructor <init>(Ljava/lang/String;Ljava/math/BigDecimal;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    iput-object p1, p0, Lexample/qinghe/bank/net/Order;->payee:Ljava/lang/String;

    iput-object p2, p0, Lexample/qinghe/bank/net/Order;->amount:Ljava/math/BigDecimal;

    return-void
.end method

.method public run()V
    .locals 3

    :try_start

    new-instance v0, Lorg/json/JSONObject;

    invoke-direct {v0}, Lorg/json/JSONObject;-><init>()V

    const-string v1, "payee"

    iget-object v2, p0, Lexample/qinghe/bank/net/Order;->payee:Ljava/lang/String;

    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    move-result-object v0

    const-string v1, "amount"

    iget-object v2, p0, Lexample/qinghe/bank/net/Order;->amount:Ljava/math/BigDecimal;

    invoke-virtual {v2}, Ljava/math/BigDecimal;->toPlainString()Ljava/lang/String;
    move-result-object v2

    invoke-virtual {v0, v1, v2}, Lorg/json/JSONObject;->put(Ljava/lang/String;Ljava/lang/Object;)Lorg/json/JSONObject;
    move-result-object v0

    const-string v1, "/v2/orders"

    invoke-static {v1, v0}, Lexample/qinghe/bank/net/Api;->post(Ljava/lang/String;Lorg/json/JSONObject;)I
    move-result v0

    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    return-void

    :failed

    move-exception v0

    const-string v1, "Order"

    const-string v2, "order was not sent"

    invoke-static {v1, v2}, Landroid/util/Log;->w(Ljava/lang/String;Ljava/lang/String;)I
    move-result v0

    return-void
.end method
