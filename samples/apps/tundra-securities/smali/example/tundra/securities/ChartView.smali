.class public Lexample/tundra/securities/ChartView;
.super Landroid/view/View;
.source "ChartView.java"

.field private final pen:Landroid/graphics/Paint;

.field private prices:[F

.method public constructor <init>(Landroid/content/Context;)V
    .locals 2

    invoke-direct {p0, p1}, Landroid/view/View;-><init>(Landroid/content/Context;)V

    new-instance v0, Landroid/graphics/Paint;

    invoke-direct {v0}, Landroid/graphics/Paint;-><init>()V

    const v1, -0xff8888

    invoke-virtual {v0, v1}, Landroid/graphics/Paint;->setColor(I)V

    iput-object v0, p0, Lexample/tundra/securities/ChartView;->pen:Landroid/graphics/Paint;

    const/4 v0, 0x0

    new-array v0, v0, [F

    iput-object v0, p0, Lexample/tundra/securities/ChartView;->prices:[F

    return-void
.end method

.method public setPrices([F)V
    .locals 1

    invoke-virtual {p1}, Ljava/lang/Object;->clone()Ljava/lang/Object;
    move-result-object v0

    check-cast v0, [F

    iput-object v0, p0, Lexample/tundra/securities/ChartView;->prices:[F

    invoke-virtual {p0}, Landroid/view/View;->invalidate()V

    return-void
.end method

.method protected onDraw(Landroid/graphics/Canvas;)V
    .locals 14

    invoke-super {p0, p1}, Landroid/view/View;->onDraw(Landroid/graphics/Canvas;)V

    iget-object v0, p0, Lexample/tundra/securities/ChartView;->prices:[F

    iget-object v5, p0, Lexample/tundra/securities/ChartView;->pen:Landroid/graphics/Paint;

    array-length v6, v0

    const/4 v7, 0x1

    :next

    if-ge v7, v6, :end

    add-int/lit8 v1, v7, -1

    aget v2, v0, v1

    aget v4, v0, v7

    mul-int/lit8 v1, v1, 8

    int-to-float v1, v1

    mul-int/lit8 v3, v7, 8

    int-to-float v3, v3

    move-object/from16 v8, p1

    move v9, v1

    move v10, v2

    move v11, v3

    move v12, v4

    move-object v13, v5

    invoke-virtual/range {v8 .. v13}, Landroid/graphics/Canvas;->drawLine(FFFFLandroid/graphics/Paint;)V

    add-int/lit8 v7, v7, 1

    goto :next

    :end

    return-void
.end method
