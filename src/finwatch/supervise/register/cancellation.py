"""The end of a filing: on the provider's request before it stops, forced by the association, or by a sanction.

Art. 14: the provider applies before the service stops, the association cancels within three working days and announces
it. Art. 20: forced where the institution is no more, or after three consecutive years or five times of Art. 18. What
leans on the filing ends with it: branches' filings and changes under way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from finwatch.model.access import OrganisationId, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Part
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import Arc, Change, FollowUp, Look, Occasion
from finwatch.supervise.register import gates, news, validity, words
from finwatch.supervise.register.gates import Problems

HELD: Final = ("filed", "expired")
ASKED: Final = "cancel_asked"
_ASSOCIATION: Final = (Part.ASSOCIATION,)
_MANY: Final = 100_000
IN_A_ROW, TOGETHER = 3, 5
"""Years in a row, and times in all, after which a filing is cancelled (Art. 20)."""


class Stopping(Form):
    """When the service stops."""

    stops_on: date | None = field("停止服务日期", "The service stops on", required=True)


class Forced(Form):
    """Why the association cancels by itself."""

    ground: Literal["dissolved", "repeated"] | None = field("注销事由", "Ground", required=True, options=words.GROUNDS)
    evidence: tuple[str, ...] | None = field(
        "证据",
        "Evidence",
        required=True,
        widget="lines",
        hint=Text(zh="每行一个：文件SHA-256或case:编号。", en="One a line: SHA-256 of a file, or case:number."),
    )


class BySanction(Form):
    """Which sanction cancels."""

    sanction: int | None = field("处分事项", "Case of the sanction", required=True, ge=1)


def dependants(look: Look, filing: int, *, branches_only: bool = False) -> tuple[Case, ...]:
    """What leans on a filing and is not closed: branches' filings and, unless left out, changes under way."""
    machines = ("linked",) if branches_only else ("linked", "change")
    return look.cases(CaseFilter(machines=machines, subject=f"case:{filing}", open=True), limit=_MANY)


def ending(occasion: Occasion, *, branches_only: bool = False) -> tuple[FollowUp, ...]:
    """Ends what leans on the filing."""
    arcs = {"linked": "head_gone", "change": "overtake"}
    return tuple(
        FollowUp(machine=one.machine, arc=arcs[one.machine], case=one.id, comment=occasion.comment)
        for one in dependants(occasion.look, occasion.case.id, branches_only=branches_only)
    )


def repeated(days: Iterable[date]) -> Text | None:
    """Why events of Art. 18 on these days are enough to cancel (Art. 20); ``None`` = they are not."""
    known = sorted(days)
    years = sorted({day.year for day in known})
    for first in years:
        if all(first + more in years for more in range(IN_A_ROW)):
            last = first + IN_A_ROW - 1
            return Text(zh=f"{first}年至{last}年连续三年", en=f"three years in a row, {first} to {last}")
    if len(known) >= TOGETHER:
        return Text(zh=f"累计{len(known)}次", en=f"{len(known)} times in all")
    return None


def events(look: Look, owner: OrganisationId) -> tuple[date, ...]:
    """The days of an institution's events under Art. 18: of its sanction cases with a measure, none withdrawn."""
    cases = look.cases(CaseFilter(machine="sanction", owner=owner))
    return tuple(
        date.fromisoformat(case.form["event_on"])
        for case in cases
        if case.state not in ("proposed", "withdrawn") and case.form.get("measures")
    )


# Guards and effects -------------------------------------------------------------------------------------------------


def sharing_off(occasion: Occasion) -> Problems:
    """Sharing must be off before the head changes or cancels."""
    if occasion.case.form.get("shared"):
        return gates.at(
            "",
            "请先关闭关联备案共享，再办理变更或注销。",
            "Close the sharing with branches first; then change or cancel.",
        )
    return ()


def _may_ask(occasion: Occasion) -> Problems:
    found = sharing_off(occasion)
    if any(one.machine == "change" for one in dependants(occasion.look, occasion.case.id)):
        found += gates.at("", "有变更正在办理，请先撤回或办结。", "A change is under way: withdraw or finish it first.")
    stops = date.fromisoformat(occasion.note["stops_on"])
    if stops <= occasion.day:
        found += gates.at(
            "stops_on",
            "须在停止服务之前申请注销（第十四条）。",
            "Cancellation is applied for before the service stops (Art. 14).",
        )
    return found


def _asked(occasion: Occasion) -> Change:
    says = Text(
        zh=f"申请注销，{occasion.note['stops_on']}停止服务；请在三个工作日内办理。",
        en=f"Cancellation asked for, the service stops on {occasion.note['stops_on']}; three working days.",
    )
    return Change(
        due=occasion.look.due("filing.cancel", start=occasion.now),
        messages=news.told(
            occasion, news.taking(occasion.case, Part.ASSOCIATION), may=Permission.FILING_CANCEL, says=says
        ),
    )


def _kept(occasion: Occasion) -> Change:
    """Back to where it stood, with the clock of its assessment."""
    due = validity.until(occasion.look, occasion.form)
    says = Text(zh="注销申请未办理，备案保留。", en="The filing is kept.")
    messages = news.told(occasion, [occasion.case.owner], may=Permission.FILING_WRITE, says=says)
    if due.day < occasion.day:
        return Change(state="expired", due=None, messages=messages)
    return Change(due=due, messages=messages)


def cancelled(occasion: Occasion, ground: str) -> Change:
    """The filing is no more: announced in the log, told to the provider and to its regulators, dependants ended."""
    case = occasion.case
    says = Text(zh=f"备案 {case.number} 已注销。", en=f"Filing {case.number} is cancelled.")
    told = [case.owner, *(party.organisation for party in news.regulators(occasion.look, case.region))]
    told += news.taking(case, Part.CERTIFIER)
    return Change(
        due=None,
        form={"ended_on": occasion.day.isoformat(), "shared": False},
        messages=news.told(occasion, told, may=Permission.FILING_WRITE, says=says),
        follow=ending(occasion),
        vouch={"cancelled": {"case": case.id, "number": case.number, "ground": ground}},
    )


def _may_force(occasion: Occasion) -> Problems:
    found = gates.evidence(occasion, "evidence", occasion.note.get("evidence"))
    if occasion.note.get("ground") == "repeated":
        days = events(occasion.look, occasion.case.owner)
        if repeated(days) is None:
            told = "、".join(day.isoformat() for day in sorted(days)) or "—"
            found += gates.at(
                "ground",
                f"未达到连续三年或累计五次（第二十条）。已记录的情形：{told}。",
                f"Neither three years in a row nor five times (Art. 20). Recorded: {told}.",
            )
    return found


ARCS: Final = (
    Arc(
        id="ask_cancel",
        name=Text(zh="申请注销", en="Ask for cancellation"),
        sources=HELD,
        target=ASKED,
        permission=Permission.FILING_WRITE,
        parts=(Part.OWNER,),
        comment="required",
        note=Stopping,
        attachments=True,
        guard=_may_ask,
        effect=_asked,
    ),
    Arc(
        id="withdraw_cancel",
        name=Text(zh="撤回注销申请", en="Take back the request"),
        sources=(ASKED,),
        target="filed",
        also=("expired",),
        permission=Permission.FILING_WRITE,
        parts=(Part.OWNER,),
        comment="required",
        effect=_kept,
    ),
    Arc(
        id="refuse_cancel",
        name=Text(zh="不予注销", en="Do not cancel"),
        sources=(ASKED,),
        target="filed",
        also=("expired",),
        permission=Permission.FILING_CANCEL,
        parts=_ASSOCIATION,
        comment="required",
        effect=_kept,
    ),
    Arc(
        id="cancel",
        name=Text(zh="办理注销", en="Cancel"),
        sources=(ASKED,),
        target="cancelled",
        permission=Permission.FILING_CANCEL,
        parts=_ASSOCIATION,
        effect=lambda occasion: cancelled(occasion, "asked"),
    ),
    Arc(
        id="force_cancel",
        name=Text(zh="强制注销", en="Cancel by force"),
        sources=(*HELD, ASKED),
        target="cancelled",
        permission=Permission.FILING_CANCEL,
        parts=_ASSOCIATION,
        comment="required",
        note=Forced,
        attachments=True,
        guard=_may_force,
        effect=lambda occasion: cancelled(occasion, str(occasion.note["ground"])),
    ),
    Arc(
        id="cancel_by_sanction",
        name=Text(zh="因自律处分注销", en="Cancelled by a sanction"),
        sources=(*HELD, ASKED),
        target="cancelled",
        permission=Permission.FILING_CANCEL,
        automatic=True,
        note=BySanction,
        effect=lambda occasion: cancelled(occasion, "sanction"),
    ),
)


def still_held(case: Case) -> bool:
    """Whether a filing stands, expired or with a request, and can be cancelled."""
    return case.machine == "filing" and case.state in (*HELD, ASKED)
