"""A cohort: the institutions of a pilot or a roll-out, in waves, with the dates by which each is to have filed.

What is expected of each: to hand in its own filing, to be filed, to hand in its first app, to have an app filed. How
far each is stands nowhere: it is read from the register (``progress``), so that nobody can report it better than it is.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal

from finwatch.model.access import OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Message, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State
from finwatch.supervise.register import gates, news, words
from finwatch.supervise.register.gates import Problems

COHORT: Final = "cohort"
_MANAGE: Final = Permission.COHORT_MANAGE
_ASSOCIATION: Final = (Part.ASSOCIATION,)
STEPS: Final = ("institution_by", "institution_filed_by", "app_by", "app_filed_by")
"""What is expected, in this order; each a date of a wave."""
STEP_NAMES: Final = {
    "institution_by": Text(zh="提交机构备案", en="institution handed in"),
    "institution_filed_by": Text(zh="机构完成备案", en="institution filed"),
    "app_by": Text(zh="提交首个软件备案", en="first app handed in"),
    "app_filed_by": Text(zh="首个软件完成备案", en="first app filed"),
}


class Wave(Form):
    """One wave and its dates."""

    number: int | None = field("批次", "Wave", required=True, ge=1, le=99)
    starts: date | None = field("开始", "Begins", required=True)
    institution_by: date | None = field("提交机构备案", "Institution handed in by", required=True)
    institution_filed_by: date | None = field("机构完成备案", "Institution filed by", required=True)
    app_by: date | None = field("提交首个软件备案", "First app handed in by", required=True)
    app_filed_by: date | None = field("首个软件完成备案", "First app filed by", required=True)


class Member(Form):
    """An institution of the cohort."""

    organisation: str | None = field("机构", "Institution", required=True, max_length=200)
    sector: Literal["bank", "securities", "fund", "insurance", "payment", "other"] | None = field(
        "行业", "Sector", required=True, options=words.SECTORS
    )
    wave: int | None = field("批次", "Wave", required=True, ge=1, le=99)


class CohortForm(Form):
    """Who takes part, and when what is expected."""

    name: str | None = field("名称", "Name", required=True, max_length=200)
    purpose: str | None = field("说明", "What it is for", widget="text", max_length=5_000)
    waves: tuple[Wave, ...] | None = field("批次安排", "Waves", required=True, widget="rows")
    members: tuple[Member, ...] | None = field("成员机构", "Members", required=True, widget="rows")


def _sound(occasion: Occasion) -> Problems:
    form = occasion.form
    found: Problems = ()
    numbers = Counter(wave.get("number") for wave in form.get("waves") or ())
    for place, wave in enumerate(form.get("waves") or ()):
        if numbers[wave.get("number")] > 1:
            found += gates.at(f"waves.{place}.number", "批次重复。", "This wave is there twice.")
        found += _in_order(place, wave)
    known = {key: one.id for one in _institutions(occasion) for key in (one.id, one.name)}
    seen: set[str] = set()
    for place, member in enumerate(form.get("members") or ()):
        told = str(member.get("organisation"))
        if told not in known:
            found += gates.at(
                f"members.{place}.organisation", f"没有机构“{told}”。", f"There is no institution “{told}”."
            )
        elif known[told] in seen:
            found += gates.at(f"members.{place}.organisation", "该机构重复。", "This institution is there twice.")
        seen.add(known.get(told, told))
        if member.get("wave") not in numbers:
            found += gates.at(f"members.{place}.wave", "没有该批次。", "There is no such wave.")
    return found


def _in_order(place: int, wave: Any) -> Problems:
    days = [("starts", wave.get("starts"))] + [(step, wave.get(step)) for step in STEPS]
    found: Problems = ()
    for (_, before), (name, day) in pairwise(days):
        if before and day and day < before:
            found += gates.at(
                f"waves.{place}.{name}", f"早于前一步的日期{before}。", f"Earlier than the step before it ({before})."
            )
    return found


def _institutions(occasion: Occasion) -> tuple[Any, ...]:
    return occasion.look.organisations(OrganisationKind.INSTITUTION)


def _by_id(occasion: Occasion) -> dict[str, Any]:
    """The members with the ids of their organisations, where a name was given."""
    known = {key: one.id for one in _institutions(occasion) for key in (one.id, one.name)}
    members = [
        {**one, "organisation": known.get(str(one.get("organisation")), one.get("organisation"))}
        for one in occasion.form.get("members") or ()
    ]
    return {"members": members}


def _planned(occasion: Occasion) -> Change:
    own = occasion.actor.organisation.id
    return Change(
        title=occasion.form.get("name") or "—",
        add=(Party(part=Part.ASSOCIATION, organisation=own),),
        form=_by_id(occasion),
    )


def _saved(occasion: Occasion) -> Change:
    return Change(title=occasion.form.get("name") or "—", form=_by_id(occasion))


def _started(occasion: Occasion) -> Change:
    form = {**occasion.form, **_by_id(occasion)}
    waves = {wave["number"]: wave for wave in form["waves"]}
    messages: list[Message] = []
    for member in form["members"]:
        wave = waves[member["wave"]]
        days = "；".join(f"{STEP_NAMES[step].zh}：{wave[step]}" for step in STEPS)
        told = "; ".join(f"{STEP_NAMES[step].en}: {wave[step]}" for step in STEPS)
        says = Text(
            zh=f"贵机构参加“{form['name']}”第{wave['number']}批，{wave['starts']}开始。\n{days}",
            en=f"You take part in “{form['name']}”, wave {wave['number']}, from {wave['starts']} on.\n{told}",
        )
        to = [OrganisationId(member["organisation"])]
        messages += news.told(occasion, to, may=Permission.INSTITUTION_FILE, says=says, tag="start", title=form["name"])
    return Change(title=form["name"], form=_by_id(occasion), messages=tuple(messages))


MACHINE: Final = Machine(
    id=COHORT,
    name=Text(zh="试点与推广批次", en="Cohort of a roll-out"),
    basis=Text(
        zh="银发〔2019〕237号；中国互联网金融协会备案试点（首批23家机构）",
        en="PBOC 237 of 2019; the association's pilot of 23 institutions",
    ),
    form=CohortForm,
    states=(
        State(id="planned", name=Text(zh="筹备", en="planned"), turn=Part.ASSOCIATION),
        State(id="running", name=Text(zh="进行中", en="running"), turn=Part.ASSOCIATION),
        State(id="closed", name=Text(zh="已结束", en="closed"), final=True),
    ),
    arcs=(
        Arc(
            id="plan",
            name=Text(zh="新建批次", en="Plan a cohort"),
            sources=(),
            target="planned",
            permission=_MANAGE,
            comment="none",
            fields="*",
            guard=lambda occasion: gates.needed(occasion.form, "name") + _sound(occasion),
            effect=_planned,
        ),
        Arc(
            id="save",
            name=Text(zh="保存", en="Save"),
            sources=("planned",),
            target=SAME,
            permission=_MANAGE,
            parts=_ASSOCIATION,
            comment="none",
            fields="*",
            guard=_sound,
            effect=_saved,
        ),
        Arc(
            id="start",
            name=Text(zh="启动", en="Start"),
            sources=("planned",),
            target="running",
            permission=_MANAGE,
            parts=_ASSOCIATION,
            fields="*",
            complete=True,
            guard=_sound,
            effect=_started,
        ),
        Arc(
            id="amend",
            name=Text(zh="调整安排", en="Amend"),
            sources=("running",),
            target=SAME,
            permission=_MANAGE,
            parts=_ASSOCIATION,
            comment="required",
            fields="*",
            complete=True,
            guard=_sound,
            effect=_saved,
        ),
        Arc(
            id="close",
            name=Text(zh="结束", en="Close"),
            sources=("planned", "running"),
            target="closed",
            permission=_MANAGE,
            parts=_ASSOCIATION,
            comment="required",
        ),
    ),
)
