.class public Lapp/TrustSome;
.super Lapp/TrustAll;

.method public checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V
    .registers 4
    :try_start
    invoke-static {p1}, Lapp/TrustSome;->pin([Ljava/security/cert/X509Certificate;)V
    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :caught
    :caught
    return-void
.end method

.method private static pin([Ljava/security/cert/X509Certificate;)V
    .registers 1
    return-void
.end method
