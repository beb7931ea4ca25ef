.class public final Lexample/cointycoon/game/Board;
.super Ljava/lang/Object;
.source "Board.java"

.field private final coins:[I

.field private score:I

.method public constructor <init>(J)V
    .locals 4

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    new-instance v0, Ljava/util/Random;

    invoke-direct {v0, p1, p2}, Ljava/util/Random;-><init>(J)V

    const/16 v1, 0x40

    new-array v2, v1, [I

    :fill

    add-int/lit8 v1, v1, -1

    if-ltz v1, :end

    const/4 v3, 0x5

    invoke-virtual {v0, v3}, Ljava/util/Random;->nextInt(I)I
    move-result v3

    add-int/lit8 v3, v3, 1

    aput v3, v2, v1

    goto :fill

    :end

    iput-object v2, p0, Lexample/cointycoon/game/Board;->coins:[I

    return-void
.end method

.method public at(II)I
    .locals 2

    const/4 v0, 0x7

    const/4 v1, 0x0

    if-ltz p1, :out

    if-gt p1, v0, :out

    if-ltz p2, :out

    if-gt p2, v0, :out

    iget-object v0, p0, Lexample/cointycoon/game/Board;->coins:[I

    mul-int/lit8 v1, p2, 8

    add-int v1, v1, p1

    aget v1, v0, v1

    :out

    return v1
.end method

.method public pop(II)I
    .locals 3

    invoke-virtual {p0, p1, p2}, Lexample/cointycoon/game/Board;->at(II)I
    move-result v0

    if-nez v0, :coin

    return v0

    :coin

    invoke-virtual {p0, p1, p2, v0}, Lexample/cointycoon/game/Board;->spread(III)I
    move-result v0

    iget v1, p0, Lexample/cointycoon/game/Board;->score:I

    mul-int v2, v0, v0

    add-int v1, v1, v2

    iput v1, p0, Lexample/cointycoon/game/Board;->score:I

    return v0
.end method

.method public spread(III)I
    .locals 3

    invoke-virtual {p0, p1, p2}, Lexample/cointycoon/game/Board;->at(II)I
    move-result v0

    const/4 v1, 0x0

    if-eq v0, p3, :same

    return v1

    :same

    iget-object v0, p0, Lexample/cointycoon/game/Board;->coins:[I

    mul-int/lit8 v2, p2, 8

    add-int v2, v2, p1

    aput v1, v0, v2

    add-int/lit8 v0, p1, 1

    invoke-virtual {p0, v0, p2, p3}, Lexample/cointycoon/game/Board;->spread(III)I
    move-result v1

    add-int/lit8 v0, p1, -1

    invoke-virtual {p0, v0, p2, p3}, Lexample/cointycoon/game/Board;->spread(III)I
    move-result v2

    add-int v1, v1, v2

    add-int/lit8 v0, p2, 1

    invoke-virtual {p0, p1, v0, p3}, Lexample/cointycoon/game/Board;->spread(III)I
    move-result v2

    add-int v1, v1, v2

    add-int/lit8 v0, p2, -1

    invoke-virtual {p0, p1, v0, p3}, Lexample/cointycoon/game/Board;->spread(III)I
    move-result v2

    add-int v1, v1, v2

    add-int/lit8 v1, v1, 1

    return v1
.end method
