"""What a person sees before one action on many apps: the campaign's figures, and previews of verifying and notifying.

What comes in: the desk, an actor, a campaign. What goes out: rows and reasons, the same for pages and API. Verifying
confirms whole checks, and only problems that are certain or likely; an inspection with any other problem is left for a
person to decide alone. Notifying is one transaction; its preview runs the same guard and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from finwatch.errors import Denied, FormError, InputError, NotFound, Stale
from finwatch.model.access import Actor
from finwatch.model.base import Model, Text
from finwatch.model.case import Case, Due
from finwatch.model.examination import Confidence
from finwatch.store.case import CaseFilter
from finwatch.supervise import clock
from finwatch.supervise.desk import Desk
from finwatch.supervise.supervision.campaign import figures
from finwatch.supervise.supervision.lists import PublicRow, public_rows

_MOST: Final = 2_000


class CheckCount(Model):
    """A check that found problems in a campaign."""

    check: str
    title: Text
    severity: str
    apps: int
    """Suspected apps that have it, not yet verified."""
    suspected: int
    """Of these, where it is only suspected: a person has to open each."""


class CampaignView(Model):
    """A campaign as its page shows it."""

    case: Case
    figures: dict[str, Any]
    checks: tuple[CheckCount, ...]
    ready: int
    """Verified inspections that a batch would take."""


class Planned(Model):
    """What one action would do, or did, to one inspection."""

    inspection: int
    version: int
    title: str
    category: str
    confirmed: tuple[str, ...] = ()
    refused: Text | None = None
    state: str | None = None


class BatchView(Model):
    """A batch before it is sent: its rows, its deadline, and what keeps it from being sent."""

    rows: tuple[PublicRow, ...]
    inspections: tuple[int, ...]
    categories: int
    due: Due | None
    refused: tuple[Text, ...] = ()


def campaign_of(desk: Desk, actor: Actor, number: int) -> Case:
    """The campaign. Raises ``NotFound`` when it is none, or out of the actor's scope."""
    case = desk.store.cases.get(number, scope=actor.scope)
    if case.machine != "campaign":
        raise NotFound(f"Case {number} is no campaign.", zh=f"事项 {number} 不是专项检查。", todo="See your list.")
    return case


def inspections_of(desk: Desk, actor: Actor, number: int, *states: str) -> tuple[Case, ...]:
    """The campaign's inspections, oldest first."""
    where = CaseFilter(machine="inspection", parent=number, states=states)
    return desk.store.cases.whole(where, scope=actor.scope, limit=_MOST)


def notices_of(desk: Desk, actor: Actor, number: int) -> tuple[Case, ...]:
    """The campaign's notices, oldest first."""
    return desk.store.cases.whole(CaseFilter(machine="notice", parent=number), scope=actor.scope, limit=_MOST)


def orders_of(desk: Desk, actor: Actor, notices: Sequence[Case]) -> tuple[Case, ...]:
    """The removal orders that follow from some notices."""
    found: list[Case] = []
    for notice in notices:
        if notice.state in ("removal", "removed", "closed", "archived", "withdrawn"):
            where = CaseFilter(machine="removal", parent=notice.id)
            found += desk.store.cases.whole(where, scope=actor.scope, limit=_MOST)
    return tuple(found)


def campaign_view(desk: Desk, actor: Actor, number: int) -> CampaignView:
    """The campaign with its figures. Raises ``NotFound``."""
    case = campaign_of(desk, actor, number)
    inspected = inspections_of(desk, actor, number)
    told = case.form.get("report") or figures(inspected, notices_of(desk, actor, number))
    return CampaignView(
        case=case,
        figures=told,
        checks=_checks(inspected),
        ready=sum(one.state == "verified" for one in inspected),
    )


def _checks(inspected: Sequence[Case]) -> tuple[CheckCount, ...]:
    found: dict[str, dict[str, Any]] = {}
    for case in inspected:
        for problem in case.form.get("problems", ()) if case.state == "suspected" else ():
            title = Text(zh=problem["title"], en=problem.get("title_en") or problem["title"])
            row = found.setdefault(
                problem["check"], {"title": title, "severity": problem["severity"], "apps": 0, "suspected": 0}
            )
            row["apps"] += 1
            row["suspected"] += problem["confidence"] == Confidence.SUSPECTED
    return tuple(CheckCount(check=check, **row) for check, row in sorted(found.items()))


def planned_verification(desk: Desk, actor: Actor, number: int, checks: Collection[str]) -> tuple[Planned, ...]:
    """What confirming some checks would do to every suspected inspection of the campaign; nothing is written."""
    campaign_of(desk, actor, number)
    return tuple(_planned(case, set(checks)) for case in inspections_of(desk, actor, number, "suspected"))


def _planned(case: Case, checks: set[str]) -> Planned:
    problems = case.form.get("problems", ())
    own = tuple(problem["check"] for problem in problems)
    refused = None
    others = [problem for problem in problems if problem["check"] not in checks]
    unsure = [problem for problem in problems if problem["confidence"] == Confidence.SUSPECTED]
    if others:
        told = "、".join(sorted(problem["title"] for problem in others))
        named = ", ".join(sorted(problem["check"] for problem in others))
        refused = Text(zh=f"还有未选中的问题：{told}", en=f"It has problems that were not chosen: {named}")
    elif unsure:
        refused = Text(zh="有疑似问题，须逐条查看证据", en="A problem is only suspected: open its evidence")
    return Planned(
        inspection=case.id,
        version=case.version,
        title=case.title,
        category=case.form.get("category") or "",
        confirmed=own if refused is None else (),
        refused=refused,
    )


def verify_many(desk: Desk, actor: Actor, plan: Sequence[Planned], *, comment: str = "") -> tuple[Planned, ...]:
    """Verifies what a plan confirms, each inspection in a transaction of its own, on the version that was seen."""
    done = []
    for one in plan:
        if one.refused is not None:
            done.append(one)
            continue
        try:
            after = desk.go(
                actor,
                one.inspection,
                "verify",
                version=one.version,
                note={"confirmed": list(one.confirmed)},
                comment=comment,
            )
            done.append(one.model_copy(update={"state": after.state}))
        except (Denied, InputError, NotFound, Stale) as refusal:
            done.append(one.model_copy(update={"refused": Text(zh=refusal.zh, en=refusal.en)}))
    return tuple(done)


def batch_view(desk: Desk, actor: Actor, number: int, *, leave_out: Collection[int] = ()) -> BatchView:
    """The batch that notifying would send now; nothing is written. Raises ``NotFound``."""
    campaign = campaign_of(desk, actor, number)
    chosen = [case for case in inspections_of(desk, actor, number, "verified") if case.id not in set(leave_out)]
    chosen.sort(key=lambda case: (case.form.get("category") or "", case.form["name"], case.id))
    note = {"leave_out": list(leave_out), "expected": len(chosen)}
    ((_, result),) = desk.preview(actor, [(campaign.id, campaign.version)], "notify", note=note)
    due = None
    if campaign.form.get("clock"):
        with desk.looking() as look:
            rule, calendar = look.clock(campaign.form["clock"]), look.calendar()
        due = clock.due(clock.day_in_china(desk.now()), rule, calendar, days=campaign.form.get("days"))
    return BatchView(
        rows=public_rows([case.form for case in chosen]),
        inspections=tuple(case.id for case in chosen),
        categories=len({case.form.get("category") for case in chosen}),
        due=due,
        refused=_reasons(result),
    )


def _reasons(result: str | Exception) -> tuple[Text, ...]:
    if isinstance(result, FormError):
        return tuple(problem.says for problem in result.problems)
    if isinstance(result, Denied | InputError | NotFound | Stale):
        return (Text(zh=result.zh, en=result.en),)
    return ()
