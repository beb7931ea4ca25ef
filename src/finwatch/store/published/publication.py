"""How the read model gets in: document by document, and visible all at once.

A publication writes rows of the next generation in as many transactions as it likes; nobody sees them. ``commit``
moves the one row that says which generation is read. A publisher that was killed leaves rows of a generation that
never came; the next one removes them first. So a publication is a whole or nothing, and may always be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, select, update

from finwatch.errors import StoreError
from finwatch.model.view import AppDocument, HistoryDocument, VersionDocument
from finwatch.store import lease as leases
from finwatch.store.columns import abridged
from finwatch.store.dialect import alone, insert_all, reading, replace, retried, writing
from finwatch.store.published.documents import Rows, app_rows, history_rows, version_rows
from finwatch.store.tables import FOREVER, READ_MODEL, generation, part_live

APP: Final = "app"
VERSION: Final = "version"
HISTORY: Final = "history"
_FLUSH: Final = 200
"""Documents in one transaction: small enough that the crawl and the workers never wait long."""
_LEASE: Final = 3600.0


class Snapshot:
    """A reading transaction and the generation that it sees."""

    def __init__(self, connection: Connection, current: int, published: datetime | None) -> None:
        self.connection = connection
        self.generation = current
        self.published = published

    def live(self, table: Any) -> ColumnElement[bool]:
        """The condition that a row of a read-model table (or alias) is of this generation."""
        return and_(table.c.since <= self.generation, table.c.until > self.generation)


def snapshot(connection: Connection) -> Snapshot:
    """What readers see now."""
    row = connection.execute(select(generation)).first()
    return Snapshot(connection, row.current if row else 0, row.published if row else None)


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

    def put(self, part: str, digest: str, rows: Callable[[], Rows]) -> None:
        """Publishes any other document under the name ``part``; ``rows`` is asked only where it has changed."""
        self._put(part, digest, rows)

    def digest(self, part: str) -> str | None:
        """What the document ``part`` was published from; ``None`` = it is not published."""
        return self.live.get(abridged(part))

    def keep_only(self, parts: set[str]) -> None:
        """Ends every published document that is not among ``parts``."""
        for part in sorted(self.live.keys() - {abridged(part) for part in parts}):
            self._pending.append((part, "", None))
            self.dropped += 1
            self._flush_when_full()

    def commit(self, *, at: datetime) -> None:
        """Lets readers see this generation, then removes what only the one before needed."""
        self._flush()
        with writing(self._engine) as connection:
            moved = connection.execute(
                update(generation)
                .where(generation.c.publisher == self._publisher)
                .values(current=self.generation, published=at, publisher=None, publisher_until=None)
            ).rowcount
            if not moved:
                raise StoreError("Another publication took over from this one.", todo="Run publish again.")
        for table in READ_MODEL:
            with writing(self._engine) as connection:
                connection.execute(delete(table).where(table.c.until <= self.generation))

    @retried
    def abandon(self) -> None:
        """Gives the publication up; readers go on with the generation they have."""
        self._pending.clear()
        with writing(self._engine) as connection:
            values = {"publisher": None, "publisher_until": None}
            connection.execute(update(generation).where(generation.c.publisher == self._publisher).values(**values))

    def _put(self, part: str, digest: str, rows: Any) -> None:
        part = abridged(part)
        if self.live.get(part) == digest:
            return
        self._pending.append((part, digest, rows()))
        self.written += 1
        self._flush_when_full()

    def _flush_when_full(self) -> None:
        if len(self._pending) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        parts = [part for part, _, _ in pending]
        fresh: dict[Table, list[Mapping[str, Any]]] = {table: [] for table in READ_MODEL}
        for part, digest, rows in pending:
            if rows is not None:
                lived = {"part": part, "since": self.generation, "until": FOREVER}
                fresh[part_live].append({**lived, "digest": digest})
                for table, table_rows in rows.items():
                    fresh[table].extend({**lived, **row} for row in table_rows)
        with writing(self._engine) as connection:
            for table in READ_MODEL:
                connection.execute(
                    update(table)
                    .where(table.c.part.in_(parts), table.c.until == FOREVER, table.c.since < self.generation)
                    .values(until=self.generation)
                )
                insert_all(connection, table, fresh[table])


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
            }
            replace(connection, generation, values, ("id",))
            for table in READ_MODEL:
                connection.execute(delete(table).where(table.c.since > number))
                connection.execute(
                    update(table).where(table.c.until > number, table.c.until != FOREVER).values(until=FOREVER)
                )
            parts = select(part_live.c.part, part_live.c.digest).where(part_live.c.until == FOREVER)
            live: dict[str, str] = {row[0]: row[1] for row in connection.execute(parts)}
        if rebuild:
            live = dict.fromkeys(live, "")
        return Draft(self._engine, number + 1, publisher, live)


def _busy(row: Any, now: datetime, publisher: str) -> bool:
    if row.publisher is None or row.publisher == publisher:
        return False
    return bool(row.publisher_until > now) and not leases.is_gone(row.publisher)
