"""Measures of self-regulation (Art. 18): one case an event, a ladder not climbed in order, evidence at each step.

Every step is told to the institution and to the financial regulators of its region. The three gravest (filings
suspended, filing cancelled, blacklist) are never decided by who opened the case. A measure that is lifted stays in the
record. Events are counted for Art. 20 (``cancellation.repeated``).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, Part
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.register import cancellation, gates, news, words
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.ticking import recount_arc

SANCTION: Final = "sanction"
GRAVE: Final = ("suspended", "cancelled", "blacklisted")
PUBLIC: Final = ("condemned", "cancelled")
"""Measures that are announced, so that the log may say them."""
LONGEST: Final = 15
"""Digits of a case's number."""
RECTIFY: Final = "filing.unkept_duty"
_DECIDE: Final = Permission.SANCTION_DECIDE
_ASSOCIATION: Final = (Part.ASSOCIATION,)
_EVIDENCE = Text(
    zh="每行一个：已上传文件的SHA-256，或case:编号。", en="One a line: SHA-256 of an upload, or case:number."
)
_Measure = Literal[
    "ordered",
    "watched",
    "talked",
    "warned",
    "trained",
    "notified",
    "condemned",
    "suspended",
    "cancelled",
    "blacklisted",
]


class Taken(Form):
    """A measure that was taken."""

    measure: _Measure | None = field("措施", "Measure", required=True, options=words.MEASURES)
    on: date | None = field("日期", "On", required=True)
    letter: str | None = field("文书", "What the institution was told", widget="text", max_length=5_000)
    evidence: tuple[str, ...] | None = field("证据", "Evidence", widget="lines")
    lifted_on: date | None = field("解除日期", "Lifted on")


class SanctionForm(Form):
    """The event, what shows it, and the measures taken for it."""

    event: str | None = field(
        "情形（第十八条）", "What happened (Art. 18)", required=True, widget="text", max_length=5_000
    )
    event_on: date | None = field("发生日期", "On", required=True)
    filings: tuple[str, ...] | None = field("涉及的备案事项编号", "Cases of the filings concerned", widget="lines")
    evidence: tuple[str, ...] | None = field("证据", "Evidence", required=True, widget="lines", hint=_EVIDENCE)
    answer: str | None = field("机构陈述", "What the institution says", widget="text", max_length=20_000)
    measures: tuple[Taken, ...] | None = field("已采取的措施", "Measures taken", widget="rows")


class Measure(Form):
    """What a step says and rests on."""

    letter: str | None = field(
        "告知机构的内容", "What the institution is told", required=True, widget="text", max_length=5_000
    )
    evidence: tuple[str, ...] | None = field("证据", "Evidence", required=True, widget="lines", hint=_EVIDENCE)


class Lifting(Form):
    """Which measure ends."""

    measure: _Measure | None = field("解除的措施", "Measure to lift", required=True, options=words.MEASURES)


_OWN: Final = ("event", "event_on", "filings", "evidence")
STEPS: Final = tuple(measure for measure, _ in words.MEASURES)


def _concerned(occasion: Occasion) -> tuple[tuple[Case, ...], Problems]:
    """The filings that the form names, and what is wrong with those names."""
    cases: list[Case] = []
    found: Problems = ()
    for number, line in enumerate(occasion.form.get("filings") or (), 1):
        told = line.removeprefix("case:")
        number_of = int(told) if told.isascii() and told.isdecimal() and len(told) <= LONGEST else 0
        known = occasion.look.cases(CaseFilter(machine="filing", id=number_of)) if number_of else ()
        if not known or known[0].owner != occasion.case.owner:
            found += gates.at(
                "filings",
                f"第{number}行“{line[:40]}”不是该机构的备案事项编号。",
                f"Line {number}, “{line[:40]}”, is no filing of this institution.",
            )
        else:
            cases.append(known[0])
    return tuple(cases), found


def _may_propose(occasion: Occasion) -> Problems:
    found = gates.evidence(occasion, "evidence", occasion.form.get("evidence")) + _concerned(occasion)[1]
    event_on = occasion.form.get("event_on")
    if event_on and date.fromisoformat(event_on) > occasion.day:
        found += gates.at("event_on", "该日期在今天之后。", "This day is still to come.")
    owner = occasion.look.organisation(occasion.case.owner)
    if owner is None or owner.kind != "institution":
        found += gates.at("", "处分对象须为金融机构。", "Only an institution is sanctioned.")
    return found


def _proposed(occasion: Occasion) -> Change:
    owner = occasion.look.organisation(occasion.case.owner)
    assert owner is not None  # the guard asked
    regulators = news.regulators(occasion.look, occasion.case.region)
    return Change(
        title=f"{owner.name}自律处分",
        add=(*news.association(occasion.look), *regulators),
    )


def _may_take(measure: str) -> Any:
    def guard(occasion: Occasion) -> Problems:
        found = gates.evidence(occasion, "evidence", occasion.note.get("evidence"))
        cases, wrong = _concerned(occasion)
        if measure == "cancelled":
            found += wrong
            held = [case for case in cases if cancellation.still_held(case)]
            if not held and not wrong:
                found += gates.at(
                    "filings",
                    "没有可注销的备案：请先填写涉及的备案事项。",
                    "No filing to cancel: name the filings concerned.",
                )
        if measure in gates.in_force(occasion.case):
            found += gates.at("", "该措施已在执行，无须重复作出。", "This measure is in force already.")
        return found

    return guard


def _take(measure: str) -> Any:
    name = words.word(words.MEASURES, measure)

    def effect(occasion: Occasion) -> Change:
        case, note = occasion.case, occasion.note
        row = {"measure": measure, "on": occasion.day.isoformat(), "letter": note["letter"]}
        row |= {"evidence": list(note["evidence"]), "lifted_on": None}
        regulators = news.regulators(occasion.look, case.region)
        says = Text(zh=f"{name.zh}。\n{note['letter']}", en=f"{name.en}.\n{note['letter']}")
        to = [case.owner, *(party.organisation for party in regulators)]
        messages = news.told(occasion, to, may=Permission.NOTICE_ANSWER, says=says)
        return Change(
            add=(news.owner(case), *regulators),
            form={"measures": [*(occasion.form.get("measures") or ()), row]},
            due=_clock(occasion, measure),
            messages=messages + _repeated(occasion),
            follow=_cancelling(occasion) if measure == "cancelled" else (),
            vouch={"measure": {"case": case.id, "institution": case.owner, "measure": measure}}
            if measure in PUBLIC
            else {},
        )

    return effect


def _clock(occasion: Occasion, measure: str) -> Due | None:
    """Ten working days to put it right; any other measure ends that clock."""
    return occasion.look.due(RECTIFY, start=occasion.now) if measure == "ordered" else None


def _cancelling(occasion: Occasion) -> tuple[FollowUp, ...]:
    cases, _ = _concerned(occasion)
    return tuple(
        FollowUp(
            machine="filing",
            arc="cancel_by_sanction",
            case=one.id,
            note={"sanction": occasion.case.id},
            comment=occasion.comment,
        )
        for one in cases
        if cancellation.still_held(one)
    )


def _repeated(occasion: Occasion) -> tuple[Any, ...]:
    """Tells the association when this event is one too many (Art. 20)."""
    if occasion.form.get("measures"):
        return ()
    days = (*cancellation.events(occasion.look, occasion.case.owner), date.fromisoformat(occasion.form["event_on"]))
    why = cancellation.repeated(days)
    if why is None:
        return ()
    says = Text(
        zh=f"该机构{why.zh}发生第十八条情形，依第二十条应强制注销其备案。",
        en=f"Events of Art. 18 {why.en}: its filings are to be cancelled under Art. 20.",
    )
    to = news.taking(occasion.case, Part.ASSOCIATION)
    return news.told(occasion, to, may=Permission.FILING_CANCEL, says=says, tag="repeated")


def _may_lift(occasion: Occasion) -> Problems:
    if occasion.note["measure"] not in gates.in_force(occasion.case):
        return gates.at("measure", "该措施未在执行。", "This measure is not in force.")
    return ()


def _lifted(occasion: Occasion) -> Change:
    case, measure, day = occasion.case, occasion.note["measure"], occasion.day.isoformat()
    rows = [
        {**one, "lifted_on": day} if one["measure"] == measure and not one.get("lifted_on") else one
        for one in occasion.form.get("measures") or ()
    ]
    name = words.word(words.MEASURES, measure)
    says = Text(zh=f"“{name.zh}”已解除。", en=f"Lifted: {name.en}.")
    to = [case.owner, *(party.organisation for party in news.regulators(occasion.look, case.region))]
    return Change(form={"measures": rows}, messages=news.told(occasion, to, may=Permission.NOTICE_ANSWER, says=says))


def _answered(occasion: Occasion) -> Change:
    says = Text(zh="机构已提交陈述。", en="The institution has answered.")
    to = news.taking(occasion.case, Part.ASSOCIATION)
    return Change(messages=news.told(occasion, to, may=_DECIDE, says=says))


def _overdue(occasion: Occasion) -> Change:
    says = Text(
        zh="限期改正已逾期。可暂停受理其备案，再不改正的，注销备案。",
        en="Not put right in time: its filings may be suspended, and then cancelled.",
    )
    to = news.taking(occasion.case, Part.ASSOCIATION)
    return Change(due=None, messages=news.told(occasion, to, may=_DECIDE, says=says))


def _is_overdue(occasion: Occasion) -> Problems:
    due = occasion.case.due
    if due is not None and due.paused is None and due.day < occasion.day:
        return ()
    return gates.at("", "期限尚未届满。", "The clock has not run out.")


def _may_close(occasion: Occasion) -> Problems:
    if gates.in_force(occasion.case) & gates.SUSPENDING:
        return gates.at(
            "",
            "暂停受理或黑名单仍在执行，解除后方可结案。",
            "A suspension or the blacklist is in force: lift it before the case is closed.",
        )
    return ()


def _closed(occasion: Occasion) -> Change:
    says = Text(zh="事项已结案。", en="The case is closed.")
    case = occasion.case
    to = [case.owner, *(party.organisation for party in news.regulators(occasion.look, case.region))]
    return Change(messages=news.told(occasion, to, may=Permission.NOTICE_ANSWER, says=says))


def _step(measure: str, name: Text) -> Arc:
    others = tuple(one for one in STEPS if one != measure)
    late = () if measure == "ordered" else ("unkept",)
    return Arc(
        id=f"take_{measure}",
        name=name,
        sources=("proposed", *others, *late),
        target=measure,
        permission=_DECIDE,
        parts=_ASSOCIATION,
        comment="required",
        fields=("filings",),
        note=Measure,
        attachments=True,
        four_eyes=("propose",) if measure in GRAVE else (),
        guard=_may_take(measure),
        effect=_take(measure),
    )


_ANY: Final = (*STEPS, "unkept")
MACHINE: Final = Machine(
    id=SANCTION,
    name=Text(zh="自律处分", en="Self-regulatory measures"),
    basis=Text(
        zh="移动金融客户端应用软件备案管理办法（试行）第十八条、第二十条",
        en="The association's rules for filing, Art. 18, 20",
    ),
    form=SanctionForm,
    states=(
        State(id="proposed", name=Text(zh="拟处理", en="proposed"), turn=Part.ASSOCIATION),
        *(
            State(id=measure, name=name, turn=Part.OWNER if measure == "ordered" else None)
            for measure, name in words.MEASURES
        ),
        State(id="unkept", name=Text(zh="逾期未改正", en="not put right in time"), turn=Part.ASSOCIATION),
        State(id="closed", name=Text(zh="已结案", en="closed"), final=True),
        State(id="withdrawn", name=Text(zh="已撤销", en="withdrawn"), final=True),
    ),
    arcs=(
        Arc(
            id="propose",
            name=Text(zh="立案", en="Open a case"),
            sources=(),
            target="proposed",
            permission=_DECIDE,
            comment="required",
            fields=_OWN,
            complete=True,
            guard=_may_propose,
            effect=_proposed,
        ),
        *(_step(measure, name) for measure, name in words.MEASURES),
        Arc(
            id="answer",
            name=Text(zh="陈述申辩", en="Answer"),
            sources=_ANY,
            target=SAME,
            permission=Permission.NOTICE_ANSWER,
            parts=(Part.OWNER,),
            fields=("answer",),
            attachments=True,
            guard=lambda occasion: gates.needed(occasion.form, "answer"),
            effect=_answered,
        ),
        Arc(
            id="overdue",
            name=Text(zh="逾期", en="Overdue"),
            sources=("ordered",),
            target="unkept",
            permission=_DECIDE,
            automatic=True,
            on_overdue=True,
            guard=_is_overdue,
            effect=_overdue,
        ),
        recount_arc(("ordered",), _DECIDE),
        Arc(
            id="lift",
            name=Text(zh="解除措施", en="Lift a measure"),
            sources=_ANY,
            target=SAME,
            permission=_DECIDE,
            parts=_ASSOCIATION,
            comment="required",
            note=Lifting,
            attachments=True,
            guard=_may_lift,
            effect=_lifted,
        ),
        Arc(
            id="close",
            name=Text(zh="结案", en="Close"),
            sources=_ANY,
            target="closed",
            permission=_DECIDE,
            parts=_ASSOCIATION,
            comment="required",
            guard=_may_close,
            effect=_closed,
        ),
        Arc(
            id="withdraw",
            name=Text(zh="撤销立案", en="Withdraw"),
            sources=("proposed", *_ANY),
            target="withdrawn",
            permission=_DECIDE,
            parts=_ASSOCIATION,
            comment="required",
            effect=lambda occasion: _closed(occasion) if occasion.case.state != "proposed" else Change(),
        ),
    ),
)
