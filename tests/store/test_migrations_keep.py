"""Down and up again through every revision: whatever both revisions know is there afterwards, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from finwatch.errors import InputError, StoreError
from finwatch.store import migrate, open_store
from finwatch.store.dialect import connect, reading, writing
from finwatch.store.state import move, state_of
from finwatch.store.tables import READ_MODEL
from tests.kit.filled import fill

REBUILT = {table.name for table in READ_MODEL} | {"app_gram"}
"""A migration may empty these: the next publication brings them back."""


def rows(engine: Engine) -> dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Columns and rows of every table that is not rebuilt from the lake."""
    with reading(engine) as connection:
        found = inspect(connection)
        return {
            name: (
                tuple(column["name"] for column in found.get_columns(name)),
                [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()],
            )
            for name in found.get_table_names()
            if name not in REBUILT and not name.startswith(("app_search", "sqlite_")) and name != "alembic_version"
        }


def kept(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Every table that both know has the same rows, in the columns that both know."""
    for name in before.keys() & after.keys():
        columns = set(before[name][0]) & set(after[name][0])
        told = [
            sorted(repr({column: row[column] for column in sorted(columns)}) for row in state[name][1])
            for state in (before, after)
        ]
        assert told[0] == told[1], name


def test_what_both_revisions_know_survives_every_step(address: str, tmp_path: Path) -> None:
    with open_store(address) as store:
        fill(store, tmp_path)
        answer = store.market_health  # the store opens with data in every kind of table
        assert answer is not None
    engine = connect(address)
    newest = rows(engine)
    assert {name for name, (_, some) in newest.items() if some} >= {
        "market",
        "frontier",
        "outcome",
        "job",
        "run",
        "alert",
        "case_file",
        "case_party",
        "step",
        "journal",
        "log_leaf",
    }
    states = [newest]
    for target in reversed(migrate.known()[:-1]):
        migrate.down(engine, target)
        states.append(rows(engine))
        kept(states[-2], states[-1])
    for target in migrate.known()[1:]:
        before = rows(engine)
        with writing(engine) as connection:
            migrate._command("upgrade", connection, target)
        kept(before, rows(engine))
    last = rows(engine)
    kept(states[-1], last)
    assert last["market"] == newest["market"]
    assert last["outcome"][1] == newest["outcome"][1]
    engine.dispose()
    with open_store(address) as store:
        assert [one.id for one in store.markets.all()] == ["other", "shop"]


def test_moving_says_where_to_and_refuses_the_other_way(bare_address: str) -> None:
    assert state_of(bare_address).pending == migrate.known()
    assert move(bare_address, to="0005", down=False).revision == "0005"
    assert state_of(bare_address).pending[0] == "0006"
    with pytest.raises(InputError, match="above"):
        move(bare_address, to="0009", down=True)
    with pytest.raises(InputError, match="below"):
        move(bare_address, to="0002", down=False)
    with pytest.raises(InputError, match="no revision"):
        move(bare_address, to="12", down=False)
    assert move(bare_address, to=None, down=False).pending == ()
    assert move(bare_address, to="0003", down=True).revision == "0003"
    engine = connect(bare_address)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for act in (lambda: state_of(bare_address), lambda: move(bare_address, to=None, down=False)):
        with pytest.raises(StoreError, match="9999"):
            act()
