"""Lists of many pages: by page, offset, cursor and link; until empty, until nothing is new, no further."""

from __future__ import annotations

import asyncio
import json

import pytest

from finwatch.crawl.sources.descriptor import parse
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import OutcomeKind
from tests.kit.crawling import PATIENT
from tests.kit.hostile import Route, plain, serving
from tests.kit.replaying import Replay

HEAD = """
[[market]]
id = "shop"
name = { zh = "商店", en = "Shop" }
protocol = "pages"
address = "ADDRESS"
"""
JSON = """
[[market.source.lists]]
url = "URL"
items = "list"
paging = PAGING
fields = { app = "id" }
"""
HTML = """
[[market.source.lists]]
url = "URL"
form = "html"
items = "li"
signs.required = ["ul"]
paging = PAGING
fields = { app = "@id" }
"""


def page(*apps: str, **more: object) -> bytes:
    return json.dumps({"list": [{"id": app} for app in apps], **more}).encode()


def read(lake: LocalLake, text: str, url: str, paging: str, routes: dict[str, bytes | Route]) -> Replay:
    async def go() -> Replay:
        async with serving() as server:
            for path, answer in routes.items():
                server.routes[path] = plain(answer) if isinstance(answer, bytes) else answer
            whole = (HEAD + text).replace("ADDRESS", server.url("/")).replace("URL", url).replace("PAGING", paging)
            (market,) = parse(whole, name="shop.toml")
            replay = Replay(lake, server, market.model_copy(update={"politeness": PATIENT}))
            await replay.run(patience_s=0)
            return replay

    return asyncio.run(go())


def html(*apps: str, link: str = "") -> bytes:
    items = "".join(f"<li id={app}>{app}</li>" for app in apps)
    return f"<ul>{items}</ul>{f'<a class=next href={link}>next</a>' if link else ''}".encode()


CASES: dict[str, tuple[str, str, str, dict[str, bytes | Route], list[str], list[str]]] = {
    "page until empty": (
        *(JSON, "/l?p={page}", '{ by = "page" }'),
        {"/l?p=1": page("a", "b"), "/l?p=2": page("c"), "/l?p=3": page()},
        ["a", "b", "c"],
        ["/l?p=1", "/l?p=2", "/l?p=3"],
    ),
    "page until 404": (
        *(JSON, "/l?p={page}", '{ by = "page", first = 0 }'),
        {"/l?p=0": page("a")},
        ["a"],
        ["/l?p=0", "/l?p=1"],
    ),
    "the last page over and over": (
        *(JSON, "/l?p={page}", '{ by = "page" }'),
        {f"/l?p={number}": page("a") if number == 1 else page("b") for number in range(1, 9)},
        ["a", "b"],
        ["/l?p=1", "/l?p=2", "/l?p=3"],
    ),
    "offset": (
        *(JSON, "/l?o={offset}", '{ by = "offset", first = 0, step = 2 }'),
        {"/l?o=0": page("a", "b"), "/l?o=2": page("c"), "/l?o=4": page()},
        ["a", "b", "c"],
        ["/l?o=0", "/l?o=2", "/l?o=4"],
    ),
    "cursor": (
        *(JSON, "/l?c={cursor}", '{ by = "cursor", first = 0, at = "next" }'),
        {"/l?c=0": page("a", next="x/y"), "/l?c=x%2Fy": page("b", next=None)},
        ["a", "b"],
        ["/l?c=0", "/l?c=x%2Fy"],
    ),
    "a cursor that goes round": (
        *(JSON, "/l?c={cursor}", '{ by = "cursor", first = 0, at = "next" }'),
        {"/l?c=0": page("a", next=1), "/l?c=1": page("b", next=1)},
        ["a", "b"],
        ["/l?c=0", "/l?c=1"],
    ),
    "link": (
        *(HTML, "/l", '{ by = "link", at = "a.next@href" }'),
        {"/l": html("a", link="?p=2"), "/l?p=2": html("b", link="/last"), "/last": html("c")},
        ["a", "b", "c"],
        ["/l", "/l?p=2", "/last"],
    ),
    "no more pages than allowed": (
        *(JSON, "/l?p={page}", '{ by = "page", pages = 2 }'),
        {f"/l?p={number}": page(f"a{number}") for number in range(1, 9)},
        ["a1", "a2"],
        ["/l?p=1", "/l?p=2"],
    ),
    "one object for a list": (
        *(JSON, "/l?p={page}", '{ by = "page", pages = 1 }'),
        {"/l?p=1": b'{"list":{"id":"only"}}'},
        ["only"],
        ["/l?p=1"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_pages_are_read_to_their_end(lake: LocalLake, case: str) -> None:
    text, url, paging, routes, apps, asked = CASES[case]
    replay = read(lake, text, url, paging, routes)
    assert [listing.app for listing in replay.listings] == apps
    assert replay.asked == asked
    (outcome,) = replay.outcomes
    assert ("there may be more pages" in outcome.message) is (
        case in {"no more pages than allowed", "one object for a list"}
    )


def test_a_page_in_the_middle_that_fails_ends_the_reading(lake: LocalLake) -> None:
    routes: dict[str, bytes | Route] = {"/l?p=1": page("a"), "/l?p=2": plain(b"", status=500)}
    replay = read(lake, JSON, "/l?p={page}", '{ by = "page" }', routes)
    assert [outcome.kind for outcome in replay.outcomes] == [OutcomeKind.SERVER_ERROR]
    assert replay.sink.visits == {}, "half a list is not kept: the other half would seem gone"


def test_what_an_app_is_called_cannot_change_where_a_request_goes(lake: LocalLake) -> None:
    text = JSON + '[market.source.detail]\nurl = "/app/{app}?v=1"\nfields = { name = "n" }\n'
    routes: dict[str, bytes | Route] = {"/l?p=1": page("../admin?x=1#y", "http://192.168.0.1/"), "/l?p=2": page()}
    replay = read(lake, text, "/l?p={page}", '{ by = "page" }', routes)
    assert replay.asked[2:] == ["/app/..%2Fadmin%3Fx%3D1%23y?v=1", "/app/http%3A%2F%2F192.168.0.1%2F?v=1"]


def test_every_combination_of_each_is_asked_for_once(lake: LocalLake) -> None:
    text = JSON + 'each = { word = ["贷", "银行"], kind = [1, 2] }\n'
    text = text.replace('fields = { app = "id" }\n', "") + 'fields = { app = "id" }\n'
    routes: dict[str, bytes | Route] = {
        "/l?w=%E8%B4%B7&k=1&p=1": page("a"),
        "/l?w=%E8%B4%B7&k=2&p=1": page("a", "b"),
        "/l?w=%E9%93%B6%E8%A1%8C&k=1&p=1": page(),
        "/l?w=%E9%93%B6%E8%A1%8C&k=2&p=1": page("c"),
    }
    replay = read(lake, text, "/l?w={word}&k={kind}&p={page}", '{ by = "page", pages = 1 }', routes)
    assert [listing.app for listing in replay.listings] == ["a", "b", "c"]
    assert sorted(replay.asked) == sorted(routes)
