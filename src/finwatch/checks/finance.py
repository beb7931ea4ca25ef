"""What checks about finance apps ask of an identity: which kinds lend, and whether it is finance at all."""

from __future__ import annotations

from finwatch.checks.decision import Unseen as _Unseen
from finwatch.checks.view import View

LENDING = frozenset({"loan", "consumer_finance"})
"""Kinds of the catalogue whose business is lending to people."""


class KindUnknown(_Unseen):
    """The identity does not say whether this is finance, so a check about finance apps cannot be answered."""

    def __init__(self) -> None:
        super().__init__("identity")


def lends(view: View) -> bool:
    """Whether the app lends. Raises ``KindUnknown`` when it could not be told whether it is finance."""
    return is_finance(view) and view.identity.kind in LENDING


def is_finance(view: View) -> bool:
    """Whether it is a finance app. Raises ``KindUnknown`` when that could not be told."""
    if view.identity.finance is None:
        raise KindUnknown
    return view.identity.finance
