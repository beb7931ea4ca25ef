"""Registers a market by its descriptor: the first time, and again after its file was changed.

What comes in: a ``Market``. What goes out: the market in the store, and its reading due now where something changed.
"""

from __future__ import annotations

from datetime import datetime

from finwatch.crawl.runner import start_of
from finwatch.crawl.sources.descriptor import READERS
from finwatch.model.fetch import Market, TaskKind
from finwatch.store import Store


def register(store: Store, market: Market, *, now: datetime) -> None:
    """Keeps the descriptor. One that changed is read anew at once, and no more from where its reading began before:
    a market that moved is not visited twice. Raises ``StoreError``."""
    before = next((one for one in store.markets.all() if one.id == market.id), None)
    store.markets.register(market, now=now)
    if before is None or before == market:
        return
    was, now_is = _start(before, now), _start(market, now)
    if was is not None and was != now_is:
        store.frontier.forget(market.id, TaskKind.INDEX, was)
    store.frontier.hurry(market.id, TaskKind.INDEX, now=now)


def _start(market: Market, now: datetime) -> str | None:
    """Where a reading of ``market`` begins; ``None`` = nobody reads it."""
    return start_of(market, now).url if market.protocol in READERS else None
