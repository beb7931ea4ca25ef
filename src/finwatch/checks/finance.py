"""What checks about finance apps ask of an identity: which kinds lend, and whether it is finance at all."""

from __future__ import annotations

from finwatch.checks.decision import Unseen
from finwatch.checks.view import View
from finwatch.model.examination import Collection

LENDING = frozenset({"loan", "consumer_finance"})
"""Kinds of the catalogue whose business is lending to people."""


class KindUnknown(Unseen):
    """The identity does not say whether this is finance, so a check about finance apps cannot be answered."""

    def __init__(self) -> None:
        super().__init__("identity")


_GUARDS = {
    "contacts": ("android.permission.READ_CONTACTS",),
    "call_log": ("android.permission.READ_CALL_LOG",),
    "sms": ("android.permission.READ_SMS", "android.permission.RECEIVE_SMS"),
}
"""Records of a private life that no list of necessary data names for a financial kind, and what guards them."""


def private_records(view: View) -> tuple[Collection, ...]:
    """Places that take contacts, the call log or messages while holding the permission to do so."""
    return tuple(
        place for item, guards in _GUARDS.items() if view.asked_among(guards) for place in view.collections(item)
    )


def lends(view: View) -> bool:
    """Whether the app lends. Raises ``KindUnknown`` when it could not be told whether it is finance."""
    return is_finance(view) and view.identity.kind in LENDING


def is_finance(view: View) -> bool:
    """Whether it is a finance app. Raises ``KindUnknown`` when that could not be told."""
    if view.identity.finance is None:
        raise KindUnknown
    return view.identity.finance
