"""The table of roles: complete, without gaps, and without more than its kinds of organisation need."""

from __future__ import annotations

import pytest

from finwatch.access.roles import permissions_of, roles_in, table
from finwatch.model.access import OrganisationKind, Permission, Role


def test_every_permission_is_given_to_somebody_and_every_role_exists() -> None:
    given = {permission for roles in table().values() for allowed in roles.values() for permission in allowed}
    assert set(Permission) - given == set()
    assert {role for roles in table().values() for role in roles} == set(Role)


def test_every_kind_has_roles_and_all_but_the_public_an_administrator() -> None:
    assert set(table()) == set(OrganisationKind)
    without = {kind for kind in OrganisationKind if Role.ADMINISTRATOR not in roles_in(kind)}
    assert without == {OrganisationKind.PUBLIC}


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_what_is_not_given_is_denied(kind: OrganisationKind) -> None:
    assert permissions_of(kind, ()) == frozenset()
    foreign = set(Role) - set(roles_in(kind))
    assert permissions_of(kind, foreign) == frozenset()


def test_who_applies_never_decides() -> None:
    """Nobody may both file and review; nobody may both find and decide on the appeal as first and second reviewer."""
    for kind, roles in table().items():
        for role, allowed in roles.items():
            assert not {Permission.FILING_WRITE, Permission.FILING_REVIEW} <= allowed, (kind, role)
            assert not {Permission.FILING_REVIEW, Permission.FILING_APPROVE} <= allowed, (kind, role)
            assert not {Permission.LEDGER_WRITE, Permission.LEDGER_APPROVE} <= allowed, (kind, role)
            assert not {Permission.APPEAL_FILE, Permission.APPEAL_DECIDE} <= allowed, (kind, role)


def test_an_administrator_gives_rights_and_does_no_business() -> None:
    for kind, roles in table().items():
        if Role.ADMINISTRATOR in roles:
            assert Permission.ACCESS_MANAGE in roles[Role.ADMINISTRATOR]
            assert Permission.CASE_READ not in roles[Role.ADMINISTRATOR], kind
