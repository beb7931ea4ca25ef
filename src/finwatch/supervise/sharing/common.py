"""Common risk (共性问题提示): what many apps share, told to every institution, naming no app and no institution."""

from __future__ import annotations

from typing import Final

from finwatch.model.access import OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Message, Part, Party
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, Machine, Occasion, State

COMMON: Final = "common_risk"
TYPES: Final = (
    ("app_risk", Text(zh="应用风险", en="Risk of an app")),
    ("phishing_site", Text(zh="钓鱼网站", en="Phishing site")),
    ("counterfeit_app", Text(zh="仿冒APP", en="Counterfeit app")),
    ("phishing_account", Text(zh="钓鱼公众号", en="Phishing account")),
)
LEVELS: Final = (
    ("low", Text(zh="低", en="Low")),
    ("medium", Text(zh="中", en="Medium")),
    ("high", Text(zh="高", en="High")),
)


class CommonForm(Form):
    """What is told to all; nothing in it leads to the case it came of."""

    type: str | None = field("类型", "Type", required=True, options=TYPES)
    level: str | None = field("风险等级", "Level", required=True, options=LEVELS)
    title: str | None = field("标题", "Title", required=True, max_length=200)
    text: str | None = field("内容", "Text", required=True, widget="text", max_length=4000)


def _shared(occasion: Occasion) -> Change:
    institutions = occasion.look.organisations(OrganisationKind.INSTITUTION)
    number = f"G{occasion.day:%Y%m%d}-{occasion.look.number('common_risk'):04}"
    title = occasion.form["title"]
    subject = Text(zh=f"共性问题提示：{title}", en=f"A risk that many share: {title}")
    body = Text(zh=occasion.form["text"], en=occasion.form["text"])
    return Change(
        title=title,
        number=number,
        add=(
            Party(part=Part.ASSOCIATION, organisation=occasion.case.owner),
            *(Party(part=Part.ADDRESSEE, organisation=one.id) for one in institutions),
        ),
        messages=tuple(
            Message(channel="desk", to=one.id, subject=subject, body=body, key=f"common:{number}:{one.id}")
            for one in institutions
        ),
    )


MACHINE: Final = Machine(
    id=COMMON,
    name=Text(zh="共性问题提示", en="Risk that many share"),
    states=(
        State(id="shared", name=Text(zh="已发布", en="shared")),
        State(id="withdrawn", name=Text(zh="已撤回", en="withdrawn"), final=True),
    ),
    arcs=(
        Arc(
            id="share",
            name=Text(zh="发布", en="Share"),
            sources=(),
            target="shared",
            permission=Permission.RISK_SEND,
            fields="*",
            complete=True,
            automatic=True,
            effect=_shared,
        ),
        Arc(
            id="withdraw",
            name=Text(zh="撤回", en="Withdraw"),
            sources=("shared",),
            target="withdrawn",
            permission=Permission.RISK_SEND,
            parts=(Part.ASSOCIATION,),
            comment="required",
        ),
    ),
    form=CommonForm,
    basis=Text(
        zh="监测授权函：监测结果不公开，行业共性问题不点名通报",
        en="The letter of authorisation: results are not published; what many share is told without names",
    ),
)
