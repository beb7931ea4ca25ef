.class public Lcom/tencent/bugly/crashreport/CrashReport;
.super Ljava/lang/Object;
.source "CrashReport.java"

.implements Ljava/lang/Thread$UncaughtExceptionHandler;

.field private static app:Ljava/lang/String;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method public static initCrashReport(Landroid/content/Context;Ljava/lang/String;Z)V
    .locals 1

    sput-object p1, Lcom/tencent/bugly/crashreport/CrashReport;->app:Ljava/lang/String;

    new-instance v0, Lcom/tencent/bugly/crashreport/CrashReport;

    invoke-direct {v0}, Lcom/tencent/bugly/crashreport/CrashReport;-><init>()V

    invoke-static {v0}, Ljava/lang/Thread;->setDefaultUncaughtExceptionHandler(Ljava/lang/Thread$UncaughtExceptionHandler;)V

    return-void
.end method

.method public uncaughtException(Ljava/lang/Thread;Ljava/lang/Throwable;)V
    .locals 2

    const-string v0, "CrashReport"

    invoke-virtual {p2}, Ljava/lang/Throwable;->toString()Ljava/lang/String;
    move-result-object v1

    invoke-static {v0, v1}, Landroid/util/Log;->e(Ljava/lang/String;Ljava/lang/String;)I
    move-result v0

    return-void
.end method
