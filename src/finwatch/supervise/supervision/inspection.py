"""Inspection (检查): one app of a campaign, from the sample to a problem that a person verified, or to none.

What comes in: an app of the sample, then what its examination says, attached by the system so that nobody can write
evidence by hand; a laboratory adds what only a person can test, with its report. What goes out: verified problems for a
notice. The app's operator is no party of it: a suspicion is not told to anybody.
"""

from __future__ import annotations

from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part
from finwatch.model.examination import Confidence
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.supervision import parties, sdks
from finwatch.supervise.supervision.parties import AUTHORITY, authority_of
from finwatch.supervise.supervision.problems import Problem, confirmed
from finwatch.supervise.supervision.sdks import SdkRow

INSPECTION: Final = "inspection"
ADDRESSED: Final = ("addressee",)


class InspectionForm(Form):
    """What is known of the app, and the problems."""

    authority: str = field("检查单位", "Authority", required=True, default="")
    lab: str | None = field("检测机构", "Testing laboratory")
    app: str = field("应用编号", "App", required=True, default="", max_length=300)
    package: str = field("包名", "Package name", required=True, default="", max_length=300)
    name: str = field("应用名称", "Name of the app", required=True, default="", max_length=300)
    developer: str | None = field("应用开发者", "Developer", max_length=300)
    operator: str | None = field("运营主体", "Operator", max_length=300)
    markets: tuple[str, ...] = field("应用来源", "Where it is offered", default=())
    category: str | None = field("类别", "Category", max_length=80)
    version_name: str | None = field("版本", "Version", max_length=120)
    version_code: int | None = field("版本号", "Version code")
    sha256: str | None = field("安装包摘要", "SHA-256 of the package", pattern=r"[0-9a-f]{64}")
    examined: str | None = field("检测时间与引擎", "Examined when and by what", max_length=200)
    could_not: str | None = field("未能看到", "What could not be seen", max_length=600)
    problems: tuple[Problem, ...] = field("问题", "Problems", default=())
    sdks: tuple[SdkRow, ...] = field("问题所在的SDK", "SDKs in which problems stand", default=())
    addressee: str | None = field("被通报单位", "To whom a notice goes", max_length=120)


class Attached(Form):
    """What an examination says of the app."""

    version_name: str | None = field("版本", "Version")
    version_code: int | None = field("版本号", "Version code")
    sha256: str = field("安装包摘要", "SHA-256 of the package", required=True, default="", pattern=r"[0-9a-f]{64}")
    examined: str = field("检测时间与引擎", "Examined when and by what", required=True, default="")
    could_not: str | None = field("未能看到", "What could not be seen")
    problems: tuple[Problem, ...] = field("问题", "Problems", default=())
    sdks: tuple[SdkRow, ...] = field("问题所在的SDK", "SDKs in which problems stand", default=())


class Recorded(Form):
    """What a laboratory tested by hand."""

    report: str = field("报告编号", "Number of the report", required=True, default="", max_length=120)
    problems: tuple[Problem, ...] = field("问题", "Problems", default=())
    nothing_found: bool = field("未发现问题", "No problem was found", default=False)


class Verified(Form):
    """A person's word on each problem."""

    confirmed: tuple[str, ...] = field("核实成立的检查项", "Checks confirmed", default=())
    rejected: tuple[str, ...] = field("核实不成立的检查项", "Checks not confirmed", default=())
    looked_at: bool = field(
        "已逐条打开疑似问题的证据", "I opened the evidence of each suspected problem", default=False
    )


def _drawn(occasion: Occasion) -> Change:
    form = occasion.form
    campaign = occasion.look.organisation(form["authority"])
    assert campaign is not None  # the owner of the campaign, read in the same transaction
    return Change(
        title=f"{form['name']}（{form['package']}）",
        subject=f"app:{form['app']}",
        add=(authority_of(campaign), *parties.lab(form.get("lab"))),
    )


def _taken_up(occasion: Occasion) -> Change:
    own = occasion.actor.organisation
    name = occasion.form["name"]
    return Change(
        title=f"{name}（{occasion.form['package']}）",
        subject=f"app:{occasion.form['app']}",
        form={"authority": own.id},
        add=(authority_of(own), *parties.lab(occasion.form.get("lab"))),
    )


def _without_evidence(problems: Any) -> tuple[FieldProblem, ...]:
    says = Text(zh="没有证据的问题不能记录。", en="A problem without evidence cannot be recorded.")
    return tuple(
        FieldProblem(field=f"problems.{number}.evidence", says=says)
        for number, problem in enumerate(problems)
        if not problem["evidence"]
    )


def _may_attach(occasion: Occasion) -> tuple[FieldProblem, ...]:
    return _without_evidence(occasion.note["problems"])


def _attached(occasion: Occasion) -> Change:
    note = occasion.note
    kept = [problem for problem in occasion.form.get("problems", ()) if problem["check"].startswith("lab:")]
    problems = [*note["problems"], *kept]
    without = "unseen" if note.get("could_not") else "clean"
    return Change(state="suspected" if problems else without, form={**note, "problems": problems})


def _may_record(occasion: Occasion) -> tuple[FieldProblem, ...]:
    problems = occasion.note["problems"]
    if bool(problems) == occasion.note["nothing_found"]:
        says = Text(
            zh="请列出问题，或者勾选“未发现问题”，二者选一。",
            en="List problems, or say that none was found: one of both.",
        )
        return (FieldProblem(field="problems", says=says),)
    return _without_evidence(problems)


def _recorded(occasion: Occasion) -> Change:
    report = occasion.note["report"]
    own = [
        {**problem, "check": f"lab:{problem['check']}", "decision": "pending", "why": f"检测报告 {report}"}
        for problem in occasion.note["problems"]
    ]
    before = [problem for problem in occasion.form.get("problems", ()) if not problem["check"].startswith("lab:")]
    problems = [*before, *own]
    return Change(state="suspected" if problems else "clean", form={"problems": problems})


def _may_verify(occasion: Occasion) -> tuple[FieldProblem, ...]:
    note = occasion.note
    yes, no = set(note["confirmed"]), set(note["rejected"])
    found = []
    for problem in occasion.form.get("problems", ()):
        check, title = problem["check"], problem["title"]
        if (check in yes) == (check in no):
            says = Text(
                zh=f"“{title}”须且只须作出一个结论。",
                en=f"{problem['title_en'] or title}: decide it, and only one way.",
            )
            found.append(FieldProblem(field="confirmed", says=says))
        elif check in yes and not problem["evidence"]:
            says = Text(zh=f"“{title}”没有证据，不能核实成立。", en=f"{check} has no evidence and cannot be confirmed.")
            found.append(FieldProblem(field="confirmed", says=says))
        elif check in yes and problem["confidence"] == Confidence.SUSPECTED and not note["looked_at"]:
            says = Text(
                zh=f"“{title}”仅为疑似，须逐条查看证据后单独核实。",
                en=f"{check} is only suspected: open its evidence and decide on it by itself.",
            )
            found.append(FieldProblem(field="looked_at", says=says))
    if no & {problem["check"] for problem in occasion.form.get("problems", ())} and not occasion.comment:
        says = Text(zh="核实不成立的，请写明原因。", en="Say why a problem is not confirmed.")
        found.append(FieldProblem(field="comment", says=says))
    wanted = occasion.form.get("addressee")
    if wanted and occasion.look.organisation(wanted) is None:
        says = Text(zh=f"没有机构 {wanted}。", en=f"There is no organisation {wanted}.")
        found.append(FieldProblem(field="addressee", says=says))
    return tuple(found)


def _verified(occasion: Occasion) -> Change:
    yes = set(occasion.note["confirmed"])
    problems = [
        {**problem, "decision": "confirmed" if problem["check"] in yes else "rejected", "why": occasion.comment or None}
        for problem in occasion.form.get("problems", ())
    ]
    return Change(
        state="verified" if confirmed(problems) else "dismissed",
        form={"problems": problems},
        note={"verified_by": occasion.actor.person},
    )


def _taken_back(occasion: Occasion) -> Change:
    problems = [{**problem, "decision": "pending", "why": None} for problem in occasion.form.get("problems", ())]
    return Change(form={"problems": problems})


def _may_notify(occasion: Occasion) -> tuple[FieldProblem, ...]:
    missing = parties.nobody_responsible(occasion.look, occasion.form.get("addressee"))
    return (missing,) if missing else ()


def notice_of(form: Any, *, inspection: int, number: str, clock: str, days: int | None, demand: str) -> dict[str, Any]:
    """The form of the notice that an inspection leads to: the app, and only what was confirmed."""
    kept = ("authority", "app", "package", "name", "developer", "markets", "category", "version_name", "version_code")
    return {
        **{name: form.get(name) for name in kept},
        "inspection": inspection,
        "reference": number,
        "sha256": form["sha256"],
        "examined": form["examined"],
        "problems": confirmed(form["problems"]),
        "sdks": [dict(row) for row in sdks.told(form, ever=True)],
        "clock": clock,
        "days": days,
        "demand": demand,
    }


class NotifyAlone(Form):
    """What a notice needs beside the problems."""

    clock: str = field("期限规则", "Rule of the deadline", required=True, default="", max_length=80)
    days: int | None = field("期限天数（空＝按规则）", "Days, if other than the rule's", ge=1, le=3700)
    demand: str = field("整改要求", "What is demanded", required=True, default="", widget="text", max_length=2000)


def _notified_alone(occasion: Occasion) -> Change:
    authority = occasion.form["authority"]
    year = occasion.day.year
    number = f"{authority}-{year}-D{occasion.look.number(f'notice/{authority}/{year}'):03}"
    form = notice_of(occasion.form, inspection=occasion.case.id, number=number, **occasion.note)
    owner = occasion.form["addressee"]
    return Change(follow=(FollowUp(machine="notice", arc="issue", owner=owner, form=form),))


def _named(occasion: Occasion) -> tuple[FieldProblem, ...]:
    says = Text(zh="此项必填。", en="This must be filled in.")
    missing = (name for name in ("app", "package", "name") if not occasion.form.get(name))
    return tuple(FieldProblem(field=name, says=says) for name in missing)


STATES: Final = (
    State(id="sampled", name=Text(zh="已抽样", en="sampled")),
    State(id="waiting", name=Text(zh="检测中", en="being examined")),
    State(id="suspected", name=Text(zh="疑似有问题，待核实", en="suspected, to be verified")),
    State(id="unseen", name=Text(zh="未能看到，无法判断", en="could not be seen")),
    State(id="clean", name=Text(zh="未发现问题", en="no problem found"), final=True),
    State(id="verified", name=Text(zh="已核实有问题", en="problems verified")),
    State(id="dismissed", name=Text(zh="核实不成立", en="not confirmed"), final=True),
    State(id="notified", name=Text(zh="已通报", en="notified"), final=True),
    State(id="left", name=Text(zh="无法判断，已结束", en="left: could not be seen"), final=True),
    State(id="cancelled", name=Text(zh="已取消", en="cancelled"), final=True),
)
_TESTABLE: Final = ("sampled", "waiting", "unseen")

ARCS: Final = (
    Arc(
        id="draw",
        name=Text(zh="抽中", en="Drawn"),
        sources=(),
        target="sampled",
        permission=Permission.CAMPAIGN_MANAGE,
        fields="*",
        automatic=True,
        effect=_drawn,
    ),
    Arc(
        id="take_up",
        name=Text(zh="单独立案检查", en="Inspect one app"),
        sources=(),
        target="sampled",
        permission=Permission.CAMPAIGN_MANAGE,
        fields=("app", "package", "name", "lab"),
        comment="required",
        guard=_named,
        effect=_taken_up,
    ),
    Arc(
        id="ask",
        name=Text(zh="申请检测", en="Examination asked for"),
        sources=("sampled", "unseen"),
        target="waiting",
        permission=Permission.TEST_RECORD,
        automatic=True,
    ),
    Arc(
        id="attach",
        name=Text(zh="检测结果入卷", en="Examination attached"),
        sources=_TESTABLE,
        target="suspected",
        also=("clean", "unseen"),
        permission=Permission.TEST_RECORD,
        note=Attached,
        automatic=True,
        guard=_may_attach,
        effect=_attached,
    ),
    Arc(
        id="record",
        name=Text(zh="录入人工检测", en="Record a laboratory's test"),
        sources=(*_TESTABLE, "suspected"),
        target="suspected",
        also=("clean",),
        permission=Permission.TEST_RECORD,
        parts=(*AUTHORITY, Part.LAB),
        note=Recorded,
        attachments=True,
        guard=_may_record,
        effect=_recorded,
    ),
    Arc(
        id="verify",
        name=Text(zh="核实", en="Verify"),
        sources=("suspected",),
        target="verified",
        also=("dismissed",),
        permission=Permission.FINDING_VERIFY,
        parts=AUTHORITY,
        fields=ADDRESSED,
        note=Verified,
        four_eyes=("record",),
        guard=_may_verify,
        effect=_verified,
    ),
    Arc(
        id="take_back",
        name=Text(zh="撤回核实", en="Take the verification back"),
        sources=("verified",),
        target="suspected",
        permission=Permission.FINDING_VERIFY,
        parts=AUTHORITY,
        comment="required",
        effect=_taken_back,
    ),
    Arc(
        id="notify",
        name=Text(zh="随批次通报", en="Notified with a batch"),
        sources=("verified",),
        target="notified",
        permission=Permission.NOTICE_ISSUE,
        automatic=True,
        guard=_may_notify,
    ),
    Arc(
        id="notify_alone",
        name=Text(zh="单独通报", en="Send a notice"),
        sources=("verified",),
        target="notified",
        permission=Permission.NOTICE_ISSUE,
        parts=AUTHORITY,
        note=NotifyAlone,
        guard=_may_notify,
        effect=_notified_alone,
    ),
    Arc(
        id="leave",
        name=Text(zh="结束（无法判断）", en="Leave it: it cannot be seen"),
        sources=("unseen", "waiting"),
        target="left",
        permission=Permission.FINDING_VERIFY,
        parts=AUTHORITY,
        comment="required",
    ),
    Arc(
        id="cancel",
        name=Text(zh="取消", en="Cancel"),
        sources=("sampled", "waiting", "suspected", "unseen", "verified"),
        target="cancelled",
        permission=Permission.CAMPAIGN_MANAGE,
        automatic=True,
    ),
)


MACHINE: Final = Machine(
    id=INSPECTION,
    name=Text(zh="检查", en="Inspection"),
    states=STATES,
    arcs=ARCS,
    form=InspectionForm,
    basis=Text(
        zh="工信部、网信办、互金协会检查通报的公开做法；金办发〔2024〕99号第十八条",
        en="As MIIT, CAC and the association publish their checks; NFRA circular 99 of 2024, Art. 18",
    ),
)
