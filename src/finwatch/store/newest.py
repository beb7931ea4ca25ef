"""The newest digest of every row that the log vouches for, in a file of its own: millions of rows fit no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self


class Newest:
    """Table and key → digest and the leaf that gave it. A temporary file; gone when closed."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute(
            "CREATE TABLE newest (name TEXT, key TEXT, digest TEXT, leaf INTEGER, seen INTEGER DEFAULT 0, "
            "PRIMARY KEY (name, key)) WITHOUT ROWID"
        )
        self._file.execute("BEGIN")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the file."""
        self._file.close()

    def put(self, rows: Iterable[tuple[str, str, str, int]]) -> None:
        """Table, key, digest and leaf: what came before for that row is forgotten."""
        self._file.executemany(
            "INSERT INTO newest (name, key, digest, leaf) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name, key) DO UPDATE SET digest = excluded.digest, leaf = excluded.leaf",
            rows,
        )

    def take(self, table: str, key: str) -> tuple[str, int] | None:
        """The digest of a row and the leaf that gave it; the row counts as seen."""
        found = self._file.execute(
            "SELECT digest, leaf FROM newest WHERE name = ? AND key = ?", (table, key)
        ).fetchone()
        if found is None:
            return None
        self._file.execute("UPDATE newest SET seen = 1 WHERE name = ? AND key = ?", (table, key))
        return str(found[0]), int(found[1])

    def unseen(self) -> Iterator[tuple[str, str, int]]:
        """Table, key and leaf of every row that should be there and was not taken, in order."""
        question = "SELECT name, key, leaf FROM newest WHERE NOT seen AND digest <> '' ORDER BY name, key"
        for name, key, leaf in self._file.execute(question):
            yield str(name), str(key), int(leaf)
