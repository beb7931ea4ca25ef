"""Campaign (专项检查): which apps are checked for what, how they were drawn, and one action that notifies them all.

What comes in: kinds, markets, checks, size, seed. The system draws (``sampling.py``), so that nobody can write a sample
by hand; each app becomes an inspection. What goes out: one batch of notices in one transaction: all of it or nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.supervision import parties
from finwatch.supervise.supervision.inspection import notice_of
from finwatch.supervise.supervision.parties import AUTHORITY, authority_of

CAMPAIGN: Final = "campaign"
MOST: Final = 2_000
"""Apps in one campaign: a draw is one transaction."""
STRATA: Final = (
    ("kind", Text(zh="按类别", en="by category")),
    ("market", Text(zh="按应用商店", en="by market")),
    ("band", Text(zh="按风险等级", en="by risk")),
    ("none", Text(zh="不分层", en="none")),
)


class StratumRow(Form):
    """One stratum of the draw."""

    name: str = field("层", "Stratum", required=True, default="")
    population: int = field("总数", "Population", default=0)
    drawn: int = field("抽取", "Drawn", default=0)


class BatchRow(Form):
    """One batch of notices."""

    number: str | None = field("批次编号", "Number")
    on: date | None = field("日期", "On")
    notices: int | None = field("通报份数", "Notices")
    by: str | None = field("经办人", "By")


class SampledRow(Form):
    """One app of the sample."""

    app: str | None = field("应用编号", "App")
    package: str | None = field("包名", "Package name")
    name: str | None = field("应用名称", "Name of the app")
    developer: str | None = field("应用开发者", "Developer")
    operator: str | None = field("运营主体", "Operator")
    markets: tuple[str, ...] = field("应用来源", "Where it is offered", default=())
    category: str | None = field("类别", "Category")
    version_name: str | None = field("版本", "Version")
    version_code: int | None = field("版本号", "Version code")
    addressee: str | None = field("被通报单位", "To whom a notice goes")


class CategoryRow(Form):
    """A category in the closing figures."""

    name: str | None = field("类别", "Category")
    apps: int = field("检查应用", "Apps checked", default=0)
    with_problems: int = field("有问题", "With problems", default=0)


class Report(Form):
    """The closing figures; the report's page has them by state and with the list."""

    apps: int = field("检查应用", "Apps checked", default=0)
    with_problems: int = field("有问题", "With problems", default=0)
    categories: tuple[CategoryRow, ...] = field("按类别", "By category", default=())
    notices: int = field("通报", "Notices", default=0)
    put_right: int = field("完成整改", "Put right", default=0)
    extended: int = field("延期", "Given more time", default=0)
    reopened: int = field("虚假整改重新立案", "Closed falsely, opened again", default=0)
    published: int = field("公开通报", "Made public", default=0)
    removed: int = field("下架", "Removed", default=0)
    withdrawn: int = field("撤销", "Withdrawn", default=0)


class CampaignForm(Form):
    """What is checked, and what the draw was."""

    name: str | None = field("专项名称", "Name", required=True, max_length=200)
    kinds: tuple[str, ...] = field("业务类别（空＝全部金融类）", "Kinds (empty = all finance)", default=())
    markets: tuple[str, ...] = field("应用商店（空＝全部）", "Markets (empty = all)", default=())
    checks: tuple[str, ...] = field("检查项（空＝全部）", "Checks (empty = all)", default=())
    severities: tuple[str, ...] = field("计为问题的严重程度", "Severities that count", default=("high", "medium"))
    strata: Literal["kind", "market", "band", "none"] = field("分层", "Strata", default="kind", options=STRATA)
    size: int | None = field("样本量", "Size of the sample", required=True, ge=1, le=MOST)
    seed: str | None = field(
        "随机种子",
        "Seed",
        required=True,
        max_length=120,
        hint=Text(zh="抽样前公布，凭此可重现样本。", en="Made known before the draw; with it anybody draws the same."),
    )
    lab: str | None = field("检测机构", "Testing laboratory", max_length=120)
    clock: str | None = field("期限规则", "Rule of the deadline", required=True, max_length=80)
    days: int | None = field("期限天数（空＝按规则）", "Days, if other than the rule's", ge=1, le=3700)
    demand: str | None = field("整改要求", "What is demanded", required=True, widget="text", max_length=2000)
    basis: str | None = field("依据", "Basis", widget="text", max_length=2000)
    generation: int | None = field("数据版本", "Generation of the data")
    population: int | None = field("总体", "Population")
    digest: str | None = field("总体摘要", "Digest of the population")
    drawn: tuple[StratumRow, ...] = field("各层抽取", "Drawn by stratum", default=())
    batches: tuple[dict[str, Any], ...] = field("通报批次", "Batches", default=(), row=BatchRow)
    report: dict[str, Any] | None = field("结案统计", "Closing figures", row=Report)


PLAN: Final = (
    "name", "kinds", "markets", "checks", "severities", "strata", "size", "seed", "lab", "clock", "days", "demand",
    "basis",
)  # fmt: skip


class Drawn(Form):
    """What the system drew."""

    generation: int = field("数据版本", "Generation of the data", required=True, default=0)
    population: int = field("总体", "Population", required=True, default=0)
    digest: str = field("总体摘要", "Digest of the population", required=True, default="")
    drawn: tuple[StratumRow, ...] = field("各层抽取", "Drawn by stratum", default=())
    apps: tuple[dict[str, Any], ...] = field("样本", "Sample", required=True, default=(), row=SampledRow)


class Batch(Form):
    """Which verified inspections go out; the number of each as it was seen."""

    leave_out: tuple[int, ...] = field("不通报的检查", "Inspections left out", default=())
    expected: int | None = field("预览中的数量", "How many the preview showed", ge=0)


def _planned(occasion: Occasion) -> Change:
    own = occasion.actor.organisation
    return Change(title=occasion.form["name"], add=(authority_of(own),))


def _has_clock(occasion: Occasion) -> tuple[FieldProblem, ...]:
    rule = occasion.form.get("clock") or ""
    if not rule.startswith("notice."):
        says = Text(zh="请选择通报的期限规则。", en="Choose a rule for the deadline of notices.")
        return (FieldProblem(field="clock", says=says),)
    occasion.look.clock(rule)
    lab = occasion.form.get("lab")
    if lab and occasion.look.organisation(lab) is None:
        return (FieldProblem(field="lab", says=Text(zh="没有该机构。", en="There is no such organisation.")),)
    return ()


def _drawn(occasion: Occasion) -> Change:
    note, form, owner = occasion.note, occasion.form, occasion.case.owner
    follow = tuple(
        FollowUp(
            machine="inspection",
            arc="draw",
            owner=owner,
            form={**app, "authority": owner, "lab": form.get("lab")},
            subject=f"app:{app['app']}",
        )
        for app in note["apps"]
    )
    kept = {name: note[name] for name in ("generation", "population", "digest", "drawn")}
    return Change(form=kept, follow=follow, vouch={"sample": {"digest": note["digest"], "seed": form["seed"]}})


def inspections(occasion: Occasion) -> tuple[Case, ...]:
    """The inspections of the campaign."""
    return occasion.look.cases(CaseFilter(machine="inspection", parent=occasion.case.id), limit=MOST)


def notices(occasion: Occasion) -> tuple[Case, ...]:
    """The notices of the campaign's batches."""
    return occasion.look.cases(CaseFilter(machine="notice", parent=occasion.case.id), limit=MOST)


def ready(occasion: Occasion) -> list[Case]:
    """The verified inspections that a batch takes, by category and name: the order of its rows."""
    out = set(occasion.note["leave_out"])
    found = [case for case in inspections(occasion) if case.state == "verified" and case.id not in out]
    return sorted(found, key=lambda case: (case.form.get("category") or "", case.form["name"], case.id))


def _may_notify(occasion: Occasion) -> tuple[FieldProblem, ...]:
    chosen = ready(occasion)
    if not chosen:
        says = Text(zh="没有已核实的问题可以通报。", en="No verified problem is there to be notified.")
        return (FieldProblem(field="leave_out", says=says),)
    expected = occasion.note.get("expected")
    if expected is not None and expected != len(chosen):
        says = Text(
            zh=f"预览时为{expected}款，现为{len(chosen)}款，请重新预览。",
            en=f"The preview showed {expected}, now there are {len(chosen)}: look again.",
        )
        return (FieldProblem(field="expected", says=says),)
    found = []
    answered: dict[str | None, FieldProblem | None] = {}
    for case in chosen:
        addressee = case.form.get("addressee")
        if addressee not in answered:
            answered[addressee] = parties.nobody_responsible(occasion.look, addressee)
        problem = answered[addressee]
        if problem is not None:
            says = Text(zh=f"{case.title}：{problem.says.zh}", en=f"{case.title}: {problem.says.en}")
            found.append(FieldProblem(field="leave_out", says=says))
    return tuple(found)


def _notified(occasion: Occasion) -> Change:
    form, year = occasion.form, occasion.day.year
    authority = occasion.case.owner
    batch = f"{authority}-{year}-{occasion.look.number(f'batch/{authority}/{year}'):03}"
    follow: list[FollowUp] = []
    chosen = ready(occasion)
    for row, case in enumerate(chosen, start=1):
        told = notice_of(
            case.form,
            inspection=case.id,
            number=f"{batch}-{row:03}",
            clock=form["clock"],
            days=form.get("days"),
            demand=form["demand"],
        )
        follow.append(FollowUp(machine="inspection", arc="notify", case=case.id))
        follow.append(FollowUp(machine="notice", arc="issue", owner=case.form["addressee"], form=told))
    done = {"number": batch, "on": occasion.day.isoformat(), "notices": len(chosen), "by": occasion.actor.person}
    return Change(
        form={"batches": [*form.get("batches", ()), done]},
        follow=tuple(follow),
        note=done,
        vouch={"batch": {"number": batch, "notices": len(chosen)}},
    )


_DONE: Final = ("closed", "archived", "withdrawn", "removed")


def _may_close(occasion: Occasion) -> tuple[FieldProblem, ...]:
    waiting = sum(case.closed is None for case in inspections(occasion))
    running = sum(case.state not in _DONE for case in notices(occasion))
    if waiting or running:
        says = Text(
            zh=f"还有{waiting}项检查、{running}份通报没有结束。",
            en=f"{waiting} inspections and {running} notices have not ended.",
        )
        return (FieldProblem(field="comment", says=says),)
    return ()


def figures(inspected: tuple[Case, ...], told: tuple[Case, ...]) -> dict[str, Any]:
    """The figures of a campaign: what its page shows and its closing report keeps."""
    by_category: dict[str, dict[str, int]] = {}
    for case in inspected:
        row = by_category.setdefault(case.form.get("category") or "", {"apps": 0, "with_problems": 0})
        row["apps"] += 1
        row["with_problems"] += case.state in ("verified", "notified")
    states: dict[str, int] = {}
    for case in told:
        states[case.state] = states.get(case.state, 0) + 1
    found: dict[str, int] = {}
    for case in inspected:
        states_of = f"inspection_{case.state}"
        found[states_of] = found.get(states_of, 0) + 1
    return {
        "apps": len(inspected),
        "with_problems": sum(row["with_problems"] for row in by_category.values()),
        "categories": [{"name": name, **row} for name, row in sorted(by_category.items())],
        "inspections": dict(sorted(found.items())),
        "notices": len(told),
        "notice_states": dict(sorted(states.items())),
        "extended": sum(bool((case.form.get("extension") or {}).get("granted")) for case in told),
        "reopened": sum(bool(case.form.get("reopened")) for case in told),
        "published": sum(bool(case.form.get("published")) for case in told),
        "withdrawn": states.get("withdrawn", 0),
        "removed": states.get("removed", 0),
        "put_right": states.get("closed", 0) + states.get("archived", 0),
    }


def _closed(occasion: Occasion) -> Change:
    return Change(form={"report": figures(inspections(occasion), notices(occasion))})


def _cancelled(occasion: Occasion) -> Change:
    follow = tuple(
        FollowUp(machine="inspection", arc="cancel", case=case.id, comment=occasion.comment)
        for case in inspections(occasion)
        if case.closed is None
    )
    return Change(follow=follow)


STATES: Final = (
    State(id="planned", name=Text(zh="已计划", en="planned")),
    State(id="drawing", name=Text(zh="抽样中", en="being drawn")),
    State(id="drawn", name=Text(zh="已抽样，检查中", en="drawn, being inspected")),
    State(id="notified", name=Text(zh="已通报", en="notified")),
    State(id="closed", name=Text(zh="已结案", en="closed"), final=True),
    State(id="cancelled", name=Text(zh="已取消", en="cancelled"), final=True),
)
_MANAGE: Final[dict[str, Any]] = {"permission": Permission.CAMPAIGN_MANAGE, "parts": AUTHORITY}

ARCS: Final = (
    Arc(
        id="plan",
        name=Text(zh="新建专项检查", en="Plan a campaign"),
        sources=(),
        target="planned",
        fields=PLAN,
        complete=True,
        guard=_has_clock,
        effect=_planned,
        **_MANAGE,
    ),
    Arc(
        id="revise",
        name=Text(zh="修改", en="Revise"),
        sources=("planned",),
        target=SAME,
        fields=PLAN,
        complete=True,
        guard=_has_clock,
        effect=lambda occasion: Change(title=occasion.form["name"]),
        **_MANAGE,
    ),
    Arc(id="ask_draw", name=Text(zh="抽样", en="Draw"), sources=("planned",), target="drawing", **_MANAGE),
    Arc(
        id="draw",
        name=Text(zh="样本入卷", en="Sample drawn"),
        sources=("drawing",),
        target="drawn",
        permission=Permission.CAMPAIGN_MANAGE,
        note=Drawn,
        automatic=True,
        effect=_drawn,
    ),
    Arc(
        id="give_back",
        name=Text(zh="不能抽样，退回", en="Nothing to draw"),
        sources=("drawing",),
        target="planned",
        permission=Permission.CAMPAIGN_MANAGE,
        automatic=True,
    ),
    Arc(
        id="notify",
        name=Text(zh="批量通报", en="Notify"),
        sources=("drawn", "notified"),
        target="notified",
        permission=Permission.NOTICE_ISSUE,
        parts=AUTHORITY,
        note=Batch,
        guard=_may_notify,
        effect=_notified,
    ),
    Arc(
        id="close",
        name=Text(zh="结案", en="Close"),
        sources=("drawn", "notified"),
        target="closed",
        guard=_may_close,
        effect=_closed,
        **_MANAGE,
    ),
    Arc(
        id="cancel",
        name=Text(zh="取消", en="Cancel"),
        sources=("planned", "drawing", "drawn"),
        target="cancelled",
        comment="required",
        effect=_cancelled,
        **_MANAGE,
    ),
)

MACHINE: Final = Machine(
    id=CAMPAIGN,
    name=Text(zh="专项检查", en="Campaign"),
    states=STATES,
    arcs=ARCS,
    form=CampaignForm,
    basis=Text(
        zh="工信部、通信管理局、网信办、互金协会专项检查的公开做法",
        en="As MIIT, its administrations, CAC and the association run their campaigns",
    ),
)
