"""Which rows an actor may see, by their organisation: decided rows (``Scope``) and observed apps (``Sight``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from finwatch.model.access import (
    EVERYTHING,
    NOTHING,
    Organisation,
    OrganisationKind,
    Permission,
    Role,
    Scope,
    Sight,
)

ALL_APPS = Sight(everything=True)
_WHOLE_VIEW = frozenset({Role.ANALYST, Role.RESEARCHER})
"""Roles whose work is the whole field, wherever they are held."""


APART: Final[Mapping[str, Permission]] = {
    "ledger_": Permission.LEDGER_READ,
    "risk": Permission.RISK_READ,
    "common_risk": Permission.RISK_READ,
}
"""Workflows, by the beginning of their names, that ``case:read`` does not open: what a house keeps for itself."""


def closed(permissions: Collection[Permission]) -> tuple[str, ...]:
    """The workflows that somebody with ``permissions`` sees nothing of, wherever they take part."""
    return tuple(sorted(name for name, permission in APART.items() if permission not in permissions))


def below(organisation: Organisation, tree: Iterable[Organisation]) -> tuple[Organisation, ...]:
    """``organisation`` and everything under it in ``tree``, itself first. A ring in the tree is walked once."""
    children: dict[str, list[Organisation]] = {}
    for one in tree:
        if one.parent is not None:
            children.setdefault(one.parent, []).append(one)
    found = {organisation.id: organisation}
    waiting = [organisation]
    while waiting:
        for child in children.get(waiting.pop().id, []):
            if child.id not in found:
                found[child.id] = child
                waiting.append(child)
    return tuple(found.values())


def scope_of(organisation: Organisation, tree: Iterable[Organisation], roles: Collection[Role]) -> Scope:
    """The decided rows that the holder of ``roles`` in ``organisation`` may see.

    A regulator sees its region (a national one everything) and what it takes part in itself; an association everything
    that its permissions speak of; an institution its own and its branches' rows; a certification body, laboratory,
    monitoring body or store the rows in which it takes part; a member of the public none, and nobody without a role.
    """
    if not roles or organisation.kind is OrganisationKind.PUBLIC or not organisation.active:
        return NOTHING
    own = below(organisation, tree)
    if organisation.kind is OrganisationKind.ASSOCIATION:
        return EVERYTHING
    if organisation.kind is OrganisationKind.REGULATOR:
        if not organisation.region:
            return EVERYTHING
        regions = _outermost({organisation.region} | {one.region for one in own if one.region})
        return Scope(regions=regions, organisations=tuple(sorted(one.id for one in own)))
    return Scope(organisations=tuple(sorted(one.id for one in own)))


def sight_of(organisation: Organisation, tree: Iterable[Organisation], roles: Collection[Role]) -> Sight:
    """The observed apps that the holder of ``roles`` in ``organisation`` may see.

    Analysts and researchers see the whole field. A regional regulator sees the apps of operators of its region as far
    as it is known; an institution its own apps and those it filed; a store what its market lists; everybody, the apps
    of cases in which their organisation takes part.
    """
    if not roles or not organisation.active:
        return Sight()
    kind = organisation.kind
    national = kind is OrganisationKind.REGULATOR and not organisation.region
    if national or kind is OrganisationKind.ASSOCIATION or _WHOLE_VIEW & set(roles):
        return ALL_APPS
    own = below(organisation, tree)
    organisations = tuple(sorted(one.id for one in own))
    if kind is OrganisationKind.REGULATOR:
        return Sight(regions=(organisation.region,), organisations=organisations)
    if kind is OrganisationKind.INSTITUTION:
        names = {one.institution for one in own if one.institution is not None}
        return Sight(institutions=tuple(sorted(names)), organisations=organisations)
    if kind is OrganisationKind.STORE:
        markets = {one.market for one in own if one.market is not None}
        return Sight(markets=tuple(sorted(markets)), organisations=organisations)
    return Sight(organisations=organisations)


def _outermost(regions: set[str]) -> tuple[str, ...]:
    """The regions that lie in no other of them."""
    return tuple(sorted(one for one in regions if not any(one != two and one.startswith(two) for two in regions)))
