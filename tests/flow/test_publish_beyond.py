"""What was found beyond stores, and what users say, comes back from the read model as it went into the lake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from finwatch.errors import InputError, NotFound
from finwatch.flow.publish import publish
from finwatch.lake import Lake
from finwatch.model.fetch import OutcomeKind, TaskKind
from finwatch.model.web import LeadReason
from finwatch.store import Store
from tests.kit.beyond import NOTICE, chain, found, leads, notice, rated, reviewed
from tests.kit.observed import examined
from tests.kit.store import MARKET, START, examination, later, outcome, sha, task

DAY = 86_400
LOAN = examination("cn.loan", package="loan")


def clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def test_a_chain_comes_back_link_by_link(store: Store, lake: Lake) -> None:
    found(lake)
    examined(lake, [LOAN], later(1))
    publish(store, lake, clock=clock(later(2)))
    (row,) = store.beyond.chains().rows
    assert (row.start, row.links, row.packages, row.unseen) == (chain().start, 5, 1, 1)
    assert row.capture == "page.warc.gz#0"
    view = store.beyond.chain(row.id)
    assert view.chain == chain()
    assert view.examined == {LOAN.package.sha256: store.apps().rows[0].id}
    assert [one.kind.value for one in view.chain.way_to(3)] == ["start", "redirect", "image", "qr_code"]


def test_chains_are_narrowed_and_paged(store: Store, lake: Lake) -> None:
    found(lake)
    found(lake, later(5), market="web")
    publish(store, lake, clock=clock(later(6)))
    ask = store.beyond.chains
    assert [one.market for one in ask().rows] == ["web", MARKET], "the newest first"
    first = ask(limit=1)
    assert (first.total.value, [one.market for one in first.rows]) == (2, ["web"])
    assert [one.market for one in ask(limit=1, after=first.next).rows] == [MARKET]
    assert [one.market for one in ask(package=sha("loan").upper(), packages=True, market=MARKET).rows] == [MARKET]
    assert ask(package=sha("other")).rows == ask(packages=False).rows == ask(start="https://x.example/").rows == ()
    with pytest.raises(InputError):
        ask(after="xx")
    with pytest.raises(NotFound):
        store.beyond.chain("none")


def test_a_notice_and_its_rows_come_back(store: Store, lake: Lake) -> None:
    found(lake)
    publish(store, lake, clock=clock(later(2)))
    (head,) = store.beyond.notices().rows
    assert (head.url, head.rows, head.faults, head.form) == (NOTICE, 2, 1, "html")
    assert store.beyond.notice(head.id).notice == notice()
    page = store.beyond.entries()
    assert (page.total.value, sorted(one.row.app or "" for one in page.rows)) == (2, ["竹筏基金", "青禾银行"])
    (entry,) = store.beyond.entries(q="青禾 收集").rows
    assert (entry.position, entry.head.id, entry.row.at["app"]) == (1, head.id, notice().rows[0].at["app"])
    assert len(store.beyond.entries(app="竹筏基金").rows) == 1
    assert store.beyond.entries(app="竹筏").rows == store.beyond.notices(url="https://x.example/").rows == ()
    with pytest.raises(NotFound):
        store.beyond.notice("none")


def test_a_lead_says_what_became_of_it(store: Store, lake: Lake) -> None:
    found(lake)
    publish(store, lake, clock=clock(later(2)))
    store.frontier.add([task(leads()[0].url, kind=TaskKind.PAGE)])
    (held,) = store.frontier.lease(now=later(3), worker="w", seconds=9, limit=1)
    store.frontier.finish(held, outcome(held, OutcomeKind.GONE), next_due=later(99))
    rows = {one.lead.reason: one for one in store.beyond.leads().rows}
    assert [rows[one.reason].lead for one in leads()] == leads()
    assert (rows[LeadReason.ENDPOINT].visited, rows[LeadReason.ENDPOINT].due) == (OutcomeKind.GONE, later(99))
    assert rows[LeadReason.NOTICE].visited is None
    (only,) = store.beyond.leads(reason=LeadReason.NOTICE, market=MARKET).rows
    assert only.lead == leads()[1]


def test_the_numbers_are_those_of_the_lists(store: Store, lake: Lake) -> None:
    found(lake)
    found(lake, later(5), market="web")
    publish(store, lake, clock=clock(later(6)))
    numbers = store.beyond.overview()
    assert numbers.chains == store.beyond.chains().total.value == 2
    assert numbers.chains_with_packages == store.beyond.chains(packages=True).total.value == 2
    assert numbers.notices == store.beyond.notices().total.value == 1, "the same document at the same address is one"
    assert numbers.entries == store.beyond.entries().total.value == 2
    assert numbers.leads == store.beyond.leads().total.value == 4
    assert {one.reason: one.leads for one in numbers.reasons} == {LeadReason.ENDPOINT: 2, LeadReason.NOTICE: 2}


def test_a_series_keeps_what_moved(store: Store, lake: Lake) -> None:
    rated(lake, "cn.a", [(0, 4.0, 10), (DAY, 4.0, 10), (2 * DAY, 4.5, 10), (3 * DAY, 4.5, 10), (4 * DAY, 4.5, 10)])
    publish(store, lake, clock=clock(later(5 * DAY)))
    (series,) = store.series.ratings([(MARKET, "cn.a"), (MARKET, "cn.b")])
    assert [(one.at, one.rating) for one in series.points] == [
        (START, 4.0),
        (later(2 * DAY), 4.5),
    ]
    rated(lake, "cn.a", [(5 * DAY, None, 11)])
    publish(store, lake, clock=clock(later(6 * DAY)))
    (series,) = store.series.ratings([(MARKET, "cn.a")])
    assert [(one.rating, one.downloads) for one in series.points[-2:]] == [(4.5, 10), (None, 11)]
    assert series.points[-1].capture == f"list.warc.gz#{5 * DAY}"
    assert store.series.ratings([]) == ()


def test_reviews_by_month_and_one_by_one(store: Store, lake: Lake) -> None:
    reviewed(lake, "cn.a", [(0, 5.0, "好"), (DAY, 1.0, "扣费"), (40 * DAY, None, "无")])
    publish(store, lake, clock=clock(later(41 * DAY)))
    entries = [(MARKET, "cn.a")]
    months = store.series.months(entries)
    assert [(one.month, one.reviews, one.rated, one.mean) for one in months] == [
        ("2026-03", 2, 2, 3.0),
        ("2026-04", 1, 0, None),
    ]
    assert [one.text for one in store.series.reviews(entries).rows] == ["无", "扣费", "好"]
    assert [one.text for one in store.series.reviews(entries, month="2026-03").rows] == ["扣费", "好"]
    first = store.series.reviews(entries, limit=2)
    assert [one.text for one in store.series.reviews(entries, after=first.next).rows] == ["好"]
    assert store.series.reviews([(MARKET, "cn.b")]).rows == ()


def test_only_what_is_new_is_written_again(store: Store, lake: Lake) -> None:
    found(lake)
    rated(lake, "cn.a", [(0, 4.0, 10)])
    reviewed(lake, "cn.a", [(0, 5.0, "好")])
    assert publish(store, lake, clock=clock(later(10))).written == 5
    assert publish(store, lake, clock=clock(later(11))).written == 0
    rated(lake, "cn.a", [(DAY, 4.1, 10)])
    assert publish(store, lake, clock=clock(later(DAY + 1))).written == 1
    before = [store.beyond.chains(), store.beyond.entries(), store.series.ratings([(MARKET, "cn.a")])]
    assert publish(store, lake, rebuild=True, clock=clock(later(DAY + 2))).written == 5
    assert [store.beyond.chains(), store.beyond.entries(), store.series.ratings([(MARKET, "cn.a")])] == before
