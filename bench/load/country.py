"""Fills a store with a published country: every app of ``bench.national``, packages examined for 500,000 findings.

What comes in: an empty store. What goes out: one publication, through the door that ``finwatch publish`` uses
(``store.publication``): apps with their listings of the last day, examined packages, totals. The lake is left out,
since nothing here reads it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pyarrow as pa

from bench.national.days import DOMAIN, FIRST, Days, at_of
from bench.national.examinations import Examined
from bench.national.population import DAYS, Population, Shape, populate
from bench.national.steps import LAST, registered, say
from finwatch.flow.documents import app_document, digest_of, version_document
from finwatch.flow.families import Family
from finwatch.model.examination import Examination
from finwatch.model.fetch import FrontierTask, MarketId, Outcome, OutcomeKind, TaskKind
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.view import HistoryDocument, Overview
from finwatch.store import Store
from finwatch.store.published.overview import MARKETS, OVERVIEW, counted, counted_markets
from finwatch.store.published.publication import Draft

FINDINGS: Final = 500_000
"""Rows of findings at full size; a smaller country has its share."""
_VISITS: Final = 40
"""Visits to each market that are remembered: its health page counts them."""


def fill(store: Store, part: float) -> dict[str, int]:
    """Publishes ``part`` of the country into an empty store; returns what it holds."""
    population = populate(Shape.share(part))
    days = Days(population)
    for market in registered(population):
        store.markets.register(market, now=at_of(0, 0))
    visits(store, population)
    with _publishing(store, at=500) as draft:
        told = _put_all(draft, days, round(FINDINGS * part))
        draft.put_visits({name: at_of(LAST, at) for at, name in enumerate(population.market_ids())})
        overview = _totals(draft)
    return told | {"apps": overview.apps, "versions": overview.versions, "events": overview.events}


def lacking(told: Mapping[str, int], part: float) -> int:
    """Findings that are missing: no market says the hash of some of the packages that ``fill`` chose."""
    return max(0, round(FINDINGS * part) - told["findings"])


def add(store: Store, part: float, told: Mapping[str, int]) -> dict[str, int]:
    """Publishes ``lacking`` findings and a few more, of packages that are not published yet, as one more publication.
    Returns what the store holds then."""
    population = populate(Shape.share(part))
    days = Days(population)
    spans, examined = _by_app(days.table(LAST), population), Examined(days)
    able = [app for app, rows in spans.items() if any(_hashed(row) for row in rows)]
    random.Random(told["findings"]).shuffle(able)
    new, taken = 0, set[str]()
    with _publishing(store, at=700) as draft:
        for app in able:
            if new >= lacking(told, part):
                break
            chosen = examination_of(examined, days, app, spans[app])
            if chosen is None or chosen.package.sha256 in taken or draft.digest(f"version/{chosen.package.sha256}"):
                continue
            taken.add(chosen.package.sha256)
            new += _put(draft, population, app, spans[app], chosen, also="examined later")
        overview = _totals(draft)
    now = {"apps": overview.apps, "versions": overview.versions, "events": overview.events}
    return {**told, **now, "findings": told["findings"] + new}


@contextmanager
def _publishing(store: Store, *, at: int) -> Iterator[Draft]:
    draft = store.publication.begin(now=at_of(LAST, at - 100))
    try:
        yield draft
        draft.commit(at=at_of(LAST, at))
    except BaseException:
        draft.abandon()
        raise


def _totals(draft: Draft) -> Overview:
    say("totals")
    with draft.preview() as now:
        overview = counted(now)
        draft.put_total(MARKETS, counted_markets(now))
    draft.put_total(OVERVIEW, overview.model_dump(mode="json"))
    return overview


def visits(store: Store, population: Population) -> None:
    """How the visits to each market went, one in seven of them badly."""
    names = population.market_ids()
    for number in range(_VISITS):
        at = FIRST + timedelta(hours=17 * number)
        tasks = [
            FrontierTask(
                market=MarketId(name),
                kind=TaskKind.INDEX,
                url=f"http://{name}.{DOMAIN}/{number}",
                bucket=f"{name}.{DOMAIN}:80",
                due=at,
            )
            for name in names
        ]
        store.frontier.add(tasks)
        for task in store.frontier.lease(now=at, worker="load", seconds=600, limit=len(names)):
            bad = (number + int(task.market[1:])) % 7 == 0
            ended = Outcome(
                market=task.market,
                kind=OutcomeKind.TIMEOUT if bad else OutcomeKind.OK,
                task=task.kind,
                url=task.url,
                started=at,
                took_ms=120,
                bytes=0 if bad else 40_000,
                message="no answer within 30 s" if bad else "",
            )
            store.frontier.finish(task, ended, next_due=None)


def _put_all(draft: Draft, days: Days, findings: int) -> dict[str, int]:
    of = days.population
    spans = _by_app(days.table(LAST), of)
    examined = Examined(days)
    every = max(1, of.shape.apps * len(examined._templates[0].findings) // max(findings, 1) - 1)
    told = {"findings": 0, "listings": 0}
    for app in range(of.shape.apps):
        rows = spans.get(app, [])
        chosen = examination_of(examined, days, app, rows) if app % every == 0 else None
        told["findings"] += _put(draft, of, app, rows, chosen)
        told["listings"] += len(rows)
        if app % 20_000 == 0:
            say(f"{app:,} apps, {told['findings']:,} findings")
    return told


def _by_app(table: pa.Table, of: Population) -> dict[int, list[dict[str, Any]]]:
    numbers = {name: at for at, name in enumerate(of.packages)}
    found: dict[int, list[dict[str, Any]]] = {}
    for batch in table.to_batches(max_chunksize=20_000):
        for row in batch.to_pylist():
            row |= {"first_seen": FIRST, "last_seen": row["seen"], "gone_at": None}
            found.setdefault(numbers[row["app"]], []).append(row)
    return found


def examination_of(examined: Examined, days: Days, app: int, rows: Sequence[Mapping[str, Any]]) -> Examination | None:
    """The examination of the package that some market says the hash and signer of."""
    for row in rows:
        if _hashed(row):
            version = (row["version_code"] or 100) - 100
            return examined.examination(app, row["package_sha256"], row["signer_sha256"][0], version)
    return None


def _hashed(row: Mapping[str, Any]) -> bool:
    return bool(row["package_sha256"] and row["signer_sha256"])


def _put(
    draft: Draft, of: Population, app: int, rows: list[dict[str, Any]], chosen: Examination | None, also: str = ""
) -> int:
    """One app with its history and perhaps its examined package; returns how many findings that has."""
    name = of.packages[app]
    signer = next((row["signer_sha256"][0] for row in rows if row["signer_sha256"]), None)
    family = Family(
        id=f"{name}~{signer[:12] if signer else 'unknown'}",
        app=name,
        signer=signer,
        packages=(chosen.package.sha256,) if chosen else (),
        listings=(),
    )
    known = {chosen.package.sha256: {"label": chosen.package.label}} if chosen else {}
    events = list(_events(rows, app))
    draft.put_app(app_document(family, spans=rows, events=events, rated=chosen, examined=known), digest_of(app, also))
    for event in events:
        document = HistoryDocument(market=event.market, app=name, events=(event,))
        draft.put_history(document, digest_of(app))
    if chosen is None:
        return 0
    document_ = version_document(family, chosen, examined=at_of(LAST, 300))
    draft.put_version(document_, digest_of(app), current=True)
    return len(chosen.findings)


def _events(rows: Sequence[Mapping[str, Any]], app: int) -> Iterator[ListingEvent]:
    """An app in ten has had a new version somewhere."""
    if app % 10 or not rows:
        return
    row = rows[0]
    yield ListingEvent(
        market=row["market"],
        app=row["app"],
        kind=EventKind.NEW_VERSION,
        at=FIRST + timedelta(days=app % DAYS, seconds=app % 86_400),
        version_code=row["version_code"],
        before="1.0.0",
        after=row["version_name"],
        capture=row["capture"],
    )
