"""The authorisation matrix: every route, of the API and of the pages, for every role, with own rows and with others'.

Nothing here names a route: they are taken from the application, and what must come out is derived from what each
declares and from the actor's scope. A route that is added is in the matrix.

Two regions (32, 51), and in each an institution with a case, a ledger entry, an observed app, a person and an entry in
the journal; each of these carries a mark that nothing else has. A mark in an answer to somebody who may not see that
row is a leak, wherever it stands.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select

from finwatch import catalog
from finwatch.access.roles import roles_in
from finwatch.api.acting import Needs, Observes, Public, declared, routes_of
from finwatch.api.cases import Walks
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import EVERYTHING, Actor, OrganisationId, OrganisationKind, Permission, Person, Role
from finwatch.model.case import Case, Part, Party
from finwatch.model.view import AppDocument, AppRow, ListingSpan, VersionDocument
from finwatch.settings import Settings
from finwatch.store import Store, open_store, tables
from finwatch.store import case as cases
from finwatch.store.dialect import reading
from finwatch.supervise import rules
from finwatch.supervise.accounts import OPERATOR
from finwatch.supervise.door import Door
from finwatch.supervise.machines import machines
from finwatch.web.pages import Site
from tests.kit.people import ORGANISATIONS, founded, somebody, token_of
from tests.kit.store import START, examination, later, listing, market

HOUSES = {"qinghe": ("32", "shop"), "yunxi": ("51", "bazaar")}
"""Institution to its region and the market that lists its app."""
TWICE = {"reg-west", "yunxi", "bazaar", "qinghe-branch"}
"""Of a kind that is there before: only the role that matters most for row scope acts for these."""
READERS = {
    OrganisationKind.REGULATOR: Role.SUPERVISOR,
    OrganisationKind.INSTITUTION: Role.APP_OWNER,
    OrganisationKind.STORE: Role.STORE_OPERATOR,
}

MARKED = {"filing": "draft", "ledger_entry": "in_use"}
"""The workflows of a house's cases, and the states these stand at."""
AT_ONCE = 12
"""Requests that are under way at a time."""


@dataclass
class World:
    """The application and everything in it."""

    app: FastAPI
    store: Store
    actors: dict[str, tuple[Actor, str]]
    """Name to actor and API token."""
    values: dict[str, dict[str, list[str]]]
    """House to the values that parameters of routes may take."""

    @property
    def routes(self) -> list[APIRoute]:
        """Every route."""
        return list(routes_of(self.app.routes))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home: Path = tmp_path_factory.mktemp("matrix")
    settings = Settings(home=home)
    with open_store(settings.store_address) as store:
        founded(store)
        site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
        app = application(site, settings=settings)
        values = {house: filled(store, house, *place) for house, place in HOUSES.items()}
        publish(store)
        door: Door = app.state.door
        people: list[Person] = []
        for one in ORGANISATIONS:
            roles = [READERS[one.kind]] if one.id in TWICE else roles_in(one.kind)
            people.extend(somebody(store, one.id, role) for role in roles)
        actors = {one.account: (door.actor(one), token_of(store, one)) for one in people}
        yield World(app, store, actors, values)


def filled(store: Store, house: str, region: str, shop: str) -> dict[str, list[str]]:
    """The decided rows of one house, each with its mark; the values by which they are asked for."""
    home, now = store.accounts.organisation(house), datetime.now(UTC)
    bystander = Person(
        id=f"p-mark-{house}",  # type: ignore[arg-type]
        account=f"bystander-{house}",
        name=f"PERSONMARK-{house}",
        organisation=OrganisationId(house),
    )
    numbers = []
    with store.deciding(OPERATOR, now=now) as unit:
        from finwatch.store import access as rows

        rows.add_person(unit, bystander)
        for (machine, state), mark in zip(MARKED.items(), ("CASEMARK", "LEDGERMARK"), strict=True):
            made = cases.add(
                unit,
                Case(
                    id=0,
                    machine=machine,
                    state=state,
                    version=1,
                    owner=OrganisationId(house),
                    region=region,
                    title=f"{mark}-{house}",
                    parties=(
                        Party(part=Part.OWNER, organisation=OrganisationId(house)),
                        *([Party(part=Part.STORE, organisation=OrganisationId(shop))] if machine == "filing" else []),
                    ),
                    opened=now,
                    changed=now,
                ),
                owner_name=home.name,
            )
            numbers.append(str(made.id))
    own = OPERATOR.model_copy(update={"organisation": home})
    with store.deciding(own, now=now) as unit:
        unit.journal("test:mark", f"JOURNALMARK-{house}")
    seen = observed(house)
    return {
        "number": numbers,
        "organisation": [house],
        "person": [bystander.id],
        "app_id": [f"cn.{house}.bank~000000000000"],
        "sha256": [seen.package.sha256],
        "market_id": [shop],
    }


def observed(house: str):  # type: ignore[no-untyped-def]
    """The examined package of a house's app."""
    return examination(f"cn.{house}.bank", label=f"APPMARK-{house}", signer=house)


def publish(store: Store) -> None:
    """The read model: one app a house, listed in one market."""
    for _, shop in HOUSES.values():
        store.markets.register(market(shop), now=START)
    draft = store.publication.begin(now=later(1))
    for house, (_, shop) in HOUSES.items():
        of, identity = observed(house), f"cn.{house}.bank~000000000000"
        names = {"names": {"zh-CN": f"APPMARK-{house}", "en-US": f"APPMARK-{house}"}}
        span = ListingSpan(
            market=shop,  # type: ignore[arg-type]
            app_id=identity,
            app=of.package.id,
            listing=listing(of, market=shop, **names),
            first_seen=START,
            last_seen=later(1),
        )
        row = AppRow(
            id=identity,
            app=of.package.id,
            signer=None,
            name_zh=f"APPMARK-{house}",
            name_en=f"APPMARK-{house}",
            institution=house,
            sha256=of.package.sha256,
            band=of.rating.band,
            score=of.rating.score,
            markets=(shop,),  # type: ignore[arg-type]
        )
        draft.put_app(AppDocument(row=row, names=(row.name_zh,), listings=(span,)), house)
        document = VersionDocument(app_id=identity, app=of.package.id, examined=later(1), examination=of)
        draft.put_version(document, house, current=True)
    draft.put_visits({shop: later(1) for _, shop in HOUSES.values()})
    draft.commit(at=later(2))


# What must come out -----------------------------------------------------------------------------------------------


def refused(route: APIRoute, actor: Actor, address: str) -> bool:
    """Whether what ``route`` declares keeps ``actor`` out of ``address``."""
    needed, path = declared(route), route.path_regex.match(address)
    assert path is not None, f"{route.path} does not match {address}"
    if isinstance(needed, Walks):
        return not any(actor.may(one) for one in walked(**path.groupdict()))
    if not isinstance(needed, Needs):
        return False
    if not set(needed.permissions) <= actor.permissions or (needed.any_of and not needed.any_of & actor.permissions):
        return True
    if needed.national and not actor.scope.everything:
        return True
    return isinstance(needed, Observes) and needed.whole and not actor.sight.everything


def walked(*, arc_id: str = "", arc: str = "", machine_id: str | None = None, **_: str) -> set[Permission]:
    """The permissions of the arcs that an address names; all of them where it names none that there is."""
    meant = machines().values() if machine_id is None else [machines()[machine_id]]
    arcs = [one for machine in meant for one in machine.arcs if one.id == (arc_id or arc) and not one.automatic]
    return {one.permission for one in arcs} or set(Permission)


def sees(actor: Actor, mark: str, house: str) -> bool:
    """Whether a row with ``mark`` of ``house`` is ``actor``'s to see, somewhere."""
    region, shop = HOUSES[house]
    scope, sight = actor.scope, actor.sight
    own = house in scope.organisations
    inside = scope.everything or own or any(region.startswith(one) for one in scope.regions)
    if mark == "CASEMARK":
        return actor.may(Permission.CASE_READ) and (inside or shop in scope.organisations)
    if mark == "LEDGERMARK":
        return actor.may(Permission.LEDGER_READ) and inside
    if mark == "APPMARK":
        known = house in sight.institutions or shop in sight.markets
        known = known or any(region.startswith(one) for one in sight.regions)
        return actor.may(Permission.OBSERVATION_READ) and (sight.everything or known)
    if mark == "PERSONMARK":
        founder = scope.everything and actor.organisation.kind.value in {"regulator", "association"}
        return actor.may(Permission.ACCESS_MANAGE) and (own or founder)
    assert mark == "JOURNALMARK"
    national = scope.everything and actor.organisation.kind is OrganisationKind.REGULATOR
    return actor.may(Permission.JOURNAL_READ) and (own or national)


MARK = re.compile(r"(CASE|LEDGER|APP|PERSON|JOURNAL)(MARK)-(qinghe|yunxi)\b")


def desk_refuses(world: World, route: APIRoute, actor: Actor, address: str) -> bool:
    """Whether the desk keeps ``actor``, who sees the case, from the arc of it that an address names."""
    path = route.path_regex.match(address)
    if path is None or not isinstance(declared(route), Walks) or "number" not in path.groupdict():
        return False
    case = world.store.cases.get(int(path["number"]), scope=EVERYTHING)
    mark = case.title.partition("-")[0]
    arc = machines()[case.machine].arc(path["arc_id"])
    return arc is not None and sees(actor, mark, case.owner) and rules.refusal(arc, actor, case, ()) is not None


def leaks(actor: Actor, text: str) -> set[str]:
    """The marks in ``text`` that are not ``actor``'s to see."""
    found = {(f"{kind}{mark}", house) for kind, mark, house in MARK.findall(text)}
    return {f"{mark}-{house}" for mark, house in found if not sees(actor, mark, house)}


def addresses(route: APIRoute, values: dict[str, list[str]]) -> list[str]:
    """The addresses of a route with every value of one house; a parameter nobody knows takes all of them in turn."""
    names = re.findall(r"{(\w+)(?::\w+)?}", route.path)
    found = [route.path]
    if "arc_id" in names:
        return [
            re.sub(r"{machine_id}", machine, re.sub(r"{number(:int)?}", case, route.path)).replace("{arc_id}", arc)
            for case, (machine, state) in zip(values["number"], MARKED.items(), strict=True)
            for arc in ("no_such_arc", *arcs_of(route, machine, state))
        ]
    everything = [value for one in values.values() for value in one]
    for name in names:
        known = values.get(name, everything if len(names) == 1 else everything[:1])
        found = [re.sub(rf"{{{name}(:\w+)?}}", value, path) for path in found for value in known]
    return found


def arcs_of(route: APIRoute, machine: str, state: str) -> list[str]:
    """The arcs that people may go in a case of a machine, or that open one, by what the address of a route is for."""
    known = machines()[machine].arcs_from(state) if "{number" in route.path else machines()[machine].openings()
    return [one.id for one in known if not one.automatic]


def ask(world: World, asked: list[tuple[str, str, str | None]], check: Callable[[int, httpx.Response], None]) -> None:
    """Sends requests (method, address, token), some at a time."""

    async def send() -> None:
        transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
        turns = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(transport=transport, base_url="http://finwatch.test") as session:

            async def one(at: int) -> None:
                method, address, token = asked[at]
                headers = {"authorization": f"Bearer {token}"} if token else {}
                body = {} if method in {"GET", "HEAD"} else {"json": {}} if "/api/" in address else {"data": {}}
                async with turns:
                    check(at, await session.request(method, address, headers=headers, **body))

            await asyncio.gather(*(one(at) for at in range(len(asked))))

    asyncio.run(send())


# The matrix -------------------------------------------------------------------------------------------------------


def test_every_route_declares_what_it_needs(world: World) -> None:
    routes = world.routes
    assert len(routes) > 150
    assert [f"{route.methods} {route.path}" for route in routes if declared(route) is None] == []
    described = {path for path in world.app.openapi()["paths"] if path.startswith("/api/")}
    walked = {re.sub(r":\w+}", "}", route.path) for route in routes}
    assert described <= walked, "what the OpenAPI describes is walked too"


def test_nobody_in_particular_reaches_public_routes_only(world: World) -> None:
    asked, routes = [], []
    for route in world.routes:
        for method in sorted(route.methods or ()):
            for address in addresses(route, world.values["qinghe"]):
                asked.append((method, address, None))
                routes.append(route)
    wrong: list[str] = []

    def check(at: int, answer: httpx.Response) -> None:
        method, address, _ = asked[at]
        is_open = isinstance(declared(routes[at]), Public)
        sent_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/login")
        foreign_form = answer.status_code == 403 and method != "GET"
        if not is_open and not sent_away and not foreign_form:
            wrong.append(f"{method} {address}: {answer.status_code}")
        if is_open and answer.status_code == 401:
            wrong.append(f"{method} {address}: public, and 401")
        if MARK.search(answer.text):
            wrong.append(f"{method} {address}: {MARK.search(answer.text)}")

    ask(world, asked, check)
    assert wrong == []


def test_every_role_reads_what_it_may_and_nothing_else(world: World) -> None:
    asked: list[tuple[str, str, str | None]] = []
    about: list[tuple[str, Actor, APIRoute]] = []
    for name, (actor, token) in world.actors.items():
        for route in world.routes:
            if "GET" not in (route.methods or ()) or isinstance(declared(route), Public):
                continue  # what is public is asked for by nobody in particular
            for address in dict.fromkeys(
                address for values in world.values.values() for address in addresses(route, values)
            ):
                asked.append(("GET", address, token))
                about.append((name, actor, route))
                if refused(route, actor, address) and "arc_id" not in route.path:
                    break  # the door is shut whatever stands behind it
    wrong: list[str] = []
    seen: set[str] = set()

    def check(at: int, answer: httpx.Response) -> None:
        name, actor, route = about[at]
        told = f"{name} GET {asked[at][1]}: {answer.status_code}"
        denied = answer.status_code == 403
        if refused(route, actor, asked[at][1]) and not denied:
            wrong.append(told)
        if denied and not refused(route, actor, asked[at][1]) and not desk_refuses(world, route, actor, asked[at][1]):
            wrong.append(told)
        if answer.status_code == 401 or answer.status_code >= 500:
            wrong.append(told)
        if found := leaks(actor, answer.text):
            wrong.append(f"{told} shows {sorted(found)}")
        seen.update("".join(parts[:2]) for parts in MARK.findall(answer.text))

    ask(world, asked, check)
    assert wrong == []
    assert seen == {"CASEMARK", "LEDGERMARK", "APPMARK", "PERSONMARK", "JOURNALMARK"}, "each mark was seen by somebody"


def test_nobody_changes_what_is_not_theirs_to_see(world: World) -> None:
    """Every route that changes something, with the rows of a house that the actor sees nothing of."""
    asked: list[tuple[str, str, str | None]] = []
    about: list[tuple[str, Actor, APIRoute]] = []
    for name, (actor, _) in world.actors.items():
        token = token_of(world.store, world.store.accounts.person(actor.person))  # the first test may have revoked it
        strange = [
            house
            for house in HOUSES
            if not any(sees(actor, mark, house) for mark in ("CASEMARK", "LEDGERMARK", "PERSONMARK"))
        ]
        for route in world.routes:
            known = set(re.findall(r"{(\w+)", route.path)) & {"number", "person", "organisation"}
            if not known or isinstance(declared(route), Public):
                continue
            for method in sorted((route.methods or set()) - {"GET", "HEAD"}):
                for house in strange:
                    asked.extend((method, one, token) for one in addresses(route, world.values[house])[:2])
                    about.extend([(name, actor, route)] * (len(asked) - len(about)))
    before = decided(world.store)
    wrong: list[str] = []

    def check(at: int, answer: httpx.Response) -> None:
        name, actor, route = about[at]
        told = f"{name} {asked[at][0]} {asked[at][1]}: {answer.status_code}"
        if refused(route, actor, asked[at][1]) and answer.status_code != 403:
            wrong.append(told)
        own_things = "/me/tokens/" in route.path  # named by number among one's own: none of theirs is refused as input
        if answer.status_code not in {403, 404, 422} and not own_things:
            wrong.append(told)
        if found := leaks(actor, answer.text):
            wrong.append(f"{told} shows {sorted(found)}")

    ask(world, asked, check)
    assert wrong == []
    assert decided(world.store) == before


def decided(store: Store) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Every row of the houses' decided tables."""
    with reading(store._engine) as connection:
        return [
            (table.name, [tuple(row) for row in connection.execute(select(table))])
            for table in (
                tables.case_file,
                tables.case_party,
                tables.step,
                tables.organisation,
                tables.person,
                tables.role_grant,
                tables.credential,
                tables.group_role,
            )
        ]
