"""How long a filing holds: a year from its outside assessment (Art. 19); then it has expired until it is renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Due, Part
from finwatch.supervise.machine import CHINA, Arc, Change, Look, Occasion
from finwatch.supervise.register import news
from finwatch.supervise.register.chain import overdue

RULE: Final = "filing.assessment"


def until(look: Look, form: Mapping[str, Any]) -> Due:
    """Until when the filing of ``form`` holds; counted from its assessment, else from its filing."""
    start = date.fromisoformat(form.get("valid_from") or form["filed_on"])
    return look.due(RULE, start=datetime.combine(start, time(12), CHINA))


def _expired(occasion: Occasion) -> Change:
    case = occasion.case
    says = Text(
        zh="外部评估已满一年未更新，备案已过期。请办理“年度外部评估更新”。",
        en="The outside assessment is older than a year: the filing has expired. File the yearly assessment.",
    )
    return Change(
        due=None,
        form={"ended_on": occasion.day.isoformat()},
        messages=news.told(occasion, [case.owner], may=Permission.FILING_WRITE, says=says)
        + news.told(
            occasion,
            news.taking(case, Part.ASSOCIATION),
            may=Permission.FILING_REVIEW,
            says=Text(zh="备案已过期。", en="The filing has expired."),
            tag="association",
        ),
        vouch={"expired": {"case": case.id, "number": case.number}},
    )


EXPIRY: Final = Arc(
    id="expire",
    name=Text(zh="过期", en="Expire"),
    sources=("filed",),
    target="expired",
    permission=Permission.FILING_APPROVE,
    automatic=True,
    on_overdue=True,
    guard=overdue,
    effect=_expired,
)
