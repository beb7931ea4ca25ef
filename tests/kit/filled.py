"""Fills a store with a little of everything: what is due, visits, a publication, and rows that people decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from finwatch.flow.publish import publish
from finwatch.lake import Lake, open_lake
from finwatch.model.access import EVERYTHING, Actor, Organisation, OrganisationId, OrganisationKind, PersonId
from finwatch.model.case import Case, FieldChange, Part, Party, Step
from finwatch.model.examination import Answer, Band
from finwatch.model.fetch import OutcomeKind
from finwatch.store import Store
from finwatch.store import case as cases
from finwatch.store.queue import EXAMINE, Job
from finwatch.store.unit import Unit, deciding
from tests.kit.beyond import found, rated, reviewed
from tests.kit.observed import compared, examined, visit
from tests.kit.store import START, examination, finding, later, listing, market, match, outcome, task

DAY = 86_400
BANK = examination()
BETTER = examination(version=2, band=Band.GREEN, score=3.0, findings=(finding(outcome=Answer.NO),))
FAKE = examination(signer="thief", version=2, label="青禾银行", package="fake")
ODD = examination("cn.qinghe.odd", label="奇\x00怪 “app” \U0001f600", signer=None, kind="loan", band=Band.LIMITED)
QINGHE = Organisation(
    id=OrganisationId("qinghe"),
    kind=OrganisationKind.INSTITUTION,
    name="青禾银行股份有限公司",
    region="3302",
    institution="qinghe-bank",
)
CLERK = Actor(person=PersonId("p1"), name="Clerk", organisation=QINGHE, scope=EVERYTHING, means="system")


def fill(store: Store, folder: Path) -> None:
    """Everything, as if two days had gone by."""
    due(store)
    lake = open_lake(str(folder / "lake"))
    published(store, lake)
    lake.close()
    decided(store)


def due(store: Store) -> None:
    """A market, tasks with how visits to them went, jobs, a daily run."""
    for name in ("shop", "other"):
        store.markets.register(market(name), now=START)
    store.frontier.add([task(f"u{number}", bucket=f"b{number}:80") for number in range(6)])
    for number, one in enumerate(store.frontier.lease(now=START, worker="w", seconds=60, limit=4)):
        ended = outcome(one, OutcomeKind.TIMEOUT if number == 3 else OutcomeKind.OK, started=later(number))
        store.frontier.finish(one, ended, next_due=later(DAY), state={"cursor": "中\x00"})
    store.queue.add([Job(kind=EXAMINE, key=f"k{number}", due=START) for number in range(3)])
    run = store.runs.begin(now=START)
    store.runs.save(run, now=later(5))


def published(store: Store, lake: Lake) -> None:
    """Two publications: the second has events, a suspicion and alerts."""
    visit(lake, [listing(BANK), listing(ODD)], START)
    examined(lake, [BANK, ODD], later(60))
    found(lake)
    rated(lake, "cn.qinghe.bank", [(0, 4.5, 10), (1, 4.4, 12)])
    reviewed(lake, "cn.qinghe.bank", [(0, 5.0, "好"), (1, 1.0, "坏")])
    publish(store, lake, clock=lambda: later(100))
    visit(lake, [listing(BANK), listing(BETTER)], later(DAY))
    visit(lake, [listing(FAKE, market="other"), listing(ODD, market="other")], later(DAY), market="other")
    examined(lake, [BETTER, FAKE], later(DAY + 60))
    suspected = FAKE.model_copy(update={"matches": (match(BETTER.package.id or "", BETTER.package.sha256),)})
    compared(lake, suspected, later(DAY + 90), against="a")
    publish(store, lake, clock=lambda: later(DAY + 100))


@contextmanager
def unit(store: Store, *, now: datetime = START, actor: Actor = CLERK) -> Iterator[Unit]:
    """A unit of decision on a store."""
    with deciding(store._engine, actor, now=now) as opened:
        yield opened


def decided(store: Store) -> None:
    """A unit each for an opening, two arcs and the leaving of a party."""
    added = filing(store, now=START)
    with unit(store, now=later(60)) as act:
        moved = added.model_copy(update={"state": "review", "version": 2, "number": f"F-{act.number('filing')}"})
        cases.change(act, added, moved)
        cases.record(act, a_step(added.id, seq=2, before="draft", after="review", at=later(60)))
        act.journal("filing:submit", f"case:{added.id}")
    with unit(store, now=later(120)) as act:
        cases.change(act, moved, moved.model_copy(update={"parties": moved.parties[:1], "version": 3}))
        cases.record(act, a_step(added.id, seq=3, before="review", after="review", at=later(120)))


def filing(store: Store, *, now: datetime, machine: str = "filing", **fields: object) -> Case:
    """A new case of the fictional bank, with its first step and the journal's row."""
    values: dict[str, object] = {
        "id": 0,
        "machine": machine,
        "state": "draft",
        "version": 1,
        "owner": QINGHE.id,
        "region": QINGHE.region,
        "title": "青禾手机银行 “Android” \x00",
        "subject": "app:cn.qinghe.bank",
        "form": {"name": "青禾银行", "sdks": [{"name": "U", "purpose": "统计"}]},
        "parties": (
            Party(part=Part.OWNER, organisation=QINGHE.id),
            Party(part=Part.LAB, organisation=OrganisationId("lab")),
        ),
        "opened": now,
        "changed": now,
    }
    with unit(store, now=now) as act:
        added = cases.add(act, Case.model_validate(values | fields), owner_name=QINGHE.name)
        cases.record(act, a_step(added.id, seq=1, before="", after=added.state, at=now))
        act.journal(f"{machine}:open", f"case:{added.id}")
    return added


def a_step(case: int, *, seq: int, before: str, after: str, at: datetime, **fields: object) -> Step:
    """What happened in a case."""
    values: dict[str, object] = {
        "case": case,
        "seq": seq,
        "arc": "submit",
        "before": before,
        "after": after,
        "person": CLERK.person,
        "person_name": CLERK.name,
        "organisation": QINGHE.id,
        "at": at,
        "changes": (FieldChange(field="name", before=None, after="青禾银行"),),
    }
    return Step.model_validate(values | fields)
