"""Risk (风险信息): a monitoring body or the association tells an institution of a risk, and it says what it does of it.

Four types: risk of an app, phishing site, counterfeit app, phishing account (workflow.md §5). Results of monitoring are
not published: nobody sees a risk but its sender, the association, the institution it concerns, and the regulator of its
region. What many share is told to all without naming anybody (``common``); a confirmed counterfeit is ordered out of
markets (``counterfeit``).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from finwatch.model.access import OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Message, Part, Party
from finwatch.supervise.complaint.arrangement import switched
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Machine, Occasion, State
from finwatch.supervise.sharing import counterfeit
from finwatch.supervise.sharing.common import COMMON, LEVELS, TYPES

RISK: Final = "risk"
MARKS: Final = (
    ("clear", Text(zh="公开（TLP:CLEAR）", en="TLP:CLEAR: may be public")),
    ("green", Text(zh="行业内（TLP:GREEN）", en="TLP:GREEN: within the community")),
    ("amber", Text(zh="本机构内（TLP:AMBER）", en="TLP:AMBER: within the organisation")),
    ("red", Text(zh="仅限收件人（TLP:RED）", en="TLP:RED: for the recipient alone")),
)


class RiskForm(Form):
    """What is told."""

    type: str | None = field("类型", "Type", required=True, options=TYPES)
    level: str | None = field("风险等级", "Level", required=True, options=LEVELS)
    institution: str | None = field("目标机构", "Institution concerned", required=True, max_length=200)
    title: str | None = field("标题", "Title", required=True, max_length=200)
    detail: str | None = field("详情", "What was seen", required=True, widget="text", max_length=4000)
    app: str | None = field("应用名称", "Name of the app", max_length=200)
    package: str | None = field("包名", "Package name", max_length=300)
    version: str | None = field("版本", "Version", max_length=120)
    sha256: str | None = field("安装包摘要", "SHA-256 of the package", pattern="[0-9a-f]{64}")
    url: str | None = field("网址", "Address", pattern=r"https?://\S+", max_length=2000)
    account: str | None = field("公众号或账号", "Account", max_length=200)
    imitates: str | None = field("仿冒对象", "What it imitates", max_length=200)
    discovered: date | None = field("发现时间", "Discovered")
    evidence: tuple[str, ...] = field("证据（每行一条）", "Evidence, a line each", default=(), required=True)
    mark: str | None = field("共享范围", "Traffic light", required=True, options=MARKS, default="amber")
    answer: str | None = field("反馈", "Answer", max_length=4000)
    source: str | None = field("来源标识", "Id at the source", max_length=200)


TOLD: Final = tuple(name for name in RiskForm.model_fields if name != "answer")
_NEEDED: Final = {
    "app_risk": ("app", "package"),
    "phishing_site": ("url",),
    "counterfeit_app": ("app", "package", "imitates"),
    "phishing_account": ("account", "imitates"),
}


class Withheld(Form):
    """What is told to all."""

    title: str | None = field("标题", "Title", required=True, max_length=200)
    text: str | None = field("内容（不得出现应用、机构、网址）", "Text, naming no app, institution or address",
                             required=True, widget="text", max_length=4000)  # fmt: skip


def institution_of(occasion: Occasion) -> OrganisationId | None:
    """The institution concerned, by id, name or short name, when exactly one bears it."""
    asked = str(occasion.form.get("institution") or "").strip()
    found = [
        one.id
        for one in occasion.look.organisations(OrganisationKind.INSTITUTION)
        if asked and asked in (one.id, one.name, one.short_name)
    ]
    return found[0] if len(found) == 1 else None


def _may_send(occasion: Occasion) -> tuple[FieldProblem, ...]:
    missing = [
        FieldProblem(field=name, says=Text(zh="此类型必填。", en="This type needs it."))
        for name in _NEEDED[occasion.form["type"]]
        if not occasion.form.get(name)
    ]
    if institution_of(occasion) is None:
        says = Text(zh="没有这个机构，或有多个同名机构。", en="No institution, or more than one, bears this name.")
        missing.append(FieldProblem(field="institution", says=says))
    discovered = occasion.form.get("discovered")
    if discovered and discovered > occasion.day.isoformat():
        says = Text(zh="该日期尚未到来。", en="This day is yet to come.")
        missing.append(FieldProblem(field="discovered", says=says))
    return tuple(missing)


def _sent(occasion: Occasion) -> Change:
    to = institution_of(occasion)
    assert to is not None  # the guard saw it
    number = f"R{occasion.day:%Y%m%d}-{occasion.look.number('risk'):06}"
    here = occasion.actor.organisation
    parties = {Party(part=Part.ASSOCIATION, organisation=one.id)
               for one in occasion.look.organisations(OrganisationKind.ASSOCIATION)}  # fmt: skip
    parties.add(
        Party(
            part=Part.MONITOR if here.kind is OrganisationKind.MONITORING_BODY else Part.ASSOCIATION,
            organisation=occasion.case.owner,
        )
    )
    change = Change(
        title=occasion.form["title"],
        number=number,
        subject=f"package:{occasion.form['sha256']}" if occasion.form.get("sha256") else None,
        add=tuple(sorted(parties, key=lambda party: (party.part, party.organisation))),
        vouch={"risk": {"number": number, "type": occasion.form["type"]}},
    )
    if not switched(occasion.look, to, "reminds"):
        return change
    told = _told(occasion, to, number)
    return Change(
        title=change.title, number=number, subject=change.subject, vouch=change.vouch,
        add=(*change.add, *told.add), messages=told.messages, due=told.due, state="reminded",
    )  # fmt: skip


def _told(occasion: Occasion, to: OrganisationId, number: str) -> Change:
    level = dict(LEVELS)[occasion.form["level"]]
    kind = dict(TYPES)[occasion.form["type"]]
    title = occasion.form["title"]
    subject = Text(zh=f"风险提醒（{level.zh}）：{title}", en=f"{kind.en}, {level.en}: {title}")
    body = Text(zh=f"{number} {kind.zh}。请查看并反馈。", en=f"{number}. Please look at it and answer.")
    key = f"risk:{number}:reminded"
    messages = [Message(channel="desk", to=to, subject=subject, body=body, key=f"{key}:{to}")]
    messages += [
        Message(channel="mail", to=mail, subject=subject, body=body, key=f"{key}:{mail}")
        for mail in occasion.look.responsible(to, Permission.RISK_ANSWER)
    ]
    messages.append(Message(channel="webhook", to=to, subject=subject, body=body, key=f"{key}:webhook:{to}"))
    return Change(
        add=(Party(part=Part.ADDRESSEE, organisation=to),),
        messages=tuple(messages),
        due=occasion.look.due("risk.answer", start=occasion.now),
    )


def _reminded(occasion: Occasion) -> Change:
    to = institution_of(occasion)
    if to is None:
        raise AssertionError("the institution was known when the risk was sent")
    return _told(occasion, to, str(occasion.case.number))


def _answered(occasion: Occasion) -> Change:
    zh, en = ("已采纳", "adopted") if occasion.comment else ("已反馈", "answered")
    title = str(occasion.form.get("title"))
    told = tuple(
        Message(
            channel="desk",
            to=party.organisation,
            subject=Text(zh=f"风险{zh}：{title}", en=f"Risk {en}: {title}"),
            body=Text(zh=occasion.comment or zh, en=occasion.comment or en),
            key=f"risk:{occasion.case.number}:answered:{occasion.case.version}:{party.organisation}",
        )
        for party in occasion.case.parties
        if party.part in (Part.ASSOCIATION, Part.MONITOR)
    )
    return Change(form={"answer": occasion.comment}, messages=told, due=None)


def _names_nobody(occasion: Occasion) -> tuple[FieldProblem, ...]:
    """Whether the text for all names what must not be named."""
    form = occasion.form
    secret = {str(form.get(name) or "").strip().lower() for name in ("app", "package", "url", "account", "institution")}
    for one in occasion.look.organisations(OrganisationKind.INSTITUTION):
        secret |= {one.name.lower(), one.short_name.lower()}
    secret -= {""}
    found = []
    for name in ("title", "text"):
        told = str(occasion.note.get(name) or "").lower()
        if named := sorted(one for one in secret if len(one) > 1 and one in told):
            says = Text(zh=f"文中出现了“{named[0]}”。", en=f"It names “{named[0]}”.")
            found.append(FieldProblem(field=name, says=says))
    return tuple(found)


def _shared(occasion: Occasion) -> Change:
    form = {
        "type": occasion.form["type"],
        "level": occasion.form["level"],
        "title": occasion.note["title"],
        "text": occasion.note["text"],
    }
    follow = FollowUp(machine=COMMON, arc="share", owner=occasion.actor.organisation.id, form=form, detached=True)
    return Change(follow=(follow,))


STATES: Final = (
    State(id="received", name=Text(zh="已接收", en="received")),
    State(id="reminded", name=Text(zh="已提醒，未处理", en="institution told, not answered")),
    State(id="ignored", name=Text(zh="已忽略", en="ignored")),
    State(id="adopted", name=Text(zh="已采纳", en="adopted")),
    State(id="not_adopted", name=Text(zh="未采纳", en="not adopted")),
    *counterfeit.STATES,
    State(id="closed", name=Text(zh="已办结", en="closed"), final=True),
)
_ASSOCIATION: Final = (Part.ASSOCIATION,)
_TOLD: Final = (Part.ADDRESSEE,)


def _arc(arc: str, zh: str, en: str, **more: Any) -> Arc:
    return Arc(id=arc, name=Text(zh=zh, en=en), **more)


ARCS: Final = (
    _arc("send", "报送", "Send", sources=(), target="received", also=("reminded",), permission=Permission.RISK_SEND,
         fields=TOLD, complete=True, attachments=True, guard=_may_send, effect=_sent),
    _arc("remind", "提醒机构", "Tell the institution", sources=("received",), target="reminded",
         permission=Permission.RISK_SEND, parts=_ASSOCIATION, effect=_reminded),
    _arc("ignore", "忽略", "Ignore", sources=("received",), target="ignored", permission=Permission.RISK_SEND,
         parts=_ASSOCIATION, comment="required"),
    _arc("restore", "恢复", "Restore", sources=("ignored",), target="received", permission=Permission.RISK_SEND,
         parts=_ASSOCIATION),
    _arc("adopt", "采纳", "Adopt", sources=("reminded",), target="adopted", permission=Permission.RISK_ANSWER,
         parts=_TOLD, comment="required", attachments=True, effect=_answered),
    _arc("decline", "不采纳", "Do not adopt", sources=("reminded",), target="not_adopted",
         permission=Permission.RISK_ANSWER, parts=_TOLD, comment="required", attachments=True, effect=_answered),
    _arc("send_back", "退回补充", "Ask again", sources=("adopted", "not_adopted"), target="reminded",
         permission=Permission.RISK_SEND, parts=_ASSOCIATION, comment="required"),
    _arc("share", "共性问题提示", "Tell all, naming nobody", sources=("reminded", "adopted", "not_adopted"), target="=",
         permission=Permission.RISK_SEND, parts=_ASSOCIATION, note=Withheld, guard=_names_nobody, effect=_shared),
    _arc("close", "办结", "Close", sources=("adopted", "not_adopted", "ignored"), target="closed",
         permission=Permission.RISK_SEND, parts=_ASSOCIATION),
    *counterfeit.ARCS,
)  # fmt: skip

MACHINE: Final = Machine(
    id=RISK,
    name=Text(zh="风险信息", en="Shared risk"),
    states=STATES,
    arcs=ARCS,
    form=RiskForm,
    basis=Text(
        zh="银发〔2019〕237号；协会备案系统风险信息共享（应用风险、仿冒钓鱼）；金办发〔2024〕99号第九条",
        en="PBC circular 237 of 2019; the association's sharing of risks; NFRA circular 99 of 2024, Art. 9",
    ),
)
