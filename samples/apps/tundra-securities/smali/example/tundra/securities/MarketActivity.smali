.class public Lexample/tundra/securities/MarketActivity;
.super Landroid/app/Activity;
.source "MarketActivity.java"

.implements Ljava/util/Comparator;

.field private quotes:Ljava/util/List;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 4

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    invoke-virtual {p0}, Landroid/app/Activity;->getWindow()Landroid/view/Window;
    move-result-object v0

    const/16 v1, 0x2000

    invoke-virtual {v0, v1}, Landroid/view/Window;->addFlags(I)V

    invoke-static {}, Landroid/os/Debug;->isDebuggerConnected()Z
    move-result v0

    if-eqz v0, :alone

    invoke-virtual {p0}, Landroid/app/Activity;->finish()V

    return-void

    :alone

    sget v0, Lexample/tundra/securities/R$layout;->market:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    new-instance v0, Ljava/util/ArrayList;

    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V

    iput-object v0, p0, Lexample/tundra/securities/MarketActivity;->quotes:Ljava/util/List;

    const-string v1, "TUN"

    const v2, 10240

    const v3, 10010

    invoke-direct {p0, v1, v2, v3}, Lexample/tundra/securities/MarketActivity;->quote(Ljava/lang/String;II)V

    const-string v1, "LCH"

    const v2, 880

    const v3, 912

    invoke-direct {p0, v1, v2, v3}, Lexample/tundra/securities/MarketActivity;->quote(Ljava/lang/String;II)V

    invoke-static {v0, p0}, Ljava/util/Collections;->sort(Ljava/util/List;Ljava/util/Comparator;)V

    const v1, 0x1090003

    new-instance v2, Landroid/widget/ArrayAdapter;

    invoke-direct {v2, p0, v1, v0}, Landroid/widget/ArrayAdapter;-><init>(Landroid/content/Context;ILjava/util/List;)V

    sget v0, Lexample/tundra/securities/R$id;->quotes:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v0

    check-cast v0, Landroid/widget/ListView;

    invoke-virtual {v0, v2}, Landroid/widget/ListView;->setAdapter(Landroid/widget/ListAdapter;)V

    return-void
.end method

.method private quote(Ljava/lang/String;II)V
    .locals 2

    iget-object v0, p0, Lexample/tundra/securities/MarketActivity;->quotes:Ljava/util/List;

    new-instance v1, Lexample/tundra/securities/Quote;

    invoke-direct {v1, p1, p2, p3}, Lexample/tundra/securities/Quote;-><init>(Ljava/lang/String;II)V

    invoke-interface {v0, v1}, Ljava/util/List;->add(Ljava/lang/Object;)Z

    return-void
.end method

.method public compare(Ljava/lang/Object;Ljava/lang/Object;)I
    .locals 2

    check-cast p1, Lexample/tundra/securities/Quote;

    check-cast p2, Lexample/tundra/securities/Quote;

    invoke-virtual {p2}, Lexample/tundra/securities/Quote;->change()I
    move-result v0

    invoke-virtual {p1}, Lexample/tundra/securities/Quote;->change()I
    move-result v1

    sub-int v0, v0, v1

    return v0
.end method
