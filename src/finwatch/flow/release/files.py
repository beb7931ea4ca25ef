"""Two releases given as files: both packages are examined, each beside its policy, and compared. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from finwatch.checks import Check
from finwatch.flow.examine import PackageReader, examine
from finwatch.flow.release.together import release_changes
from finwatch.model.disclosure import PolicySeen
from finwatch.model.knowledge import Knowledge
from finwatch.model.release import ReleaseChanges


def file_changes(
    before: tuple[Path, PolicySeen | None],
    after: tuple[Path, PolicySeen | None],
    *,
    reader: PackageReader,
    knowledge: Knowledge,
    checks: Sequence[Check],
    on: date,
) -> ReleaseChanges:
    """What changed from one package and policy to the other. ``OSError`` where a package cannot be opened."""
    old, new = (
        examine(path, reader=reader, knowledge=knowledge, checks=checks, on=on, policy=policy)
        for path, policy in (before, after)
    )
    return release_changes(old, new, policies=(before[1], after[1]), knowledge=knowledge)
