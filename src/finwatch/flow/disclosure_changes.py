"""A policy's new version against a package's: what is newly taken and told, or taken without a word.

In: the comparisons of two releases. Out: the rows whose sides moved, in order of the rows.
"""

from __future__ import annotations

from typing import Literal

from finwatch.model.disclosure import Compared, Disclosed, Disclosure, DisclosureChange, Told

_TOLD = (Told.SPECIFIC, Told.CONDITIONAL, Told.GENERIC)
_Kind = Literal["taken_without_word", "taken_and_told", "told_without_use", "no_longer_taken", "word_withdrawn"]


def changes(before: Disclosure | None, after: Disclosure | None) -> tuple[DisclosureChange, ...]:
    """What became different; empty where one of the two was not compared."""
    if before is None or after is None:
        return ()
    old = {_key(row): row for row in before.rows}
    new = {_key(row): row for row in after.rows}
    found = [change for key, row in new.items() if (change := _changed(old.get(key), row)) is not None]
    gone = [row for key, row in old.items() if key not in new and row.outcome is not Disclosed.NOT_FOUND]
    return (*found, *(DisclosureChange(kind="no_longer_taken", row=row) for row in gone))


def _key(row: Compared) -> tuple[str, str, str]:
    return row.subject, row.id, row.owner or ""


def _changed(old: Compared | None, new: Compared) -> DisclosureChange | None:
    kind = _kind(old, new)
    return DisclosureChange(kind=kind, row=new) if kind else None


def _kind(old: Compared | None, new: Compared) -> _Kind | None:
    if new.outcome is Disclosed.UNREAD:
        return None
    if old is None:
        if new.outcome is Disclosed.NOT_FOUND:
            return "told_without_use"
        return "taken_and_told" if new.told in _TOLD else "taken_without_word"
    if old.told in _TOLD and new.told in (Told.ABSENT, Told.DENIED):
        return "word_withdrawn"
    return None
