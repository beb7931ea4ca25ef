.class public final Lexample/reedpipe/wealth/Cipherer;
.super Ljava/lang/Object;
.source "Cipherer.java"

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static seal(Ljava/lang/String;)Ljava/lang/String;
    .locals 3

    :try_start

    const-string v0, "reedpipe-0123456"

    invoke-virtual {v0}, Ljava/lang/String;->getBytes()[B
    move-result-object v0

    const-string v1, "AES"

    new-instance v2, Ljavax/crypto/spec/SecretKeySpec;

    invoke-direct {v2, v0, v1}, Ljavax/crypto/spec/SecretKeySpec;-><init>([BLjava/lang/String;)V

    const-string v0, "AES/ECB/PKCS5Padding"

    invoke-static {v0}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher;
    move-result-object v0

    const/4 v1, 0x1

    invoke-virtual {v0, v1, v2}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;)V

    const-string v1, "UTF-8"

    invoke-virtual {p0, v1}, Ljava/lang/String;->getBytes(Ljava/lang/String;)[B
    move-result-object v1

    invoke-virtual {v0, v1}, Ljavax/crypto/Cipher;->doFinal([B)[B
    move-result-object v0

    const/4 v1, 0x2

    invoke-static {v0, v1}, Landroid/util/Base64;->encodeToString([BI)Ljava/lang/String;
    move-result-object v0

    :try_end
    .catch Ljava/lang/Exception; {:try_start .. :try_end} :failed

    return-object v0

    :failed

    move-exception v0

    const/4 v0, 0x0

    return-object v0
.end method

.method public static stamp(Ljava/lang/String;)Ljava/lang/String;
    .locals 3

    :try_start

    const-string v0, "MD5"

    invoke-static {v0}, Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)Ljava/security/MessageDigest;
    move-result-object v0

    invoke-virtual {p0}, Ljava/lang/String;->getBytes()[B
    move-result-object v1

    invoke-virtual {v0, v1}, Ljava/security/MessageDigest;->digest([B)[B
    move-result-object v0

    :try_end
    .catch Ljava/security/NoSuchAlgorithmException; {:try_start .. :try_end} :failed

    const/4 v2, 0x1

    new-instance v1, Ljava/math/BigInteger;

    invoke-direct {v1, v2, v0}, Ljava/math/BigInteger;-><init>(I[B)V

    const/16 v2, 0x10

    invoke-virtual {v1, v2}, Ljava/math/BigInteger;->toString(I)Ljava/lang/String;
    move-result-object v0

    return-object v0

    :failed

    move-exception v0

    return-object p0
.end method
