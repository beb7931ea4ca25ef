"""Penalty (处罚): the record of one, from the proposal to its end. The decision itself is a document of the authority.

Told first: the party has its days to speak before anything is decided (行政处罚法, Art. 44, 45, 64), and who proposes
does not decide (Art. 58).
"""

from __future__ import annotations

from typing import Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State
from finwatch.supervise.supervision import parties
from finwatch.supervise.supervision.notice_machine import KINDS
from finwatch.supervise.supervision.parties import AUTHORITY, JUDGED, authorities
from finwatch.supervise.ticking import recount_arc

PENALTY: Final = "penalty"


class PenaltyForm(Form):
    """What is proposed, on which facts, and what was decided."""

    authority: str = field("处罚机关", "Authority", required=True, default="")
    notice_number: str | None = field("通报编号", "Number of the notice", max_length=120)
    app: str = field("应用编号", "App", required=True, default="", max_length=300)
    name: str = field("应用名称", "Name of the app", required=True, default="", max_length=300)
    kind: Literal["warning", "criticism", "fine", "suspension", "revocation", "dishonest_list"] = field(
        "处罚种类", "Kind of penalty", required=True, default="warning", options=KINDS
    )
    facts: str | None = field("事实", "Facts", widget="text", max_length=4000)
    basis: str | None = field("依据条款", "Legal basis", max_length=500)
    amount: int | None = field("罚款金额（元）", "Amount in yuan", ge=0, le=10**12)
    statement: str | None = field("陈述申辩", "What the party said", widget="text", max_length=4000)
    document: str | None = field("处罚决定书文号", "Number of the decision", max_length=120)


class Decision(Form):
    """The authority's decision."""

    document: str | None = field("处罚决定书文号", "Number of the decision", required=True, max_length=120)


class Statement(Form):
    """What the party says."""

    text: str | None = field("陈述申辩", "Statement", required=True, widget="text", max_length=4000)


def _proposed(occasion: Occasion) -> Change:
    authority = occasion.look.organisation(occasion.form["authority"])
    assert authority is not None  # the authority of the notice
    return Change(
        title=f"{occasion.form['name']} · {occasion.form.get('notice_number') or ''}",
        subject=occasion.case.subject,
        add=(parties.authority_of(authority),),
    )


def _may_tell(occasion: Occasion) -> tuple[FieldProblem, ...]:
    problems = []
    for name in ("basis", "facts"):
        if not occasion.form.get(name):
            problems.append(FieldProblem(field=name, says=Text(zh="此项必填。", en="This must be filled in.")))
    if occasion.form["kind"] == "fine" and not occasion.form.get("amount"):
        problems.append(FieldProblem(field="amount", says=Text(zh="请填写罚款金额。", en="Give the amount.")))
    missing = parties.nobody_responsible(occasion.look, occasion.case.owner)
    return (*problems, *((missing,) if missing else ()))


def _told(occasion: Occasion) -> Change:
    form, case = occasion.form, occasion.case
    due = occasion.look.due("penalty.hearing", start=occasion.now)
    subject = Text(zh=f"处罚事先告知：{form['name']}", en=f"A penalty is intended: {form['name']}")
    body = Text(
        zh=f"事实：{form['facts']} 依据：{form['basis']}。可于{due.day}前陈述申辩。",
        en=f"Facts: {form['facts']} Basis: {form['basis']}. You may speak until {due.day}.",
    )
    letters = parties.letters(occasion.look, case.owner, key=f"penalty:{case.id}:told", subject=subject, body=body)
    return Change(due=due, add=(Party(part=Part.OWNER, organisation=case.owner),), messages=letters)


def _heard(occasion: Occasion) -> Change:
    text = occasion.note["text"]
    subject = Text(zh=f"{occasion.case.title} 陈述申辩", en=f"{occasion.case.title}: statement")
    key = f"penalty:{occasion.case.id}:heard:{occasion.case.version}"
    told = parties.desk_note(authorities(occasion.case), key=key, subject=subject, body=Text(zh=text, en=text))
    return Change(form={"statement": text}, messages=told)


def _may_decide(occasion: Occasion) -> tuple[FieldProblem, ...]:
    due = occasion.case.due
    if not occasion.form.get("statement") and due is not None and occasion.day <= due.day:
        says = Text(zh=f"陈述申辩期至{due.day}，尚不能决定。", en=f"The party may speak until {due.day}; not yet.")
        return (FieldProblem(field="comment", says=says),)
    return ()


def _decided(occasion: Occasion) -> Change:
    form, case, document = occasion.form, occasion.case, occasion.note["document"]
    subject = Text(zh=f"处罚决定 {document}：{form['name']}", en=f"Penalty {document}: {form['name']}")
    return Change(
        form={"document": document},
        number=document,
        due=None,
        messages=parties.letters(
            occasion.look,
            case.owner,
            key=f"penalty:{case.id}:decided",
            subject=subject,
            body=Text(zh=occasion.comment, en=occasion.comment),
        ),
        vouch={"penalty": {"document": document, "kind": form["kind"], "app": form["app"]}},
    )


STATES: Final = (
    State(id="proposed", name=Text(zh="已建议", en="proposed")),
    State(id="told", name=Text(zh="已告知", en="party was told")),
    State(id="decided", name=Text(zh="已决定", en="decided")),
    State(id="carried_out", name=Text(zh="已执行", en="carried out"), final=True),
    State(id="dropped", name=Text(zh="不予处罚", en="no penalty"), final=True),
)

ARCS: Final = (
    Arc(
        id="propose",
        name=Text(zh="建议处罚", en="Propose"),
        sources=(),
        target="proposed",
        permission=Permission.MEASURE_ORDER,
        fields="*",
        automatic=True,
        effect=_proposed,
    ),
    Arc(
        id="tell",
        name=Text(zh="事先告知", en="Tell the party"),
        sources=("proposed",),
        target="told",
        permission=Permission.MEASURE_ORDER,
        parts=AUTHORITY,
        fields=("kind", "facts", "basis", "amount"),
        guard=_may_tell,
        effect=_told,
    ),
    Arc(
        id="state",
        name=Text(zh="陈述申辩", en="Speak"),
        sources=("told",),
        target=SAME,
        permission=Permission.APPEAL_FILE,
        parts=JUDGED,
        note=Statement,
        attachments=True,
        effect=_heard,
    ),
    Arc(
        id="decide",
        name=Text(zh="决定处罚", en="Decide"),
        sources=("told",),
        target="decided",
        permission=Permission.MEASURE_ORDER,
        parts=AUTHORITY,
        comment="required",
        note=Decision,
        attachments=True,
        four_eyes=("tell",),
        guard=_may_decide,
        effect=_decided,
    ),
    Arc(
        id="carry_out",
        name=Text(zh="执行完毕", en="Carried out"),
        sources=("decided",),
        target="carried_out",
        permission=Permission.MEASURE_ORDER,
        parts=AUTHORITY,
    ),
    Arc(
        id="drop",
        name=Text(zh="不予处罚", en="Drop"),
        sources=("proposed", "told"),
        target="dropped",
        permission=Permission.MEASURE_ORDER,
        parts=AUTHORITY,
        comment="required",
    ),
    recount_arc(("told",), Permission.MEASURE_ORDER),
)

MACHINE: Final = Machine(
    id=PENALTY,
    name=Text(zh="处罚", en="Penalty"),
    states=STATES,
    arcs=ARCS,
    form=PenaltyForm,
    basis=Text(
        zh="行政处罚法第九条、第四十四条、第四十五条、第五十八条、第六十四条",
        en="Administrative Penalties Law, Art. 9, 44, 45, 58, 64",
    ),
)
