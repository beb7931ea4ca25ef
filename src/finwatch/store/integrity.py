"""The check of the log: every decided row against its newest digest, every leaf, node and head against each other.

One transaction that sees one state of the store. What comes in: the keys that a reader trusts, and perhaps heads that
were noted elsewhere. What goes out: ``Checked`` with each fault by name: table and key, leaf, node or head. Nothing is
repaired: what was altered is evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from finwatch.errors import InputError
from finwatch.model.base import Text
from finwatch.model.integrity import Checked, Fault, FaultKind
from finwatch.store.dialect import reading
from finwatch.store.newest import Newest
from finwatch.store.tables import DECIDED, log_head, log_leaf, log_node
from finwatch.store.unit import key_of, stored_digest, stored_row
from finwatch.transparency import head as heads
from finwatch.transparency import leaf as leaves
from finwatch.transparency import note
from finwatch.transparency.keys import Trusted, signer_of
from finwatch.transparency.merkle import Tree, leaf_hash, node_hash
from finwatch.transparency.note import Note
from finwatch.transparency.proofs import Node, added

FAULTS: Final = 1_000
"""How many faults are told one by one."""
_STEP: Final = 500
Progress = Callable[[str, int, int | None], None]


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    return


class _Check:
    """One check under way."""

    def __init__(self, connection: Connection, *, trusted: Sequence[Trusted], noted: Sequence[Note]) -> None:
        self.connection = connection
        self.trusted = trusted
        self.faults: list[Fault] = []
        self.more = 0
        self.tree = Tree()
        self.rows = 0
        self.heads = 0
        self.altered: list[int] = []
        self._noted = noted
        self._roots: dict[int, bytes] = {}

    def fault(self, kind: FaultKind, what: str, *, zh: str, en: str) -> None:
        """Notes a fault; beyond ``FAULTS`` they are only counted."""
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(kind=kind, what=what, says=Text(zh=zh, en=en)))
        else:
            self.more += 1

    # Leaves and nodes ----------------------------------------------------------------------------------------------

    def leaves(self, newest: Newest, progress: Progress) -> None:
        """Leaves in order: each hashes to what it says, the nodes over them too; what they vouch for is kept."""
        sizes = self._sizes()
        total = int(self.connection.execute(select(func.count()).select_from(log_leaf)).scalar_one())
        peaks: list[bytes] = []
        stored = self.connection.execution_options(yield_per=_STEP).execute(
            select(log_leaf.c.index, log_leaf.c.at, log_leaf.c.data, log_leaf.c.hash).order_by(log_leaf.c.index)
        )
        for chunk in stored.partitions(_STEP):
            nodes: dict[Node, bytes] = {}
            for index, at, data, digest in chunk:
                self._gap(index)
                self._leaf(newest, index, at, data, digest)
                self._over(peaks, index, leaf_hash(data.encode()), nodes)
                if self.tree.size in sizes:
                    self._roots[self.tree.size] = self.tree.root()
            self._nodes(nodes)
            progress("leaves", self.tree.size, total)
        self._roots[self.tree.size] = self.tree.root()
        self._strays()

    def _gap(self, index: int) -> None:
        if index != self.tree.size and not self.altered:
            what = f"leaf {self.tree.size}"
            self.fault(
                FaultKind.LEAF_MISSING,
                what,
                zh=f"日志缺少第 {self.tree.size} 条，下一条为 {index}",
                en=f"the log has no leaf {self.tree.size}; the next is {index}",
            )
            self.altered.append(self.tree.size)

    def _leaf(self, newest: Newest, index: int, at: datetime, data: str, digest: str) -> None:
        hashes = leaf_hash(data.encode()).hex() == digest
        if not hashes:
            self._altered(index, zh="内容与其哈希不符", en="does not hash to what is stored with it")
        try:
            read = leaves.parse(data)
        except InputError:
            if hashes:
                self._altered(index, zh="无法读取", en="cannot be read")
            return
        if hashes and read.at != at:
            self._altered(index, zh="存储的时间与其内容不符", en="is stored with another time than it says")
        newest.put((table, key, value, index) for table, key, value in read.rows)

    def _altered(self, index: int, *, zh: str, en: str) -> None:
        self.altered.append(index)
        what = f"leaf {index}"
        self.fault(FaultKind.LEAF_ALTERED, what, zh=f"第 {index} 条日志{zh}", en=f"{what} {en}")

    def _over(self, peaks: list[bytes], index: int, digest: bytes, nodes: dict[Node, bytes]) -> None:
        """Adds a leaf to the tree, and to ``nodes`` those that it completes (by its place, not by its index)."""
        place = self.tree.size
        self.tree.add(digest)
        peaks.append(digest)
        for node in added(place):
            right, left = peaks.pop(), peaks.pop()
            peaks.append(node_hash(left, right))
            if index == place:
                nodes[node] = peaks[-1]

    def _nodes(self, expected: dict[Node, bytes]) -> None:
        levels: dict[int, list[int]] = {}
        for level, index in expected:
            levels.setdefault(level, []).append(index)
        found: dict[Node, str] = {}
        for level, places in levels.items():
            question = select(log_node.c.index, log_node.c.hash).where(
                log_node.c.level == level, log_node.c.index.in_(places)
            )
            found.update({(level, index): digest for index, digest in self.connection.execute(question).all()})
        for (level, index), digest in expected.items():
            stored = found.get((level, index))
            if stored == digest.hex():
                continue
            over = f"{index << level}…{((index + 1) << level) - 1}"
            missing = stored is None
            self.fault(
                FaultKind.NODE_MISSING if missing else FaultKind.NODE_ALTERED,
                f"node {level}/{index}",
                zh=f"第 {over} 条日志之上的节点{'缺失' if missing else '与这些日志不符'}",
                en=f"the node over leaves {over} {'is missing' if missing else 'does not agree with them'}",
            )

    def _strays(self) -> None:
        """Nodes over leaves that are not there."""
        question = select(log_node.c.level, func.max(log_node.c.index)).group_by(log_node.c.level)
        for level, index in self.connection.execute(question.order_by(log_node.c.level)).all():
            if level < 1 or (index + 1) << level > self.tree.size:
                self.fault(
                    FaultKind.NODE_ALTERED,
                    f"node {level}/{index}",
                    zh=f"第 {level} 层第 {index} 个节点之下没有日志",
                    en=f"there are no leaves under node {level}/{index}",
                )

    # Heads ---------------------------------------------------------------------------------------------------------

    def _sizes(self) -> set[int]:
        stored = self.connection.execute(select(log_head.c.size).distinct()).scalars().all()
        return {*stored, *(heads.parse(one.text).size for one in self._noted)}

    def signed(self) -> None:
        """Every head agrees with its row and with the leaves, and is signed by a trusted key."""
        for row in self.connection.execute(select(log_head).order_by(log_head.c.id)).mappings():
            self.heads += 1
            what = f"head {row['id']}"
            try:
                told = note.parse(row["note"])
                head = heads.parse(told.text)
            except InputError as error:
                self.fault(FaultKind.HEAD_ALTERED, what, zh=f"日志头 {row['id']}：{error.zh}", en=f"{what}: {error.en}")
                continue
            if (head.size, head.root.hex(), head.at) != (row["size"], row["root"], row["at"]):
                self.fault(
                    FaultKind.HEAD_ALTERED,
                    what,
                    zh=f"日志头 {row['id']} 的记录与其签名文本不符",
                    en=f"{what} is not stored as its signed text says",
                )
            self._head(told, what)
        for told in self._noted:
            self._head(told, f"head noted elsewhere at size {heads.parse(told.text).size}")

    def _head(self, told: Note, what: str) -> None:
        head = heads.parse(told.text)
        if signer_of(told, self.trusted, head.at) is None:
            self.fault(
                FaultKind.HEAD_UNSIGNED,
                what,
                zh=f"{what}：没有可信密钥的有效签名",
                en=f"{what} is not signed by a key that counts",
            )
        elif self._roots.get(head.size) != head.root:
            self.fault(
                FaultKind.HISTORY_REWRITTEN,
                what,
                zh=f"{what} 签署了 {head.size} 条日志，现有日志得不出它的根：签署之后日志被改动",
                en=f"{what} was signed over {head.size} leaves, and the leaves do not lead to its root: "
                "they were altered after it was signed",
            )

    # Rows ----------------------------------------------------------------------------------------------------------

    def decided(self, newest: Newest, progress: Progress) -> None:
        """Every decided row is as the log last vouched for it, and no other is there or missing."""
        for table in DECIDED:
            stored = self.connection.execution_options(yield_per=_STEP).execute(select(*stored_row(table)))
            for found in stored.mappings():
                row = dict(found)
                self.rows += 1
                key = key_of(table, row)
                vouched = newest.take(table.name, key)
                if vouched is None or vouched[0] != stored_digest(table, row):
                    self._row(table.name, key, vouched)
                if self.rows % (_STEP * 20) == 0:
                    progress("rows", self.rows, None)
        for name, key, index in newest.unseen():
            self._say(
                FaultKind.ROW_REMOVED,
                f"{name} {key}",
                zh=f"{name} 表的 {key} 行不在了，第 {index} 条日志为它作证",
                en=f"the row {key} of {name} is gone; leaf {index} vouches for it",
            )
        progress("rows", self.rows, self.rows)

    def _row(self, name: str, key: str, vouched: tuple[str, int] | None) -> None:
        if vouched is None or not vouched[0]:
            self._say(
                FaultKind.ROW_ADDED,
                f"{name} {key}",
                zh=f"{name} 表的 {key} 行不在日志中",
                en=f"the row {key} of {name} is not in the log"
                if vouched is None
                else f"the row {key} of {name} is there, though leaf {vouched[1]} says that it was erased",
            )
            return
        self._say(
            FaultKind.ROW_CHANGED,
            f"{name} {key}",
            zh=f"{name} 表的 {key} 行与第 {vouched[1]} 条日志所记的不同",
            en=f"the row {key} of {name} is not what leaf {vouched[1]} vouches for",
        )

    def _say(self, kind: FaultKind, what: str, *, zh: str, en: str) -> None:
        """A fault of a row; where leaves are altered too, it may be theirs."""
        if not self.altered:
            self.fault(kind, what, zh=zh, en=en)
            return
        leaf = self.altered[0]
        self.fault(
            FaultKind.ROW_UNVOUCHED,
            what,
            zh=f"{zh}；但第 {leaf} 条日志本身被改动，也可能是它的缘故",
            en=f"{en}; but leaf {leaf} itself was altered, which may be the reason",
        )


def check(
    engine: Engine,
    *,
    now: datetime,
    trusted: Sequence[Trusted],
    noted: Sequence[Note] = (),
    progress: Progress | None = None,
) -> Checked:
    """What is not as the log says; ``noted`` are signed heads that were kept elsewhere."""
    progress = progress or _silent
    with reading(engine) as connection, Newest() as newest:
        run = _Check(connection, trusted=trusted, noted=noted)
        run.leaves(newest, progress)
        run.signed()
        run.decided(newest, progress)
        return Checked(
            at=now,
            leaves=run.tree.size,
            rows=run.rows,
            heads=run.heads,
            root=run.tree.root().hex(),
            faults=tuple(run.faults),
            more=run.more,
        )
