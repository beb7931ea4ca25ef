.class public Lexample/foglamp/instalments/ScheduleActivity;
.super Landroid/app/Activity;
.source "ScheduleActivity.java"

.field private months:I

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    const/4 v0, 0x6

    iput v0, p0, Lexample/foglamp/instalments/ScheduleActivity;->months:I

    sget v0, Lexample/foglamp/instalments/R$layout;->schedule:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    invoke-direct {p0}, Lexample/foglamp/instalments/ScheduleActivity;->show()V

    return-void
.end method

.method private show()V
    .locals 6

    new-instance v0, Ljava/lang/StringBuilder;

    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V

    const/4 v1, 0x0

    const v2, 360000

    :row

    iget v3, p0, Lexample/foglamp/instalments/ScheduleActivity;->months:I

    if-ge v1, v3, :end

    add-int/lit8 v1, v1, 1

    sub-int v4, v3, v1

    add-int/lit8 v4, v4, 1

    div-int v4, v2, v4

    sub-int v2, v2, v4

    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;

    const-string v5, ": "

    invoke-virtual {v0, v5}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;

    div-int/lit8 v5, v4, 100

    invoke-virtual {v0, v5}, Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;

    const/16 v5, 0xa

    int-to-char v5, v5

    invoke-virtual {v0, v5}, Ljava/lang/StringBuilder;->append(C)Ljava/lang/StringBuilder;

    goto :row

    :end

    sget v1, Lexample/foglamp/instalments/R$id;->rows:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    check-cast v1, Landroid/widget/TextView;

    invoke-virtual {v1, v0}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V

    return-void
.end method
