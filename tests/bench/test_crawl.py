"""The pure parts of the crawl benchmark: the judgement of the log, the site's answers, the descriptor, the page."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from bench import crawl_kills, crawl_page, crawl_site
from bench.crawl import FULL, Downloads, Results, Sustained, read
from bench.crawl_log import Asked, Manners, judge, parse, together
from bench.crawl_run import Measured, descriptor
from bench.crawl_site import FORBIDDEN, Group
from finwatch.crawl.sources import descriptor as descriptors

HOST = "m000.bench.example"


def asked(at: float, path: str = "/list", *, host: str = HOST, seconds: float = 0.01) -> Asked:
    return Asked(host, path, at, at + seconds, 200, 1)


def judged(*requests: Asked, interval: float = 1.0) -> Manners:
    return judge(requests, {one.host: interval for one in requests}, forbidden=FORBIDDEN)


def test_a_polite_crawl_holds() -> None:
    manners = judged(asked(0, "/robots.txt"), asked(0.1), asked(1.1), asked(2.2))
    assert manners.holds()
    assert (manners.requests, manners.robots, manners.short, manners.jittered) == (3, 1, 0, 0)
    assert manners.shortest == pytest.approx(1.0)
    assert manners.after_robots == pytest.approx(0.1)


@pytest.mark.parametrize(("gap", "short", "jittered"), [(0.9, 1, 0), (0.97, 0, 1), (1.001, 0, 0)])
def test_a_gap_is_held_against_the_interval(gap: float, short: int, jittered: int) -> None:
    manners = judged(asked(0, "/robots.txt"), asked(1), asked(1 + gap * 2), interval=2.0)
    assert (manners.short, manners.jittered) == (short, jittered)
    assert manners.holds() == (not short)


def test_hosts_are_judged_apart() -> None:
    other = "m001.bench.example"
    manners = judged(*(asked(0, "/robots.txt", host=host) for host in (HOST, other)), asked(1), asked(1.2, host=other))
    assert (manners.hosts, manners.short, manners.shortest) == (2, 0, float("inf"))
    assert manners.holds()


@pytest.mark.parametrize(
    "requests",
    [
        [asked(0)],
        [asked(0, "/robots.txt"), asked(1, "/private/icon.png")],
        [asked(0, "/robots.txt"), asked(1, seconds=5), asked(3)],
    ],
    ids=["before robots.txt", "forbidden", "two at a time"],
)
def test_bad_manners(requests: list[Asked]) -> None:
    assert not judged(*requests).holds()


def test_requests_at_a_time() -> None:
    assert together([asked(0, seconds=1), asked(1, seconds=1)]) == 1
    assert together([asked(0, seconds=1), asked(0.5, seconds=1), asked(0.9, seconds=1)]) == 3
    assert together([]) == 0


def test_a_line_that_is_not_whole_is_left_out() -> None:
    text = "h\t/b\t2.0\t2.5\t200\t7\nh\t/a\t1.0\t1.5\t404\t0\nh\t/c\t3.0\t3.5\t200\t1"
    assert parse(text) == [Asked("h", "/a", 1.0, 1.5, 404, 0), Asked("h", "/b", 2.0, 2.5, 200, 7)]


def test_lists_end_after_the_last_app() -> None:
    group = Group("m", 2, 25)
    first, second, third = (json.loads(crawl_site.list_page(group, HOST, page))["apps"] for page in (1, 2, 3))
    assert (len(first), len(second), len(third)) == (20, 5, 0)
    assert len({one["app"] for one in first + second}) == 25
    assert ("icon" in first[0], "icon" in first[1], "package" in first[0]) == (True, False, False)


def test_kinds_of_host() -> None:
    group = Group("m", 32, 1)
    names = group.names()
    assert [group.is_detailed(name) for name in names[:4]] == [False, True, False, True]
    assert {name for name in names if group.interval(name) == 2.0} == {names[15], names[31]}
    assert b"<li" in crawl_site.list_page(group, names[1], 1)


def test_every_package_has_bytes_of_its_own() -> None:
    blocks = {crawl_site.block(host, at) for host in ("p000.bench.example", "p001.bench.example") for at in range(2)}
    assert len(blocks) == 4
    assert {len(one) for one in blocks} == {crawl_site.BLOCK}


def test_the_descriptor_is_one() -> None:
    group = Group("m", 3, 5, per_second=4.0)
    markets = descriptors.parse(descriptor(group, 8080), name="markets.toml")
    assert [market.id for market in markets] == ["m000", "m001", "m002"]
    assert {market.politeness.requests_per_second for market in markets} == {4.0}
    assert [market.source is not None and market.source.detail is not None for market in markets] == [0, 1, 0]


@pytest.mark.parametrize("part", crawl_kills.PARTS)
def test_end_states_differ_in_parts(part: str) -> None:
    calm: dict[str, Any] = {name: ["a"] for name in crawl_kills.PARTS}
    assert crawl_kills.different(calm, dict(calm)) == []
    assert crawl_kills.different(calm, {**calm, part: ["a", "a"]}) == [part]


PROCESS = Measured(wall=10, cpu=4, peak=120_000_000, anonymous=80_000_000, code=0, said="")
GOOD = Manners(232, 500, 232, 0, 0, 1.0, 0.1, 1, 90, 0, 0)
OURS = Sustained(PROCESS, GOOD, listings=4_640, seconds=100)
RESULTS = Results({**FULL, "at_once": 96, "seed": 7}, OURS, None, None, None, 1.0)


def test_the_page_says_what_holds() -> None:
    loads = Downloads(PROCESS, GOOD, 40, 40, 200_000_000, 40.0)
    kills = crawl_kills.Kills(20, 9, 7.0, {"blobs": 3}, (1.0,), ())
    results = replace(RESULTS, scrapy=OURS, downloads=loads, kills=kills)
    text = crawl_page.page(results, full=FULL)
    assert crawl_page.page(read(json.loads(json.dumps(asdict(results)))), full=FULL) == text
    assert "missed" not in text
    assert "At full size." in text
    assert "a ratio of **1.00**" in text


@pytest.mark.parametrize(
    "worse",
    [
        replace(OURS, seconds=1_000),
        replace(OURS, listings=4_639),
        replace(OURS, process=replace(PROCESS, peak=400_000_000)),
        replace(OURS, manners=replace(GOOD, short=1)),
    ],
    ids=["slow", "lost", "large", "impolite"],
)
def test_the_page_says_what_is_missed(worse: Sustained) -> None:
    assert crawl_page.page(replace(RESULTS, ours=worse), full=FULL).count("**missed**") == 1


def test_the_page_says_what_was_not_run() -> None:
    text = crawl_page.page(replace(RESULTS, asked={**RESULTS.asked, "kills": 4}), full=FULL)
    assert "**Not at full size**: kills 4 of 20." in text
    assert text.count("Not run.") == 2
