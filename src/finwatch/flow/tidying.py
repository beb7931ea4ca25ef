"""Tidies the lake within the daily run: what goes wrong here is said and costs nothing of the run.

What comes in: a lake. What goes out: what waited on this machine is in it, the small files of past days are joined, and
counts. Whatever could not be done now is done by the next run: nothing is removed before something else holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from finwatch.errors import LakeError
from finwatch.lake import Lake
from finwatch.model.base import Text


def tidied(lake: Lake, *, before: date, note: Callable[[Text], None], held: Collection[str] = ()) -> dict[str, int]:
    """How many things that waited were taken in, and how many files of days before ``before`` were joined, those of
    ``held`` markets aside."""
    counts: dict[str, int] = {}
    try:
        counts["settled"] = lake.settle()
        done = lake.tidy(before=before, held=held)
    except LakeError as error:
        en, zh = f"The lake could not be tidied; the next run does it: {error}", error.zh or str(error)
        note(Text(zh=f"数据湖未能整理，下次运行将继续：{zh}", en=en))
        return counts
    return counts | {"tables": done.tables, "segments": done.segments, "removed": done.removed}
