"""Removal (下架): an order to one market, and the crawl's proof of it.

What a market says it did is recorded and proves nothing: an order is *proven* when a complete visit to the market no
longer shows the app. Still shown after its day: the market is reminded. Shown again later: the order is open again, and
so is the notice.
"""

from __future__ import annotations

from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.supervision import parties
from finwatch.supervise.supervision.parties import authorities
from finwatch.supervise.ticking import recount_arc

REMOVAL: Final = "removal"


class VisitRow(Form):
    """One visit to the market."""

    at: str | None = field("访问时间", "Time of the visit", widget="time")
    listed: bool = field("仍在架", "Still offered", default=False)
    version: str | None = field("所见版本", "Version seen")
    capture: str | None = field("存证", "Capture")


class RemovalForm(Form):
    """What is to be removed, where, and what visits to the market showed."""

    authority: str = field("责令单位", "Authority", required=True, default="")
    notice_number: str | None = field("通报编号", "Number of the notice", max_length=120)
    market: str = field("应用商店", "Market", required=True, default="", max_length=120)
    app: str = field("应用编号", "App", required=True, default="", max_length=300)
    package: str = field("包名", "Package name", required=True, default="", max_length=300)
    name: str = field("应用名称", "Name of the app", required=True, default="", max_length=300)
    reason: str | None = field("理由", "Reason", max_length=2000)
    visits: tuple[dict[str, Any], ...] = field("复查记录", "Visits", default=(), row=VisitRow)
    reminders: int = field("催办次数", "Reminders", default=0)
    found_again: int = field("再次上架次数", "Times found again", default=0)


class CarriedOut(Form):
    """What the market says it did."""

    text: str = field("执行情况", "What was done", required=True, default="", widget="text", max_length=2000)


class Visit(Form):
    """What a complete visit to the market showed."""

    listed: bool = field("仍在架", "Still offered", required=True, default=None)
    at: str = field("访问时间", "Time of the visit", required=True, default=None)
    capture: str | None = field("存证", "Capture", max_length=300)
    version: str | None = field("所见版本", "Version seen", max_length=120)


def _ordered(occasion: Occasion) -> Change:
    form, look = occasion.form, occasion.look
    authority = look.organisation(form["authority"])
    assert authority is not None  # the authority of the notice that this follows from
    due = look.due("removal.order", start=occasion.now)
    subject = Text(zh=f"下架通知：{form['name']}", en=f"Order of removal: {form['name']}")
    body = Text(
        zh=f"{authority.name}责令{form['market']}于{due.day}前下架{form['name']}（{form['package']}）。{form['reason']}",
        en=f"{authority.name} orders {form['market']} to remove {form['name']} ({form['package']}) by {due.day}. "
        f"{form['reason']}",
    )
    market = Party(part=Part.STORE, organisation=occasion.case.owner)
    key = f"removal:{occasion.case.parent}:{form['market']}:{look.number(f'removal/{occasion.case.parent}')}"
    return Change(
        title=f"{form['name']} @ {form['market']}",
        subject=f"app:{form['app']}",
        add=(parties.authority_of(authority), market),
        due=due,
        messages=parties.orders(look, occasion.case.owner, key=key, subject=subject, body=body),
        vouch={"removal": {"market": form["market"], "app": form["package"], "due": due.day.isoformat()}},
    )


def _said(occasion: Occasion) -> Change:
    text = occasion.note["text"]
    subject = Text(zh=f"{occasion.case.title} 已反馈下架", en=f"{occasion.case.title}: said to be removed")
    key = f"removal:{occasion.case.id}:said:{occasion.case.version}"
    told = parties.desk_note(authorities(occasion.case), key=key, subject=subject, body=Text(zh=text, en=text))
    return Change(messages=told)


def _visited(occasion: Occasion) -> Change:
    form, case, note = occasion.form, occasion.case, occasion.note
    visits = [*form.get("visits", ()), dict(note)][-20:]
    if not note["listed"]:
        follow = FollowUp(machine="notice", arc="removed", case=case.parent)
        first = case.state != "proven"
        return Change(
            state="proven", form={"visits": visits}, due=None, follow=(follow,) if first and case.parent else ()
        )
    if case.state == "proven":
        return _found_again(occasion, visits)
    late = case.due is not None and occasion.day > case.due.day
    state = "still_there" if late and case.state != "still_there" else None
    return Change(state=state, form={"visits": visits})


def _found_again(occasion: Occasion, visits: list[dict[str, Any]]) -> Change:
    case = occasion.case
    subject = Text(zh=f"{case.title} 再次上架", en=f"{case.title}: offered again")
    seen = occasion.note.get("version") or "?"
    body = Text(
        zh=f"{occasion.note['at']}的访问再次看到该应用（{seen}）。",
        en=f"The visit of {occasion.note['at']} shows the app again ({seen}).",
    )
    key = f"removal:{case.id}:again:{case.version}"
    follow = FollowUp(machine="notice", arc="relapse", case=case.parent)
    return Change(
        state="back",
        form={"visits": visits, "found_again": occasion.form.get("found_again", 0) + 1},
        due=occasion.look.due("removal.again", start=occasion.now),
        follow=(follow,) if case.parent else (),
        messages=(
            *parties.orders(occasion.look, case.owner, key=key, subject=subject, body=body),
            *parties.desk_note(authorities(case), key=key, subject=subject, body=body),
        ),
    )


def _may_remind(occasion: Occasion) -> tuple[FieldProblem, ...]:
    due = occasion.case.due
    if due is not None and occasion.day <= due.day:
        says = Text(zh="期限未到，不催办。", en="Its day has not passed; no reminder.")
        return (FieldProblem(field="due", says=says),)
    return ()


def _reminded(occasion: Occasion) -> Change:
    case, form = occasion.case, occasion.form
    due = occasion.look.due("removal.again", start=occasion.now)
    count = form.get("reminders", 0) + 1
    subject = Text(zh=f"下架催办（第{count}次）：{form['name']}", en=f"Reminder {count} of a removal: {form['name']}")
    body = Text(
        zh=f"复查时{form['name']}仍在{form['market']}上架，请于{due.day}前下架。",
        en=f"{form['name']} is still offered by {form['market']}; remove it by {due.day}.",
    )
    key = f"removal:{case.id}:reminder:{count}"
    return Change(
        due=due,
        form={"reminders": count},
        messages=parties.orders(occasion.look, case.owner, key=key, subject=subject, body=body),
    )


def _lifted(occasion: Occasion) -> Change:
    case = occasion.case
    subject = Text(zh=f"{case.title} 下架通知撤销", en=f"{case.title}: the order of removal is lifted")
    body = Text(zh=occasion.comment or subject.zh, en=occasion.comment or subject.en)
    key = f"removal:{case.id}:lifted"
    return Change(messages=parties.orders(occasion.look, case.owner, key=key, subject=subject, body=body))


STATES: Final = (
    State(id="ordered", name=Text(zh="已责令下架", en="ordered"), turn=Part.STORE),
    State(id="reported", name=Text(zh="商店反馈已下架，待复查", en="said to be removed, to be proven")),
    State(id="still_there", name=Text(zh="逾期仍在架", en="still offered after its day"), turn=Part.STORE),
    State(id="proven", name=Text(zh="复查确认已下架", en="removal proven")),
    State(id="back", name=Text(zh="再次上架", en="offered again"), turn=Part.STORE),
    State(id="lifted", name=Text(zh="已撤销", en="lifted"), final=True),
)
_LIVE: Final = ("ordered", "reported", "still_there", "proven", "back")

ARCS: Final = (
    Arc(
        id="order",
        name=Text(zh="责令下架", en="Order"),
        sources=(),
        target="ordered",
        permission=Permission.MEASURE_ORDER,
        fields="*",
        complete=True,
        automatic=True,
        effect=_ordered,
    ),
    Arc(
        id="carry_out",
        name=Text(zh="反馈已下架", en="Say that it is removed"),
        sources=("ordered", "still_there", "back"),
        target="reported",
        permission=Permission.MEASURE_CARRY_OUT,
        parts=(Part.STORE,),
        note=CarriedOut,
        attachments=True,
        effect=_said,
    ),
    Arc(
        id="visit",
        name=Text(zh="复查", en="Visited"),
        sources=_LIVE,
        target=SAME,
        also=("proven", "still_there", "back"),
        permission=Permission.MEASURE_ORDER,
        note=Visit,
        automatic=True,
        effect=_visited,
    ),
    Arc(
        id="remind",
        name=Text(zh="催办", en="Remind"),
        sources=("still_there", "back"),
        target=SAME,
        permission=Permission.MEASURE_ORDER,
        automatic=True,
        guard=_may_remind,
        effect=_reminded,
    ),
    recount_arc(("ordered", "reported", "still_there", "back"), Permission.MEASURE_ORDER),
    Arc(
        id="lift",
        name=Text(zh="撤销下架", en="Lift"),
        sources=_LIVE,
        target="lifted",
        permission=Permission.MEASURE_ORDER,
        automatic=True,
        effect=_lifted,
    ),
)

MACHINE: Final = Machine(
    id=REMOVAL,
    name=Text(zh="下架", en="Removal"),
    states=STATES,
    arcs=ARCS,
    form=RemovalForm,
    basis=Text(
        zh="工信部及通信管理局“下架”通报；金办发〔2024〕99号第十八条",
        en="The removal lists of MIIT and its administrations; NFRA circular 99 of 2024, Art. 18",
    ),
    public=("name", "market"),
)
