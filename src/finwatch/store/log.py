"""The transparency log as it is kept: leaves in order, each appended in the transaction of the rows it vouches for.

With each leaf the roots of the complete subtrees that it closes are written (one a leaf on average), so that a root, an
inclusion proof and a consistency proof cost reads in the order of the logarithm. ``transparency.proofs`` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, or_, select

from finwatch.errors import InputError, StoreError
from finwatch.model.base import Model, UtcTime
from finwatch.store.dialect import alone, reading
from finwatch.store.tables import log_leaf, log_node
from finwatch.transparency.merkle import leaf_hash, node_hash
from finwatch.transparency.proofs import Node, Span, added, consistency, folded, inclusion, needed


class StoredLeaf(Model):
    """A leaf of the log."""

    index: int
    at: UtcTime
    data: str
    hash: str


def append(connection: Connection, data: bytes, *, at: datetime) -> int:
    """Appends ``data`` (canonical JSON in UTF-8) as the last leaf; returns its index, from 0.

    One transaction at a time appends: the lock is held until it ends, so call this last. Raises ``StoreError`` when a
    node of the log is missing.
    """
    alone(connection, "log")
    index = size(connection)
    digest = leaf_hash(data)
    connection.execute(insert(log_leaf).values(index=index, at=at, data=data.decode(), hash=digest.hex()))
    completed = added(index)
    if completed:
        left = nodes(connection, [(level - 1, 2 * place) for level, place in completed])
        rows = []
        for level, place in completed:
            digest = node_hash(left[level - 1, 2 * place], digest)
            rows.append({"level": level, "index": place, "hash": digest.hex()})
        connection.execute(insert(log_node), rows)
    return index


def size(connection: Connection) -> int:
    """How many leaves there are."""
    last = connection.execute(select(func.max(log_leaf.c.index))).scalar()
    return 0 if last is None else int(last) + 1


def nodes(connection: Connection, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """The hashes of nodes. Raises ``StoreError`` naming one that is not there."""
    levels: dict[int, list[int]] = {}
    for level, index in wanted:
        levels.setdefault(level, []).append(index)
    found: dict[Node, bytes] = {}
    if 0 in levels:
        question = select(log_leaf.c.index, log_leaf.c.hash).where(log_leaf.c.index.in_(levels.pop(0)))
        found.update({(0, index): bytes.fromhex(digest) for index, digest in connection.execute(question).all()})
    if levels:
        conditions = [(log_node.c.level == level) & log_node.c.index.in_(places) for level, places in levels.items()]
        rows = connection.execute(select(log_node.c.level, log_node.c.index, log_node.c.hash).where(or_(*conditions)))
        found.update({(level, index): bytes.fromhex(digest) for level, index, digest in rows.all()})
    missing = [node for node in wanted if node not in found]
    if missing:
        level, index = missing[0]
        raise StoreError(
            f"The log lacks the node of level {level}, index {index}.",
            zh=f"日志缺少第 {level} 层第 {index} 个节点。",
            todo="Run finwatch log check: it names what was altered.",
        )
    return found


def proof(connection: Connection, spans: Sequence[Span]) -> tuple[bytes, ...]:
    """The hashes over ``spans``, in their order."""
    known = nodes(connection, needed(spans))
    return tuple(folded(span, known) for span in spans)


class Log:
    """Questions about the log; each sees one state of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self) -> int:
        """How many leaves there are."""
        with reading(self._engine) as connection:
            return size(connection)

    def root(self, of: int | None = None) -> tuple[int, bytes]:
        """The size and the root: now, or when there were ``of`` leaves. Raises ``InputError`` when there are fewer."""
        with reading(self._engine) as connection:
            count = _within(connection, of)
            return count, proof(connection, [(0, count)])[0]

    def leaves(self, start: int, limit: int) -> tuple[StoredLeaf, ...]:
        """Up to ``limit`` leaves from index ``start``."""
        question = select(log_leaf).where(log_leaf.c.index >= start).order_by(log_leaf.c.index).limit(limit)
        with reading(self._engine) as connection:
            return tuple(StoredLeaf.model_validate(dict(row)) for row in connection.execute(question).mappings())

    def inclusion(self, index: int, *, of: int | None = None) -> tuple[int, tuple[bytes, ...]]:
        """The size, and the audit path of leaf ``index`` in the tree of that size. Raises ``InputError``."""
        with reading(self._engine) as connection:
            count = _within(connection, of)
            if not 0 <= index < count:
                raise InputError(
                    f"There is no leaf {index} in a log of {count}.",
                    zh=f"在 {count} 条的日志中没有第 {index} 条。",
                    todo="Leaves are counted from 0.",
                )
            return count, proof(connection, inclusion(index, count))

    def consistency(self, first: int, *, of: int | None = None) -> tuple[int, tuple[bytes, ...]]:
        """The size, and the proof that the log of ``first`` leaves is the beginning of the one of that size.

        Raises ``InputError`` when ``first`` is larger.
        """
        with reading(self._engine) as connection:
            count = _within(connection, of)
            if not 0 <= first <= count:
                raise _beyond(first, count)
            return count, proof(connection, consistency(first, count))


def _within(connection: Connection, of: int | None) -> int:
    count = size(connection)
    if of is None:
        return count
    if not 0 <= of <= count:
        raise _beyond(of, count)
    return of


def _beyond(asked: int, count: int) -> InputError:
    return InputError(
        f"The log has {count} leaves, not {asked}.", zh=f"日志有 {count} 条，没有 {asked} 条。", todo="Ask for less."
    )
