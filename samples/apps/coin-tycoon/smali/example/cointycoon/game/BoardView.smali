.class public Lexample/cointycoon/game/BoardView;
.super Landroid/view/View;
.source "BoardView.java"

.field private final board:Lexample/cointycoon/game/Board;

.field private final paint:Landroid/graphics/Paint;

.method public constructor <init>(Landroid/content/Context;)V
    .locals 3

    invoke-direct {p0, p1}, Landroid/view/View;-><init>(Landroid/content/Context;)V

    invoke-static {}, Ljava/lang/System;->nanoTime()J
    move-result-wide v1

    new-instance v0, Lexample/cointycoon/game/Board;

    invoke-direct {v0, v1, v2}, Lexample/cointycoon/game/Board;-><init>(J)V

    iput-object v0, p0, Lexample/cointycoon/game/BoardView;->board:Lexample/cointycoon/game/Board;

    new-instance v0, Landroid/graphics/Paint;

    invoke-direct {v0}, Landroid/graphics/Paint;-><init>()V

    iput-object v0, p0, Lexample/cointycoon/game/BoardView;->paint:Landroid/graphics/Paint;

    return-void
.end method

.method public onTouchEvent(Landroid/view/MotionEvent;)Z
    .locals 4

    invoke-virtual {p1}, Landroid/view/MotionEvent;->getAction()I
    move-result v0

    const/4 v1, 0x1

    if-eqz v0, :down

    return v1

    :down

    invoke-virtual {p1}, Landroid/view/MotionEvent;->getX()F
    move-result v0

    invoke-virtual {p0}, Landroid/view/View;->getWidth()I
    move-result v2

    div-int/lit8 v2, v2, 8

    int-to-float v2, v2

    div-float v0, v0, v2

    float-to-int v0, v0

    invoke-virtual {p1}, Landroid/view/MotionEvent;->getY()F
    move-result v3

    div-float v3, v3, v2

    float-to-int v3, v3

    iget-object v2, p0, Lexample/cointycoon/game/BoardView;->board:Lexample/cointycoon/game/Board;

    invoke-virtual {v2, v0, v3}, Lexample/cointycoon/game/Board;->pop(II)I
    move-result v0

    if-lez v0, :none

    invoke-virtual {p0}, Landroid/view/View;->invalidate()V

    :none

    return v1
.end method

.method protected onDraw(Landroid/graphics/Canvas;)V
    .locals 9

    invoke-super {p0, p1}, Landroid/view/View;->onDraw(Landroid/graphics/Canvas;)V

    iget-object v0, p0, Lexample/cointycoon/game/BoardView;->board:Lexample/cointycoon/game/Board;

    iget-object v1, p0, Lexample/cointycoon/game/BoardView;->paint:Landroid/graphics/Paint;

    invoke-virtual {p0}, Landroid/view/View;->getWidth()I
    move-result v2

    div-int/lit8 v2, v2, 8

    const/4 v3, 0x0

    :row

    const/16 v4, 0x8

    if-ge v3, v4, :end

    const/4 v5, 0x0

    :column

    if-ge v5, v4, :line

    invoke-virtual {v0, v5, v3}, Lexample/cointycoon/game/Board;->at(II)I
    move-result v6

    if-eqz v6, :skip

    mul-int/lit16 v6, v6, 0x2f10

    const/high16 v7, -0x1000000

    or-int v6, v6, v7

    invoke-virtual {v1, v6}, Landroid/graphics/Paint;->setColor(I)V

    mul-int v6, v5, v2

    div-int/lit8 v7, v2, 2

    add-int v6, v6, v7

    int-to-float v6, v6

    mul-int v8, v3, v2

    add-int v8, v8, v7

    int-to-float v8, v8

    int-to-float v7, v7

    invoke-virtual {p1, v6, v8, v7, v1}, Landroid/graphics/Canvas;->drawCircle(FFFLandroid/graphics/Paint;)V

    :skip

    add-int/lit8 v5, v5, 1

    goto :column

    :line

    add-int/lit8 v3, v3, 1

    goto :row

    :end

    return-void
.end method
