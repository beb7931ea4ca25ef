"""Appeal (异议): the judged says that a notice is wrong, and somebody else than its author decides.

The clock of the notice stands only when the person who accepts the appeal says so. Nothing is published, ordered or
closed while an appeal is open. Upheld: the notice is withdrawn and every order lifted; in part: the problems named are
dropped; rejected: the clock goes on.
"""

from __future__ import annotations

from typing import Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Message, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.supervision import parties
from finwatch.supervise.supervision.parties import AUTHORITY, JUDGED, authorities
from finwatch.supervise.ticking import recount_arc

APPEAL: Final = "appeal"


class AppealForm(Form):
    """What is contested, and why."""

    notice: int | None = field("通报", "Notice", required=True, ge=1)
    grounds: str | None = field("异议理由", "Grounds", required=True, widget="text", max_length=4000)
    contested: tuple[str, ...] = field("有异议的检查项（空＝全部）", "Checks contested (empty = all)", default=())
    number: str | None = field("通报编号", "Number of the notice", max_length=120)
    paused: bool = field("处理期间中止整改期限", "The clock stands meanwhile", default=False)
    decided_by: str | None = field("决定人", "Decided by", max_length=120)


class Accepted(Form):
    """Whether the clock stands."""

    pause: bool = field("处理期间中止整改期限", "The clock of the notice stands meanwhile", default=False)


class InPart(Form):
    """Which problems fall."""

    dropped: tuple[str, ...] = field("撤销的检查项", "Checks dropped", required=True, default=())


def _notice(occasion: Occasion) -> Case | None:
    number = occasion.form.get("notice")
    found = occasion.look.case(number) if isinstance(number, int) else None
    return found if found is not None and found.machine == "notice" else None


def _may_file(occasion: Occasion) -> tuple[FieldProblem, ...]:
    notice = _notice(occasion)
    if notice is None or not any(
        party.part is Part.OWNER and party.organisation == occasion.case.owner for party in notice.parties
    ):
        says = Text(zh="没有针对贵机构的该通报。", en="There is no such notice to your organisation.")
        return (FieldProblem(field="notice", says=says),)
    if notice.closed is not None:
        says = Text(zh="该通报已撤销或归档。", en="The notice is withdrawn or archived.")
        return (FieldProblem(field="notice", says=says),)
    if notice.form.get("appeal"):
        says = Text(zh="该通报已有异议正在处理。", en="An appeal against this notice is open already.")
        return (FieldProblem(field="notice", says=says),)
    unknown = set(occasion.form.get("contested", ())) - {problem["check"] for problem in notice.form["problems"]}
    if unknown:
        says = Text(
            zh=f"通报中没有这些检查项：{'、'.join(sorted(unknown))}。",
            en=f"The notice has no such checks: {', '.join(sorted(unknown))}.",
        )
        return (FieldProblem(field="contested", says=says),)
    return ()


def _filed(occasion: Occasion) -> Change:
    notice = _notice(occasion)
    assert notice is not None  # the guard saw it
    number = occasion.look.number("appeal")
    subject = Text(zh=f"对{notice.number}提出异议", en=f"Appeal against {notice.number}")
    body = Text(zh=occasion.form["grounds"], en=occasion.form["grounds"])
    return Change(
        title=f"{notice.title} · {notice.number}",
        number=f"A-{occasion.day.year}-{number:04}",
        subject=f"case:{notice.id}",
        add=(Party(part=Part.OWNER, organisation=occasion.case.owner), *authorities(notice)),
        form={"number": notice.number},
        due=occasion.look.due("appeal.decide", start=occasion.now),
        follow=(FollowUp(machine="notice", arc="contest", case=notice.id, note={"appeal": number}),),
        messages=parties.desk_note(authorities(notice), key=f"appeal:{number}:filed", subject=subject, body=body),
    )


def _another_person(occasion: Occasion) -> tuple[FieldProblem, ...]:
    notice = _notice(occasion)
    if notice is not None and occasion.actor.person in notice.form.get("verified_by", ()):
        says = Text(
            zh="核实该问题的人不能决定对它的异议。",
            en="Who verified the problem may not decide the appeal against it.",
        )
        return (FieldProblem(field="comment", says=says),)
    return ()


def _accepted(occasion: Occasion) -> Change:
    pause = occasion.note["pause"]
    held = FollowUp(
        machine="notice",
        arc="hold",
        case=occasion.form["notice"],
        note={"reason": f"异议 {occasion.case.number} 受理，决定中止期限。{occasion.comment}".strip()},
    )
    return Change(form={"paused": pause}, follow=(held,) if pause else ())


def _told(occasion: Occasion, zh: str, en: str) -> tuple[Message, ...]:
    case = occasion.case
    return parties.letters(
        occasion.look,
        case.owner,
        key=f"appeal:{case.id}:decided",
        subject=Text(zh=f"异议 {case.number}：{zh}", en=f"Appeal {case.number}: {en}"),
        body=Text(zh=occasion.comment, en=occasion.comment),
    )


def _upheld(occasion: Occasion) -> Change:
    notice = occasion.form["notice"]
    follow = FollowUp(machine="notice", arc="revoke", case=notice, comment=f"异议 {occasion.case.number} 成立")
    return Change(
        form={"decided_by": occasion.actor.person},
        follow=(follow,),
        messages=_told(occasion, "成立，通报撤销", "upheld, the notice is withdrawn"),
    )


def _may_in_part(occasion: Occasion) -> tuple[FieldProblem, ...]:
    notice = _notice(occasion)
    checks = {problem["check"] for problem in notice.form["problems"]} if notice else set()
    dropped = set(occasion.note["dropped"])
    if not dropped <= checks or dropped == checks:
        says = Text(
            zh="请选择通报中的部分检查项；全部撤销请选“异议成立”。",
            en="Name some of the notice's checks; to drop all, uphold the appeal.",
        )
        return (FieldProblem(field="dropped", says=says),)
    return _another_person(occasion)


def _in_part(occasion: Occasion) -> Change:
    dropped = list(occasion.note["dropped"])
    follow = FollowUp(machine="notice", arc="release", case=occasion.form["notice"], note={"dropped": dropped})
    return Change(
        form={"decided_by": occasion.actor.person},
        follow=(follow,),
        messages=_told(occasion, "部分成立", "upheld in part"),
    )


def _over(occasion: Occasion) -> Change:
    follow = FollowUp(machine="notice", arc="release", case=occasion.form["notice"], note={"dropped": []})
    decided = occasion.actor.person
    return Change(form={"decided_by": decided}, follow=(follow,), messages=_told(occasion, "不成立", "not upheld"))


def _withdrawn(occasion: Occasion) -> Change:
    follow = FollowUp(machine="notice", arc="release", case=occasion.form["notice"], note={"dropped": []})
    return Change(follow=(follow,))


STATES: Final = (
    State(id="filed", name=Text(zh="已提出", en="filed"), turn=Part.REGULATOR),
    State(id="accepted", name=Text(zh="已受理", en="accepted"), turn=Part.REGULATOR),
    State(id="refused", name=Text(zh="不予受理", en="not accepted"), final=True),
    State(id="upheld", name=Text(zh="成立", en="upheld"), final=True),
    State(id="upheld_in_part", name=Text(zh="部分成立", en="upheld in part"), final=True),
    State(id="rejected", name=Text(zh="不成立", en="not upheld"), final=True),
    State(id="withdrawn", name=Text(zh="已撤回", en="taken back"), final=True),
)


def _decision(arc: str, zh: str, en: str, target: str, **more: object) -> Arc:
    return Arc(
        id=arc,
        name=Text(zh=zh, en=en),
        sources=("accepted",),
        target=target,
        permission=Permission.APPEAL_DECIDE,
        parts=AUTHORITY,
        comment="required",
        **more,  # type: ignore[arg-type]
    )


ARCS: Final = (
    Arc(
        id="file",
        name=Text(zh="提出异议", en="File an appeal"),
        sources=(),
        target="filed",
        permission=Permission.APPEAL_FILE,
        fields=("notice", "grounds", "contested"),
        complete=True,
        attachments=True,
        guard=_may_file,
        effect=_filed,
    ),
    Arc(
        id="accept",
        name=Text(zh="受理", en="Accept"),
        sources=("filed",),
        target="accepted",
        permission=Permission.APPEAL_DECIDE,
        parts=AUTHORITY,
        note=Accepted,
        guard=_another_person,
        effect=_accepted,
    ),
    Arc(
        id="refuse",
        name=Text(zh="不予受理", en="Do not accept"),
        sources=("filed",),
        target="refused",
        permission=Permission.APPEAL_DECIDE,
        parts=AUTHORITY,
        comment="required",
        guard=_another_person,
        effect=_over,
    ),
    _decision("uphold", "成立", "Uphold", "upheld", guard=_another_person, effect=_upheld),
    _decision("uphold_in_part", "部分成立", "Uphold in part", "upheld_in_part",
              note=InPart, guard=_may_in_part, effect=_in_part),
    _decision("reject", "不成立", "Do not uphold", "rejected", guard=_another_person, effect=_over),
    Arc(
        id="withdraw",
        name=Text(zh="撤回异议", en="Take it back"),
        sources=("filed", "accepted"),
        target="withdrawn",
        permission=Permission.APPEAL_FILE,
        parts=JUDGED,
        effect=_withdrawn,
    ),
    recount_arc(("filed", "accepted"), Permission.APPEAL_DECIDE),
)  # fmt: skip

MACHINE: Final = Machine(
    id=APPEAL,
    name=Text(zh="异议", en="Appeal"),
    states=STATES,
    arcs=ARCS,
    form=AppealForm,
    basis=Text(
        zh="行政处罚法第四十五条（陈述、申辩）；检查通报的复核做法",
        en="Administrative Penalties Law, Art. 45 (statement and defence); how checks are reviewed",
    ),
)
