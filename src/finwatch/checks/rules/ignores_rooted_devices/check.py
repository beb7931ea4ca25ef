"""No string or call of a finance app looks for root or a debugger (JR/T 0092-2019 5.3.4)."""

from __future__ import annotations

from finwatch.checks import finance
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Confidence, Evidence


def decide(view: View) -> Decision:
    """A suspicion at most, from absence; a risk-control SDK counts as a check."""
    looked = any(True for _ in view.strings("environment.")) or bool(view.calls("environment.debugger"))
    if looked or any(sdk.purpose == "risk" for sdk in view.subject.sdks) or not finance.is_finance(view):
        return no()
    searched = Evidence(
        says=Text(
            zh="查看了全部字符串和调用，未见检测痕迹", en="looked through all strings and calls; no trace of a check"
        ),
        at=view.searched("code"),
    )
    return yes(
        "未见检测 Root、模拟器或调试器的代码。",
        "no code was seen that looks for root, an emulator or a debugger.",
        [searched],
        confidence=Confidence.SUSPECTED,
        from_absence=True,
    )
