"""Who sends a request, in one transaction: what a token or a session stands for, the person, their organisation.

Every request asks this first, so it is one look-up by digest, with the person and their roles beside it, and one walk
down the tree of organisations. Nothing of it is remembered: what was revoked is revoked for the next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, Select, Table, bindparam, select

from finwatch.model.access import Organisation, Person, Role
from finwatch.model.account import ApiToken, Session
from finwatch.store.access import below
from finwatch.store.dialect import reading
from finwatch.store.tables import api_token, person, role_grant, session, token_use

_PERSON: Final = "of_"
"""Before the columns of the person, which are called as some of the others are."""


class Standing(NamedTuple):
    """A person, and their organisation with all below it, itself first."""

    person: Person
    tree: tuple[Organisation, ...]


class Callers:
    """The two questions, each one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_token(self, digest: str) -> tuple[ApiToken, datetime | None, Standing] | None:
        """The token with a digest, revoked or ended or not, when it was used last, and who has it."""
        with reading(self._engine) as connection:
            rows = connection.execute(_BY_TOKEN, {"digest_": digest}).mappings().all()
            if not rows or (found := _standing(connection, rows)) is None:
                return None
        token = ApiToken(**{name: rows[0][name] for name in ApiToken.model_fields})
        return token, rows[0]["used"], found

    def by_session(self, digest: str) -> tuple[Session, Standing] | None:
        """The session with a digest, ended or not, and whose it is."""
        with reading(self._engine) as connection:
            rows = connection.execute(_BY_SESSION, {"digest_": digest}).mappings().all()
            if not rows or (found := _standing(connection, rows)) is None:
                return None
        return Session(**{name: rows[0][name] for name in Session.model_fields}), found


def _with_person(asked: Select[Any], of: Table) -> Select[Any]:
    """The row of ``of`` that has ``digest_``, its person beside it: once for each of their roles, and once without one
    where they have none."""
    columns = [column.label(f"{_PERSON}{column.name}") for column in person.columns]
    joined = (
        asked.add_columns(*columns, role_grant.c.role)
        .join(person, person.c.id == of.c.person)
        .outerjoin(role_grant, role_grant.c.person == person.c.id)
    )
    key = bindparam("digest_", type_=of.c.digest.type)
    return joined.where(of.c.digest == key).order_by(role_grant.c.role)


_BY_TOKEN: Final = _with_person(
    select(api_token, token_use.c.at.label("used")).select_from(
        api_token.outerjoin(token_use, token_use.c.token == api_token.c.id)
    ),
    api_token,
)
_BY_SESSION: Final = _with_person(select(session), session)
"""Written once: every request asks one of them."""


def _standing(connection: Connection, rows: Sequence[RowMapping]) -> Standing | None:
    fields = {column.name: rows[0][f"{_PERSON}{column.name}"] for column in person.columns}
    roles = tuple(Role(row["role"]) for row in rows if row["role"] is not None)
    tree = below(connection, fields["organisation"])
    return Standing(Person(**fields, roles=roles), tree) if tree else None
