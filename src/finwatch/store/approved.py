"""The approved list as rows: what changed comes in, pages, whole lists and published editions go out.

Rows stand here exactly as they are published (``transparency.approved_list.row_text``): a list is these texts in the
order of their ids. They are decided rows: the log holds the digest of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Text, func, select, type_coerce

from finwatch.errors import NotFound
from finwatch.model.access import Actor
from finwatch.model.approved import ApprovedApp, ApprovedPage, ApprovedState, Platform, PublishedList
from finwatch.store import log
from finwatch.store.dialect import Conflict, alone, reading
from finwatch.store.published.search import SEPARATOR, normal, words
from finwatch.store.tables import approved_app, approved_list
from finwatch.store.unit import deciding
from finwatch.transparency.approved_list import app_of, row_text
from finwatch.transparency.leaf import ListLeaf

BOUND: Final = 10_000
"""How far lists are counted."""
CHUNK: Final = 500
"""Rows in one unit, and so in one leaf."""
_ROW: Final = type_coerce(approved_app.c.row, Text).label("row")
"""The row's text as it is stored."""


@dataclass(frozen=True)
class Edition:
    """One state of the whole list, under way to be published."""

    number: int
    """The number it will have."""
    rows: Iterator[str]
    """Texts in the order of their ids; may be gone through once."""
    mark: tuple[int, datetime | None]
    """By which it is seen that a row changed since."""


class Approved:
    """Questions about the approved list, and the ways in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # In -------------------------------------------------------------------------------------------------------------

    def record(self, actor: Actor, apps: Sequence[ApprovedApp], *, now: datetime) -> int:
        """Writes those of ``apps`` that differ from what stands; returns how many. One unit; at most ``CHUNK`` apps."""
        if len(apps) > CHUNK:
            raise ValueError(f"{len(apps)} apps in one unit, more than {CHUNK}")
        with deciding(self._engine, actor, now=now) as unit:
            alone(unit.connection, "approved")
            standing = _texts(unit.connection, [app.id for app in apps])
            changed = [app for app in apps if standing.get(app.id) != row_text(app)]
            for app in changed:
                if app.id in standing:
                    unit.update(approved_app, {"id": app.id}, _columns(app, now))
                else:
                    unit.insert(approved_app, {"id": app.id, **_columns(app, now)})
        return len(changed)

    @contextmanager
    def edition(self) -> Iterator[Edition]:
        """The whole list as it stands now, for writing it out: one state, however long it takes."""
        with reading(self._engine) as connection:
            last = connection.execute(select(func.max(approved_list.c.number))).scalar()
            question = select(_ROW).order_by(approved_app.c.id)
            rows = connection.execution_options(yield_per=CHUNK).execute(question).scalars()
            yield Edition(number=(last or 0) + 1, rows=iter(rows), mark=_mark(connection))

    def publish(self, actor: Actor, published: PublishedList, *, mark: tuple[int, datetime | None]) -> None:
        """Keeps a list that was written out and signed, and its leaf, which vouches for it.

        Raises ``Conflict`` when a row changed since ``mark``, or a list of this number was published meanwhile.
        """
        row = published.model_dump()
        leaf = ListLeaf.model_validate({name: row[name] for name in ListLeaf.model_fields})
        with deciding(self._engine, actor, now=published.at) as unit:
            alone(unit.connection, "approved")
            alone(unit.connection, "log")  # held until the end: the leaf of this unit is the next
            last = unit.connection.execute(select(func.max(approved_list.c.number))).scalar()
            if (last or 0) + 1 != published.number or _mark(unit.connection) != mark:
                raise Conflict(
                    "The approved list changed while it was written out.",
                    zh="名单在生成期间发生变化。",
                    todo="Publish it again.",
                )
            unit.insert(approved_list, {**row, "leaf": log.size(unit.connection)})
            unit.vouch("list", leaf.model_dump(mode="json"))
            unit.journal("list:publish", f"list:{published.number}", {"apps": published.apps})

    # Out ------------------------------------------------------------------------------------------------------------

    def page(
        self,
        *,
        q: str | None = None,
        state: ApprovedState | None = None,
        platform: Platform | None = None,
        region: str | None = None,
        credit_code: str | None = None,
        package: str | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> ApprovedPage:
        """A page of the list, by id. ``after`` is the ``next`` of the page before, ``q`` words of names or numbers."""
        table = approved_app.c
        conditions: list[ColumnElement[bool]] = [
            table.search.contains(word, autoescape=True) for word in words(q or "")
        ]
        if region:
            conditions.append(table.region.startswith(region, autoescape=True))
        for column, value in (
            (table.state, state),
            (table.platform, platform),
            (table.credit_code, credit_code),
            (table.package, package),
        ):
            if value is not None:
                conditions.append(column == value)
        with reading(self._engine) as connection:
            counted = select(table.id).where(*conditions).limit(BOUND + 1).subquery()
            total = int(connection.execute(select(func.count()).select_from(counted)).scalar_one())
            question = select(_ROW).where(*conditions, table.id > after).order_by(table.id).limit(limit + 1)
            found = [app_of(row) for row in connection.execute(question).scalars()]
        rows = tuple(found[:limit])
        return ApprovedPage(
            rows=rows,
            total=min(total, BOUND),
            bounded=total > BOUND,
            next=str(rows[-1].id) if len(found) > limit else None,
        )

    def mark(self) -> tuple[int, datetime | None]:
        """By which it is seen that a row changed since."""
        with reading(self._engine) as connection:
            return _mark(connection)

    def under(self, number: str) -> tuple[ApprovedApp, ...]:
        """The apps of a filing number, one a platform."""
        question = select(_ROW).where(approved_app.c.number == number.strip()).order_by(approved_app.c.id)
        with reading(self._engine) as connection:
            return tuple(app_of(row) for row in connection.execute(question).scalars())

    def get(self, number: int) -> ApprovedApp:
        """One app, by the id of its row. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_ROW).where(approved_app.c.id == number)).scalar_one_or_none()
        if row is None:
            raise NotFound(
                f"There is no app {number} in the approved list.",
                zh=f"备案名单中没有编号 {number}。",
                todo="See /approved.",
            )
        return app_of(row)

    def some(self, ids: Sequence[int]) -> dict[int, ApprovedApp]:
        """Those of the apps that stand in the list."""
        with reading(self._engine) as connection:
            return {number: app_of(row) for number, row in _texts(connection, ids).items()}

    def counts(self) -> dict[str, int]:
        """How many apps stand in each state."""
        question = select(approved_app.c.state, func.count()).group_by(approved_app.c.state)
        with reading(self._engine) as connection:
            return {str(state): int(count) for state, count in connection.execute(question).all()}

    def list(self, number: int | None = None) -> PublishedList:
        """A published list, by default the newest. Raises ``NotFound``."""
        question = select(approved_list).order_by(approved_list.c.number.desc()).limit(1)
        if number is not None:
            question = question.where(approved_list.c.number == number)
        with reading(self._engine) as connection:
            row = connection.execute(question).mappings().one_or_none()
            if row is None:
                raise NotFound(
                    "No such approved list was published.",
                    zh="没有发布过该期备案名单。",
                    todo="See /api/v1/approved/lists.",
                )
            return PublishedList.model_validate(dict(row))

    def lists(self, *, before: int | None = None, limit: int = 50) -> tuple[PublishedList, ...]:
        """Published lists, newest first; ``before`` is the last number of a page."""
        question = select(approved_list).order_by(approved_list.c.number.desc()).limit(limit)
        if before is not None:
            question = question.where(approved_list.c.number < before)
        with reading(self._engine) as connection:
            rows = connection.execute(question).mappings().all()
            return tuple(PublishedList.model_validate(dict(row)) for row in rows)


def _columns(app: ApprovedApp, now: datetime) -> dict[str, Any]:
    names = (*app.names, app.institution, app.number or "", app.package, app.credit_code or "")
    return {
        "number": app.number,
        "package": app.package,
        "credit_code": app.credit_code,
        "platform": app.platform,
        "region": app.region,
        "state": app.state.value,
        "search": SEPARATOR.join(dict.fromkeys(normal(name) for name in names if name)),
        "row": app.model_dump(mode="json"),
        "at": now,
    }


def _texts(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    question = select(approved_app.c.id, _ROW).where(approved_app.c.id.in_(ids))
    return {int(number): str(row) for number, row in connection.execute(question).all()}


def _mark(connection: Connection) -> tuple[int, datetime | None]:
    count, at = connection.execute(select(func.count(), func.max(approved_app.c.at))).one()
    return int(count), at
