"""Which role may do what, by the kind of its holder's organisation: ``roles.toml``, read once and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from finwatch.errors import SettingError
from finwatch.model.access import OrganisationKind, Permission, Role

_FILE = Path(__file__).with_name("roles.toml")
BREAK_GLASS: Final = frozenset(
    {
        Permission.OBSERVATION_READ,
        Permission.EVIDENCE_READ,
        Permission.CASE_READ,
        Permission.LEDGER_READ,
        Permission.RISK_READ,
        Permission.REPORTER_READ,
    }
)
"""What break-glass access allows, in the rows of the organisation that was entered: reading."""
Table = Mapping[OrganisationKind, Mapping[Role, frozenset[Permission]]]


@cache
def table() -> Table:
    """Kind of organisation → role → permissions. Raises ``SettingError`` naming an entry that is not known."""
    with _FILE.open("rb") as file:
        raw = tomllib.load(file)
    try:
        return {
            OrganisationKind(kind): {
                Role(role): frozenset(Permission(permission) for permission in allowed)
                for role, allowed in roles.items()
            }
            for kind, roles in raw.items()
        }
    except ValueError as error:
        raise SettingError(f"{_FILE.name}: {error}.", todo="Correct the name.") from error


def roles_in(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles there are in an organisation of ``kind``, in the order of the table."""
    return tuple(table().get(kind, {}))


def permissions_of(kind: OrganisationKind, roles: Iterable[Role]) -> frozenset[Permission]:
    """What the holder of ``roles`` may do in an organisation of ``kind``; a role that is not there gives nothing."""
    known = table().get(kind, {})
    return frozenset().union(*(known.get(role, frozenset()) for role in roles))
