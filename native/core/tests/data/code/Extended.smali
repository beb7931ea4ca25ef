.class public Lapp/Extended;
.super Ljavax/net/ssl/X509ExtendedTrustManager;

.method public checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;Ljava/net/Socket;)V
    .registers 5
    if-nez p1, :checked
    return-void
    :checked
    invoke-virtual {p0, p1, p2}, Lapp/Extended;->checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V
    return-void
.end method
