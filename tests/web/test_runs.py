"""The run pages: what a run was and found, in both languages; each number leads to a list of that many rows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.run import RunState
from finwatch.model.view import HistoryDocument
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.web.pages import Site
from tests.kit.store import MARKET, START, later, market, outcome, task


def filled(store: Store) -> None:
    """Two runs: one that found and missed something, one that failed."""
    store.markets.register(market(), now=START)
    run = store.runs.begin(now=later(10))
    store.frontier.add([task(f"https://shop.example/{at}") for at in range(3)])
    for at, kind in enumerate([OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT, OutcomeKind.OK]):
        (held,) = store.frontier.lease(now=later(20 + at), worker="w", seconds=1, limit=1)
        store.frontier.finish(held, outcome(held, kind, started=later(20 + at)), next_due=None)
    kinds = [EventKind.NEW_APP, EventKind.NEW_VERSION, EventKind.CHANGED, EventKind.APP_GONE, EventKind.VERSION_GONE]
    draft = store.publication.begin(now=later(30))
    for at, kind in ((5, EventKind.NEW_APP), *((25, kind) for kind in kinds), (45, EventKind.NEW_APP)):
        event = ListingEvent(market=MARKET, app=f"cn.{kind.value}{at}", kind=kind, at=later(at))
        draft.put_history(HistoryDocument(market=MarketId(MARKET), app=event.app, events=(event,)), f"{kind}{at}")
    draft.commit(at=later(31))
    report = store.runs.report(since=run.started, until=later(40))
    store.runs.save(run.model_copy(update={"state": RunState.DONE, "report": report}), now=later(41))
    failed = store.runs.begin(now=later(50))
    store.runs.save(failed.model_copy(update={"state": RunState.STOPPED, "error": "crawl: disk <full>"}), now=later(51))


class Client:
    """Asks the application without a socket."""

    def __init__(self, site: Site) -> None:
        self._app = application(site)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://finwatch.test") as session:
                return await session.get(path)

        return asyncio.run(ask())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    settings = Settings(home=tmp_path)
    with open_store(settings.store_address) as store:
        filled(store)
        lake = open_lake(settings.lake_address)
        yield Client(Site(store=store, lake=lake, knowledge=catalog.load(None), checks=()))


@pytest.mark.parametrize(("language", "word"), [("zh", "每日运行"), ("en", "Daily runs")])
def test_every_number_of_a_run_opens(client: Client, language: str, word: str) -> None:
    listed = client.get(f"/runs?lang={language}")
    assert word in listed.text
    assert "disk &lt;full&gt;" in listed.text
    page = client.get(f"/runs/1?lang={language}").text
    assert re.findall(r'class="value">(\d+)<', page) == ["0", "1", "2", "2", "2"]
    links = re.findall(r'<a href="(/(?:events|visits)\?[^"]+)">(\d+)<', page)
    assert len(links) == 6
    for link, number in links:
        answer = client.get(unescape(link))
        assert answer.status_code == 200
        rows = client.get("/api/v1" + unescape(link)).json()
        assert len(rows if isinstance(rows, list) else rows["rows"]) == int(number)


def test_the_api_gives_the_same(client: Client) -> None:
    second, first = client.get("/api/v1/runs").json()
    assert (first["id"], first["state"], second["state"], second["holder"]) == (1, "done", "stopped", None)
    assert client.get("/api/v1/runs/1").json() == first
    assert [one["id"] for one in client.get("/api/v1/runs?before=2").json()] == [1]
    assert {key: first["report"][key] for key in ("new", "gone", "changed", "failed")} == {
        "new": 1,
        "gone": 2,
        "changed": 2,
        "failed": 2,
    }


@pytest.mark.parametrize("path", ["/runs/9", "/runs/x", "/runs/99999999999999999999"])
def test_a_run_that_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query", ["/visits?kind=odd", "/visits?since=noon", "/visits?before=x", "/events?since=1", "/runs?before=-1"]
)
def test_a_query_that_makes_no_sense(client: Client, query: str) -> None:
    assert client.get(query).status_code == 422


def test_pages_of_visits(client: Client) -> None:
    assert client.get("/visits").text.count("/markets/shop") == 3
    assert client.get("/api/v1/visits?limit=2").json()[-1]["number"] == 2
    assert [one["number"] for one in client.get("/api/v1/visits?before=2").json()] == [1]
