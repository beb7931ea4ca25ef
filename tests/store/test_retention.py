"""What is older than its period goes, by a unit that says so; what a hold reaches stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from finwatch.catalog.retention import periods
from finwatch.errors import CatalogError, InputError, NotFound
from finwatch.model.base import Text
from finwatch.model.case import Message
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.retention import HoldKind, Period
from finwatch.store import Store
from finwatch.store.dialect import reading, writing
from finwatch.store.reporter import add_reporter
from finwatch.store.retention import SUBJECTS
from finwatch.store.tables import alert, host_day, job, journal, log_leaf, outbox, outcome, reporter, session
from tests.kit.filled import CLERK, DAY, QINGHE, filing, published, unit
from tests.kit.store import START, later, market, task
from tests.kit.store import outcome as visit_of

NOW = START + timedelta(days=5_000)
ALL = periods()


def size(store: Store, table: object, *where: object) -> int:
    with reading(store._engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())  # type: ignore[arg-type]


def only(*names: str) -> Mapping[str, Period]:
    return {name: ALL[name] for name in names}


def visited(store: Store, name: str, number: int = 3) -> None:
    store.markets.register(market(name), now=START)
    mine = [task(f"https://{name}.example/{at}", market=MarketId(name), bucket=f"{name}:80") for at in range(number)]
    store.frontier.add(mine)
    for _ in range(number):
        (one,) = store.frontier.lease(now=START, worker="w", seconds=9, limit=1, markets=[MarketId(name)])
        store.frontier.finish(one, visit_of(one, OutcomeKind.OK), next_due=None)


def test_every_period_is_of_something_and_says_why() -> None:
    assert ALL.keys() == SUBJECTS.keys()
    for one in ALL.values():
        assert one.source
        assert one.why.zh
        assert one.why.en
    assert min(ALL[name].days for name in ("visits", "sessions", "jobs", "journal")) >= 184, "six months"


def test_the_young_stay_and_the_old_go(store: Store) -> None:
    visited(store, "shop")
    plan = only("visits")
    day_before = START + timedelta(days=ALL["visits"].days)
    assert store.retention.apply(CLERK, plan, now=day_before).rows == 0
    assert size(store, outcome) == 3
    would = store.retention.plan(plan, now=NOW)
    assert (would.rows, size(store, outcome)) == (3, 3), "a plan changes nothing"
    done = store.retention.apply(CLERK, plan, now=NOW)
    assert (done.rows, size(store, outcome)) == (3, 0)
    assert store.retention.apply(CLERK, plan, now=NOW).rows == 0


def test_what_went_stands_in_the_journal_and_in_the_log(store: Store) -> None:
    visited(store, "shop")
    leaves = store.log.size()
    store.retention.apply(CLERK, only("visits"), now=NOW)
    told = [json.loads(one.data) for one in store.log.leaves(leaves, 9)]
    assert [one.get("retention") for one in told] == [
        [{"period": "visits", "before": (NOW - timedelta(days=400)).isoformat(), "rows": 3}],
        None,
    ]
    entries = store.cases.journal(scope=CLERK.scope)
    assert [(one.action, one.resource, one.detail) for one in entries] == [
        ("retention:apply", "store:", {"visits": 3}),
        ("retention:erase", "period:visits", told[0]["retention"][0]),
    ]
    assert store.check_log(now=NOW, trusted=()).faults == ()


def test_journal_rows_that_went_are_gone_for_the_log_too(store: Store) -> None:
    for number in range(3):
        filing(store, now=later(number))
    filing(store, now=NOW - timedelta(days=1))
    assert store.retention.apply(CLERK, only("journal"), now=NOW).rows == 3
    assert size(store, journal, journal.c.at < START + timedelta(days=1)) == 0
    assert size(store, journal, journal.c.action == "filing:open") == 1
    assert store.check_log(now=NOW, trusted=()).faults == ()


def test_each_kind_of_record_goes_by_its_own_time(store: Store) -> None:
    with writing(store._engine) as connection:
        connection.execute(insert(host_day).values(bucket="b", day="2026-03-02", requests=1, bytes=1))
        connection.execute(insert(alert).values(kind="red", at=START, run=1, detail={"kind": "red"}))
        for number, state in enumerate(("done", "dead", "ready")):
            values = {"kind": "k", "key": f"{number}", "payload": {}, "state": state, "priority": 0, "due": START}
            ended = START if state != "ready" else None
            connection.execute(insert(job).values(**values, attempts=1, leases=1, ended=ended))
        for name, until in (("old", START), ("new", NOW)):
            person = {"person": "p", "stage": "full", "means": "session", "started": START, "seen": START}
            connection.execute(insert(session).values(digest=name, **person, until=until))
    told = Text(zh="知", en="told")
    with unit(store, now=START) as act:
        act.send([Message(channel="desk", to="x", subject=told, body=told, key="sent")])
        act.send([Message(channel="mail", to="x@x.example", subject=told, body=told, key="waiting")])
    done = store.retention.apply(CLERK, ALL, now=NOW)
    went = {one.period: one.rows for one in done.going}
    assert {name: went[name] for name in ("host_days", "alerts", "jobs", "messages", "sessions")} == {
        "host_days": 1,
        "alerts": 1,
        "jobs": 2,
        "messages": 1,
        "sessions": 1,
    }
    assert (size(store, job), size(store, outbox), size(store, session)) == (1, 1, 1)


def test_who_complained_is_forgotten_a_while_after_the_case_was_closed(store: Store) -> None:
    open_case = filing(store, now=START, machine="complaint")
    closed = filing(store, now=START, machine="complaint", closed=later(DAY))
    for one in (open_case, closed):
        with unit(store, now=START) as act:
            add_reporter(act, one.id, sealed="sealed", phone_key=f"k{one.id}")
    assert store.retention.apply(CLERK, only("complaint_identities"), now=START + timedelta(days=1_000)).rows == 0
    assert store.retention.apply(CLERK, only("complaint_identities"), now=NOW).rows == 1
    with reading(store._engine) as connection:
        rows = {row.case_id: (row.sealed, row.phone_key, row.erased) for row in connection.execute(select(reporter))}
    assert rows == {open_case.id: ("sealed", f"k{open_case.id}", None), closed.id: (None, None, NOW)}
    assert store.check_log(now=NOW, trusted=()).faults == ()


@pytest.mark.parametrize("kind", HoldKind)
def test_a_hold_reaches_what_is_about_its_subject(store: Store, tmp_path: Path, kind: HoldKind) -> None:
    from finwatch.lake import open_lake

    lake = open_lake(str(tmp_path / "lake"))
    published(store, lake)
    lake.close()
    visited(store, "shop")
    visited(store, "elsewhere")
    with unit(store, now=START) as act:
        from finwatch.store.access import add_organisation

        add_organisation(act, QINGHE)
    held = filing(store, now=START)
    other = filing(store, now=START, owner="reed", subject="app:cn.reed", parties=())
    key = {"app": "cn.qinghe.bank", "case": f"{held.id}", "organisation": QINGHE.id, "market": "shop"}[kind.value]
    hold = store.holds.place(CLERK, kind, key, reason="court file 7", now=START)
    plan = store.retention.plan(only("visits", "journal"), now=NOW)
    assert plan.holds == (hold,)
    store.retention.apply(CLERK, only("visits", "journal"), now=NOW)
    with reading(store._engine) as connection:
        markets = set(connection.execute(select(outcome.c.market)).scalars())
        journalled = set(connection.execute(select(journal.c.resource).where(journal.c.at == START)).scalars())
    assert markets == {"shop"}
    if kind is HoldKind.MARKET:
        assert f"case:{held.id}" not in journalled
    else:
        assert f"case:{held.id}" in journalled
        assert (f"case:{other.id}" in journalled) == (kind is HoldKind.ORGANISATION), "its clerk wrote the row"
    store.holds.lift(CLERK, hold.id, reason="settled", now=NOW)
    store.retention.apply(CLERK, only("visits", "journal"), now=NOW)
    assert size(store, outcome) == 0
    assert size(store, journal, journal.c.at == START) == 0


def test_a_hold_ends_by_itself_or_is_lifted_once_with_a_reason(store: Store) -> None:
    store.markets.register(market("shop"), now=START)
    place = store.holds.place
    hold = place(CLERK, HoldKind.MARKET, "shop", reason="r", now=START, until=later(10))
    assert store.holds.all(at=later(9)) == (hold,)
    assert store.holds.all(at=later(10)) == ()
    assert store.holds.all() == (hold,)
    with pytest.raises(InputError, match="reason"):
        store.holds.lift(CLERK, hold.id, reason=" ", now=later(1))
    lifted = store.holds.lift(CLERK, hold.id, reason="settled", now=later(1))
    assert (lifted.lifted, lifted.lifted_by, lifted.lift_reason) == (later(1), CLERK.person, "settled")
    assert store.holds.all(at=later(2)) == ()
    with pytest.raises(InputError, match="already"):
        store.holds.lift(CLERK, hold.id, reason="again", now=later(2))
    with pytest.raises(NotFound):
        store.holds.lift(CLERK, 99, reason="none", now=later(2))
    for kind, key in ((HoldKind.CASE, "7"), (HoldKind.MARKET, "none"), (HoldKind.ORGANISATION, "none")):
        with pytest.raises(NotFound):
            place(CLERK, kind, key, reason="r", now=START)
    with pytest.raises(InputError):
        place(CLERK, HoldKind.CASE, "x", reason="r", now=START)
    with pytest.raises(InputError):
        place(CLERK, HoldKind.APP, "a", reason="", now=START)
    with pytest.raises(InputError):
        place(CLERK, HoldKind.APP, "a", reason="r", now=START, until=START)
    assert place(CLERK, HoldKind.APP, "not.seen.yet", reason="r", now=START).until is None
    assert store.check_log(now=NOW, trusted=()).faults == ()


def test_a_period_of_nothing_known_is_refused(store: Store) -> None:
    with pytest.raises(CatalogError, match="nothing_known"):
        store.retention.plan({"nothing_known": ALL["visits"]}, now=NOW)


def test_many_rows_go_in_batches_each_with_its_leaf(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finwatch.store.retention._BATCH", 2)
    visited(store, "shop", 5)
    before = store.log.size()
    assert store.retention.apply(CLERK, only("visits"), now=NOW).rows == 5
    assert store.log.size() - before == 4
    assert size(store, log_leaf) == store.log.size()
