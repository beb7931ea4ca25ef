"""What people see of retention, and the holds that they place and lift: the rules of the page and of the API.

What comes in: an actor who may (``retention:manage``, for the whole country), what they typed. What goes out: what each
period would take out now and why, the holds, or a refusal at the field. Taking out is the command's
(``finwatch store retention apply``); a hold stands from the moment it is placed, under the same lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from finwatch.errors import FormError, InputError, NotFound
from finwatch.model.access import Actor
from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.case import FieldProblem
from finwatch.model.retention import Hold, HoldKind, Period
from finwatch.store import Store
from finwatch.supervise.machine import CHINA

MOST: Final = 10_000
"""Rows are counted up to here; one more = there are more."""
REASON: Final = 2_000
"""Characters of a reason."""
_KEY: Final = 400


class Ending(Model):
    """One period and what it would take out now."""

    period: Period
    before: UtcTime
    """Rows from before then are old enough."""
    rows: int
    """How many would go; ``MOST`` + 1 = more than ``MOST``."""
    held: int
    """How many are old enough and kept by a hold; counted likewise."""


def endings(store: Store, periods: Mapping[str, Period], *, now: datetime) -> tuple[Ending, ...]:
    """What a run would end now, period by period; nothing is changed."""
    plan = store.retention.plan(periods, now=now, most=MOST)
    return tuple(
        Ending(period=periods[one.period], before=one.before, rows=one.rows, held=one.held) for one in plan.going
    )


def parted(holds: Sequence[Hold], *, now: datetime) -> tuple[tuple[Hold, ...], tuple[Hold, ...]]:
    """The holds in force and those that have ended, each newest first."""
    standing: list[Hold] = []
    ended: list[Hold] = []
    for hold in sorted(holds, key=lambda one: -one.id):
        over = hold.lifted is not None or (hold.until is not None and hold.until <= now)
        (ended if over else standing).append(hold)
    return tuple(standing), tuple(ended)


def place(
    store: Store, actor: Actor, *, kind: str, key: str, reason: str, until: str = "", now: datetime | None = None
) -> Hold:
    """The hold that was placed; ``until`` = its last day in China, empty = until it is lifted.

    Raises ``FormError`` with every field that does not fit.
    """
    now = now or datetime.now(UTC)
    key, reason = key.strip(), reason.strip()
    problems = _reason(reason, zh="须写明保全所为何事。", en="Say which matter it is for.")
    if kind not in {one.value for one in HoldKind}:
        problems += _at("kind", zh="请选择保全对象的种类。", en="Choose what it is about.")
    if not key or len(key) > _KEY:
        problems += _at(
            "key", zh="请填写包名、事项编号或标识。", en="Give a package name, a number of a case or an id."
        )
    end, wrong = _until(until.strip(), now)
    if problems + wrong:
        raise FormError(problems + wrong)
    try:
        return store.holds.place(actor, HoldKind(kind), key, reason=reason, now=now, until=end)
    except (InputError, NotFound) as error:
        raise FormError(_at("key", zh=error.zh, en=error.en)) from error


def lift(store: Store, actor: Actor, number: int, *, reason: str, now: datetime | None = None) -> Hold:
    """The hold that was ended. Raises ``FormError`` without a reason or when it has ended, ``NotFound``."""
    problems = _reason(reason.strip(), zh="须写明解除理由。", en="Say why it may go.")
    if problems:
        raise FormError(problems)
    try:
        return store.holds.lift(actor, number, reason=reason.strip(), now=now or datetime.now(UTC))
    except InputError as error:
        raise FormError(_at("reason", zh=error.zh, en=error.en)) from error


def _reason(reason: str, *, zh: str, en: str) -> tuple[FieldProblem, ...]:
    if len(reason) > REASON:
        return _at("reason", zh=f"不得超过{REASON}字。", en=f"{REASON:,} characters at most.")
    return () if reason else _at("reason", zh=zh, en=en)


def _until(typed: str, now: datetime) -> tuple[datetime | None, tuple[FieldProblem, ...]]:
    """The moment at which a last day is over, in China; a problem when it is no day or not to come."""
    if not typed:
        return None, ()
    try:
        day = date.fromisoformat(typed)
        end = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None, _at("until", zh="不是日期，请写作 2027-06-30。", en="No day: write 2027-06-30.")
    if end <= now:
        return None, _at("until", zh="该日期已过。", en="This day is over.")
    return end.astimezone(UTC), ()


def _at(field: str, *, zh: str, en: str) -> tuple[FieldProblem, ...]:
    return (FieldProblem(field=field, says=Text(zh=zh, en=en)),)
