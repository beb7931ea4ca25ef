"""The real code is hidden by a packer that ``identify`` recognised (JR/T 0092-2019 5.3.3 a)."""

from __future__ import annotations

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Evidence
from finwatch.model.locator import SearchedAt


def decide(view: View) -> Decision:
    """Yes when a packer was named or the dex files lack the app's own classes; information, no accusation."""
    protection = view.subject.protection
    if protection.packer is None and (protection.extent == "full" or not view.facts.code.dex or _rest_of_set(view)):
        return no()
    name = protection.packer or "unnamed"
    seen = Evidence(
        says=Text(zh=f"加固方案：{name}", en=f"packer: {name}"),
        at=SearchedAt(extent="files and classes of known packers"),
    )
    return yes(
        f"代码由加固方案隐藏：{name}。", f"the code is hidden by a packer: {name}.", protection.evidence or (seen,)
    )


def _rest_of_set(view: View) -> bool:
    """Of a set of packages some were not read: a class that is missing may stand there, so nothing says packed."""
    return view.facts.format == "apks" and any(entry.part == "archive" for entry in view.facts.unreadable)
