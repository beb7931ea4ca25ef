"""Complaint (投诉举报): submitted, forwarded, accepted or rejected, answered, closed; duplicates joined into one case.

The form holds what happened, never who reported it: that is kept apart (``reporter``). Clocks: the answer that an
institution promises; the law's text leaves the others open.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from finwatch.model.access import OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Message, Part, Party
from finwatch.store.case import CaseFilter
from finwatch.supervise.complaint.arrangement import switched
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.supervision.parties import authority_of

COMPLAINT: Final = "complaint"
KINDS: Final = (
    ("app", Text(zh="客户端软件", en="App")),
    ("pilot", Text(zh="金融科技创新试点", en="Pilot of financial technology")),
)
CATEGORIES: Final = (
    ("personal_information", Text(zh="违规收集使用个人信息", en="Personal information")),
    ("counterfeit", Text(zh="仿冒应用", en="Counterfeit app")),
    ("funds", Text(zh="资金安全", en="Safety of funds")),
    ("charges", Text(zh="收费与利率", en="Charges and interest")),
    ("collection", Text(zh="不当催收", en="Debt collection")),
    ("misleading", Text(zh="误导宣传", en="Misleading promotion")),
    ("service", Text(zh="功能与服务", en="Functions and service")),
    ("other", Text(zh="其他", en="Other")),
)
RESULTS: Final = (
    ("handled", Text(zh="已核实并处理", en="verified and handled")),
    ("not_accepted", Text(zh="确认不予受理", en="confirmed as not to be accepted")),
    ("other", Text(zh="其他", en="other")),
)


class ComplaintForm(Form):
    """What was reported. No personal data of the reporter."""

    kind: str | None = field("投诉类型", "Kind", required=True, options=KINDS, pattern="app|pilot", default="app")
    institution: str | None = field("被投诉机构", "Institution", required=True, max_length=200)
    app: str | None = field("应用名称", "Name of the app", max_length=200)
    package: str | None = field("包名", "Package name", max_length=300)
    category: str | None = field("投诉类别", "Category", required=True, options=CATEGORIES, pattern="[a-z_]{2,30}")
    title: str | None = field("标题", "Title", required=True, max_length=100)
    content: str | None = field("内容", "What happened", required=True, widget="text", max_length=4000)
    since: date | None = field("发生时间（起）", "From")
    until: date | None = field("发生时间（止）", "To")
    place: str | None = field("业务发生省市", "Province and city", max_length=60)
    addressee: str | None = field("转发机构", "Forwarded to", max_length=120)
    result: str | None = field("处理结果", "Result", options=RESULTS)
    explanation: str | None = field("说明", "Explanation", widget="text", max_length=4000)
    joined: tuple[int, ...] = field("并案编号", "Joined cases", default=())
    main: int | None = field("主案", "Main case")


REPORTED: Final = ("kind", "institution", "app", "package", "category", "title", "content", "since", "until", "place")
"""What the public fills in."""


class Forwarded(Form):
    """To whom."""

    organisation: str | None = field("机构编号", "Organisation", required=True, max_length=120)


class Answered(Form):
    """What came of it."""

    result: str | None = field(
        "处理结果", "Result", required=True, options=RESULTS, pattern="handled|not_accepted|other"
    )
    explanation: str | None = field("说明", "Explanation", required=True, widget="text", max_length=4000)


class Joined(Form):
    """Into which case."""

    main: int | None = field("主案编号", "Main case", required=True, ge=1)


def _dates(occasion: Occasion) -> tuple[FieldProblem, ...]:
    since, until = occasion.form.get("since"), occasion.form.get("until")
    today = occasion.day.isoformat()
    if since and until and until < since:
        says = Text(zh="结束时间早于开始时间。", en="It ends before it begins.")
        return (FieldProblem(field="until", says=says),)
    late = [name for name in ("since", "until") if occasion.form.get(name) and occasion.form[name] > today]
    return tuple(
        FieldProblem(field=name, says=Text(zh="该日期尚未到来。", en="This day is yet to come.")) for name in late
    )


def _institution(occasion: Occasion, given: str | None) -> OrganisationId | None:
    """The institution that is meant, when exactly one bears the name or id."""
    asked = (given or "").strip()
    found = [
        one
        for one in occasion.look.organisations(OrganisationKind.INSTITUTION)
        if asked in (one.id, one.name, one.short_name) and asked
    ]
    return found[0].id if len(found) == 1 else None


def _submitted(occasion: Occasion) -> Change:
    form = occasion.form
    handler = occasion.look.organisation(occasion.case.owner)
    assert handler is not None  # whose form the public filled in
    base: dict[str, Any] = {
        "title": form["title"],
        "subject": f"package:{form['package']}" if form.get("package") else None,
        "number": f"C{occasion.day:%Y%m%d}-{occasion.look.number('complaint'):06}",
    }
    addressee = _institution(occasion, form.get("institution"))
    authority = (authority_of(handler),)
    if addressee is None or not switched(occasion.look, addressee, "forwards"):
        told = _desk(handler.id, occasion, "收到新投诉", "A new complaint", key=f"complaint:{base['number']}:new")
        return Change(**base, add=authority, messages=told)
    sent = _forwarding(occasion, addressee, str(base["number"]))
    return Change(
        **base,
        add=(*authority, *sent.add),
        state="forwarded",
        form=sent.form,
        due=sent.due,
        messages=sent.messages,
    )


def _forwarding(occasion: Occasion, to: OrganisationId, number: str) -> Change:
    key = f"complaint:{number}:forwarded"
    return Change(
        add=(Party(part=Part.ADDRESSEE, organisation=to),),
        form={"addressee": to},
        due=occasion.look.due("complaint.answer", start=occasion.now),
        messages=_desk(to, occasion, "收到转来的投诉", "A complaint was forwarded to you", key=key),
    )


def _desk(to: str, occasion: Occasion, zh: str, en: str, *, key: str) -> tuple[Message, ...]:
    title = str(occasion.form.get("title") or "")
    subject = Text(zh=f"{zh}：{title}", en=f"{en}: {title}")
    body = Text(zh=f"{occasion.form.get('institution')} · {title}", en=f"{occasion.form.get('institution')} · {title}")
    return (Message(channel="desk", to=to, subject=subject, body=body, key=key),)


def _may_forward(occasion: Occasion) -> tuple[FieldProblem, ...]:
    if _institution(occasion, occasion.note.get("organisation")) is None:
        says = Text(zh="没有这个机构编号或名称。", en="No institution bears this id or name.")
        return (FieldProblem(field="organisation", says=says),)
    return ()


def _forwarded(occasion: Occasion) -> Change:
    to = _institution(occasion, occasion.note["organisation"])
    assert to is not None  # the guard saw it
    return _forwarding(occasion, to, str(occasion.case.number))


def _answered(occasion: Occasion) -> Change:
    told: list[Message] = []
    for party in occasion.case.parties:
        if party.part in (Part.ASSOCIATION, Part.REGULATOR):
            key = f"complaint:{occasion.case.number}:answered:{occasion.case.version}"
            told += _desk(party.organisation, occasion, "投诉已答复", "A complaint was answered", key=key)
    return Change(form=dict(occasion.note), messages=tuple(told), due=None)


def _may_join(occasion: Occasion) -> tuple[FieldProblem, ...]:
    main = occasion.look.case(int(occasion.note["main"]))
    if main is None or main.machine != COMPLAINT or main.id == occasion.case.id:
        says = Text(zh="没有这件投诉。", en="There is no such complaint.")
        return (FieldProblem(field="main", says=says),)
    if main.state in ("joined", "closed", "rejected"):
        says = Text(zh="该投诉已并案或办结，不能作为主案。", en="It is joined or closed itself.")
        return (FieldProblem(field="main", says=says),)
    return ()


def _joined(occasion: Occasion) -> Change:
    main = int(occasion.note["main"])
    ours = [occasion.case.id, *occasion.form.get("joined", ())]
    moved = tuple(
        FollowUp(machine=COMPLAINT, arc="move", case=one, note={"main": main}) for one in _still_joined(occasion)
    )
    follow = FollowUp(machine=COMPLAINT, arc="take_in", case=main, form={"joined": _with(occasion, main, ours)})
    return Change(form={"main": main, "joined": []}, due=None, follow=(follow, *moved))


def _with(occasion: Occasion, main: int, more: list[int]) -> list[int]:
    case = occasion.look.case(main)
    return sorted({*(case.form.get("joined", ()) if case else ()), *more})


def _moved(occasion: Occasion) -> Change:
    return Change(form={"main": int(occasion.note["main"])})


def _closed(occasion: Occasion) -> Change:
    return Change(follow=_conclusions(occasion, occasion.form.get("result"), occasion.form.get("explanation")))


def _rejected(occasion: Occasion) -> Change:
    why = occasion.comment
    return Change(
        form={"result": "not_accepted", "explanation": why}, follow=_conclusions(occasion, "not_accepted", why)
    )


def _conclusions(occasion: Occasion, result: str | None, why: str | None) -> tuple[FollowUp, ...]:
    told = {"result": result or "other", "explanation": why or "–"}
    return tuple(FollowUp(machine=COMPLAINT, arc="conclude", case=one, note=told) for one in _still_joined(occasion))


def _still_joined(occasion: Occasion) -> tuple[int, ...]:
    """The cases joined to this one that wait for it; one that was concluded before stays as it is."""
    found = [(one, occasion.look.case(one)) for one in occasion.form.get("joined", ())]
    return tuple(one for one, case in found if case is not None and case.state == "joined")


def _concluded(occasion: Occasion) -> Change:
    return Change(form=dict(occasion.note))


def alike(case: Case, others: tuple[Case, ...]) -> tuple[Case, ...]:
    """Open complaints that may tell of the same thing: same institution, and the same app or the same category."""

    def key(one: Case, name: str) -> str:
        return str(one.form.get(name) or "").strip().lower()

    return tuple(
        other
        for other in others
        if other.id != case.id
        and key(other, "institution") == key(case, "institution")
        and (
            (key(case, "package") and key(other, "package") == key(case, "package"))
            or (key(case, "app") and key(other, "app") == key(case, "app"))
            or key(other, "category") == key(case, "category")
        )
    )


OPEN: Final = CaseFilter(machine=COMPLAINT, states=("submitted", "forwarded", "accepted", "answered"))
_HANDLERS: Final = (Part.ASSOCIATION, Part.REGULATOR)
STATES: Final = (
    State(id="submitted", name=Text(zh="已发起", en="submitted")),
    State(id="forwarded", name=Text(zh="已转发", en="forwarded")),
    State(id="accepted", name=Text(zh="已受理", en="accepted")),
    State(id="rejected", name=Text(zh="已驳回", en="rejected"), final=True),
    State(id="answered", name=Text(zh="已反馈结果", en="answered")),
    State(id="joined", name=Text(zh="已并案", en="joined to another")),
    State(id="closed", name=Text(zh="已办结", en="closed"), final=True),
)


def _handled(arc: str, zh: str, en: str, **more: Any) -> Arc:
    return Arc(id=arc, name=Text(zh=zh, en=en), permission=Permission.COMPLAINT_HANDLE, parts=_HANDLERS, **more)


def _by_institution(arc: str, zh: str, en: str, **more: Any) -> Arc:
    return Arc(id=arc, name=Text(zh=zh, en=en), permission=Permission.COMPLAINT_ANSWER, parts=(Part.ADDRESSEE,), **more)


def _by_system(arc: str, zh: str, en: str, **more: Any) -> Arc:
    return Arc(id=arc, name=Text(zh=zh, en=en), permission=Permission.COMPLAINT_HANDLE, automatic=True, **more)


ARCS: Final = (
    _by_system(
        "submit", "公众提交", "Submitted by the public", sources=(), target="submitted", also=("forwarded",),
        fields=REPORTED, complete=True, attachments=True, guard=_dates, effect=_submitted,
    ),
    _handled(
        "forward", "转发机构", "Forward", sources=("submitted", "forwarded"), target="forwarded", note=Forwarded,
        guard=_may_forward, effect=_forwarded,
    ),
    _by_institution("accept", "受理", "Accept", sources=("forwarded",), target="accepted"),
    _handled(
        "reject", "驳回", "Reject", sources=("submitted", "forwarded"), target="rejected", comment="required",
        effect=_rejected,
    ),
    _by_institution(
        "answer", "反馈结果", "Answer", sources=("accepted",), target="answered", note=Answered, attachments=True,
        effect=_answered,
    ),
    _handled("send_back", "退回机构", "Send back", sources=("answered",), target="accepted", comment="required"),
    _handled("close", "办结", "Close", sources=("answered",), target="closed", effect=_closed),
    _handled(
        "join", "并案", "Join to another", sources=("submitted", "forwarded"), target="joined", note=Joined,
        guard=_may_join, effect=_joined,
    ),
    _by_system(
        "take_in", "并入他案", "Took another in", sources=("submitted", "forwarded", "accepted", "answered"),
        target="=", fields=("joined",),
    ),
    _by_system(
        "move", "随主案并案", "Moved with its main case", sources=("joined",), target="=", note=Joined, effect=_moved
    ),
    _by_system(
        "conclude", "随主案办结", "Concluded with its main case", sources=("joined",), target="closed", note=Answered,
        effect=_concluded,
    ),
)  # fmt: skip

MACHINE: Final = Machine(
    id=COMPLAINT,
    name=Text(zh="投诉举报", en="Complaint"),
    states=STATES,
    arcs=ARCS,
    form=ComplaintForm,
    basis=Text(
        zh="移动金融客户端应用软件备案管理办法（试行）第十五条；银发〔2019〕237号第四条；191号文第六条",
        en="The association's filing rules, Art. 15; PBC circular 237 of 2019, 4; method 191, 6",
    ),
)
