"""Empty, throttled, challenge, gone and changed shape: each is an outcome of its own, and none costs what was kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from finwatch.crawl.sources.descriptor import parse
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import Market, Outcome, OutcomeKind
from tests.kit.crawling import PATIENT
from tests.kit.hostile import Route, Server, plain, redirect, serving
from tests.kit.replaying import Replay

JSON = """
[[market]]
id = "shop"
name = { zh = "商店", en = "Shop" }
protocol = "pages"
address = "ADDRESS"
[market.source]
signs.throttled = [{ status = 403, body_below = 1 }]
[[market.source.lists]]
url = "/list"
items = "apps"
signs.throttled = [{ at = "code", equals = [110, 111] }]
signs.gone = [{ at = "code", equals = 404 }]
signs.empty = [{ at = "total", equals = 0 }]
signs.challenge = [{ text = "请完成验证" }]
signs.required = ["total"]
[market.source.lists.fields]
app = "pkg"
name = "name"
"""
HTML = """
[[market]]
id = "shop"
name = { zh = "商店", en = "Shop" }
protocol = "pages"
address = "ADDRESS"
[[market.source.lists]]
url = "/list"
form = "html"
items = "li.app"
signs.empty = [{ at = "p.none" }]
signs.gone = [{ at = "p.closed" }]
[market.source.lists.fields]
app = "@data-pkg"
name = "b"
"""
JSON_GOOD = b'{"total":1,"apps":[{"pkg":"example.a","name":"A"}]}'
HTML_GOOD = b"<html><ul><li class=app data-pkg=example.a><b>A</b></li></ul></html>"


def market(text: str, server: Server) -> Market:
    (one,) = parse(text.replace("ADDRESS", server.url("/")), name="shop.toml")
    return one.model_copy(update={"politeness": PATIENT})


def after(lake: LocalLake, text: str, good: bytes, answer: Route) -> tuple[Replay, Outcome]:
    """A market that was read well once and then gives ``answer``; with the first outcome of the second day."""

    async def go() -> tuple[Replay, Outcome]:
        async with serving() as server:
            server.serve("/list", good)
            replay = Replay(lake, server, market(text, server))
            await replay.run()
            assert [outcome.kind for outcome in replay.outcomes] == [OutcomeKind.OK]
            server.routes["/list"] = answer
            replay.clock.time += timedelta(days=1, minutes=1)
            await replay.run(patience_s=0)
            return replay, replay.outcomes[1]

    return asyncio.run(go())


CASES: dict[str, tuple[str, Route, OutcomeKind, str]] = {
    "json says it has nothing": (JSON, plain(b'{"total":0,"apps":[]}'), OutcomeKind.EMPTY, ""),
    "json code of a limit": (JSON, plain(b'{"code":110}'), OutcomeKind.THROTTLED, "code is 110"),
    "403 without a body": (JSON, plain(b"", status=403), OutcomeKind.THROTTLED, "answered 403"),
    "403 with a body": (JSON, plain(b"no", status=403), OutcomeKind.REFUSED, "403"),
    "429": (JSON, plain(b"", status=429), OutcomeKind.THROTTLED, "429"),
    "json code of an end": (JSON, plain(b'{"code":404}'), OutcomeKind.GONE, "code is 404"),
    "404": (JSON, plain(b"", status=404), OutcomeKind.GONE, "404"),
    "a page that wants a person": (
        JSON,
        plain("<html>请完成验证</html>".encode()),
        OutcomeKind.CHALLENGE,
        "请完成验证",
    ),
    "a challenge by its header": (
        JSON,
        plain(b"<html>...</html>", status=403, CF_Mitigated="challenge"),
        OutcomeKind.CHALLENGE,
        "cf-mitigated",
    ),
    "a challenge by its script": (
        HTML,
        plain(b"<html><script>var arg1='x';document.cookie='acw_sc__v2='</script></html>"),
        OutcomeKind.CHALLENGE,
        "acw_sc__v2",
    ),
    "another key": (JSON, plain(b'{"total":1,"programs":[]}'), OutcomeKind.CHANGED_SHAPE, "no items are at apps"),
    "a missing key": (JSON, plain(b'{"apps":[]}'), OutcomeKind.CHANGED_SHAPE, "nothing is at total"),
    "items of another shape": (
        JSON,
        plain(b'{"total":2,"apps":[{"package":"a"},{"package":"b"}]}'),
        OutcomeKind.CHANGED_SHAPE,
        "none of 2 items names its app at pkg",
    ),
    "nothing, and nobody says so": (
        JSON.replace('signs.required = ["total"]\n', ""),
        plain(b'{"apps":[]}'),
        OutcomeKind.CHANGED_SHAPE,
        "it had listings before",
    ),
    "html for json": (JSON, plain(b"<html>hello</html>"), OutcomeKind.MALFORMED, "HTML page where JSON belongs"),
    "half of json": (JSON, plain(JSON_GOOD[:20]), OutcomeKind.MALFORMED, "no JSON"),
    "no json number": (JSON, plain(b'{"total":NaN}'), OutcomeKind.MALFORMED, "NaN"),
    "depth without end": (JSON, plain(b"[" * 100_000), OutcomeKind.MALFORMED, "no JSON"),
    "html says it has nothing": (HTML, plain(b"<p class=none>0</p>"), OutcomeKind.EMPTY, ""),
    "html is closed": (HTML, plain(b"<p class=closed>bye</p>"), OutcomeKind.GONE, "p.closed"),
    "html of another shape": (HTML, plain(b"<div class=app>A</div>"), OutcomeKind.CHANGED_SHAPE, "li.app"),
    "a redirect into the house": (HTML, redirect("http://127.0.0.1:1/"), OutcomeKind.PRIVATE_ADDRESS, "127.0.0.1"),
    "a redirect to a file": (HTML, redirect("file:///etc/passwd"), OutcomeKind.MALFORMED, "file:"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_answer_has_its_own_outcome(lake: LocalLake, case: str) -> None:
    text, answer, kind, says = CASES[case]
    replay, outcome = after(lake, text, HTML_GOOD if text is HTML else JSON_GOOD, answer)
    assert outcome.kind is kind
    assert says in outcome.message
    if kind is OutcomeKind.EMPTY:
        assert replay.listings == []
        assert len(replay.sink.visits) == 2
    else:
        assert [listing.app for listing in replay.listings] == ["example.a"], "what was kept stays"
        assert len(replay.sink.visits) == 1
        assert "/list" in outcome.message or kind is OutcomeKind.PRIVATE_ADDRESS


def test_only_what_may_pass_is_tried_again_soon(lake: LocalLake) -> None:
    for case, soon in (("json code of a limit", True), ("a page that wants a person", False), ("another key", False)):
        text, answer, _, _ = CASES[case]
        replay, _ = after(lake, text, JSON_GOOD, answer)
        (task,) = replay.frontier.tasks.values()
        assert task is not None
        assert (task.due < replay.clock.now() + timedelta(hours=1)) is soon


def test_the_same_answer_is_not_kept_twice(lake: LocalLake) -> None:
    replay, outcome = after(lake, JSON, JSON_GOOD, plain(JSON_GOOD))
    assert outcome.kind is OutcomeKind.NOT_MODIFIED
    assert len(replay.sink.visits) == 1


DETAILS = (
    JSON
    + """
[market.source.detail]
url = "/app/{app}"
signs.gone = [{ at = "state", equals = "off" }]
[market.source.detail.fields]
version_name = "version"
developer = "dev"
"""
)


def _detail(lake: LocalLake, *, first: dict[str, Any], then: dict[str, Any]) -> Replay:
    """Three apps on two days; the pages of the apps answer as given."""
    good = b'{"total":3,"apps":[{"pkg":"a","name":"A"},{"pkg":"b","name":"B"},{"pkg":"c","name":"C"}]}'

    async def go() -> Replay:
        async with serving() as server:
            server.serve("/list", good)
            replay = Replay(lake, server, market(DETAILS, server))
            for pages in (first, then):
                for app, answer in pages.items():
                    server.routes[f"/app/{app}"] = plain(answer) if isinstance(answer, bytes) else answer
                await replay.run(patience_s=0)
                replay.clock.time += timedelta(days=1, minutes=1)
            return replay

    return asyncio.run(go())


GOOD = dict.fromkeys("abc", b'{"version":"1","dev":"D"}')


def versions(replay: Replay) -> dict[str, str | None]:
    return {listing.app: listing.version_name for listing in replay.listings}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (plain(b"", status=500), "stays as it was seen last"),
        (plain(b"<html>"), "stays as it was seen last"),
        (plain(b'{"name":"x"}'), "none of the fields"),
    ],
)
def test_one_app_that_cannot_be_read_stays_as_it_was(lake: LocalLake, answer: Route, says: str) -> None:
    replay = _detail(lake, first=GOOD, then={"a": b'{"version":"2"}', "b": answer})
    assert versions(replay) == {"a": "2", "b": "1", "c": "1"}
    assert {one.app: one.developer for one in replay.listings}["b"] == "D"
    assert says in replay.outcomes[-1].message


def test_an_app_whose_page_is_gone_is_not_listed(lake: LocalLake) -> None:
    replay = _detail(lake, first=GOOD, then={"a": b'{"state":"off"}', "b": plain(b"", status=404)})
    assert versions(replay) == {"c": "1"}


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"a": plain(b"", status=403)}, OutcomeKind.THROTTLED),
        ({"b": plain(b"x", status=403, CF_Mitigated="challenge")}, OutcomeKind.CHALLENGE),
        ({"a": plain(b'{"x":1}'), "b": plain(b'{"x":1}')}, OutcomeKind.CHANGED_SHAPE),
    ],
)
def test_a_market_that_turns_away_is_left_at_once(
    lake: LocalLake, answers: dict[str, Route], kind: OutcomeKind
) -> None:
    replay = _detail(lake, first=GOOD, then=answers)
    assert replay.outcomes[-1].kind is kind
    assert versions(replay) == {"a": "1", "b": "1", "c": "1"}
    if kind is not OutcomeKind.CHANGED_SHAPE:
        assert replay.asked[-1] == f"/app/{next(iter(answers))}", "no more is asked after that"


@pytest.mark.parametrize(
    ("charset", "stated"), [("gb18030", "GBK"), ("utf-8", "gb2312"), ("gb18030", None), ("utf-8", "no-such")]
)
def test_a_wrong_charset_costs_no_letter(lake: LocalLake, charset: str, stated: str | None) -> None:
    page = "<html><li class=app data-pkg=example.a><b>灯笼贷</b></li></html>".encode(charset)
    headers = {"Content_Type": f"text/html; charset={stated}"} if stated else {}
    replay, outcome = after(lake, HTML, HTML_GOOD, plain(page, **headers))
    assert outcome.kind is OutcomeKind.OK
    assert replay.listings[0].names == {"zh-CN": "灯笼贷"}
