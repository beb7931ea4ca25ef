"""The tables as the newest migration has them; ``open_store`` calls ``up``.

The migrations are Alembic's (https://alembic.sqlalchemy.org), packaged in ``store/migrations``, one transaction for
all of them: a database is at one revision or at another, never between. An empty database gets the tables of
``tables.py`` at once: that takes a tenth of the time, and the 12 MB of Alembic are left out of a crawl. A migration
must therefore make nothing that ``tables.py`` does not say, rows included; a test holds both ways to each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, inspect, text

from finwatch.errors import StoreError
from finwatch.store.dialect import alone, check_server, writing
from finwatch.store.tables import metadata

HEAD: Final = "0013"
"""The revision that ``tables.py`` describes."""
_FOLDER = Path(__file__).parent / "migrations"


def revision(connection: Connection) -> str | None:
    """The revision of a database; ``None`` = it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def up(engine: Engine, target: str = HEAD) -> None:
    """Brings the database to ``target``. Raises ``StoreError`` when it was made by a newer Finwatch."""
    with writing(engine) as connection:
        alone(connection, "migrate")
        found = revision(connection)
        if found == target:
            return
        check(found)
        check_server(connection)
        if found is None:
            make(connection, target)
        else:
            _command("upgrade", connection, target)


def make(connection: Connection, target: str) -> None:
    """Makes the tables of ``target`` in an empty database, in the transaction of ``connection``."""
    if target == HEAD:
        _new(connection)
    else:
        _command("upgrade", connection, target)


def known() -> tuple[str, ...]:
    """Every revision that this program has a migration for, oldest first."""
    return tuple(sorted(path.name.split("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py")))


def down(engine: Engine, target: str) -> None:
    """Takes the database back to ``target`` (``base`` = no tables); what a newer revision brought is dropped."""
    with writing(engine) as connection:
        alone(connection, "migrate")
        check(revision(connection))
        _command("downgrade", connection, target)


def _new(connection: Connection) -> None:
    """Every table at the newest revision, and the revision as Alembic keeps it."""
    metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})


def check(found: str | None) -> None:
    """Raises ``StoreError`` for a revision that this program does not know: a newer one made it."""
    if found is not None and found not in known():
        raise StoreError(
            f"The store is at revision {found}, which this Finwatch does not know.",
            zh=f"数据库版本 {found} 高于本程序所识别的版本。",
            todo="Install the newer Finwatch that wrote it, or point FINWATCH_STORE elsewhere.",
        )


def _command(name: str, connection: Connection, target: str) -> None:
    from alembic import command  # noqa: PLC0415 - only a database that has to change pays for this import
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    act: Any = getattr(command, name)
    act(config, target)
