"""The outbox: what is to be delivered outside, taken one at a time, sent once or given up with the reason.

Messages are written by a unit in the transaction of the fact they tell (``store.unit``). Delivery is ``notify``'s. Two
things can be true of a mail whose sender died: it left, or it did not. It is *doubtful* then, and a person decides; it
is never sent again by itself. A webhook bears its key, by which its receiver knows it again, so that one is sent anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, RowMapping, and_, func, or_, select, update

from finwatch.model.base import Model, Text, UtcTime
from finwatch.store.dialect import claiming, reading, retried, writing
from finwatch.store.tables import outbox

ATTEMPTS: Final = 8
"""Deliveries tried before a message is given up."""
DIED: Final = "Its sender died while it was being sent: it may have left or not."
_BACK_OFF: Final = 60.0
"""Seconds before the second attempt; doubled for each one more."""


class Outgoing(Model):
    """A message in the outbox."""

    id: int
    key: str
    channel: str
    address: str
    subject: Text
    body: Text
    attachments: tuple[str, ...]
    case: int | None
    made: UtcTime
    state: str
    attempts: int
    sent: UtcTime | None
    error: str | None
    lease: str | None = None


class Outbox:
    """The messages of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, organisation: str, *, before: int | None = None, limit: int = 50) -> list[Outgoing]:
        """What was put on an organisation's desk, newest first."""
        question = select(outbox).where(outbox.c.channel == "desk", outbox.c.address == organisation)
        if before is not None:
            question = question.where(outbox.c.id < before)
        with reading(self._engine) as connection:
            rows = connection.execute(question.order_by(outbox.c.id.desc()).limit(limit)).mappings()
            return [_outgoing(row) for row in rows]

    def of_case(self, case: int) -> list[Outgoing]:
        """Every message that a case has sent, oldest first."""
        question = select(outbox).where(outbox.c.case_id == case).order_by(outbox.c.id)
        with reading(self._engine) as connection:
            return [_outgoing(row) for row in connection.execute(question).mappings()]

    def waiting(self, *, channels: Collection[str], other: bool = False) -> int:
        """How many messages wait for one of ``channels``, or for none of them."""
        known = outbox.c.channel.in_(list(channels))
        question = select(func.count()).where(outbox.c.state == "waiting", ~known if other else known)
        with reading(self._engine) as connection:
            return int(connection.execute(question).scalar_one())

    @retried
    def lease(
        self, *, now: datetime, worker: str, seconds: float, channels: Collection[str], limit: int = 1
    ) -> list[Outgoing]:
        """Takes up to ``limit`` messages that are due, oldest first. A mail whose sender died becomes doubtful."""
        died = and_(outbox.c.state == "waiting", outbox.c.leased_until <= now)
        free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
        known = outbox.c.channel.in_(list(channels))
        question = select(outbox).where(outbox.c.state == "waiting", outbox.c.due <= now, free, known)
        doubt = {"state": "doubtful", "lease": None, "leased_until": None, "error": DIED}
        taken = []
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(died, outbox.c.channel == "mail").values(**doubt))
            chosen = claiming(question.order_by(outbox.c.due, outbox.c.id).limit(limit), connection, outbox)
            for row in connection.execute(chosen).mappings().all():
                lease = f"{worker}#{row['attempts'] + 1}"
                values = {"lease": lease, "leased_until": now + timedelta(seconds=seconds)}
                values["attempts"] = row["attempts"] + 1
                connection.execute(update(outbox).where(outbox.c.id == row["id"]).values(**values))
                taken.append(_outgoing({**row, **values}))
        return taken

    @retried
    def sent(self, message: Outgoing, *, now: datetime) -> bool:
        """Says that it was delivered; ``False`` = the lease was somebody else's by then."""
        return self._end(_held(message), {"state": "sent", "sent": now, "error": None})

    @retried
    def failed(self, message: Outgoing, error: str, *, now: datetime, for_good: bool = False) -> bool:
        """Says that it was refused: due again later, or given up with the reason."""
        dead = for_good or message.attempts >= ATTEMPTS
        due = now + timedelta(seconds=_BACK_OFF * 2 ** (message.attempts - 1))
        return self._end(_held(message), {"state": "dead" if dead else "waiting", "due": due, "error": error})

    @retried
    def decide(self, number: int, *, again: bool, now: datetime) -> bool:
        """Ends a doubt, or a message that was given up: sent anew, or held to be sent. Returns whether it was one."""
        stuck = and_(outbox.c.id == number, outbox.c.state.in_(("doubtful", "dead")))
        values = {"state": "waiting", "due": now, "attempts": 0} if again else {"state": "sent", "sent": now}
        return self._end(stuck, values)

    def stuck(self, *, limit: int = 100) -> list[Outgoing]:
        """What a person must look at: doubtful, or given up."""
        question = select(outbox).where(outbox.c.state.in_(("doubtful", "dead"))).order_by(outbox.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [_outgoing(row) for row in connection.execute(question).mappings()]

    def _end(self, held: ColumnElement[bool], values: dict[str, Any]) -> bool:
        with writing(self._engine) as connection:
            free = {"lease": None, "leased_until": None}
            return bool(connection.execute(update(outbox).where(held).values(**values, **free)).rowcount)


def _held(message: Outgoing) -> ColumnElement[bool]:
    return (outbox.c.id == message.id) & (outbox.c.lease == message.lease)


def _outgoing(row: RowMapping | dict[str, Any]) -> Outgoing:
    kept = {name: row[name] for name in Outgoing.model_fields if name not in ("case", "attachments")}
    return Outgoing(**kept, case=row["case_id"], attachments=tuple(row["attachments"]))
