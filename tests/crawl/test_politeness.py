"""The rules of politeness, each by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.crawl.politeness.backoff import LONGEST_S, TRANSIENT, again_after, retry_after
from finwatch.crawl.politeness.rate import Rate
from finwatch.crawl.politeness.robots import BYTES, Robots, RobotsAnswer
from finwatch.crawl.politeness.scope import Scope, public
from finwatch.model.fetch import MarketId, OutcomeKind
from tests.kit.crawling import AT

SHOP = MarketId("shop")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
        "localhost",
        "",
        "127.1",
        "2130706433",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize(
    ("item", "host", "port", "named"),
    [
        ("shop.example", "shop.example", 80, True),
        ("Shop.Example", "shop.example.", 443, True),
        ("shop.example:8080", "shop.example", 8080, True),
        ("shop.example:8080", "shop.example", 80, False),
        ("shop.example", "other.shop.example", 80, False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("::1", "::1", 80, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 81, False),
    ],
)
def test_a_setting_names_hosts(item: str, host: str, port: int, named: bool) -> None:
    assert Scope([item]).names(host, port) is named


def test_the_moments_of_a_host_lie_apart() -> None:
    rate = Rate()
    assert [rate.reserve("a", now=10, per_second=2) for _ in range(3)] == [0, 0.5, 1.0]
    assert rate.reserve("b", now=10, per_second=2) == 0
    assert rate.reserve("a", now=100, per_second=2) == 0


def test_a_request_that_went_out_late_puts_the_next_one_off() -> None:
    rate = Rate()
    assert rate.reserve("a", now=0, per_second=2) == 0
    rate.sent("a", now=0.4, per_second=2)
    assert rate.reserve("a", now=0.5, per_second=2) == pytest.approx(0.4)
    rate.sent("a", now=0.9, per_second=2)
    assert [rate.reserve("a", now=0.9, per_second=2) for _ in range(2)] == pytest.approx([0.5, 1.0])
    rate.sent("a", now=0.9, per_second=2)
    assert rate.reserve("a", now=0.9, per_second=2) == pytest.approx(1.5)


def test_the_longer_interval_holds() -> None:
    rate = Rate()
    rate.crawl_delay("a", 5)
    assert [rate.reserve("a", now=0, per_second=1) for _ in range(2)] == [0, 5]
    rate.crawl_delay("b", 86_400)
    rate.reserve("b", now=0, per_second=1)
    assert rate.reserve("b", now=0, per_second=1) == 60
    rate.hold("c", until=30)
    assert rate.reserve("c", now=0, per_second=0) == 30


@given(st.sampled_from(sorted(TRANSIENT)), st.integers(1, 9), st.text(max_size=5))
def test_waits_grow_within_bounds_and_are_the_same_again(kind: OutcomeKind, attempt: int, salt: str) -> None:
    wait = again_after(kind, attempt=attempt, attempts=10, salt=salt)
    assert wait is not None
    assert 2**attempt <= wait <= 1.5 * 2**attempt
    assert wait == again_after(kind, attempt=attempt, attempts=10, salt=salt)


def test_attempts_end_and_final_answers_are_final() -> None:
    assert again_after(OutcomeKind.TIMEOUT, attempt=4, attempts=4, salt="") is None
    for kind in set(OutcomeKind) - TRANSIENT:
        assert again_after(kind, attempt=1, attempts=4, salt="") is None
    assert (again_after(OutcomeKind.TIMEOUT, attempt=60, attempts=99, salt="") or 0) <= LONGEST_S


def test_retry_after_is_not_undercut() -> None:
    assert again_after(OutcomeKind.THROTTLED, attempt=1, attempts=4, salt="", retry_after_s=90) == 90
    assert (again_after(OutcomeKind.THROTTLED, attempt=1, attempts=4, salt="", retry_after_s=0.1) or 0) >= 2
    assert again_after(OutcomeKind.THROTTLED, attempt=1, attempts=4, salt="", retry_after_s=10**9) == 86_400


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7),
        (" 120 ", 120),
        ("Sun, 22 Nov 2026 08:01:00 GMT", 60),
        ("Sun, 22 Nov 2020 08:01:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=AT) == seconds


class Host:
    """Answers for robots.txt, and how often it was asked."""

    def __init__(self, *answers: RobotsAnswer) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.now = AT
        self.robots = Robots(self.ask, now=lambda: self.now)

    async def ask(self, url: str, market: MarketId) -> RobotsAnswer:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.answers.pop(0)

    def allows(self, path: str) -> bool:
        return asyncio.run(
            self.robots.verdict(f"https://h.example{path}", user_agent="Finwatch/1", market=SHOP)
        ).allowed


def test_rules_are_kept_for_a_day() -> None:
    host = Host(RobotsAnswer(200, b"User-agent: *\nDisallow: /a"), RobotsAnswer(404))
    assert not host.allows("/a")
    assert host.allows("/b")
    assert host.asked == ["https://h.example/robots.txt"]
    host.now += timedelta(hours=25)
    assert host.allows("/a")


def test_a_host_that_failed_is_asked_again_soon() -> None:
    host = Host(RobotsAnswer(503), RobotsAnswer(None, why="timeout"), RobotsAnswer(200, b""))
    assert not host.allows("/")
    assert not host.allows("/")
    host.now += timedelta(minutes=11)
    assert not host.allows("/")
    host.now += timedelta(minutes=11)
    assert host.allows("/")
    assert len(host.asked) == 3


def test_the_own_group_goes_before_the_general_one() -> None:
    host = Host(RobotsAnswer(200, b"\xef\xbb\xbfUser-agent: finwatch\nAllow: /\n\nUser-agent: *\nDisallow: /\n"))
    assert host.allows("/x")


def test_what_stands_beyond_the_bound_is_not_read() -> None:
    host = Host(RobotsAnswer(200, b"#" * BYTES + b"\nUser-agent: *\nDisallow: /\n"))
    assert host.allows("/x")


def test_many_at_once_ask_once() -> None:
    host = Host(RobotsAnswer(200, b""))

    async def go() -> None:
        one = [host.robots.verdict(f"https://h.example/{n}", user_agent="Finwatch/1", market=SHOP) for n in range(5)]
        await asyncio.gather(*one)

    asyncio.run(go())
    assert len(host.asked) == 1
