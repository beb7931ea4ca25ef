"""The revision of a store, and moving it: for whoever looks after the database."""

from __future__ import annotations

from finwatch.errors import InputError
from finwatch.model.base import Model
from finwatch.store import migrate
from finwatch.store.dialect import connect, reading, shown_address


class State(Model):
    """At which revision a store is."""

    address: str
    """Without a password."""
    revision: str | None
    """``None`` = the database has no tables of ours."""
    head: str
    """The newest revision that this program knows."""
    pending: tuple[str, ...]
    """Revisions that lie between."""


def state_of(address: str) -> State:
    """At which revision a store is; nothing is changed. Raises ``StoreError`` when it was made by a newer program."""
    engine = connect(address)
    try:
        with reading(engine) as connection:
            found = migrate.revision(connection)
        migrate.check(found)
    finally:
        engine.dispose()
    pending = tuple(one for one in migrate.known() if found is None or one > found)
    return State(address=shown_address(engine), revision=found, head=migrate.HEAD, pending=pending)


def move(address: str, *, to: str | None, down: bool) -> State:
    """Brings a store to a revision, up or down as said. Raises ``InputError`` for one that lies the other way."""
    before = state_of(address)
    target = to or migrate.HEAD
    if target not in (*migrate.known(), "base"):
        raise InputError(
            f"There is no revision {target!r}.",
            zh=f"没有版本 {target!r}。",
            todo=f"Known: {', '.join(migrate.known())}.",
        )
    here = before.revision or ""
    if (target < here or target == "base") != down and target != here:
        raise InputError(
            f"{target} lies {'above' if down else 'below'} revision {before.revision}.",
            zh=f"{target} 不在该方向。",
            todo=f"Use finwatch store migrate {'up' if down else 'down'}.",
        )
    engine = connect(address)
    try:
        if down:
            migrate.down(engine, target)
        else:
            migrate.up(engine, target)
    finally:
        engine.dispose()
    return state_of(address)
