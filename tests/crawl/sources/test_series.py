"""What follows from listings: points of the ratings, rows of reviews, and the tasks that lead to packages."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from finwatch.crawl.task import tasks_of
from finwatch.flow.collect import LakeSink
from finwatch.lake.local import LocalLake
from finwatch.lake.rows import listing_of, rating_of, review_of
from finwatch.model.fetch import OutcomeKind, TaskKind
from finwatch.model.listing import Listing, RatingPoint, Review
from tests.crawl.sources.test_replay import APPLE
from tests.kit.crawling import AT, SHOP, fetcher, market, request
from tests.kit.hostile import plain, redirect, serving
from tests.kit.replaying import Replay, on_loopback


def listing(app: str = "example.a", **fields: Any) -> Listing:
    return Listing(**{"market": SHOP, "app": app, "seen": AT} | fields)


def test_every_reading_adds_a_point_for_each_app(lake: LocalLake) -> None:
    sink, shop = LakeSink(lake), market("http://127.0.0.1/")
    days = [AT, AT + timedelta(days=1)]
    for number, at in enumerate(days):
        shown = [
            listing(version_code=1, rating=4.0, downloads=5),
            listing(version_code=2, rating=4.5, rating_count=10 + number, downloads=1000 * (number + 1), capture="c#1"),
            listing("example.silent"),
        ]
        for _ in range(2):  # a visit that is handed in twice is kept once
            sink.snapshot(shop, shown, visit=f"day {number}", at=at)
    points = [rating_of(row) for row in lake.tables.read("ratings").to_pylist()]
    assert points == [
        RatingPoint(
            market=SHOP, app="example.a", at=at, rating=4.5, rating_count=10 + number, downloads=1000 * (number + 1),
            capture="c#1",
        )
        for number, at in enumerate(days)
    ]  # fmt: skip


def test_a_listing_and_a_review_come_back_from_the_lake_as_they_were(lake: LocalLake) -> None:
    sink, shop = LakeSink(lake), market("http://127.0.0.1/")
    shown = listing(
        store_id="1", store_url="https://x.example/1", developer_id="d", rating=4.5, rating_count=2, review_count=1,
        downloads=3, icp_number="京ICP备00000000号", package_md5="0" * 32, signer_sha1=("1" * 40,),
        signer_md5=("2" * 32,), package_bytes=5, package_bytes_rounded=True,
    )  # fmt: skip
    sink.snapshot(shop, [shown], visit="one", at=AT)
    assert [listing_of(row) for row in lake.tables.read("listings").to_pylist()] == [shown]
    written = Review(
        market=SHOP, app="example.a", id="7", rating=1, title="差", text="强制授权", author="0" * 64, version_name="1",
        written=AT, seen=AT, capture="c#1",
    )  # fmt: skip
    for _ in range(2):
        sink.reviews(shop, [written], visit="one", at=AT)
    assert [review_of(row) for row in lake.tables.read("reviews").to_pylist()] == [written]


def test_unchanged_reviews_are_asked_for_once_a_day_and_one_page_only(lake: LocalLake) -> None:
    async def story() -> None:
        async with serving() as server:
            for path, answer in APPLE.items():
                assert isinstance(answer, bytes)
                server.routes[path] = plain(answer)
            replay = Replay(lake, server, on_loopback("apple-cn", keyword=("贷款",)))
            await replay.run()
            server.log.clear()
            replay.clock.time += timedelta(days=1, minutes=1)
            await replay.run()
            assert sum("customerreviews" in path for path in replay.asked) == 3
            assert not any("page=2" in path for path in replay.asked)
            kinds = [one.kind for one in replay.outcomes[-4:] if one.task is TaskKind.REVIEWS]
            assert kinds == [OutcomeKind.NOT_MODIFIED] * 3

    asyncio.run(story())


def test_a_new_version_at_the_same_address_is_fetched_anew() -> None:
    shop = market("http://127.0.0.1/")
    url = "https://x.example/download/1"

    def address(**fields: Any) -> str:
        (task,) = tasks_of(shop, [listing(package_url=url, **fields)], due=AT)
        return task.url

    assert address(version_code=1) == f"{url}#1"
    assert address(version_name="2.0 正式") == f"{url}#2.0%20%E6%AD%A3%E5%BC%8F"
    assert address(version_code=1, package_sha256="0" * 64) == url
    assert address() == url


def test_a_download_is_judged_by_no_rounded_size() -> None:
    shop = market("http://127.0.0.1/")
    for rounded, expected in ((True, None), (False, 5)):
        one = listing(package_url="https://x.example/1", package_bytes=5, package_bytes_rounded=rounded)
        (task,) = tasks_of(shop, [one], due=AT)
        assert task.expected_bytes == expected


def test_a_post_goes_on_as_the_redirect_says(lake: LocalLake) -> None:
    async def story() -> None:
        async with serving() as server, fetcher(lake, server.host) as one:
            for status, method in ((302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")):
                server.routes["/start"] = redirect("/end", status)
                server.serve("/end", b"{}")
                answer = await one.page(request(server.url("/start"), method="POST", body=b'{"a":1}'))
                last = server.log[-1]
                assert (last.path, last.method, last.body) == ("/end", method, b'{"a":1}' if method == "POST" else b"")
                assert answer.hop.request.endswith(last.body)
                assert server.log[-2].body == b'{"a":1}'

    asyncio.run(story())
