"""What a crawl beyond stores leaves in a lake: a chain to a package, a notice, leads, ratings, reviews."""

from __future__ import annotations

from datetime import datetime

from finwatch.flow import beyond
from finwatch.lake import Lake
from finwatch.lake.rows import rating_row, review_row
from finwatch.model.fetch import MarketId
from finwatch.model.listing import RatingPoint, Review
from finwatch.model.web import (
    CellAt,
    Chain,
    HeaderAt,
    Lead,
    LeadReason,
    Link,
    LinkEnd,
    LinkKind,
    Notice,
    NoticeFault,
    NoticeRow,
    PixelsAt,
    SpanAt,
)
from tests.kit.store import MARKET, START, later, sha

PAGE = "https://promo.example/ad"
NOTICE = "https://regulator.example/notice.html"


def chain(at: datetime = START, *, package: str = sha("loan"), market: str = MARKET) -> Chain:
    """Landing page → redirect → QR code → package, and an image that could not be decoded."""
    own, final = "https://promo.example/go", "https://cdn.example/loan.apk"
    place = SpanAt(url=own, capture="page.warc.gz#2", start=3, end=9)
    return Chain(
        id=sha(f"{market} {at}")[:32],
        market=market,
        start=PAGE,
        at=at,
        notes=("2 links to other hosts were not followed",),
        links=(
            Link(
                number=0,
                parent=None,
                kind=LinkKind.START,
                url=PAGE,
                end=LinkEnd.REDIRECTED,
                status=302,
                capture="page.warc.gz#0",
            ),
            Link(
                number=1,
                parent=0,
                kind=LinkKind.REDIRECT,
                url=own,
                found=HeaderAt(url=PAGE, capture="page.warc.gz#0", name="Location"),
                end=LinkEnd.PAGE,
                status=200,
                capture="page.warc.gz#2",
            ),
            Link(
                number=2,
                parent=1,
                kind=LinkKind.IMAGE,
                url=f"{own}/qr.png",
                found=place,
                end=LinkEnd.IMAGE,
                status=200,
                capture="page.warc.gz#4",
            ),
            Link(
                number=3,
                parent=2,
                kind=LinkKind.QR_CODE,
                url=final,
                found=PixelsAt(url=f"{own}/qr.png", capture="page.warc.gz#4", left=1, top=2, right=90, bottom=91),
                end=LinkEnd.PACKAGE,
                status=200,
                capture="page.warc.gz#6",
                sha256=package,
                bytes=40_000,
            ),
            Link(
                number=4,
                parent=1,
                kind=LinkKind.IMAGE,
                url=f"{own}/broken.png",
                found=place,
                end=LinkEnd.NOT_DECODED,
                message="not an image",
                status=200,
                capture="page.warc.gz#8",
            ),
        ),
    )


def notice(at: datetime = START, *, market: str = MARKET, edition: str = "first") -> Notice:
    """Two apps and a part that gave no row."""

    def cell(row: int, column: int) -> CellAt:
        return CellAt(url=NOTICE, capture="notice.warc.gz#0", table="table 1", row=row, column=column)

    rows = tuple(
        NoticeRow(
            number=str(at_row),
            app=app,
            developer=f"{app}科技有限公司",
            version="1.0",
            problem="违规收集个人信息",
            at={"app": cell(at_row + 1, 2), "problem": cell(at_row + 1, 5)},
        )
        for at_row, app in enumerate(("青禾银行", "竹筏基金"), start=1)
    )
    return Notice(
        market=market,
        url=NOTICE,
        capture="notice.warc.gz#0",
        sha256=sha(edition),
        form="html",
        title="关于侵害用户权益行为的APP通报",
        seen=at,
        rows=rows,
        faults=(NoticeFault(at=cell(4, 1), reason="two cells in one", text="3 某应用"),),
    )


def leads(at: datetime = START, *, market: str = MARKET) -> list[Lead]:
    """One by an address inside a package, one by a notice."""
    return [
        Lead(
            market=market,
            kind="page",
            url="https://promo.example/down",
            reason=LeadReason.ENDPOINT,
            of=sha("loan"),
            says="The code of cn.loan names this address.",
            at=at,
        ),
        Lead(
            market=market,
            kind="index",
            url="https://search.example/?q=青禾银行",
            reason=LeadReason.NOTICE,
            of=NOTICE,
            says=f"青禾银行 is named by {NOTICE}.",
            at=at,
        ),
    ]


def found(lake: Lake, at: datetime = START, *, market: str = MARKET) -> None:
    """All three in the lake."""
    nouns = [chain(at, market=market), notice(at, market=market), *leads(at, market=market)]
    beyond.keep(lake, MarketId(market), nouns, at=at)


def rated(lake: Lake, app: str, points: list[tuple[int, float | None, int | None]], *, market: str = MARKET) -> None:
    """Points of a series: seconds after ``START``, stars, downloads."""
    for seconds, rating, downloads in points:
        point = RatingPoint(
            market=MarketId(market),
            app=app,
            at=later(seconds),
            rating=rating,
            rating_count=100,
            downloads=downloads,
            capture=f"list.warc.gz#{seconds}",
        )
        key = f"{market} {app} {seconds}"
        lake.tables.append("ratings", [rating_row(point)], key=key, dt=point.at.date(), market=market)


def reviewed(lake: Lake, app: str, stars: list[tuple[int, float | None, str]], *, market: str = MARKET) -> None:
    """Reviews: seconds after ``START``, stars, text; the text is also what tells one from another."""
    rows = [
        review_row(
            Review(
                market=MarketId(market),
                app=app,
                id=sha(text)[:8],
                rating=rating,
                title="标题",
                text=text,
                written=later(seconds),
                seen=later(seconds + 60),
                capture=f"reviews.warc.gz#{seconds}",
            )
        )
        for seconds, rating, text in stars
    ]
    last = max(seconds for seconds, _, _ in stars)
    lake.tables.append("reviews", rows, key=f"{market} {app} {last}", dt=later(last).date(), market=market)
