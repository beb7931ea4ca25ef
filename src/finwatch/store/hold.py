"""Legal holds: placed, lifted, and what they reach.

A hold reaches further than its key, so that nothing is taken out around it: a hold on an app keeps the cases about it
and the visits to every market that lists its package name; one on an organisation keeps its cases and the apps that the
catalogue gives to it; one on a case keeps its subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, or_, select

from finwatch.errors import InputError, NotFound
from finwatch.model.access import Actor
from finwatch.model.retention import Hold, HoldKind
from finwatch.store.dialect import alone, reading
from finwatch.store.tables import app, case_file, case_party, legal_hold, listing, market, organisation
from finwatch.store.unit import deciding

_APP = "app:"


class Reach(NamedTuple):
    """What the holds in force keep."""

    cases: frozenset[int]
    apps: frozenset[str]
    """Package names."""
    organisations: frozenset[str]
    markets: frozenset[str]


class Holds:
    """The holds of a store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def place(
        self, actor: Actor, kind: HoldKind, key: str, *, reason: str, now: datetime, until: datetime | None = None
    ) -> Hold:
        """A new hold. Raises ``InputError`` without a reason or for a time that is past, ``NotFound`` when there is no
        such case, organisation or market; an app need not be known yet."""
        if not reason.strip():
            raise InputError("A hold needs its reason.", zh="须写明保全理由。", todo="Say which matter it is for.")
        if until is not None and until <= now:
            raise InputError("A hold cannot end before it begins.", zh="截止时间已过。", todo="Name a later time.")
        with deciding(self._engine, actor, now=now) as unit:
            alone(unit.connection, "hold")
            _known(unit.connection, kind, key)
            row = unit.insert(
                legal_hold,
                {
                    "kind": kind.value,
                    "key": key,
                    "reason": reason,
                    "placed": now,
                    "placed_by": actor.person,
                    "until": until,
                },
            )
            unit.journal("hold:place", f"{kind.value}:{key}", {"hold": row["id"], "reason": reason})
        return Hold.model_validate(row)

    def lift(self, actor: Actor, number: int, *, reason: str, now: datetime) -> Hold:
        """Ends a hold. Raises ``NotFound``, or ``InputError`` without a reason or when it has ended."""
        if not reason.strip():
            raise InputError("Lifting a hold needs its reason.", zh="须写明解除理由。", todo="Say why it may go.")
        with deciding(self._engine, actor, now=now) as unit:
            alone(unit.connection, "hold")
            found = unit.connection.execute(select(legal_hold).where(legal_hold.c.id == number)).mappings().first()
            if found is None:
                raise NotFound(f"There is no hold {number}.", zh=f"没有保全 {number}。", todo="See: store hold list.")
            if found["lifted"] is not None:
                raise InputError(f"Hold {number} was lifted already.", zh=f"保全 {number} 已解除。")
            values = {"lifted": now, "lifted_by": actor.person, "lift_reason": reason}
            row = unit.update(legal_hold, {"id": number}, values)
            unit.journal("hold:lift", f"{found['kind']}:{found['key']}", {"hold": number, "reason": reason})
        return Hold.model_validate(row)

    def all(self, *, at: datetime | None = None) -> tuple[Hold, ...]:
        """Every hold, oldest first; with ``at``, those in force then."""
        with reading(self._engine) as connection:
            return holds(connection, at=at)

    def reach(self, *, at: datetime) -> Reach:
        """What the holds in force at a time keep."""
        with reading(self._engine) as connection:
            return reach(connection, holds(connection, at=at))


def _known(connection: Connection, kind: HoldKind, key: str) -> None:
    column: Any = {
        HoldKind.CASE: case_file.c.id,
        HoldKind.ORGANISATION: organisation.c.id,
        HoldKind.MARKET: market.c.id,
    }.get(kind)
    if column is None:
        return
    wanted: Any = key
    if kind is HoldKind.CASE:
        if not key.isdecimal() or len(key) > 18:
            raise InputError(f"{key!r} is no number of a case.", zh=f"{key!r} 不是事项编号。")
        wanted = int(key)
    if connection.execute(select(column).where(column == wanted)).first() is None:
        raise NotFound(f"There is no {kind.value} {key!r}.", zh=f"没有 {kind.value} {key!r}。", todo="Check the id.")


def holds(connection: Connection, *, at: datetime | None) -> tuple[Hold, ...]:
    """Every hold, or those in force at a time."""
    asked = select(legal_hold).order_by(legal_hold.c.id)
    if at is not None:
        asked = asked.where(legal_hold.c.placed <= at, or_(legal_hold.c.until.is_(None), legal_hold.c.until > at))
        asked = asked.where(or_(legal_hold.c.lifted.is_(None), legal_hold.c.lifted > at))
    return tuple(Hold.model_validate(dict(row)) for row in connection.execute(asked).mappings())


def reach(connection: Connection, found: Sequence[Hold]) -> Reach:
    """What some holds keep."""
    keys = {kind: {hold.key for hold in found if hold.kind is kind} for kind in HoldKind}
    organisations = keys[HoldKind.ORGANISATION]
    apps = {package(key) for key in keys[HoldKind.APP]}
    cases = {int(key) for key in keys[HoldKind.CASE]}
    cases |= _cases_of(connection, organisations)
    apps |= {
        package(subject.removeprefix(_APP)) for subject in _subjects(connection, cases) if subject.startswith(_APP)
    }
    apps |= _apps_of(connection, organisations)
    cases |= _cases_about(connection, apps)
    markets = keys[HoldKind.MARKET] | set(
        connection.execute(select(listing.c.market).distinct().where(listing.c.app.in_(sorted(apps)))).scalars()
    )
    return Reach(frozenset(cases), frozenset(apps), frozenset(organisations), frozenset(markets))


def package(key: str) -> str:
    """The package name of an app id, with or without its family."""
    return key.partition("~")[0].partition("#")[0]


def _cases_of(connection: Connection, organisations: Iterable[str]) -> set[int]:
    names = sorted(organisations)
    owned = select(case_file.c.id).where(case_file.c.owner.in_(names))
    joined = select(case_party.c.case_id).where(case_party.c.organisation.in_(names))
    return {*connection.execute(owned).scalars(), *connection.execute(joined).scalars()}


def _subjects(connection: Connection, cases: Iterable[int]) -> set[str]:
    asked = select(case_file.c.subject).where(case_file.c.id.in_(sorted(cases)), case_file.c.subject.is_not(None))
    return set(connection.execute(asked).scalars())


def _apps_of(connection: Connection, organisations: Iterable[str]) -> set[str]:
    known = select(organisation.c.institution).where(organisation.c.id.in_(sorted(organisations)))
    return set(connection.execute(select(app.c.app).where(app.c.institution.in_(known))).scalars())


def _cases_about(connection: Connection, apps: Iterable[str]) -> set[int]:
    about = [
        either
        for name in sorted(apps)
        for either in (
            case_file.c.subject == f"{_APP}{name}",
            case_file.c.subject.startswith(f"{_APP}{name}~", autoescape=True),
            case_file.c.subject.startswith(f"{_APP}{name}#", autoescape=True),
        )
    ]
    found: set[int] = set()
    for begin in range(0, len(about), 300):
        found.update(connection.execute(select(case_file.c.id).where(or_(*about[begin : begin + 300]))).scalars())
    return found
