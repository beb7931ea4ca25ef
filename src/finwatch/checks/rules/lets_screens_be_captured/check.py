"""No window of a finance app sets FLAG_SECURE (JR/T 0092-2019 5.5.1.1, enhanced requirement b)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import finance
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Confidence, Evidence

_FLAG_SECURE = 0x2000


def decide(view: View) -> Decision:
    """A suspicion at most, from absence: a flag that is not visible may be the one."""
    calls = view.calls("screen.add_flags", "screen.set_flags")
    if any(_may_secure(arguments.number(call, 1)) for call in calls) or not finance.is_finance(view):
        return no()
    searched = Evidence(
        says=Text(
            zh="查看了全部代码，没有设置 FLAG_SECURE 的调用", en="looked through all code; no call sets FLAG_SECURE"
        ),
        at=view.searched("code"),
    )
    return yes(
        "未见任何页面禁止截屏。",
        "no page was seen to forbid screen capture.",
        [searched],
        confidence=Confidence.SUSPECTED,
        from_absence=True,
    )


def _may_secure(flags: int | None) -> bool:
    return flags is None or bool(flags & _FLAG_SECURE)
