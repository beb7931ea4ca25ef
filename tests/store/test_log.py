"""The log: what is appended, proved and signed; every altered byte is named, in both databases."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Table, column, table, text

from finwatch.errors import InputError, NotFound, StoreError
from finwatch.model.integrity import Checked, FaultKind
from finwatch.store import Store, log, open_store
from finwatch.store.columns import Instant, Json, Shown
from finwatch.store.dialect import writing
from finwatch.store.tables import DECIDED, counter, log_head, log_leaf, log_node
from finwatch.transparency import keys, merkle, note, proofs
from finwatch.transparency.head import Head
from tests.kit import transparency as kit

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def append(store: Store, *leaves: str) -> None:
    for data in leaves:
        with writing(store._engine) as connection:
            log.append(connection, data.encode(), at=kit.DAY)


def leaf(number: int) -> str:
    return json.dumps({"at": kit.DAY.isoformat(), "rows": [["elsewhere", str(number), ""]]}, separators=(",", ":"))


def test_roots_and_proofs_of_every_size(store: Store) -> None:
    leaves = [leaf(number) for number in range(21)]
    hashes = [merkle.leaf_hash(data.encode()) for data in leaves]
    tree, roots = merkle.Tree(), [merkle.EMPTY]
    assert store.log.root() == (0, merkle.EMPTY)
    for number, data in enumerate(leaves):
        append(store, data)
        tree.add(hashes[number])
        roots.append(tree.root())
        assert store.log.root() == (number + 1, tree.root())
    for size in range(22):
        assert store.log.root(size) == (size, roots[size])
        for index in range(size):
            assert store.log.inclusion(index, of=size) == (size, merkle.audit_path(hashes[:size], index))
        for first in range(size + 1):
            _, path = store.log.consistency(first, of=size)
            assert proofs.consistent(first, size, roots=(roots[first], roots[size]), path=path)
    assert [one.index for one in store.log.leaves(19, 5)] == [19, 20]


def test_what_the_log_does_not_have_is_said(store: Store) -> None:
    append(store, leaf(0), leaf(1))
    for ask in (
        lambda: store.log.root(3),
        lambda: store.log.inclusion(2),
        lambda: store.log.inclusion(0, of=3),
        lambda: store.log.consistency(3),
        lambda: store.log.inclusion(-1),
    ):
        with pytest.raises(InputError, match=r"leaf|leaves"):
            ask()


def test_a_missing_node_stops_the_log_and_is_named(store: Store) -> None:
    append(store, *(leaf(number) for number in range(7)))
    with writing(store._engine) as connection:
        connection.execute(log_node.delete().where(log_node.c.level == 1, log_node.c.index == 2))
    with pytest.raises(StoreError, match="level 1, index 2"):
        append(store, leaf(7))
    assert store.log.size() == 7


def test_appends_at_once_are_one_after_another(address: str, store: Store) -> None:
    def run() -> None:
        with open_store(address) as mine:
            append(mine, *(leaf(number) for number in range(15)))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert store.log.size() == 60
    assert not checked(store).faults


def checked(store: Store, **given: Any) -> Checked:
    return store.check_log(now=kit.later(9), **{"trusted": kit.trusted(), **given})


def names(result: Checked) -> set[tuple[str, str]]:
    return {(fault.kind.value, fault.what) for fault in result.faults}


@pytest.fixture
def full(store: Store) -> Store:
    """Two rows in every decided table, one changed and one erased, under signed heads of several sizes."""
    kit.first_key(store)
    for number in (1, 2):
        for one in DECIDED:
            with store.deciding(kit.ACTOR, now=kit.later(number)) as unit:
                unit.insert(one, kit.row(one, 100 + number))
        kit.signed(store, at=kit.later(number))
    with store.deciding(kit.ACTOR, now=kit.later(3)) as unit:
        unit.insert(counter, {"name": "gone", "value": 1})
        unit.update(counter, {"name": "name 101 值"}, {"value": 7})
    with store.deciding(kit.ACTOR, now=kit.later(4)) as unit:
        unit.erase(counter, {"name": "gone"})
    kit.signed(store, at=kit.later(4))
    return store


def test_what_nobody_altered_is_whole(full: Store) -> None:
    result = checked(full)
    assert result.faults == ()
    assert (result.leaves, result.heads) == (2 * len(DECIDED) + 3, 3)
    assert result.rows > 2 * len(DECIDED)
    assert full.log.root()[1].hex() == result.root


@contextmanager
def altered(store: Store, one: Table, where: dict[str, Any], values: dict[str, Any]) -> Iterator[None]:
    """A row altered behind the desk's back, as it is stored, and put back afterwards."""
    raw = table(one.name, *(column(each.name) for each in one.columns))

    def write(key: dict[str, Any], new: dict[str, Any]) -> None:
        with writing(store._engine) as connection:
            condition = [raw.c[name] == value for name, value in key.items()]
            assert connection.execute(raw.update().where(*condition).values(**new)).rowcount == 1

    with writing(store._engine) as connection:
        condition = [raw.c[name] == value for name, value in where.items()]
        before = dict(connection.execute(raw.select().where(*condition)).mappings().one())
    write(where, values)
    try:
        yield
    finally:
        now = {**where, **{name: value for name, value in values.items() if name in where}}
        write(now, {name: before[name] for name in values})


def stored(store: Store, one: Table) -> dict[str, Any]:
    """A row as it is stored."""
    with writing(store._engine) as connection:
        rows = connection.execute(text(f'SELECT * FROM "{one.name}"')).mappings().all()
        return dict(rows[0])


def filled(empty: Column[Any]) -> Any:
    """Something, as it is stored, for a column where there was nothing."""
    given = kit.value(empty, 5)
    return "[]" if isinstance(empty.type, Json) else 5 if isinstance(empty.type, Instant) else given


def another(value: Any, at: int) -> Any:
    """``value`` with one bit, character or byte changed; something where there was nothing."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, float):
        return value + 1
    place = at % len(value)
    return value[:place] + ("y" if value[place] == "x" else "x") + value[place + 1 :]


def test_every_column_of_every_decided_table_is_watched(full: Store) -> None:
    """Each column in turn is changed by one byte: that row is named, and none other."""
    for one in DECIDED:
        row = stored(full, one)
        key = {each.name: row[each.name] for each in one.primary_key.columns}
        what = f"{one.name} {'/'.join(map(str, key.values()))}"
        for name, value in row.items():
            changed = filled(one.columns[name]) if value is None else another(value, 3)
            with altered(full, one, key, {name: changed}):
                found = names(checked(full))
            if name in key:
                moved = "/".join(str({**key, name: changed}[each]) for each in key)
                assert found == {("row_removed", what), ("row_added", f"{one.name} {moved}")}, (one.name, name)
            else:
                assert found == {("row_changed", what)}, (one.name, name)
    assert not checked(full).faults


TEXTS = [
    (one, each.name)
    for one in DECIDED
    for each in one.columns
    if not each.primary_key and isinstance(each.type, Shown | Json)
]


@SLOW
@given(place=st.sampled_from(range(len(TEXTS))), at=st.integers(0, 1 << 20))
def test_any_byte_of_any_decided_row(full: Store, place: int, at: int) -> None:
    one, name = TEXTS[place]
    row = stored(full, one)
    key = {each.name: row[each.name] for each in one.primary_key.columns}
    with altered(full, one, key, {name: another(row[name], at)}):
        assert names(checked(full)) == {("row_changed", f"{one.name} {'/'.join(map(str, key.values()))}")}


def test_a_row_put_in_or_taken_out_is_named(full: Store) -> None:
    for one in DECIDED:
        raw = table(one.name, *(column(each.name) for each in one.columns))
        row = stored(full, one)
        key = [raw.c[each.name] == row[each.name] for each in one.primary_key.columns]
        what = f"{one.name} {'/'.join(str(row[each.name]) for each in one.primary_key.columns)}"
        with writing(full._engine) as connection:
            connection.execute(raw.delete().where(*key))
        assert names(checked(full)) == {("row_removed", what)}
        with writing(full._engine) as connection:
            connection.execute(raw.insert().values(**row))
    assert not checked(full).faults
    with writing(full._engine) as connection:
        connection.execute(counter.insert().values(name="slipped in", value=1))
        connection.execute(counter.insert().values(name="gone", value=1))
    assert names(checked(full)) == {("row_added", "counter slipped in"), ("row_added", "counter gone")}


@SLOW
@given(
    index=st.integers(0, 2 * len(DECIDED) + 2), name=st.sampled_from(["data", "hash"]), place=st.integers(0, 1 << 20)
)
def test_any_byte_of_a_leaf(full: Store, index: int, name: str, place: int) -> None:
    row = full.log.leaves(index, 1)[0].model_dump()
    with altered(full, log_leaf, {"index": index}, {name: another(row[name], place)}):
        found = names(checked(full))
    assert ("leaf_altered", f"leaf {index}") in found
    kinds = {kind for kind, _ in found}
    assert kinds <= {"leaf_altered", "node_altered", "history_rewritten", "row_unvouched"}, "no row is accused"


def test_the_time_of_a_leaf_is_watched(full: Store) -> None:
    moved = stored(full, log_leaf)
    with altered(full, log_leaf, {"index": moved["index"]}, {"at": moved["at"] + 1}):
        assert names(checked(full)) == {("leaf_altered", f"leaf {moved['index']}")}


def test_every_column_of_a_node_is_watched(full: Store) -> None:
    with altered(full, log_node, {"level": 2, "index": 1}, {"hash": kit.sha("x")}):
        assert names(checked(full)) == {("node_altered", "node 2/1")}
    with altered(full, log_node, {"level": 2, "index": 1}, {"index": 99}):
        assert names(checked(full)) == {("node_missing", "node 2/1"), ("node_altered", "node 2/99")}
    with altered(full, log_node, {"level": 2, "index": 1}, {"level": 40}):
        assert names(checked(full)) == {("node_missing", "node 2/1"), ("node_altered", "node 40/1")}


def test_every_column_of_a_head_is_watched(full: Store) -> None:
    head = stored(full, log_head)
    for name, value in head.items():
        if name == "id":
            continue
        with altered(full, log_head, {"id": head["id"]}, {name: another(value, 30)}):
            found = checked(full)
        assert {fault.what for fault in found.faults} == {f"head {head['id']}"}, name
    parts = range(0, len(head["note"]), 7)
    for place in parts:
        with altered(full, log_head, {"id": head["id"]}, {"note": another(head["note"], place)}):
            assert {fault.what for fault in checked(full).faults} == {f"head {head['id']}"}, place


def test_a_leaf_taken_out_is_named(full: Store) -> None:
    with writing(full._engine) as connection:
        connection.execute(log_leaf.delete().where(log_leaf.c.index == 4))
    found = checked(full).faults
    assert (found[0].kind, found[0].what) == (FaultKind.LEAF_MISSING, "leaf 4")
    assert {fault.kind for fault in found} & {FaultKind.ROW_CHANGED, FaultKind.ROW_ADDED} == set()


def test_a_history_written_anew_does_not_lead_to_what_was_signed(full: Store) -> None:
    """Rows, leaves and nodes altered in step: only the signed heads tell, and they do."""
    _rewrite(full, lambda data: data.replace("counter", "kounter"))
    found = checked(full).faults
    assert FaultKind.HISTORY_REWRITTEN in {fault.kind for fault in found}
    assert not {FaultKind.LEAF_ALTERED, FaultKind.NODE_ALTERED} & {fault.kind for fault in found}


def test_a_log_cut_short_does_not_lead_to_what_was_signed(full: Store) -> None:
    kept = full.heads.newest()
    assert kept is not None
    with writing(full._engine) as connection:
        size = log.size(connection)
        connection.execute(log_leaf.delete().where(log_leaf.c.index >= size - 2))
        connection.execute(log_node.delete())
        connection.execute(log_head.delete().where(log_head.c.size == size))
    _rewrite(full, lambda data: data)
    assert FaultKind.HISTORY_REWRITTEN not in {fault.kind for fault in checked(full).faults}, "nothing signed is left"
    noted = [note.parse(kept.note)]
    found = checked(full, noted=noted).faults
    assert [fault.what for fault in found if fault.kind is FaultKind.HISTORY_REWRITTEN] == [
        f"head noted elsewhere at size {size}"
    ]


def _rewrite(store: Store, change: Callable[[str], str]) -> None:
    with writing(store._engine) as connection:
        leaves = connection.execute(log_leaf.select().order_by(log_leaf.c.index)).mappings().all()
        connection.execute(log_leaf.delete())
        connection.execute(log_node.delete())
        for one in leaves:
            log.append(connection, change(one["data"]).encode(), at=one["at"])


def test_a_head_that_a_stranger_signed_is_named(full: Store) -> None:
    forged = kit.signed(full, at=kit.later(5), number=9)
    assert names(checked(full)) == {("head_unsigned", f"head {forged.id}")}


def test_the_key_changes_and_old_heads_still_count(full: Store) -> None:
    told = keys.endorse(kit.public(2), origin=kit.ORIGIN, since=kit.later(5), by=kit.secret(1), name=kit.ORIGIN)
    entry = keys.KeyEntry(key=str(kit.public(2)), since=kit.later(5), endorsement=str(told))
    full.heads.add_key(kit.ACTOR, entry, origin=kit.ORIGIN, now=kit.later(5))
    kit.signed(full, at=kit.later(6), number=2)
    file = full.heads.keys()
    assert file is not None
    assert [(one.key, one.until) for one in file.keys if one.key.startswith(kit.ORIGIN)] == [
        (str(kit.public(1)), kit.later(5)),
        (str(kit.public(2)), None),
    ]
    follow = keys.followed(kit.trusted(), [str(told)], origin=kit.ORIGIN)
    assert not checked(full, trusted=follow).faults
    late = kit.signed(full, at=kit.later(7), number=1)
    assert names(checked(full, trusted=follow)) == {("head_unsigned", f"head {late.id}")}


def test_a_log_has_one_key_at_a_time(store: Store) -> None:
    kit.first_key(store)
    with pytest.raises(InputError, match="has a key already"):
        kit.first_key(store)


def test_witnesses_add_lines_to_a_head_that_was_signed_here(full: Store) -> None:
    head = full.heads.newest()
    assert head is not None
    seen = note.cosign(note.parse(head.note), kit.secret(3), name="witness.example/one", time=1_790_000_000)
    kept = full.heads.cosigned(seen)
    assert note.parse(kept.note).signed_by(kit.public(3, "witness.example/one", note.COSIGNATURE))
    assert full.heads.cosigned(seen) == kept, "the same line twice is one"
    assert not checked(full).faults
    foreign = note.sign(Head(kit.ORIGIN, head.size, bytes(32), kit.DAY).text(), kit.secret(1), name=kit.ORIGIN)
    with pytest.raises(NotFound, match="not signed here"):
        full.heads.cosigned(foreign)
