"""Supervision's way to what was observed: draws samples from the published apps, and attaches their examinations.

What comes in: campaigns that a person asked to be drawn, inspections that wait. What goes out: arcs gone as the system,
so that neither a sample nor a piece of evidence can be written by hand. What was not examined yet is asked of the
queue; what could not be seen is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from finwatch.errors import InputError, NotFound
from finwatch.model.access import EVERYTHING, Organisation, OrganisationKind
from finwatch.model.base import Model
from finwatch.model.case import Case
from finwatch.model.examination import Answer, Examination
from finwatch.model.view import AppFilter, AppRow
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.store.queue import EXAMINE, Job
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.supervision import sampling
from finwatch.supervise.supervision.problems import problem_of
from finwatch.supervise.supervision.sampling import Sample, Unit
from finwatch.supervise.supervision.sdks import sdk_rows

_PAGE: Final = 500
_SEVERITIES: Final = ("high", "medium")


class Attached(Model):
    """What became of the inspections that waited."""

    attached: int = 0
    suspected: int = 0
    unseen: int = 0
    asked: int = 0
    """Packages asked of the queue."""


def population(store: Store, form: Any) -> dict[str, AppRow]:
    """The published apps that a campaign is about, by id: finance apps that a market offers now."""
    found: dict[str, AppRow] = {}
    for kind in form.get("kinds") or [None]:
        for market in form.get("markets") or [None]:
            where = AppFilter(kind=kind, market=market, finance=True if kind is None else None, gone=False)
            found.update({row.id: row for row in _apps(store, where)})
    return found


def _apps(store: Store, where: AppFilter) -> Iterator[AppRow]:
    after = None
    while True:
        page = store.apps(where, order="name", after=after, limit=_PAGE)
        yield from page.rows
        after = page.next
        if after is None:
            return


def stratum_of(row: AppRow, strata: str) -> str:
    """The stratum of an app."""
    if strata == "kind":
        return row.kind or "unknown"
    if strata == "market":
        return min(row.markets, default="none")
    if strata == "band":
        return row.band.value if row.band else "not examined"
    return "all"


def drawn(store: Store, form: Any) -> tuple[Sample, dict[str, AppRow]]:
    """The sample that a campaign's plan gives on what is published now. Raises ``InputError`` when nothing fits."""
    rows = population(store, form)
    units = [Unit(app=row.id, stratum=stratum_of(row, form.get("strata") or "kind")) for row in rows.values()]
    return sampling.draw(units, size=form["size"], seed=form["seed"]), rows


def draw_campaigns(desk: Desk) -> int:
    """Draws every campaign that was asked to be drawn; one that nothing fits goes back to its plan, with the reason."""
    waiting = cases_of(desk, CaseFilter(machine="campaign", state="drawing"))
    for campaign in waiting:
        try:
            sample, rows = drawn(desk.store, campaign.form)
        except InputError as error:
            desk.go(SYSTEM, campaign.id, "give_back", version=campaign.version, comment=error.zh)
            continue
        offices = desk.store.accounts.organisations()
        note = {
            "generation": desk.store.publication.current()[0],
            "population": sample.population,
            "digest": sample.digest,
            "drawn": [one.model_dump() for one in sample.strata],
            "apps": [_sampled(rows[app], offices) for app in sample.apps],
        }
        desk.go(SYSTEM, campaign.id, "draw", version=campaign.version, note=note)
    return len(waiting)


def _sampled(row: AppRow, offices: Sequence[Organisation]) -> dict[str, Any]:
    addressee = addressee_of(row, offices)
    return {
        "app": row.id,
        "package": row.app,
        "name": row.name_zh,
        "developer": row.developer,
        "operator": row.operator,
        "markets": list(row.markets),
        "category": row.kind,
        "version_name": row.version_name,
        "version_code": row.version_code,
        "addressee": addressee.id if addressee else None,
    }


def addressee_of(row: AppRow, offices: Sequence[Organisation]) -> Organisation | None:
    """The registered institution behind an app: by its own signer, else by the operator's exact name; else nobody."""
    judged = [one for one in offices if one.kind is OrganisationKind.INSTITUTION and one.active]
    if row.institution is not None:
        return next((one for one in judged if one.institution == row.institution), None)
    names = {row.operator, row.developer} - {None, ""}
    found = [one for one in judged if one.name in names]
    return found[0] if len(found) == 1 else None


def attach_examinations(desk: Desk, *, now: datetime | None = None) -> Attached:
    """Gives every waiting inspection what its app's examination says; asks the queue for what was not examined."""
    counts = dict.fromkeys(Attached.model_fields, 0)
    campaigns: dict[int | None, Any] = {None: {}}
    for state in ("sampled", "waiting", "unseen"):
        for case in cases_of(desk, CaseFilter(machine="inspection", state=state)):
            if case.parent not in campaigns:
                campaigns[case.parent] = desk.store.cases.get(case.parent or 0, scope=EVERYTHING).form
            _attach(desk, case, campaigns[case.parent], counts=counts, now=now or datetime.now(UTC))
    return Attached(**counts)


def _attach(desk: Desk, case: Case, plan: Any, *, counts: dict[str, int], now: datetime) -> None:
    try:
        view = desk.store.app(case.form["app"])
    except NotFound:
        return
    sha256 = view.row.sha256
    if sha256 is None:
        if case.state == "sampled":
            packages = {span.listing.package_sha256 for span in view.listings} - {None}
            jobs = [Job(kind=EXAMINE, key=str(key), priority=5, due=now) for key in sorted(map(str, packages))]
            counts["asked"] += desk.store.queue.add(jobs)
            desk.go(SYSTEM, case.id, "ask", version=case.version)
        return
    examination = desk.store.version(sha256).examination
    examined = stamp(examination)
    if case.state == "unseen" and case.form.get("examined") == examined:
        return
    note = seen(examination, plan)
    after = desk.go(SYSTEM, case.id, "attach", version=case.version, note={**note, "examined": examined})
    counts["attached"] += 1
    counts["suspected"] += after.state == "suspected"
    counts["unseen"] += after.state == "unseen"


def seen(examination: Examination, plan: Any) -> dict[str, Any]:
    """What an examination says for a campaign: its problems, and what could not be seen."""
    checks = set(plan.get("checks") or ())
    severities = set(plan.get("severities") or _SEVERITIES)
    asked = [
        finding
        for finding in examination.findings
        if (finding.check in checks if checks else finding.severity.value in severities)
    ]
    found = [finding for finding in asked if finding.outcome is Answer.YES and finding.evidence]
    unanswered = sorted(finding.check for finding in asked if finding.outcome is Answer.NOT_AVAILABLE)
    limited = examination.package.protection.extent == "limited"
    missing = sorted(checks - {finding.check for finding in examination.findings})
    could_not = None
    if unanswered or limited or missing:
        packed = "代码未能看到（已加固或无法读取）；" if limited else ""
        could_not = f"{packed}未能回答的检查项：{'、'.join([*unanswered, *missing]) or '无'}"[:600]
    return {
        "sha256": examination.package.sha256,
        "version_name": examination.package.version_name,
        "version_code": examination.package.version_code,
        "problems": [problem_of(finding) for finding in found],
        "sdks": sdk_rows(found, examination.sdks, package=examination.package.id),
        "could_not": could_not,
    }


def stamp(examination: Examination) -> str:
    """By what an examination was made: two with one stamp say the same of the same bytes."""
    made = examination.engine
    return f"{examination.package.sha256[:12]} · {made.version} · {made.catalog_version}"


def cases_of(desk: Desk, where: CaseFilter) -> list[Case]:
    """Every case of a filter, oldest first."""
    found: list[Case] = []
    while True:
        page = desk.store.cases.whole(where, scope=EVERYTHING, after=found[-1].id if found else 0, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            return found
