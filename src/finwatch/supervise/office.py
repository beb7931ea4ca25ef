"""The desk as an installation has it: its store, every machine, and a look that knows the lake's files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from finwatch.store import Store
from finwatch.supervise.desk import Desk
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machines import machines


def desk_of(
    store: Store,
    *,
    knows: Callable[[str], bool],
    catalog: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Desk:
    """The desk over ``store``. ``knows`` says whether the lake holds a file of a digest."""
    return Desk(store, machines(), clock=clock, look=lambda unit: StoreLook(unit, knows=knows, catalog=catalog))
