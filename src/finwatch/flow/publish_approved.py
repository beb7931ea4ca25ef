"""The approved list and the log's head within the daily run: brought up to date, published, signed, where a key is.

Comes in: filing cases, the published list before. Goes out: rows, an edition of the list when a row changed since the
last one or that one is a week old, and a signed head of the log every time. Without a key that signs, the rows are
brought up to date and the run says that nothing was signed; nothing here ends the night. Cut anywhere and begun again,
it publishes nothing twice: what it wrote is no change since.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from finwatch.errors import FinwatchError, NotFound, SettingError
from finwatch.flow.approved import publish, refresh
from finwatch.flow.filed_packages import packages_of
from finwatch.flow.progress import Progress, silent
from finwatch.flow.signing import sign_head, signer_of
from finwatch.lake import Lake
from finwatch.model.approved import PublishedList
from finwatch.model.base import Text
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.supervise.rules import SYSTEM

STALE: Final = timedelta(days=7)
"""How old a list may be that nothing changed in: readers see by its date that it is kept."""


def publish_approved(
    store: Store,
    lake: Lake,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    note: Callable[[Text], None],
    progress: Progress = silent,
) -> dict[str, int]:
    """How many rows changed, lists were published (and how many apps the last holds) and heads signed; ``note`` is told
    what could not be done and what to do about it."""
    now = clock().replace(microsecond=0)  # as lists say it: what is written now is no change after the list of now
    counts: dict[str, int] = {}
    try:
        with packages_of(lake, catalog=settings.catalog) as packages:
            counts["changed"] = refresh(
                store,
                actor=SYSTEM,
                now=now,
                packages=packages,
                progress=lambda done: progress("approved", done, None),
            )
        signer = signer_of(store, settings.signing_key)
        if due(store, now=now):
            made = publish(store, lake, signer=signer, actor=SYSTEM, now=now)
            return counts | {"lists": 1, "apps": made.apps, "heads": 1}
        sign_head(store, signer, now=now)
    except SettingError as error:
        zh = f"名单未发布，日志头未签名：{error.zh}"
        note(Text(zh=zh, en=f"No list was published and no head of the log signed: {error}"))
        return counts
    except (FinwatchError, OSError) as error:
        zh = f"名单未能发布，下次运行将再次发布：{getattr(error, 'zh', error)}"
        note(Text(zh=zh, en=f"The approved list is not published; the next run tries again: {error}"))
        return counts
    return counts | {"heads": 1}


def due(store: Store, *, now: datetime) -> bool:
    """Whether the rows differ from the newest list, or that one is too old to be believed."""
    last = _newest(store)
    rows, changed = store.approved.mark()
    if last is None or last.apps != rows:
        return True
    return (changed is not None and changed > last.at) or last.at + STALE <= now


def _newest(store: Store) -> PublishedList | None:
    try:
        return store.approved.list()
    except NotFound:
        return None
