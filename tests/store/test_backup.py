"""Backups: consistent, whole or not there, restored into nothing else than nothing, and rehearsed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from finwatch.errors import InputError, StoreError
from finwatch.model.integrity import FaultKind
from finwatch.store import Store, migrate, open_store
from finwatch.store.backup import backup, inspect_backup, of_postgresql, rehearse, restore
from finwatch.store.backup.archive import MANIFEST
from finwatch.store.backup.contents import contents, differences
from finwatch.store.dialect import connect, reading, writing
from tests.kit.filled import filing, fill
from tests.kit.store import later, task
from tests.store.conftest import Databases

KINDS_OF_POSTGRESQL = ("pg_dump", "copy")


@pytest.fixture(scope="session")
def pattern(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a little of everything, made once."""
    made = databases.made()
    with open_store(made) as store:
        fill(store, tmp_path_factory.mktemp("lake"))
    return made


@pytest.fixture
def filled(databases: Databases, pattern: str) -> Iterator[str]:
    """The address of a copy of it."""
    made = databases.copied(pattern)
    yield made
    databases.drop(made)


@pytest.fixture(params=KINDS_OF_POSTGRESQL)
def way(request: pytest.FixtureRequest, database_kind: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to back PostgreSQL up; SQLite has one."""
    if database_kind == "sqlite":
        if request.param != KINDS_OF_POSTGRESQL[0]:
            pytest.skip("SQLite has one way")
        return "sqlite"
    if request.param == "copy":
        monkeypatch.setattr(of_postgresql, "_program", lambda name: None)
    return str(request.param)


def held(address: str) -> object:
    engine = connect(address)
    try:
        with reading(engine) as connection:
            return contents(connection)
    finally:
        engine.dispose()


def tables(address: str) -> int:
    """How many tables a database has; a SQLite file that is not there has none."""
    if address.startswith("sqlite") and not Path(address.removeprefix("sqlite:///")).exists():
        return 0
    engine = connect(address)
    try:
        with reading(engine) as connection:
            if engine.dialect.name == "sqlite":
                return int(connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one())
            asked = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            return int(connection.execute(text(asked)).scalar_one())
    finally:
        engine.dispose()


def test_what_was_backed_up_is_what_is_restored(filled: str, bare_address: str, tmp_path: Path, way: str) -> None:
    file = tmp_path / "b.finwatch"
    made = backup(filled, file)
    assert made.kind == way
    before = held(filled)
    assert made.contents == before
    rows = {one.name: one.rows for one in made.contents.tables}
    assert rows["app"] > 2
    assert rows["step"] == 3
    assert restore(file, bare_address) == before == held(bare_address)
    with open_store(bare_address) as again, open_store(filled) as first:
        assert again.overview() == first.overview()
        assert again.apps(order="name") == first.apps(order="name")
        assert again.frontier.add([task("new")]) == 1
        assert again.frontier.tasks(task("u").market) != []


def test_a_restored_store_numbers_on(filled: str, bare_address: str, tmp_path: Path, way: str) -> None:
    """Every sequence stands behind the last row, or the next row would be refused."""
    backup(filled, tmp_path / "b")
    restore(tmp_path / "b", bare_address)
    with open_store(bare_address) as again, open_store(filled) as first:
        assert filing(again, now=later(900)).id == filing(first, now=later(900)).id
        fill(again, tmp_path / "more")


def test_the_checksum_beside_it_is_that_of_the_file(store: Store, address: str, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backup(address, file)
    said, name = (tmp_path / "b.sha256").read_text().split()
    assert (said, name) == (hashlib.sha256(file.read_bytes()).hexdigest(), "b")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b", "b.sha256"]
    assert file.stat().st_mode & 0o077 == 0, "others on the machine may not read it"


def test_a_backup_is_never_written_over(store: Store, address: str, tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_text("mine")
    with pytest.raises(InputError, match="already"):
        backup(address, file)
    assert file.read_text() == "mine"
    with pytest.raises(InputError, match="folder"):
        backup(address, tmp_path / "nowhere" / "b")


def test_a_name_taken_meanwhile_is_not_written_over(
    store: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b"
    link = os.link

    def late(one: object, other: object) -> None:
        file.write_text("theirs")
        link(one, other)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(InputError, match="already"):
        backup(address, file)
    assert file.read_text() == "theirs"


def test_it_is_one_moment_while_others_write(store: Store, address: str, tmp_path: Path, way: str) -> None:
    """Each writer's unit adds a case, a step, a journal row and a leaf: a backup has as many of each."""
    stop = threading.Event()
    failed: list[StoreError] = []

    def write() -> None:
        with open_store(address) as own:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    filing(own, now=later(number))
                except StoreError as error:
                    failed.append(error)
                    return

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        made = [backup(address, tmp_path / f"b{number}") for number in range(3)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failed == []
    for one in made:
        rows = {table.name: table.rows for table in one.contents.tables}
        assert one.contents.log is not None
        assert rows["case_file"] == rows["step"] == rows["journal"] == one.contents.log.size
    assert made[-1].contents.log.size > 0
    found = rehearse(tmp_path / "b2", address)
    assert found.whole


def test_only_an_empty_database_is_restored_into(filled: str, databases: Databases, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b")
    other = databases.made()
    before = held(other)
    with pytest.raises(InputError, match="not empty"):
        restore(tmp_path / "b", other)
    assert held(other) == before
    databases.drop(other)


def test_an_empty_sqlite_file_is_empty_enough(store: Store, address: str, database_kind: str, tmp_path: Path) -> None:
    if database_kind != "sqlite":
        pytest.skip("a file")
    backup(address, tmp_path / "b")
    (tmp_path / "empty.sqlite").touch()
    restore(tmp_path / "b", f"sqlite:///{tmp_path}/empty.sqlite")
    assert tables(f"sqlite:///{tmp_path}/empty.sqlite") > 20


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_said(store: Store, address: str, bare_address: str, tmp_path: Path, share: float) -> None:
    file = tmp_path / "b"
    backup(address, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: max(4, int(len(whole) * share))])
    for act in (lambda: restore(file, bare_address), lambda: inspect_backup(file), lambda: rehearse(file, address)):
        with pytest.raises(InputError, match="cut short"):
            act()
    assert tables(bare_address) == 0


def test_a_changed_byte_is_said(store: Store, address: str, bare_address: str, tmp_path: Path, way: str) -> None:
    file = tmp_path / "b"
    backup(address, file)
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 3] ^= 1
    file.write_bytes(whole)
    with pytest.raises(InputError, match="damaged"):
        restore(file, bare_address)
    assert tables(bare_address) == 0


@pytest.mark.parametrize("data", [b"", b"no zip " * 50, b"PK\x05\x06" + b"\0" * 18])
def test_a_foreign_file_is_said(store: Store, address: str, bare_address: str, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "b"
    file.write_bytes(data)
    with pytest.raises(InputError, match="no backup"):
        restore(file, bare_address)
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr(MANIFEST, '{"name": "something else"}')
    with pytest.raises(InputError, match="no backup"):
        restore(tmp_path / "z", bare_address)
    with pytest.raises(InputError, match="cannot be read"):
        restore(tmp_path / "none", bare_address)


def rewritten(file: Path, **changes: object) -> Path:
    """The backup with some fields of its manifest changed."""
    new = file.with_name("rewritten")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            data = old.read(name)
            if name == MANIFEST:
                told = json.loads(data)
                for key, value in changes.items():
                    told = {**told, key: {**told[key], **value} if isinstance(value, dict) else value}
                data = json.dumps(told).encode()
            archive.writestr(name, data)
    return new


def test_what_a_newer_program_made_is_said(store: Store, address: str, bare_address: str, tmp_path: Path) -> None:
    backup(address, tmp_path / "b")
    with pytest.raises(StoreError, match="9999"):
        restore(rewritten(tmp_path / "b", contents={"revision": "9999"}), bare_address)
    with pytest.raises(StoreError, match=r"finwatch\.backup/2"):
        restore(rewritten(tmp_path / "b", format="finwatch.backup/2"), bare_address)
    assert tables(bare_address) == 0


def test_a_database_that_is_not_what_the_manifest_says_is_not_kept(
    filled: str, bare_address: str, tmp_path: Path, way: str
) -> None:
    made = backup(filled, tmp_path / "b")
    wrong = [{**one.model_dump(), "rows": one.rows + (one.name == "step")} for one in made.contents.tables]
    file = rewritten(tmp_path / "b", contents={"tables": wrong})
    with pytest.raises(InputError, match="table step: 4 rows are now 3"):
        restore(file, bare_address)
    assert tables(bare_address) == 0


def test_the_other_kind_of_database_is_refused(store: Store, address: str, database_kind: str, tmp_path: Path) -> None:
    backup(address, tmp_path / "b")
    other = "postgresql://finwatch@127.0.0.1:1/x" if database_kind == "sqlite" else f"sqlite:///{tmp_path}/x.sqlite"
    with pytest.raises(InputError, match="was made of"):
        restore(tmp_path / "b", other)


def test_an_older_revision_is_restored_as_it_was_and_migrated_when_opened(
    databases: Databases, bare_address: str, tmp_path: Path, way: str
) -> None:
    old = databases.bare()
    engine = connect(old)
    migrate.up(engine, "0005")
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO market VALUES ('shop', '{}', :yes, 1)"), {"yes": True})
    engine.dispose()
    backup(old, tmp_path / "b")
    assert restore(tmp_path / "b", bare_address).revision == "0005"
    with open_store(bare_address) as store, reading(store._engine) as connection:
        assert connection.execute(text("SELECT id FROM market")).scalars().all() == ["shop"]
        assert migrate.revision(connection) == migrate.HEAD
    databases.drop(old)


def test_a_rehearsal_holds_rows_against_the_log(filled: str, tmp_path: Path, way: str) -> None:
    backup(filled, tmp_path / "good")
    found = rehearse(tmp_path / "good", filled)
    assert found.whole
    assert found.revision == migrate.HEAD
    assert min(found.read_s, found.restored_s) > 0
    engine = connect(filled)
    with writing(engine) as connection:
        connection.execute(text("UPDATE case_file SET title = 'another' WHERE id = 1"))
        connection.execute(text("DELETE FROM step WHERE seq = 2"))
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('made up', 7)"))
    backup(filled, tmp_path / "bad")
    assert {(one.kind, one.what) for one in rehearse(tmp_path / "bad", filled).faults} == {
        (FaultKind.ROW_CHANGED, "case_file 1"),
        (FaultKind.ROW_ADDED, "counter made up"),
        (FaultKind.ROW_REMOVED, "step 1/2"),
    }
    if filled.startswith("postgresql"):
        with reading(engine) as connection:
            names = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
        assert not [name for name in names if name.startswith("finwatch_rehearsal")]
    engine.dispose()
    assert not list(tmp_path.glob("finwatch-rehearsal-*"))


def test_a_rehearsal_may_be_given_a_database(filled: str, bare_address: str, tmp_path: Path) -> None:
    backup(filled, tmp_path / "b")
    assert rehearse(tmp_path / "b", "sqlite:///nowhere", into=bare_address).whole
    assert tables(bare_address) > 20


# Killed ------------------------------------------------------------------------------------------------------------

RUN = """
import sys, threading, time
from pathlib import Path
from finwatch.store import backup
act, file, address = sys.argv[1:]
print("go", flush=True)
getattr(backup, act)(*((address, Path(file)) if act == "backup" else (Path(file), address)))
print("done", flush=True)
"""


def killed(act: str, file: Path, address: str, after: float) -> bool:
    """Runs ``act`` in a process and kills it some seconds in; whether it had come to its end."""
    command = [sys.executable, "-c", RUN, act, str(file), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return "done" in process.stdout.read()


MOMENTS = (0.0, 0.02, 0.06, 0.2)


def test_a_killed_backup_leaves_nothing_that_looks_whole(filled: str, tmp_path: Path, way: str) -> None:
    ended = 0
    for number, after in enumerate(MOMENTS):
        file = tmp_path / f"b{number}"
        ended += killed("backup", file, filled, after)
        if file.exists():
            assert inspect_backup(file).contents == held(filled)
        else:
            backup(filled, file)  # what the killed one left is in nobody's way
            assert inspect_backup(file).contents == held(filled)
    assert ended < len(MOMENTS)
    assert not [one for one in tmp_path.iterdir() if ".part" in one.name]


def test_a_killed_restore_leaves_nothing_that_looks_whole(
    filled: str, databases: Databases, tmp_path: Path, way: str
) -> None:
    file = tmp_path / "b"
    whole = backup(filled, file).contents
    ended = 0
    for after in MOMENTS:
        target = databases.bare()
        ended += killed("restore", file, target, after)
        if tables(target) == 0:
            _eventually_restored(file, target)
        assert held(target) == whole
        databases.drop(target)
    assert ended < len(MOMENTS)


def _eventually_restored(file: Path, target: str) -> None:
    """A killed process leaves its pg_restore behind for a moment: it holds an empty database, or has filled it."""
    with suppress(InputError):
        restore(file, target)


def test_two_restores_into_one_database_leave_one(filled: str, bare_address: str, tmp_path: Path, way: str) -> None:
    file = tmp_path / "b"
    whole = backup(filled, file).contents
    said: list[str] = []

    def act() -> None:
        try:
            restore(file, bare_address)
            said.append("restored")
        except InputError as error:
            said.append("refused" if "not empty" in str(error) or "Another" in str(error) else str(error))

    both = [threading.Thread(target=act) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["refused", "restored"]
    assert differences(whole, held(bare_address)) == []  # type: ignore[arg-type]
