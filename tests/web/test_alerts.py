"""What got worse, on the page of its run, on its list, and for machines; in both languages, each line opening."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.cli.nightly import told
from finwatch.flow.alerts import tell
from finwatch.flow.publish import publish
from finwatch.lake import open_lake
from finwatch.model.examination import Band
from finwatch.model.fetch import OutcomeKind, TaskKind
from finwatch.model.run import Run, RunState
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.web.pages import Site
from tests.kit.observed import compared, examined, visit
from tests.kit.store import START, examination, later, listing, market, match, outcome, task
from tests.web.test_runs import Client

CALM = examination("cn.a", band=Band.ORANGE, score=40.0)
RED = examination("cn.a", version=2, band=Band.RED, score=80.0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A run that tells of an app, of a suspicion and of a market."""
    settings = Settings(home=tmp_path)
    lake = open_lake(settings.lake_address)
    with open_store(settings.store_address) as store:
        store.markets.register(market(), now=START)
        visit(lake, [listing(CALM)], later(0))
        examined(lake, [CALM], later(1))
        publish(store, lake)
        run = store.runs.begin(now=later(10))
        store.frontier.add([task("https://shop.example/index", kind=TaskKind.INDEX)])
        (held,) = store.frontier.lease(now=later(20), worker="w", seconds=1, limit=1)
        failed = outcome(held, OutcomeKind.TIMEOUT, started=later(20), message="no <answer>")
        store.frontier.finish(held, failed, next_due=None)
        visit(lake, [listing(RED)], later(30))
        examined(lake, [RED], later(31))
        compared(lake, RED.model_copy(update={"matches": (match("cn.bank", None),)}), later(32), against="s")
        publish(store, lake)
        tell(store, run, at=later(40))
        report = store.runs.report(since=run.started, until=later(40), number=run.id)
        store.runs.save(run.model_copy(update={"state": RunState.DONE, "report": report}), now=later(41))
        yield Site(store=store, lake=lake, knowledge=catalog.load(None), checks=())


def only(store: Store) -> Run:
    (run,) = store.runs.newest()
    return run


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("新增红色应用", "新增疑似仿冒", "市场无法访问", "疑似仿冒", "超时")),
        ("en", ("app newly rated red", "new suspicion of imitation", "market failing", "suspected counterfeit")),
    ],
)
def test_a_run_shows_what_got_worse_and_each_line_opens(site: Site, language: str, words: tuple[str, ...]) -> None:
    client = Client(site)
    page = client.get(f"/runs/1?lang={language}").text
    assert re.findall(r'class="value">(\d+)<', page)[0] == "3"
    section = page.partition('id="worse"')[2].partition("</section>")[0]
    for word in words:
        assert word in section
    assert "no &lt;answer&gt;" in section
    for link in re.findall(r'href="([^"]+)"', section):
        assert client.get(link).status_code == 200, link
    assert client.get(f"/runs?lang={language}").text.count(">3<") == 1


def test_the_list_is_narrowed_and_pages(site: Site) -> None:
    client = Client(site)
    assert client.get("/alerts?lang=en").text.count("<tr>") == 1 + 3
    assert client.get("/alerts?lang=en&kind=red").text.count("<tr>") == 1 + 1
    assert "Nothing got worse" in client.get("/alerts?lang=en&run=9").text
    assert client.get("/alerts?kind=nonsense").status_code == 422
    rows = json.loads(client.get("/api/v1/alerts?run=1&limit=2").text)
    rest = json.loads(client.get(f"/api/v1/alerts?before={rows[-1]['number']}").text)
    assert [row["alert"]["kind"] for row in (*rows, *rest)] == ["market", "counterfeit", "red"]
    assert (rest[0]["alert"]["before"], rest[0]["alert"]["run"]) == ("orange", 1)


def test_the_terminal_says_it_too(site: Site) -> None:
    english, chinese = (told(only(site.store), language) for language in ("en", "zh"))
    assert "3 worse" in english
    assert "market failing: 1" in english
    assert "恶化 3" in chinese
    assert "新增红色应用: 1" in chinese
