"""Takes messages out of the outbox one by one, hands each to its channel, and writes down how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from finwatch.model.base import Model
from finwatch.store import Store
from finwatch.store.outbox import Outgoing

LEASE_SECONDS: Final = 120.0
"""Longer than any channel takes; a sender that is silent for so long is dead."""


class Refused(Exception):
    """A channel did not take a message. ``for_good`` = trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Sender(Protocol):
    """A channel."""

    def send(self, message: Outgoing) -> None:
        """Delivers a message, or raises ``Refused``."""


class Report(Model):
    """How a delivery went."""

    sent: int = 0
    later: int = 0
    """Refused this time, to be tried again."""
    given_up: int = 0
    without_channel: int = 0
    """Nobody has set the channel up: they wait."""


def deliver(
    store: Store,
    senders: Mapping[str, Sender],
    *,
    worker: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    most: int = 1_000,
) -> Report:
    """Delivers what is due, up to ``most`` messages. Several may deliver at once, from several machines."""
    counted = dict.fromkeys(Report.model_fields, 0)
    counted["without_channel"] = store.outbox.waiting(channels=tuple(senders), other=True)
    for _ in range(most):
        leased = store.outbox.lease(now=clock(), worker=worker, seconds=LEASE_SECONDS, channels=tuple(senders))
        if not leased:
            break
        (message,) = leased
        try:
            senders[message.channel].send(message)
        except Refused as refusal:
            store.outbox.failed(message, str(refusal), now=clock(), for_good=refusal.for_good)
            counted["given_up" if refusal.for_good else "later"] += 1
        else:
            store.outbox.sent(message, now=clock())
            counted["sent"] += 1
    return Report(**counted)
