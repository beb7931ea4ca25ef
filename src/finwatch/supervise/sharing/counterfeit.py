"""A counterfeit that its institution confirmed: ordered out of markets, proven gone by visits, told when it comes back.

What comes in: a shared risk of the type *counterfeit app*, adopted by the institution, and the published app it means.
What goes out: an order of removal for each market (``supervision.removal``), and the state of all of them. A word of an
institution alone removes nothing: an authority orders, and nobody on a risk that they sent themselves. An app that the
catalogue knows as an institution's own is never ordered out this way.
"""

from __future__ import annotations

from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Occasion, State
from finwatch.supervise.supervision import notice, parties

TYPE: Final = "counterfeit_app"
WORKED: Final = ("removal", "removed")
"""States of a risk whose app was ordered out of markets."""


class Order(Form):
    """Which published app is to go, and out of which markets."""

    app: str = field(
        "应用编号",
        "App",
        required=True,
        default="",
        max_length=300,
        hint=Text(
            zh="应用页地址中的编号（包名~签名），不得为机构自己的应用。",
            en="As its page's address names it (package~signer); never one of the institution's own.",
        ),
    )
    markets: tuple[str, ...] = field("应用商店", "Markets", required=True, default=())


def may_order(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """A confirmed counterfeit that is published and nobody's own, in markets that somebody answers for."""
    if occasion.form.get("type") != TYPE:
        says = Text(zh="只有仿冒应用才能由此责令下架。", en="Only a counterfeit app is ordered out this way.")
        return (FieldProblem(field="app", says=says),)
    return (*_its_app(occasion), *_its_markets(occasion))


def _its_app(occasion: Occasion) -> tuple[FieldProblem, ...]:
    asked = occasion.note["app"]
    row = occasion.look.app(asked)
    if row is None:
        says = Text(zh=f"没有已发布的应用 {asked}。", en=f"No app {asked} is published.")
    elif row.app != occasion.form.get("package"):
        says = Text(zh="该应用的包名与本风险所述不同。", en="Its package is not the one that this risk names.")
    elif row.institution is not None:
        says = Text(
            zh="该应用的签名属于登记的机构，不是仿冒，未发送任何内容。",
            en="Its signer is a registered institution's: it is no counterfeit, and nothing was sent.",
        )
    else:
        return ()
    return (FieldProblem(field="app", says=says),)


def _its_markets(occasion: Occasion) -> tuple[FieldProblem, ...]:
    found = []
    standing = {order.form["market"] for order in notice.orders_of(occasion)}
    for market in occasion.note["markets"]:
        operator = parties.market_operator(occasion.look, market)
        if operator is None or not occasion.look.responsible(operator.id, Permission.MEASURE_CARRY_OUT):
            says = Text(
                zh=f"应用商店 {market} 没有登记的运营单位或负责人，未发送任何内容。",
                en=f"Nobody is registered as answering for {market}; nothing was sent.",
            )
        elif market in standing:
            says = Text(zh=f"{market} 已有下架通知。", en=f"{market} has an order already.")
        else:
            continue
        found.append(FieldProblem(field="markets", says=says))
    return tuple(found)


def ordered(occasion: Occasion) -> Change:
    """One order a market; the institution is told."""
    form, case = occasion.form, occasion.case
    follow = []
    for market in occasion.note["markets"]:
        operator = parties.market_operator(occasion.look, market)
        assert operator is not None  # the guard saw it
        asked = {
            "authority": occasion.actor.organisation.id,
            "notice_number": case.number,
            "market": market,
            "app": occasion.note["app"],
            "package": form["package"],
            "name": form["app"],
            "reason": occasion.comment,
        }
        subject = f"app:{occasion.note['app']}"
        follow.append(FollowUp(machine="removal", arc="order", owner=operator.id, form=asked, subject=subject))
    told = _told(occasion, "ordered", "仿冒应用已责令下架", "counterfeit ordered out of markets")
    return Change(follow=tuple(follow), add=(parties.authority_of(occasion.actor.organisation),), messages=told)


def removed(occasion: Occasion) -> Change:
    """Removed when every order is proven."""
    change = notice.all_removed(occasion)
    if change.state != "removed" or occasion.case.state == "removed":
        return change
    told = _told(occasion, "removed", "仿冒应用已下架（复查确认）", "counterfeit removed, as visits prove")
    return Change(state=change.state, messages=told)


def relapsed(occasion: Occasion) -> Change:
    """Seen again in a market that had removed it, by the same or another signer."""
    return Change(messages=_told(occasion, "again", "仿冒应用再次上架", "counterfeit offered again"))


def lifted(occasion: Occasion) -> Change:
    """The orders were a mistake: every one is lifted."""
    follow = tuple(
        FollowUp(machine="removal", arc="lift", case=order.id, comment=occasion.comment)
        for order in notice.orders_of(occasion)
    )
    return Change(follow=follow)


def _told(occasion: Occasion, what: str, zh: str, en: str) -> tuple[Any, ...]:
    case = occasion.case
    title = str(occasion.form.get("title"))
    told = [party for party in case.parties if party.part in (Part.ADDRESSEE, Part.ASSOCIATION)]
    return parties.desk_note(
        told,
        key=f"risk:{case.number}:{what}:{case.version}",
        subject=Text(zh=f"{zh}：{title}", en=f"{title}: {en}"),
        body=Text(zh=occasion.comment or zh, en=occasion.comment or en),
    )


STATES: Final = (
    State(id="removal", name=Text(zh="下架处置中", en="being removed")),
    State(id="removed", name=Text(zh="已下架，持续复查", en="removed, watched further")),
)
_ORDER: Final[dict[str, Any]] = {"permission": Permission.MEASURE_ORDER, "comment": "required"}

ARCS: Final = (
    Arc(
        id="order_removal",
        name=Text(zh="责令下架", en="Order the removal"),
        sources=("adopted", *WORKED),
        target="removal",
        note=Order,
        four_eyes=("send",),
        guard=may_order,
        effect=ordered,
        **_ORDER,
    ),
    Arc(
        id="removed",
        name=Text(zh="下架核实", en="Removal proven"),
        sources=WORKED,
        target="removed",
        also=("removal",),
        permission=Permission.MEASURE_ORDER,
        automatic=True,
        effect=removed,
    ),
    Arc(
        id="relapse",
        name=Text(zh="再次上架", en="Found again"),
        sources=WORKED,
        target="removal",
        permission=Permission.MEASURE_ORDER,
        automatic=True,
        effect=relapsed,
    ),
    Arc(
        id="lift",
        name=Text(zh="撤销下架", en="Lift the orders"),
        sources=WORKED,
        target="adopted",
        effect=lifted,
        **_ORDER,
    ),
)
