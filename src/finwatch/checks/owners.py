"""Who stands behind a finding's evidence, in words: the app itself, or the SDKs by name."""

from __future__ import annotations

from collections.abc import Iterable

from finwatch.checks.ownership import APP, FRAMEWORK, SDK
from finwatch.checks.view import View
from finwatch.model.base import Text

_OWN = Text(zh="应用自身代码", en="the app's own code")
_NOBODY = Text(zh="归属未明的代码", en="code of no known owner")


def named(view: View, owners: Iterable[str]) -> Text:
    """``the app's own code``, the names of the SDKs, ``code of no known owner``, or a list of these: for a summary."""
    found = sorted(set(owners))
    names = [view.sdk_name(owner.partition(":")[2]) for owner in found if owner.startswith((SDK, FRAMEWORK))]
    if APP in found:
        names.insert(0, _OWN)
    if any(owner != APP and not owner.startswith((SDK, FRAMEWORK)) for owner in found):
        names.append(_NOBODY)
    return Text(zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names))


def only_sdks(owners: Iterable[str]) -> bool:
    """Whether every owner is a named SDK: then nobody knows that the app ever runs that code."""
    found = set(owners)
    return bool(found) and all(owner.startswith((SDK, FRAMEWORK)) for owner in found)
