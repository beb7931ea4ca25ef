"""Migrations lead to exactly the tables of ``tables.py``, and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from finwatch.errors import SettingError, StoreError
from finwatch.store import migrate, open_store
from finwatch.store.columns import Json
from finwatch.store.dialect import connect, reading, writing
from finwatch.store.tables import metadata


def test_the_newest_migration_gives_the_tables(address: str) -> None:
    engine = connect(address)
    with reading(engine) as connection:
        assert compare_metadata(_context(connection), metadata) == []
        found = inspect(connection)
        for name, table in metadata.tables.items():
            assert found.get_pk_constraint(name)["constrained_columns"] == [key.name for key in table.primary_key]
    engine.dispose()


def test_an_empty_database_gets_what_the_migrations_would_make(bare_address: str) -> None:
    """Tables, columns, keys, indexes, checks and rows: the short way leads nowhere else than the long one."""
    engine = connect(bare_address)
    migrate.up(engine)
    at_once = _shape(engine)
    migrate.down(engine, "base")
    for script in sorted((Path(migrate.__file__).parent / "migrations" / "versions").glob("[0-9]*.py")):
        with writing(engine) as connection:
            migrate._command("upgrade", connection, script.name.split("_")[0])
    step_by_step = _shape(engine)
    assert step_by_step.keys() == at_once.keys()
    for name, table in step_by_step.items():
        assert table == at_once[name], name
    assert at_once["alembic_version"]["rows"] == [(migrate.HEAD,)]
    with reading(engine) as connection:
        assert compare_metadata(_context(connection), metadata) == []
    engine.dispose()


def _context(connection: Connection) -> MigrationContext:
    """All but the index of names, which each kind of database has in its own form."""

    def ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or not (name or "").startswith("app_search")

    return MigrationContext.configure(connection, opts={"include_name": ours})


def _shape(engine: Engine) -> dict[str, dict[str, object]]:
    with reading(engine) as connection:
        found = inspect(connection)
        return {
            name: {
                "columns": [
                    (one["name"], _type(name, one), one["nullable"], one["default"]) for one in found.get_columns(name)
                ],
                "key": found.get_pk_constraint(name)["constrained_columns"],
                "indexes": sorted(
                    (str(one["name"]), one["column_names"], bool(one["unique"])) for one in found.get_indexes(name)
                ),
                "unique": sorted((str(one["name"]), one["column_names"]) for one in found.get_unique_constraints(name)),
                "foreign": sorted(
                    (one["constrained_columns"], one["referred_table"]) for one in found.get_foreign_keys(name)
                ),
                "checks": sorted((str(one["name"]), one["sqltext"]) for one in found.get_check_constraints(name)),
                "rows": connection.execute(text(f'SELECT * FROM "{name}"')).all(),
            }
            for name in found.get_table_names()
        }


def _type(table: str, column: Any) -> str:
    """The type of a column; JSON is never ordered, so its collation may be any."""
    known = metadata.tables[table].c if table in metadata.tables else {}
    if column["name"] in known and isinstance(known[column["name"]].type, Json):
        return type(column["type"]).__name__
    return repr(column["type"])


def test_down_and_up_again(bare_address: str) -> None:
    engine = connect(bare_address)
    migrate.up(engine)
    migrate.down(engine, "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert migrate.revision(connection) is None
    migrate.up(engine)
    with reading(engine) as connection:
        assert migrate.revision(connection) == migrate.HEAD
    engine.dispose()


def test_head_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_a_newer_database_is_left_alone(address: str) -> None:
    engine = connect(address)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="9999"):
        open_store(address)


def test_two_processes_may_open_a_new_store_at_once(bare_address: str) -> None:
    code = f"from finwatch.store import open_store; print(open_store({bare_address!r}).overview().apps)"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["0\n"] * 3


@pytest.mark.parametrize("address", ["nonsense", "sqlite://", "mysql://x/y", "postgresql+asyncpg://x/y"])
def test_an_address_that_cannot_be_used_is_said(address: str) -> None:
    with pytest.raises(SettingError):
        open_store(address)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path / 's.sqlite'}")
