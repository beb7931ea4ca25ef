"""The automatic retest and the proof of removals: what newer observations say of open notices and orders.

What comes in: notices that are open or closed, the newest examined version of each app (crawled, or uploaded with a
reply), the newest visits to markets. What goes out: arcs gone as the system: every problem of a notice answered by the
newer version (gone, still there, could not be seen), a closed one opened again when it was closed falsely; every order
of removal proven, still open, or open again. Safe to repeat: a version, and a visit, is told once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from finwatch.engine import Engine
from finwatch.errors import InputError, NotFound
from finwatch.flow.supervision import attach_examinations, cases_of, draw_campaigns, stamp
from finwatch.lake import Lake
from finwatch.likeness import code_alike
from finwatch.model.access import EVERYTHING
from finwatch.model.base import Model
from finwatch.model.case import Case
from finwatch.model.examination import Examination
from finwatch.model.package import PackageFacts
from finwatch.model.view import AppView, ListingSpan
from finwatch.store.case import CaseFilter
from finwatch.store.queue import EXAMINE, Job
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.supervision.notice_machine import OPEN
from finwatch.supervise.supervision.problems import compared
from finwatch.supervise.ticking import Ticked, tick

_WATCHED: Final = (*OPEN, "closed")
_ORDERS: Final = ("ordered", "reported", "still_there", "proven", "back")


class Retested(Model):
    """What newer observations said."""

    retested: int = 0
    closed: int = 0
    reopened: int = 0
    asked: int = 0
    """Packages of replies asked of the queue."""
    visited: int = 0
    proven: int = 0
    found_again: int = 0
    reminded: int = 0


class Followed(Model):
    """Everything that supervision does by itself after a publication."""

    drawn: int
    attached: int
    retests: Retested
    clocks: Ticked


def follow_cases(desk: Desk, lake: Lake, *, engine: Engine, now: datetime | None = None) -> Followed:
    """Draws, attaches, retests, proves and ticks: what cases wait for from the observed. Safe to repeat."""
    at = now or datetime.now(UTC)
    return Followed(
        drawn=draw_campaigns(desk),
        attached=attach_examinations(desk, now=at).attached,
        retests=retest(desk, lake, engine=engine, now=at),
        clocks=tick(desk, now=at),
    )


def retest(desk: Desk, lake: Lake, *, engine: Engine, now: datetime | None = None) -> Retested:
    """Retests open and closed notices on the newest versions, then proves removals on the newest visits."""
    counts = dict.fromkeys(Retested.model_fields, 0)
    for case in cases_of(desk, CaseFilter(machine="notice", states=_WATCHED)):
        for examination in _newer(desk, case, counts, now=now or datetime.now(UTC)):
            _retest(desk, case.id, examination, lake=lake, engine=engine, counts=counts)
    for order in cases_of(desk, CaseFilter(machine="removal", states=_ORDERS)):
        _visit(desk, order, counts)
    return Retested(**counts)


def _newer(desk: Desk, case: Case, counts: dict[str, int], *, now: datetime) -> Iterator[Examination]:
    """Examinations of versions that came after the one the notice is about and were not held against it yet."""
    known = {case.form.get("sha256"), *(row["sha256"] for row in case.form.get("retests", ()))}
    wanted: list[str] = []
    uploaded = (case.form.get("reply") or {}).get("sha256")
    if uploaded and uploaded not in known:
        wanted.append(uploaded)
        counts["asked"] += desk.store.queue.add([Job(kind=EXAMINE, key=uploaded, priority=9, due=now)])
    view = _view(desk, case.form["app"])
    if view is not None and view.row.sha256 not in (None, *known, *wanted):
        wanted.append(str(view.row.sha256))
    for sha256 in wanted:
        try:
            examination = desk.store.version(sha256).examination
        except NotFound:
            continue
        if _is_newer(case, examination):
            yield examination


def _is_newer(case: Case, examination: Examination) -> bool:
    """A version of the same package that is not older than the one notified."""
    before, after = case.form.get("version_code"), examination.package.version_code
    if examination.package.id != case.form["package"]:
        return False
    return before is None or after is None or after >= before


def _view(desk: Desk, app: str) -> AppView | None:
    try:
        return desk.store.app(app)
    except (NotFound, InputError):
        return None


def _retest(
    desk: Desk, number: int, examination: Examination, *, lake: Lake, engine: Engine, counts: dict[str, int]
) -> None:
    case = desk.store.cases.get(number, scope=EVERYTHING)
    package = examination.package
    note = {
        "sha256": package.sha256,
        "version_name": package.version_name,
        "version_code": package.version_code,
        "examined": stamp(examination),
        "same_code": same_code(lake, engine, case.form.get("sha256"), package.sha256),
        "results": compared(case.form["problems"], examination.findings),
    }
    after = desk.go(SYSTEM, number, "retest", version=case.version, note=note)
    counts["retested"] += 1
    counts["closed"] += after.state == "closed" != case.state
    counts["reopened"] += after.state == "reopened"


def same_code(lake: Lake, engine: Engine, before: str | None, after: str) -> float | None:
    """The share of code that two packages have in common, as the lake's facts tell; ``None`` = not to be compared."""
    if before is None:
        return None
    rows = engine.ask("documents", lake.tables, {"hashes": [before, after]}).to_pylist()
    facts = {row["sha256"]: PackageFacts.model_validate(json.loads(row["facts"])) for row in rows}
    if before not in facts or after not in facts:
        return None
    return code_alike(facts[before], facts[after])


# Removals -----------------------------------------------------------------------------------------------------------


def _visit(desk: Desk, order: Case, counts: dict[str, int]) -> None:
    """Holds the newest visit to the market against an order."""
    view = _view(desk, order.form["app"])
    spans = [span for span in view.listings if span.market == order.form["market"]] if view else []
    if view is None or not spans:
        return
    seen = what_was_seen(spans, order, view, others=_others(desk, order, view))
    last = (order.form.get("visits") or [None])[-1]
    if last is not None and last["at"] == seen["at"] and last["listed"] == seen["listed"]:
        _remind(desk, order, counts)
        return
    after = desk.go(SYSTEM, order.id, "visit", version=order.version, note=seen)
    counts["visited"] += 1
    counts["proven"] += after.state == "proven" != order.state
    counts["found_again"] += after.state == "back" != order.state
    _remind(desk, after, counts)


def _others(desk: Desk, order: Case, view: AppView) -> list[ListingSpan]:
    """What the market lists of the same package in the hands of others, but for institutions of the catalogue."""
    market = order.form["market"]
    strangers = [row.id for row in view.same_package if row.institution is None and market in row.markets]
    found = [seen for name in strangers if (seen := _view(desk, name)) is not None]
    return [span for seen in found for span in seen.listings if span.market == market]


def what_was_seen(
    spans: Sequence[ListingSpan], order: Case, view: AppView, *, others: Sequence[ListingSpan] = ()
) -> dict[str, Any]:
    """What the newest visit showed: offered still or again, also by another signer, or gone since when."""
    offered = [span for span in spans if span.gone_at is None]
    if offered:
        span = max(offered, key=lambda one: one.last_seen)
        version = span.listing.version_name
        return {"listed": True, "at": span.last_seen.isoformat(), "capture": span.listing.capture, "version": version}
    stranger = max((span for span in others if span.gone_at is None), key=lambda one: one.last_seen, default=None)
    if stranger is not None:
        version, capture = f"另一签名者 {stranger.app_id}", stranger.listing.capture
        return {"listed": True, "at": stranger.last_seen.isoformat(), "capture": capture, "version": version}
    gone = max(spans, key=lambda one: one.gone_at or one.last_seen)
    event = next((event for event in view.events if event.market == gone.market and event.at == gone.gone_at), None)
    at = gone.gone_at or gone.last_seen
    return {"listed": False, "at": at.isoformat(), "capture": event.capture if event else None, "version": None}


def _remind(desk: Desk, order: Case, counts: dict[str, int]) -> None:
    """Reminds a market whose day has passed; the reminder sets the next day, so that one goes out a day."""
    if order.state not in ("still_there", "back"):
        return
    try:
        desk.go(SYSTEM, order.id, "remind", version=order.version)
    except InputError:  # its day has not passed
        return
    counts["reminded"] += 1
