"""Registers who works in the load test, and the filings they decide on; all of them fictional.

What comes in: a store with a published country. What goes out: an association with its reviewers, a regulator with its
analysts, 23 institutions with their app owners, an API token each, and filings that await their first review.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from bench.national.population import Shape, populate
from finwatch.access import secrets
from finwatch.access.roles import roles_in
from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role
from finwatch.model.account import ApiToken
from finwatch.model.case import Case, Part, Party, Step
from finwatch.store import Store
from finwatch.store import access as rows
from finwatch.store import case as cases
from finwatch.supervise.accounts import OPERATOR
from finwatch.supervise.door import Door
from tests.kit.register import assessed

REVIEWERS: Final = 110
ANALYSTS: Final = 67
INSTITUTIONS: Final = 23
_IN_A_UNIT: Final = 250


class Worker(NamedTuple):
    """Somebody at work."""

    part: str
    """``reviewer``, ``analyst`` or ``owner``."""
    name: str
    token: str


def _organisations() -> list[Organisation]:
    kinds = OrganisationKind
    found = [
        Organisation(id=OrganisationId("association"), kind=kinds.ASSOCIATION, name="苇岸协会"),
        Organisation(id=OrganisationId("bureau"), kind=kinds.REGULATOR, name="苇岸监管局"),
    ]
    regions = ("11", "31", "32", "33", "44", "51")
    for number in range(INSTITUTIONS):
        name, region = f"苇岸{number:02}号机构", regions[number % len(regions)]
        identity = OrganisationId(f"inst-{number:02}")
        found.append(Organisation(id=identity, kind=kinds.INSTITUTION, name=name, region=region))
    return found


def register(store: Store) -> list[Worker]:
    """200 people, each with a token."""
    found = []
    now = datetime.now(UTC)
    door = Door(store, secrets.Sealer.fresh())
    with store.deciding(OPERATOR, now=now) as unit:
        for one in _organisations():
            rows.add_organisation(unit, one)
    for part, organisation, roles in _people():
        person = Person(
            id=PersonId(f"p-{len(found):03}"),
            account=f"user{len(found):03}",
            name=f"{part} {len(found):03}",
            organisation=OrganisationId(organisation),
            roles=roles,
        )
        with store.deciding(OPERATOR, now=now) as unit:
            rows.add_person(unit, person)
        token = secrets.new_token()
        new = ApiToken(
            person=person.id,
            name="load",
            permissions=tuple(sorted(door.actor(store.accounts.person(person.id)).permissions)),
            made=now,
            until=now + timedelta(days=30),
        )
        with store.deciding(OPERATOR, now=now) as unit:
            rows.add_token(unit, new, secrets.digest(token))
        found.append(Worker(part, person.name, token))
    return found


def _people() -> Iterator[tuple[str, str, tuple[Role, ...]]]:
    both = (Role.FIRST_REVIEWER, Role.ASSOCIATION_MANAGER)
    allowed = set(roles_in(OrganisationKind.ASSOCIATION))
    for _ in range(REVIEWERS):
        yield "reviewer", "association", tuple(role for role in both if role in allowed)
    for _ in range(ANALYSTS):
        yield "analyst", "bureau", (Role.ANALYST,)
    for number in range(INSTITUTIONS):
        yield "owner", f"inst-{number:02}", (Role.APP_OWNER,)


def file(store: Store, count: int) -> int:
    """Filings of the country's apps, one an app, each awaiting its first review; returns the number of the first."""
    population = populate(Shape.share(1.0))
    now, first = datetime.now(UTC), 0
    for begin in range(0, count, _IN_A_UNIT):
        with store.deciding(OPERATOR, now=now) as unit:
            for number in range(begin, min(begin + _IN_A_UNIT, count)):
                at = number % INSTITUTIONS
                added = cases.add(unit, _filing(population, number, now), owner_name=f"苇岸{at:02}号机构")
                cases.record(unit, _submitted(added, now))
                first = first or added.id
    return first


def _filing(population: Any, number: int, now: datetime) -> Case:
    package, owner = population.packages[number], OrganisationId(f"inst-{number % INSTITUTIONS:02}")
    form = assessed(package, on="2026-11-01") | {"name": population.names_zh[number]}
    return Case(
        id=0,
        machine="filing",
        state="first_review",
        version=1,
        owner=owner,
        region=("11", "31", "32", "33", "44", "51")[number % INSTITUTIONS % 6],
        title=population.names_zh[number],
        subject=f"app:{package}",
        form=form,
        parties=(
            Party(part=Part.OWNER, organisation=owner),
            Party(part=Part.ASSOCIATION, organisation=OrganisationId("association")),
        ),
        opened=now - timedelta(minutes=number % 40_000),
        changed=now - timedelta(minutes=number % 40_000),
    )


def _submitted(case: Case, now: datetime) -> Step:
    return Step(
        case=case.id,
        seq=1,
        arc="submit",
        before="",
        after=case.state,
        person=PersonId("operator"),
        person_name="operator",
        organisation=case.owner,
        at=now,
    )
