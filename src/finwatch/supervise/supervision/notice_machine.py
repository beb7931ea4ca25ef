"""The notice as a machine: its form, its states, and who may do what. What each arc does is in ``notice.py``."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Part
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import SAME, Arc, Machine, State
from finwatch.supervise.supervision import notice
from finwatch.supervise.supervision.notice import NOTICE
from finwatch.supervise.supervision.parties import AUTHORITY, JUDGED
from finwatch.supervise.supervision.problems import SEEN, Problem, Result
from finwatch.supervise.supervision.sdks import SdkRow
from finwatch.supervise.ticking import recount_arc

KINDS: Final = (
    ("warning", Text(zh="警告", en="warning")),
    ("criticism", Text(zh="通报批评", en="public criticism")),
    ("fine", Text(zh="罚款", en="fine")),
    ("suspension", Text(zh="责令暂停相关业务", en="suspension of business")),
    ("revocation", Text(zh="吊销许可", en="licence revoked")),
    ("dishonest_list", Text(zh="列入电信业务经营不良名单或失信名单", en="entry in the list of dishonest operators")),
)
"""Kinds of penalty: 行政处罚法, Art. 9, and the two lists that MIIT's notices speak of."""


class Answered(Form):
    """The newest answer as it is kept."""

    at: str | None = field("反馈时间", "Answered at", widget="time")
    late: bool = field("逾期反馈", "After the deadline", default=False)
    text: str | None = field("整改情况", "What was done", widget="text")
    version_name: str | None = field("整改后版本", "Version put right")
    version_code: int | None = field("整改后版本号", "Its version code")
    sha256: str | None = field("整改后安装包", "The package", widget="package")


class Extension(Form):
    """What was asked for and what was given."""

    asked: int | None = field("申请延长天数", "Days asked for")
    reason: str | None = field("理由", "Reason", widget="text")
    at: str | None = field("申请时间", "Asked at", widget="time")
    granted: int | None = field("同意延长天数", "Days given")
    until: date | None = field("延至", "Until")


class RetestRow(Form):
    """One retest: which version, and how many problems it showed gone, still there, not to be seen."""

    at: str | None = field("时间", "At", widget="time")
    version_name: str | None = field("版本", "Version")
    version_code: int | None = field("版本号", "Version code")
    sha256: str | None = field("安装包", "Package", widget="package")
    examined: str | None = field("检测时间与引擎", "Examined when and by what")
    outcome: str | None = field("结果", "Outcome", options=tuple(SEEN.items()))
    gone: int | None = field("已消除", "Gone")
    still: int | None = field("仍存在", "Still there")
    unseen: int | None = field("未能看到", "Not to be seen")
    same_code: float | None = field("代码相同", "Equal code", widget="share")


class ReopenedRow(Form):
    """When the notice was opened again, and why."""

    at: str | None = field("时间", "At", widget="time")
    why: str | None = field("原因", "Why", widget="text")


CLOSED_AS: Final = (
    ("retest", Text(zh="复测确认消除", en="seen gone in a retest")),
    ("accepted", Text(zh="认可反馈材料", en="the answer was accepted")),
    ("report", Text(zh="检测机构报告", en="a laboratory's report")),
)


class NoticeForm(Form):
    """What is told, what was answered, and what every retest showed."""

    authority: str = field("通报单位", "Authority", required=True, default="")
    inspection: int = field("检查", "Inspection", required=True, default=0)
    reference: str = field("通报编号", "Number", required=True, default="", max_length=120)
    app: str = field("应用编号", "App", required=True, default="", max_length=300)
    package: str = field("包名", "Package name", required=True, default="", max_length=300)
    name: str = field("应用名称", "Name of the app", required=True, default="", max_length=300)
    developer: str | None = field("应用开发者", "Developer", max_length=300)
    markets: tuple[str, ...] = field("应用来源", "Where it is offered", default=())
    category: str | None = field("类别", "Category", max_length=80)
    filing: str | None = field("备案编号", "Filing number", max_length=120)
    version_name: str | None = field("版本", "Version", max_length=120)
    version_code: int | None = field("版本号", "Version code")
    sha256: str | None = field("安装包摘要", "SHA-256 of the package", pattern=r"[0-9a-f]{64}")
    examined: str | None = field("检测时间与引擎", "Examined when and by what", max_length=200)
    problems: tuple[Problem, ...] = field("所涉问题", "Problems", default=())
    sdks: tuple[SdkRow, ...] = field("问题所在的SDK", "SDKs in which problems stand", default=())
    clock: str = field("期限规则", "Rule of the deadline", required=True, default="", max_length=80)
    days: int | None = field("期限天数", "Days", ge=1, le=3700)
    demand: str = field("整改要求", "What is demanded", required=True, default="", widget="text", max_length=2000)
    reply: dict[str, Any] | None = field("反馈", "Answer", row=Answered)
    replies: int = field("反馈次数", "Answers", default=0)
    extension: dict[str, Any] | None = field("延期", "More time", row=Extension)
    appeal: int | None = field("异议", "Appeal")
    retests: tuple[dict[str, Any], ...] = field("复测", "Retests", default=(), row=RetestRow)
    reopened: tuple[dict[str, Any], ...] = field("重新立案", "Opened again", default=(), row=ReopenedRow)
    closed_as: str | None = field("结案依据", "Closed on the ground of", options=CLOSED_AS)
    closed_report: str | None = field("检测报告编号", "Number of the report")
    published: str | None = field("公开通报日期", "Made public on")
    repeat_of: tuple[int, ...] = field("此前通报", "Notices before", default=())
    verified_by: tuple[str, ...] = field("核实人", "Verified by", default=())


class Reply(Form):
    """What the institution did."""

    text: str = field("整改情况", "What was done", required=True, default="", widget="text", max_length=4000)
    version_name: str | None = field("整改后版本", "Version put right", max_length=120)
    version_code: int | None = field("整改后版本号", "Its version code", ge=0)
    sha256: str | None = field("整改后安装包", "The package", widget="file", pattern=r"[0-9a-f]{64}")


class More(Form):
    """More time, and why."""

    days: int = field("申请延长天数", "Days more", required=True, default=None, ge=1, le=90)
    reason: str = field("理由", "Reason", required=True, default=None, widget="text", max_length=2000)


class Granted(Form):
    """More time."""

    days: int = field("延长天数", "Days more", required=True, default=None, ge=1, le=90)


class Retest(Form):
    """What the examination of a newer version shows."""

    sha256: str = field("安装包摘要", "SHA-256 of the package", required=True, default="", pattern=r"[0-9a-f]{64}")
    version_name: str | None = field("版本", "Version")
    version_code: int | None = field("版本号", "Version code")
    examined: str = field("检测时间与引擎", "Examined when and by what", required=True, default="")
    same_code: float | None = field("代码相同比例", "Share of equal code", widget="share", ge=0, le=1)
    results: tuple[Result, ...] = field("逐项结果", "Problem by problem", required=True, default=())


class Accept(Form):
    """On what a closing by hand rests."""

    report: str | None = field("检测报告编号", "Number of a laboratory's report", max_length=120)


class Markets(Form):
    """Where it is to be removed."""

    markets: tuple[str, ...] = field("应用商店", "Markets", required=True, default=())


class Proposed(Form):
    """Which penalty."""

    kind: Literal["warning", "criticism", "fine", "suspension", "revocation", "dishonest_list"] = field(
        "处罚种类", "Kind of penalty", required=True, default="warning", options=KINDS
    )


class Contest(Form):
    """The appeal's case."""

    appeal: int = field("异议", "Appeal", required=True, default=0)


class Hold(Form):
    """Why the clock stands."""

    reason: str = field("理由", "Reason", required=True, default="")


class Release(Form):
    """Problems that the appeal took away."""

    dropped: tuple[str, ...] = field("撤销的检查项", "Checks dropped", default=())


def _state(state: str, zh: str, en: str, turn: Part | None = None, *, final: bool = False) -> State:
    return State(id=state, name=Text(zh=zh, en=en), final=final, turn=turn)


STATES: Final = (
    _state("sent", "已通报", "sent", Part.OWNER),
    _state("received", "已签收，整改中", "received, being put right", Part.OWNER),
    _state("replied", "已反馈，待复测", "answered, to be retested", Part.REGULATOR),
    _state("failed", "复测未通过", "failed the retest", Part.OWNER),
    _state("unseen", "复测未能看到", "retest could not see", Part.REGULATOR),
    _state("overdue", "逾期", "overdue", Part.REGULATOR),
    _state("listed", "已公开通报", "made public", Part.REGULATOR),
    _state("removal", "下架处置中", "being removed", Part.STORE),
    _state("removed", "已下架", "removed"),
    _state("reopened", "虚假整改，重新立案", "closed falsely, opened again", Part.OWNER),
    _state("closed", "已完成整改", "put right"),
    _state("archived", "已归档", "archived", final=True),
    _state("withdrawn", "已撤销", "withdrawn", final=True),
)
RUNNING: Final = ("sent", "received", "replied", "failed", "unseen", "reopened")
"""States in which the institution is at work."""
PRESSED: Final = ("overdue", "failed", "reopened")
MEASURED: Final = ("listed", "removal", "removed")
OPEN: Final = (*RUNNING, "overdue", *MEASURED)


def _arc(arc: str, zh: str, en: str, sources: tuple[str, ...], target: str, **more: Any) -> Arc:
    return Arc(id=arc, name=Text(zh=zh, en=en), sources=sources, target=target, **more)


ISSUE, ANSWER, ORDER = Permission.NOTICE_ISSUE, Permission.NOTICE_ANSWER, Permission.MEASURE_ORDER
_BY_THEM: Final[dict[str, Any]] = {"permission": ANSWER, "parts": JUDGED}
_BY_US: Final[dict[str, Any]] = {"permission": ISSUE, "parts": AUTHORITY, "comment": "required"}
_ORDERED: Final[dict[str, Any]] = {"permission": ORDER, "parts": AUTHORITY, "comment": "required"}
_ALONE: Final[dict[str, Any]] = {"permission": ISSUE, "automatic": True}

ARCS: Final = (
    _arc(
        "issue", "发出通报", "Issue", (), "sent",
        fields="*", complete=True, guard=notice.may_issue, effect=notice.issued, **_ALONE,
    ),
    _arc("receive", "签收", "Confirm receipt", ("sent",), "received", **_BY_THEM),
    _arc(
        "reply", "反馈整改情况", "Answer", OPEN, "replied",
        also=("removal", "removed"), note=Reply, attachments=True, guard=notice.knows_package, effect=notice.replied,
        **_BY_THEM,
    ),
    _arc(
        "ask_more", "申请延期", "Ask for more time", (*RUNNING, "overdue"), SAME,
        note=More, effect=notice.asked_more, **_BY_THEM,
    ),
    _arc(
        "extend", "同意延期", "Give more time", (*RUNNING, "overdue"), SAME,
        also=("received",), note=Granted, guard=notice.may_extend, effect=notice.extended, **_BY_US,
    ),
    _arc("refuse_more", "不同意延期", "Give no more time", (*RUNNING, "overdue"), SAME,
         effect=notice.refused_more, **_BY_US),
    _arc("pause", "中止期限", "Stop the clock", RUNNING, SAME,
         guard=notice.may_pause, effect=notice.paused, **_BY_US),
    _arc("resume", "恢复期限", "Let the clock go on", RUNNING, SAME,
         guard=notice.may_resume, effect=notice.resumed, **_BY_US),
    _arc(
        "retest", "自动复测", "Retested", (*OPEN, "closed"), SAME,
        also=("closed", "failed", "unseen", "reopened"), note=Retest, effect=notice.retested, **_ALONE,
    ),
    _arc(
        "accept", "认可整改，结案", "Accept and close", ("replied", "unseen"), "closed",
        note=Accept, attachments=True, guard=notice.may_accept, effect=notice.accepted, **_BY_US,
    ),
    _arc("expire", "逾期", "Overdue", ("sent", "received", "failed", "reopened"), "overdue",
         on_overdue=True, guard=notice.is_over, effect=notice.overdue, **_ALONE),
    recount_arc((*RUNNING, "overdue"), ISSUE),
    _arc("publish", "公开通报", "Make public", PRESSED, "listed",
         guard=notice.may_publish, effect=notice.published, **_BY_US),
    _arc(
        "order_removal", "责令下架", "Order the removal", (*PRESSED, "sent", "received", "listed", "removal"),
        "removal",
        note=Markets, guard=notice.may_order, effect=notice.ordered, **_ORDERED,
    ),
    _arc("removed", "下架核实", "Removal proven", ("removal", "removed"), "removed",
         also=("removal",), effect=notice.all_removed, **_ALONE),
    _arc("relapse", "再次上架", "Found again", ("removal", "removed"), "removal", **_ALONE),
    _arc("restore", "恢复上架", "Allow it again", ("removal", "removed"), "closed",
         guard=notice.may_restore, effect=notice.restored, **_ORDERED),
    _arc("penalise", "建议处罚", "Propose a penalty", (*PRESSED, *MEASURED), SAME,
         note=Proposed, guard=notice.no_appeal, effect=notice.penalised, **_ORDERED),
    _arc("contest", "收到异议", "Appeal received", (*OPEN, "closed"), SAME,
         note=Contest, effect=notice.contested, **_ALONE),
    _arc("hold", "因异议中止期限", "Clock stands for an appeal", (*OPEN, "closed"), SAME,
         note=Hold, effect=notice.held, **_ALONE),
    _arc("release", "异议已处理", "Appeal decided", (*OPEN, "closed"), SAME,
         note=Release, effect=notice.appeal_over, **_ALONE),
    _arc("revoke", "异议成立，撤销", "Withdrawn on appeal", (*OPEN, "closed"), "withdrawn",
         effect=notice.lifted, **_ALONE),
    _arc("withdraw", "撤销通报", "Withdraw", (*OPEN, "closed"), "withdrawn",
         guard=notice.no_appeal, effect=notice.lifted, **_BY_US),
    _arc("archive", "归档", "Archive", ("closed",), "archived",
         permission=Permission.CAMPAIGN_MANAGE, parts=AUTHORITY, guard=notice.no_appeal),
)  # fmt: skip

MACHINE: Final = Machine(
    id=NOTICE,
    name=Text(zh="通报", en="Notice"),
    states=STATES,
    arcs=ARCS,
    form=NoticeForm,
    basis=Text(
        zh="工信部、通信管理局、网信办、互金协会通报、公开、下架的公开做法",
        en="As MIIT, its provincial administrations, CAC and the association notify, publish and order removal",
    ),
    public=("name", "developer", "markets", "version_name", "filing", "problems"),
)
