.class public Lexample/haystack/credit/MemberActivity;
.super Landroid/app/Activity;
.source "MemberActivity.java"

.implements Landroid/widget/AdapterView$OnItemClickListener;

.field private rates:Ljava/util/Map;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V

    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 3

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    sget v0, Lexample/haystack/credit/R$layout;->member:I

    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(I)V

    invoke-direct {p0}, Lexample/haystack/credit/MemberActivity;->fill()V

    iget-object v1, p0, Lexample/haystack/credit/MemberActivity;->rates:Ljava/util/Map;

    invoke-interface {v1}, Ljava/util/Map;->keySet()Ljava/util/Set;
    move-result-object v1

    new-instance v0, Ljava/util/ArrayList;

    invoke-direct {v0, v1}, Ljava/util/ArrayList;-><init>(Ljava/util/Collection;)V

    const v1, 0x1090003

    new-instance v2, Landroid/widget/ArrayAdapter;

    invoke-direct {v2, p0, v1, v0}, Landroid/widget/ArrayAdapter;-><init>(Landroid/content/Context;ILjava/util/List;)V

    sget v1, Lexample/haystack/credit/R$id;->products:I

    invoke-virtual {p0, v1}, Landroid/app/Activity;->findViewById(I)Landroid/view/View;
    move-result-object v1

    check-cast v1, Landroid/widget/ListView;

    invoke-virtual {v1, v2}, Landroid/widget/ListView;->setAdapter(Landroid/widget/ListAdapter;)V

    invoke-virtual {v1, p0}, Landroid/widget/ListView;->setOnItemClickListener(Landroid/widget/AdapterView$OnItemClickListener;)V

    return-void
.end method

.method private fill()V
    .locals 3

    new-instance v0, Ljava/util/LinkedHashMap;

    invoke-direct {v0}, Ljava/util/LinkedHashMap;-><init>()V

    iput-object v0, p0, Lexample/haystack/credit/MemberActivity;->rates:Ljava/util/Map;

    const-string v1, "3 months"

    const/16 v2, 0x6e

    invoke-direct {p0, v1, v2}, Lexample/haystack/credit/MemberActivity;->rate(Ljava/lang/String;I)V

    const-string v1, "1 year"

    const/16 v2, 0x91

    invoke-direct {p0, v1, v2}, Lexample/haystack/credit/MemberActivity;->rate(Ljava/lang/String;I)V

    const-string v1, "3 years"

    const/16 v2, 0xc3

    invoke-direct {p0, v1, v2}, Lexample/haystack/credit/MemberActivity;->rate(Ljava/lang/String;I)V

    return-void
.end method

.method private rate(Ljava/lang/String;I)V
    .locals 2

    iget-object v0, p0, Lexample/haystack/credit/MemberActivity;->rates:Ljava/util/Map;

    invoke-static {p2}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1

    invoke-interface {v0, p1, v1}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;

    return-void
.end method

.method public onItemClick(Landroid/widget/AdapterView;Landroid/view/View;IJ)V
    .locals 4

    invoke-virtual {p1, p3}, Landroid/widget/AdapterView;->getItemAtPosition(I)Ljava/lang/Object;
    move-result-object v0

    iget-object v1, p0, Lexample/haystack/credit/MemberActivity;->rates:Ljava/util/Map;

    invoke-interface {v1, v0}, Ljava/util/Map;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v1

    check-cast v1, Ljava/lang/Integer;

    invoke-virtual {v1}, Ljava/lang/Integer;->intValue()I
    move-result v1

    const-class v2, Lexample/haystack/credit/DepositActivity;

    new-instance v3, Landroid/content/Intent;

    invoke-direct {v3, p0, v2}, Landroid/content/Intent;-><init>(Landroid/content/Context;Ljava/lang/Class;)V

    const-string v2, "basis_points"

    invoke-virtual {v3, v2, v1}, Landroid/content/Intent;->putExtra(Ljava/lang/String;I)Landroid/content/Intent;

    invoke-virtual {p0, v3}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

    return-void
.end method
