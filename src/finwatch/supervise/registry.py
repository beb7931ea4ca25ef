"""What administrators see of organisations, people and the journal; each look at the journal is written down."""

from __future__ import annotations

from datetime import UTC, datetime

from finwatch.errors import NotFound
from finwatch.model.access import EVERYTHING, Actor, Organisation, OrganisationKind, Person, Role, Scope
from finwatch.model.account import BreakGlass
from finwatch.model.case import JournalEntry
from finwatch.store import Store
from finwatch.supervise.accounts import founder, ruled


def organisations(store: Store, actor: Actor) -> tuple[Organisation, ...]:
    """The organisations that the actor administers; for founders, all. Raises ``Denied``."""
    within = ruled(store, actor)
    return store.accounts.organisations(among=None if within is None or founder(actor) else within)


def organisation(store: Store, actor: Actor, identity: str) -> Organisation:
    """One of them. Raises ``NotFound`` also for one that is not the actor's."""
    for one in organisations(store, actor):
        if one.id == identity:
            return one
    raise NotFound(f"There is no organisation {identity!r}.", zh=f"没有机构 {identity!r}。", todo="See /organisations.")


def people(store: Store, actor: Actor, *, organisation: str | None = None) -> tuple[Person, ...]:
    """The people that the actor administers: of their own organisations; for founders, administrators elsewhere too."""
    within = ruled(store, actor)
    everywhere = within is None or founder(actor)
    found = store.accounts.people(None if everywhere else within)
    return tuple(
        person
        for person in found
        if (organisation is None or person.organisation == organisation)
        and (within is None or person.organisation in within or set(person.roles) <= {Role.ADMINISTRATOR})
    )


def person(store: Store, actor: Actor, identity: str) -> Person:
    """One of them. Raises ``NotFound`` also for one that is not the actor's."""
    for one in people(store, actor):
        if one.id == identity:
            return one
    raise NotFound(f"There is no person {identity!r}.", zh=f"没有人员 {identity!r}。", todo="See /people.")


def journal(
    store: Store,
    actor: Actor,
    *,
    resource: str | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[JournalEntry]:
    """What people of the actor's organisations did, newest first; a national regulator reads all of it.

    The look is written down before the rows are read.
    """
    national = actor.organisation.kind is OrganisationKind.REGULATOR and actor.scope.everything
    own = tuple(one.id for one in store.accounts.below(actor.organisation.id))
    scope = EVERYTHING if national else Scope(organisations=own)
    asked = {"resource": resource, "person": person, "before": before}
    with store.deciding(actor, now=datetime.now(UTC)) as unit:
        unit.journal("journal:read", "journal", {name: value for name, value in asked.items() if value is not None})
    return store.cases.journal(scope=scope, resource=resource, person=person, before=before, limit=limit)


def break_glasses(store: Store, actor: Actor) -> tuple[BreakGlass, ...]:
    """Break-glass accesses into the actor's organisations, and their own; a national regulator sees all."""
    national = actor.organisation.kind is OrganisationKind.REGULATOR and actor.scope.everything
    if national:
        return store.accounts.break_glasses(organisations=None)
    own = [one.id for one in store.accounts.below(actor.organisation.id)]
    found = {
        one.id: one
        for one in (
            *store.accounts.break_glasses(organisations=own),
            *store.accounts.break_glasses(organisations=None, person=actor.person),
        )
    }
    return tuple(found[number] for number in sorted(found, reverse=True))
