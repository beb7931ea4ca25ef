"""How the read model gets in: document by document, and visible all at once.

A publication writes rows of the next generation in as many transactions as it likes; nobody sees them. ``commit``
moves the one row that says which generation is read. A publisher that was killed leaves rows of a generation that
never came; the next one removes them first. So a publication is a whole or nothing, and may always be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, or_, select, update

from finwatch.errors import StoreError
from finwatch.model.access import Sight
from finwatch.model.view import AppDocument, HistoryDocument, VersionDocument
from finwatch.store import lease as leases
from finwatch.store.columns import abridged
from finwatch.store.dialect import alone, insert_all, reading, replace, retried, writing
from finwatch.store.published import names
from finwatch.store.published import sight as sights
from finwatch.store.published.alert import raise_alerts
from finwatch.store.published.documents import Rows, app_rows, history_rows, version_rows
from finwatch.store.published.memory import ANSWERS, memory_of
from finwatch.store.tables import (
    APP_TABLES,
    FOREVER,
    HISTORY_TABLES,
    READ_MODEL,
    TOTAL_TABLES,
    VERSION_TABLES,
    aggregate,
    app,
    event,
    generation,
    part_live,
    rating_point,
    visited,
)

ALL: Final = Sight(everything=True)
T = TypeVar("T")
APP: Final = "app"
VERSION: Final = "version"
HISTORY: Final = "history"
_FLUSH: Final = 200
"""Documents in one transaction: small enough that the crawl and the workers never wait long."""
_LEASE: Final = 3600.0
_ASKED: Final = 500
"""Names in one question: SQLite takes 32,766 parameters a statement, and plans a few hundred quickly."""
_TABLES_OF: Final[Mapping[str, tuple[Table, ...]]] = {
    APP: APP_TABLES,
    VERSION: VERSION_TABLES,
    HISTORY: HISTORY_TABLES,
    "ratings": (rating_point,),
    "total": TOTAL_TABLES,
    "seen": (),
}
"""Where rows of a part can be, by what its name begins with; of any other, anywhere."""


class Snapshot:
    """A reading transaction and the generation that it sees."""

    def __init__(self, connection: Connection, current: int, published: datetime | None, sight: Sight = ALL) -> None:
        self.connection = connection
        self.generation = current
        self.published = published
        self.sight = sight
        self._visited: dict[str, datetime] | None = None

    def visited(self) -> dict[str, datetime]:
        """The newest visit to each market: when what it lists now was seen last."""
        if self._visited is None:
            self._visited = self.remembered("visited", None, self._newest_visits)
        return self._visited

    def _newest_visits(self) -> dict[str, datetime]:
        asked = select(visited.c.market, visited.c.at).where(self.live(visited))
        return {row.market: row.at for row in self.connection.execute(asked)}

    def remembered(self, kind: str, key: Hashable, ask: Callable[[], T], *, most: int = ANSWERS) -> T:
        """What ``ask`` gives, which depends on this generation, ``kind`` and ``key`` alone; asked once where it may
        be kept (``memory``)."""
        if not self.sight.everything or self.published is None:
            return ask()
        of = (self.generation, self.published)
        return memory_of(self.connection.engine).answer(of, kind, key, ask, most=most)

    def live(self, table: Any) -> ColumnElement[bool]:
        """The condition that a row of a read-model table (or alias) is of this generation and in the reader's sight."""
        here = self._here(table)
        seen = None if self.sight.everything else sights.condition(table, self.sight, here=self._here)
        return here if seen is None else and_(here, seen)

    def _here(self, table: Any) -> ColumnElement[bool]:
        return and_(table.c.since <= self.generation, table.c.until > self.generation)


def snapshot(connection: Connection, sight: Sight = ALL) -> Snapshot:
    """What readers see now; only what is in ``sight``."""
    row = connection.execute(select(generation)).first()
    return Snapshot(connection, row.current if row else 0, row.published if row else None, sight)


class Draft:
    """The next generation while it is written."""

    def __init__(self, engine: Engine, number: int, publisher: str, live: dict[str, str]) -> None:
        self._engine = engine
        self._publisher = publisher
        self._pending: list[tuple[str, str, Mapping[Table, Sequence[Mapping[str, Any]]] | None]] = []
        self.generation = number
        self.live = live
        """Digest of every document that is published now, by part (``app/<id>``, ``version/<sha256>``, …)."""
        self.written = 0
        self.dropped = 0
        self._totals: list[tuple[str, Any]] = []

    def put_app(self, document: AppDocument, digest: str) -> None:
        """Publishes an app, unless it is published from the same ``digest`` already."""
        self._put(f"{APP}/{document.row.id}", digest, lambda: app_rows(document))

    def put_version(self, document: VersionDocument, digest: str, *, current: bool) -> None:
        """Publishes an examined package; ``current`` = its app's rating is about it."""
        key = f"{VERSION}/{document.examination.package.sha256}"
        self._put(key, digest, lambda: version_rows(document, current=current))

    def put_history(self, document: HistoryDocument, digest: str) -> None:
        """Publishes what happened to a package name in a market."""
        self._put(f"{HISTORY}/{document.market}/{document.app}", digest, lambda: history_rows(document))

    def put_visits(self, newest: Mapping[str, datetime]) -> None:
        """Publishes when each market was visited last."""
        rows = [{"market": market, "at": at} for market, at in sorted(newest.items())]
        self._put("total/visited", f"{self.generation}", lambda: {visited: rows}, counted=False)

    def note(self, part: str, digest: str) -> None:
        """Remembers under ``part`` what this generation was made from; no screen reads it."""
        self._put(part, digest, dict, counted=False)

    def put(self, part: str, digest: str, rows: Callable[[], Rows]) -> None:
        """Publishes any other document under the name ``part``; ``rows`` is asked only where it has changed."""
        self._put(part, digest, rows)

    def digest(self, part: str) -> str | None:
        """What the document ``part`` was published from; ``None`` = it is not published."""
        return self.live.get(abridged(part))

    def keep_only(self, parts: set[str]) -> None:
        """Ends every published document that is not among ``parts``."""
        kept = {abridged(part) for part in parts} | {"total/visited", "total/aggregate"}
        self.drop(self.live.keys() - kept)

    def drop(self, parts: Iterable[str]) -> None:
        """Ends some published documents."""
        for part in sorted(parts):
            self._pending.append((part, "", None))
            self.dropped += not part.startswith("seen/")
            self._flush_when_full()

    def parts_of(self, apps: Iterable[str]) -> set[str]:
        """Everything that is published of some package names as listed, but their examined packages."""
        found: set[str] = set()
        with reading(self._engine) as connection:
            for chunk in _chunks(sorted(apps)):
                for table in (app, event):
                    asked = select(table.c.part).distinct().where(table.c.until == FOREVER, table.c.app.in_(chunk))
                    found.update(connection.execute(asked).scalars())
        return found

    @contextmanager
    def preview(self) -> Iterator[Snapshot]:
        """What readers will see once this generation is committed, apart from its totals."""
        self._flush()
        with reading(self._engine) as connection:
            yield Snapshot(connection, self.generation, None)

    def put_total(self, name: str, value: Any) -> None:
        """Publishes numbers over the whole of the generation."""
        self._totals.append((name, value))

    def commit(self, *, at: datetime) -> None:
        """Lets readers see this generation, then removes what only the one before needed."""
        totals = [{"name": name, "value": value} for name, value in self._totals]
        self._put("total/aggregate", f"{self.generation}", lambda: {aggregate: totals}, counted=False)
        self._flush()
        with writing(self._engine) as connection:
            moved = connection.execute(
                update(generation)
                .where(generation.c.publisher == self._publisher)
                .values(current=self.generation, published=at, publisher=None, publisher_until=None)
            ).rowcount
            if not moved:
                raise StoreError("Another publication took over from this one.", todo="Run publish again.")
            raise_alerts(connection, self.generation, at=at)
        with writing(self._engine) as connection:
            names.forget(connection, app.c.until <= self.generation)
        for table in READ_MODEL:
            with writing(self._engine) as connection:
                connection.execute(delete(table).where(table.c.until <= self.generation))
        with writing(self._engine) as connection:
            own = (generation.c.draft == self.generation, generation.c.publisher.is_(None))
            connection.execute(update(generation).where(*own).values(draft=None))

    @retried
    def abandon(self) -> None:
        """Gives the publication up; readers go on with the generation they have."""
        self._pending.clear()
        with writing(self._engine) as connection:
            values = {"publisher": None, "publisher_until": None}
            connection.execute(update(generation).where(generation.c.publisher == self._publisher).values(**values))

    def _put(self, part: str, digest: str, rows: Any, *, counted: bool = True) -> None:
        part = abridged(part)
        if self.live.get(part) == digest:
            return
        self._pending.append((part, digest, rows()))
        self.written += counted
        self._flush_when_full()

    def _flush_when_full(self) -> None:
        if len(self._pending) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        fresh: dict[Table, list[Mapping[str, Any]]] = {table: [] for table in READ_MODEL}
        ended: dict[Table, list[str]] = {table: [] for table in READ_MODEL}
        for part, digest, rows in pending:
            if part in self.live:
                for table in (part_live, *_TABLES_OF.get(part.partition("/")[0], READ_MODEL[1:])):
                    ended[table].append(part)
            if rows is not None:
                lived = {"part": part, "since": self.generation, "until": FOREVER}
                fresh[part_live].append({**lived, "digest": digest})
                for table, table_rows in rows.items():
                    fresh[table].extend({**lived, **row} for row in table_rows)
        with writing(self._engine) as connection:
            for table in READ_MODEL:
                if ended[table]:
                    connection.execute(
                        update(table)
                        .where(table.c.part.in_(ended[table]), table.c.until == FOREVER)
                        .where(table.c.since < self.generation)
                        .values(until=self.generation)
                    )
                insert_all(connection, table, fresh[table])
            names.index(connection, [row["part"] for row in fresh[app]], since=self.generation)


class Publication:
    """The door through which the read model is replaced."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> tuple[int, datetime | None]:
        """The generation readers see, and when it was published."""
        with reading(self._engine) as connection:
            now = snapshot(connection)
        return now.generation, now.published

    @retried
    def begin(self, *, now: datetime, rebuild: bool = False) -> Draft:
        """Starts the next generation; with ``rebuild`` every document counts as changed.

        Raises ``StoreError`` while another process publishes.
        """
        publisher = leases.owner()
        with writing(self._engine) as connection:
            row = _hold(connection, publisher, now=now, draft=True)
            number = row.current if row else 0
            if row is not None and row.draft is not None:
                _tidy(connection, number)
            parts = select(part_live.c.part, part_live.c.digest).where(part_live.c.until == FOREVER)
            live: dict[str, str] = {row[0]: row[1] for row in connection.execute(parts)}
        if rebuild:
            live = dict.fromkeys(live, "")
        return Draft(self._engine, number + 1, publisher, live)

    @contextmanager
    def held(self, *, now: datetime) -> Iterator[None]:
        """Nobody else publishes while the block runs. Raises ``StoreError`` while another process does."""
        publisher = leases.owner()
        with writing(self._engine) as connection:
            _hold(connection, publisher, now=now, draft=False)
        try:
            yield
        finally:
            with writing(self._engine) as connection:
                values = {"publisher": None, "publisher_until": None}
                connection.execute(update(generation).where(generation.c.publisher == publisher).values(**values))


def _hold(connection: Connection, publisher: str, *, now: datetime, draft: bool) -> Any:
    """Makes this process the publisher; gives the row as it was before. ``draft`` = it will write a generation."""
    alone(connection, "publish")
    row = connection.execute(select(generation)).first()
    if row is not None and _busy(row, now, publisher):
        raise StoreError(
            "Another process is publishing.",
            zh="另一个进程正在发布。",
            todo="Wait until it ends, then run again.",
        )
    number = row.current if row else 0
    values = {
        "id": 1,
        "current": number,
        "published": row.published if row else None,
        "publisher": publisher,
        "publisher_until": now + timedelta(seconds=_LEASE),
        "draft": number + 1 if draft else row.draft if row else None,
    }
    replace(connection, generation, values, ("id",))
    return row


def _tidy(connection: Connection, number: int) -> None:
    """Takes out what a publisher left that did not come to its end: rows of a generation that never came, and rows of
    those before ``number`` that nobody removed."""
    names.forget(connection, or_(app.c.since > number, app.c.until <= number))
    for table in READ_MODEL:
        connection.execute(delete(table).where(or_(table.c.since > number, table.c.until <= number)))
        connection.execute(update(table).where(table.c.until > number, table.c.until < FOREVER).values(until=FOREVER))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _ASKED):
        yield values[start : start + _ASKED]


def _busy(row: Any, now: datetime, publisher: str) -> bool:
    if row.publisher is None or row.publisher == publisher:
        return False
    return bool(row.publisher_until > now) and not leases.is_gone(row.publisher)
