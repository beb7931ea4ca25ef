"""Arrangement (约定): how an institution wants to be told, one case an institution: the switches of its user manual."""

from __future__ import annotations

from typing import Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part, Party
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Change, Look, Machine, Occasion, State

ARRANGEMENT: Final = "arrangement"


class ArrangementForm(Form):
    """The switches."""

    forwards: bool = field("投诉自动转发", "Complaints are forwarded at once", default=False)
    reminds: bool = field("风险自动提醒", "Risks are told at once", default=False)
    mail: str | None = field("接收邮箱", "Mail address", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", max_length=200)
    webhook: str | None = field("回调地址", "Webhook", pattern=r"https?://\S+", max_length=500)


def switched(look: Look, organisation: str, switch: str) -> bool:
    """Whether an institution has turned ``switch`` on; off where it arranged nothing."""
    found = look.cases(CaseFilter(machine=ARRANGEMENT, owner=organisation), limit=1)
    return bool(found and found[0].form.get(switch))


def _only_one(occasion: Occasion) -> tuple[FieldProblem, ...]:
    if occasion.look.cases(CaseFilter(machine=ARRANGEMENT, owner=occasion.case.owner), limit=1):
        says = Text(zh="贵机构已有约定，请修改原约定。", en="There is one already; change that.")
        return (FieldProblem(field="", says=says),)
    return ()


def _made(occasion: Occasion) -> Change:
    owner = occasion.look.organisation(occasion.case.owner)
    name = owner.name if owner else occasion.case.owner
    return Change(title=name, add=(Party(part=Part.OWNER, organisation=occasion.case.owner),))


MACHINE: Final = Machine(
    id=ARRANGEMENT,
    name=Text(zh="接收约定", en="Arrangement"),
    states=(State(id="stands", name=Text(zh="生效", en="stands")),),
    arcs=(
        Arc(
            id="arrange",
            name=Text(zh="设定", en="Arrange"),
            sources=(),
            target="stands",
            permission=Permission.COMPLAINT_ANSWER,
            fields="*",
            guard=_only_one,
            effect=_made,
        ),
        Arc(
            id="change",
            name=Text(zh="修改", en="Change"),
            sources=("stands",),
            target=SAME,
            permission=Permission.COMPLAINT_ANSWER,
            parts=(Part.OWNER,),
            fields="*",
        ),
    ),
    form=ArrangementForm,
    basis=Text(
        zh="协会备案系统用户手册：投诉自动转发、风险自动提醒开关",
        en="The association's user manual: switches for forwarding complaints and telling risks",
    ),
)
