"""Who stands behind a finding's evidence, in words: the app itself, or the SDKs by name."""

from __future__ import annotations

from collections.abc import Iterable

from finwatch.checks.ownership import FRAMEWORK, SDK
from finwatch.checks.view import View
from finwatch.model.base import Text


def named(view: View, owners: Iterable[str]) -> Text:
    """``the app's own code``, or the names of the SDKs, or both: for a summary."""
    found = sorted(set(owners))
    names = [view.sdk_name(owner.partition(":")[2]) for owner in found if owner.startswith((SDK, FRAMEWORK))]
    own = any(not owner.startswith((SDK, FRAMEWORK)) for owner in found)
    zh = [*(["应用自身代码"] if own else []), *(name.zh for name in names)]
    en = [*(["the app's own code"] if own else []), *(name.en for name in names)]
    return Text(zh="、".join(zh), en=", ".join(en))


def only_sdks(owners: Iterable[str]) -> bool:
    """Whether every owner is a named SDK: then nobody knows that the app ever runs that code."""
    found = set(owners)
    return bool(found) and all(owner.startswith((SDK, FRAMEWORK)) for owner in found)
