"""A lending app asks for a permission that rules for lenders close (Google Play personal-loan policy; NPI 5 (12))."""

from __future__ import annotations

from finwatch.checks import evidence, finance
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_CLOSED = tuple(
    f"android.permission.{name}"
    for name in (
        "READ_CONTACTS",
        "WRITE_CONTACTS",
        "READ_CALL_LOG",
        "READ_SMS",
        "RECEIVE_SMS",
        "READ_MEDIA_IMAGES",
        "READ_MEDIA_VIDEO",
        "READ_EXTERNAL_STORAGE",
        "WRITE_EXTERNAL_STORAGE",
        "MANAGE_EXTERNAL_STORAGE",
        "ACCESS_FINE_LOCATION",
        "READ_PHONE_NUMBERS",
        "QUERY_ALL_PACKAGES",
    )
)


def decide(view: View) -> Decision:
    """Yes when a lender asks for one of the closed permissions."""
    asked = view.asked_among(_CLOSED)
    if not asked:
        return no()
    if not finance.lends(view):
        return no("不是贷款类应用。", "It is not a lending app.")
    names = ", ".join(evidence.short_permission(name) for name in asked)
    return yes(
        f"申请了 {len(asked)} 项不应申请的权限：{names}。",
        f"asks for {evidence.many(len(asked), 'closed permission')}: {names}.",
        [evidence.of_permission(view, name) for name in asked],
    )
