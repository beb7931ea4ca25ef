"""Seals a crawl's captures within the daily run: what goes wrong here is said and costs nothing of the crawl.

What comes in: a lake after a crawl. What goes out: batches in it, counts, and notes on the run. An authority that died
while the crawl ran, or a certificate that is gone, leaves stamps pending; captures stay as they are, and the next run
seals what this one could not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from finwatch.errors import FinwatchError, LakeError, SettingError
from finwatch.flow.progress import Progress
from finwatch.lake import Lake
from finwatch.lake.evidence import Sealed, seal
from finwatch.model.base import Text
from finwatch.settings import Settings


def sealed(
    lake: Lake,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    progress: Progress,
    note: Callable[[Text], None],
) -> dict[str, int]:
    """How many records were sealed, and how many batches wait for their stamp where an authority is set."""
    try:
        done, refused = _stamped(lake, settings, clock=clock, progress=progress)
    except LakeError as error:
        note(Text(zh=f"本次存档尚未封存：{_zh(error)}", en=f"The captures are not sealed yet: {error}"))
        return {}
    if settings.tsa_url is None:
        return {"sealed": done.records}
    if refused is not None:
        note(Text(zh=f"未申请时间戳：{_zh(refused)}", en=f"No time stamps were asked for: {refused}"))
    elif done.pending and done.why:
        waiting = len(done.pending)
        en = f"{waiting} sealed batches wait for their time stamp, asked for again with the next run: {done.why}"
        note(Text(zh=f"已封存的 {waiting} 个批次尚无时间戳，下次运行将再次申请：{done.why}", en=en))
    return {"sealed": done.records, "unstamped": len(done.pending)}


def _stamped(
    lake: Lake,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    progress: Progress,
) -> tuple[Sealed, SettingError | None]:
    """Sealed with stamps, or without them and why: the settings of the authority cannot be used any more."""
    try:
        return seal(lake, settings, clock=clock, progress=progress), None
    except SettingError as error:
        bare = settings.model_copy(update={"tsa_url": None})
        return seal(lake, bare, clock=clock, progress=progress), error


def _zh(error: FinwatchError) -> str:
    return error.zh or str(error)
