"""How far the members of a cohort are: read from the register, set beside the dates of their wave; what is reminded of.

Pure: the cohort's form, the members' cases and today come in; a line for each member goes out, and messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from finwatch.model.access import Organisation, OrganisationId, Permission
from finwatch.model.base import Model, Text
from finwatch.model.case import Case, Due, Message
from finwatch.model.clock import WorkingCalendar
from finwatch.supervise import clock
from finwatch.supervise.clock import Stage
from finwatch.supervise.machine import Look
from finwatch.supervise.register import news
from finwatch.supervise.register.cohort import STEP_NAMES, STEPS

REMIND: Final = {
    Stage.HALF: Text(zh="时限已过半", en="half of the time is gone"),
    Stage.FIFTH: Text(zh="时限将尽", en="little time is left"),
    Stage.LAST: Text(zh="今天是最后一天", en="this is the last day"),
    Stage.OVERDUE: Text(zh="已逾期", en="overdue"),
}


class Milestone(Model):
    """One step that is expected of a member."""

    step: str
    by: date
    done: date | None = None
    """When it happened."""
    overdue: int = 0
    """Days that it is late: still open after its date, or done after it."""


class MemberProgress(Model):
    """How far one member is."""

    organisation: OrganisationId
    name: str
    sector: str
    wave: int
    milestones: tuple[Milestone, ...]
    apps_filed: int = 0

    @property
    def done(self) -> int:
        """How many steps it has gone."""
        return sum(one.done is not None for one in self.milestones)

    @property
    def overdue(self) -> int:
        """Days that the oldest open step is late; 0 = none is."""
        return max((one.overdue for one in self.milestones if one.done is None), default=0)


class WaveProgress(Model):
    """A wave in one line."""

    wave: int
    members: int
    done: dict[str, int]
    """Step → members that have gone it."""
    overdue: int
    """Members with an open step that is late."""


def members(
    form: Mapping[str, Any], cases: Iterable[Case], names: Mapping[str, Organisation], *, today: date
) -> tuple[MemberProgress, ...]:
    """A line for each member of a cohort, in the order of its form. ``cases``: filings of institutions and apps."""
    waves = {wave["number"]: wave for wave in form.get("waves") or ()}
    owned: dict[str, list[Case]] = {}
    for case in cases:
        owned.setdefault(case.owner, []).append(case)
    found = []
    for member in form.get("members") or ():
        wave, own = waves.get(member["wave"]), owned.get(member["organisation"], [])
        if wave is None:
            continue
        organisation = names.get(member["organisation"])
        found.append(
            MemberProgress(
                organisation=member["organisation"],
                name=organisation.name if organisation else member["organisation"],
                sector=member["sector"],
                wave=member["wave"],
                milestones=_milestones(wave, own, today),
                apps_filed=sum(case.machine == "filing" and case.state == "filed" for case in own),
            )
        )
    return tuple(found)


def waves(lines: Iterable[MemberProgress]) -> tuple[WaveProgress, ...]:
    """The lines of the members added up, wave by wave."""
    grouped: dict[int, list[MemberProgress]] = {}
    for line in lines:
        grouped.setdefault(line.wave, []).append(line)
    return tuple(
        WaveProgress(
            wave=wave,
            members=len(own),
            done={
                step: sum(one.done is not None for line in own for one in line.milestones if one.step == step)
                for step in STEPS
            },
            overdue=sum(line.overdue > 0 for line in own),
        )
        for wave, own in sorted(grouped.items())
    )


def _milestones(wave: Mapping[str, Any], own: Iterable[Case], today: date) -> tuple[Milestone, ...]:
    cases = list(own)
    reached = {
        "institution_by": _first(cases, "institution", "handed_in"),
        "institution_filed_by": _first(cases, "institution", "filed_on"),
        "app_by": _first(cases, "filing", "handed_in"),
        "app_filed_by": _first(cases, "filing", "filed_on"),
    }
    found = []
    for step in STEPS:
        by, done = date.fromisoformat(wave[step]), reached[step]
        found.append(Milestone(step=step, by=by, done=done, overdue=max(((done or today) - by).days, 0)))
    return tuple(found)


def _first(cases: Iterable[Case], machine: str, name: str) -> date | None:
    days = [case.form[name] for case in cases if case.machine == machine and case.form.get(name)]
    return date.fromisoformat(min(days)) if days else None


def reminders(
    cohort: Case, lines: Iterable[MemberProgress], *, look: Look, today: date, calendar: WorkingCalendar
) -> tuple[Message, ...]:
    """What the members are to be told today; each key is told once, so that it may be asked again and again."""
    starts = {wave["number"]: date.fromisoformat(wave["starts"]) for wave in cohort.form.get("waves") or ()}
    found: list[Message] = []
    for line in lines:
        start = starts[line.wave]
        if today < start:
            continue
        following = next((one for one in line.milestones if one.done is None), None)
        if following is None:
            continue
        says = REMIND.get(_stage(following, start, today, calendar))
        if says is None:
            continue
        step = STEP_NAMES[following.step]
        body = Text(
            zh=f"{step.zh}：{says.zh}（{following.by}前）。",
            en=f"{step.en}: {says.en} (by {following.by}).",
        )
        stage = _stage(following, start, today, calendar).value
        key = f"cohort:{cohort.id}:{line.organisation}:{following.step}:{following.by}:{stage}"
        title = str(cohort.form.get("name"))
        found += news.letters(
            look, [line.organisation], may=Permission.INSTITUTION_FILE, key=key, title=title, body=body
        )
    return tuple(found)


def _stage(milestone: Milestone, start: date, today: date, calendar: WorkingCalendar) -> Stage:
    days = max((milestone.by - start).days, 1)
    due = Due(day=milestone.by, start=start, days=days, kind="calendar", rule="cohort")
    return clock.stage(due, today, calendar)
