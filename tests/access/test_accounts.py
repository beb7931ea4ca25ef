"""Who administers whom, what a token may, what break-glass opens, and what of it stands in journal, outbox and log."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from finwatch.access import secrets
from finwatch.errors import Denied, InputError, NotFound
from finwatch.model.access import Actor, OrganisationKind, Permission, Person, Role
from finwatch.model.account import GroupRole
from finwatch.store import Store, tables
from finwatch.store.dialect import reading, writing
from finwatch.supervise import accounts, registry
from finwatch.supervise.accounts import OPERATOR
from finwatch.supervise.door import Door
from tests.kit.people import Browser, founded, org, session_of, somebody, token_of


@pytest.fixture
def world(store: Store) -> Store:
    founded(store)
    return store


def actor(store: Store, person: Person) -> Actor:
    return Door(store, secrets.Sealer.fresh()).actor(person)


def test_an_administrator_rules_their_own_house_and_what_is_below(world: Store) -> None:
    boss = actor(world, somebody(world, "qinghe", Role.ADMINISTRATOR))
    made, first = accounts.add_person(
        world, boss, account="li", name="李", organisation="qinghe-branch", roles=(Role.APP_OWNER,)
    )
    assert len(first) >= 12
    accounts.set_roles(world, boss, made.id, (Role.AUDITOR,))
    assert world.accounts.person(made.id).roles == (Role.AUDITOR,)
    for elsewhere in ("yunxi", "nifa", "reg"):
        with pytest.raises(Denied):
            accounts.add_person(world, boss, account="x", name="x", organisation=elsewhere)
    stranger = somebody(world, "yunxi", Role.APP_OWNER)
    for act in (
        lambda: accounts.set_roles(world, boss, stranger.id, (Role.AUDITOR,)),
        lambda: accounts.reset(world, boss, stranger.id),
        lambda: accounts.set_active(world, boss, stranger.id, active=False),
        lambda: accounts.link_oidc(world, boss, stranger.id, issuer="https://idp.example", subject="s"),
        lambda: accounts.set_group(world, boss, GroupRole(group="g", organisation="yunxi", role=Role.AUDITOR)),  # type: ignore[arg-type]
    ):
        with pytest.raises(Denied):
            act()
    with pytest.raises(NotFound):
        registry.person(world, boss, stranger.id)
    assert {one.id for one in registry.organisations(world, boss)} == {"qinghe", "qinghe-branch"}


def test_a_branch_rules_nothing_above(world: Store) -> None:
    branch = actor(world, somebody(world, "qinghe-branch", Role.ADMINISTRATOR))
    with pytest.raises(Denied):
        accounts.add_person(world, branch, account="x", name="x", organisation="qinghe")


def test_a_national_administrator_appoints_administrators_and_nobody_else(world: Store) -> None:
    national = actor(world, somebody(world, "reg", Role.ADMINISTRATOR))
    accounts.add_organisation(world, national, org("new-bank", OrganisationKind.INSTITUTION, region="44"))
    accounts.add_person(world, national, account="a", name="a", organisation="new-bank", roles=(Role.ADMINISTRATOR,))
    with pytest.raises(Denied):
        accounts.add_person(world, national, account="b", name="b", organisation="new-bank", roles=(Role.APP_OWNER,))
    regional = actor(world, somebody(world, "reg-east", Role.ADMINISTRATOR))
    with pytest.raises(Denied):
        accounts.add_organisation(world, regional, org("another", OrganisationKind.INSTITUTION))
    with pytest.raises(Denied):
        accounts.add_person(world, regional, account="c", name="c", organisation="qinghe", roles=(Role.ADMINISTRATOR,))


def test_nobody_raises_themselves_and_the_last_administrator_stays(world: Store) -> None:
    person = somebody(world, "qinghe", Role.ADMINISTRATOR)
    boss = actor(world, person)
    with pytest.raises(Denied):
        accounts.set_roles(world, boss, person.id, (Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER))
    with pytest.raises(InputError):
        accounts.set_roles(world, boss, person.id, ())
    assert world.accounts.person(person.id).roles == (Role.ADMINISTRATOR,), "all of it or nothing"
    with pytest.raises(Denied):
        accounts.set_active(world, boss, person.id, active=False)
    owner = actor(world, somebody(world, "qinghe", Role.APP_OWNER))
    with pytest.raises(Denied):
        accounts.add_person(world, owner, account="x", name="x", organisation="qinghe")
    with pytest.raises(InputError):
        accounts.add_person(world, boss, account="x", name="x", organisation="qinghe", roles=(Role.SUPERVISOR,))


def test_a_house_cannot_move_itself_into_another_scope(world: Store) -> None:
    boss = actor(world, somebody(world, "qinghe", Role.ADMINISTRATOR))
    own = world.accounts.organisation("qinghe")
    accounts.change_organisation(world, boss, own.model_copy(update={"short_name": "青禾"}))
    for change in ({"institution": "yunxi"}, {"region": ""}, {"market": "shop"}, {"credit_code": "9" * 18}):
        with pytest.raises(Denied):
            accounts.change_organisation(world, boss, own.model_copy(update=change))
    for change in ({"kind": OrganisationKind.REGULATOR}, {"parent": "nifa"}):
        with pytest.raises(InputError):
            accounts.change_organisation(world, boss, own.model_copy(update=change))


def test_a_token_never_may_more_than_its_person(app: FastAPI, store: Store) -> None:
    person = somebody(store, "qinghe", Role.APP_OWNER)
    token = token_of(store, person, Permission.OBSERVATION_READ)
    asked = {"headers": {"authorization": f"Bearer {token}"}}
    me = Browser(app).get("/api/v1/me", **asked).json()
    assert (me["permissions"], me["means"]) == (["observation:read"], "token")
    assert Browser(app).get("/api/v1/cases", **asked).status_code == 403
    with reading(store._engine) as connection:
        kept = connection.execute(select(tables.api_token.c.digest)).scalar_one()
    assert token not in kept
    made = Browser(app).ask(
        "POST", "/api/v1/me/tokens", json={"name": "x", "permissions": ["observation:read"]}, **asked
    )
    assert made.status_code == 403, "a token makes no tokens"
    with pytest.raises(InputError):
        accounts.make_token(store, actor(store, person), name="x", permissions=[Permission.JOURNAL_READ], days=9)
    accounts.set_roles(store, OPERATOR, person.id, (Role.AUDITOR,))
    accounts.revoke_token(store, actor(store, person), store.accounts.tokens(person.id)[0].id)
    assert Browser(app).get("/api/v1/me", **asked).status_code == 401


def test_a_token_ends_with_its_time_and_its_person(app: FastAPI, store: Store) -> None:
    person = somebody(store, "qinghe", Role.APP_OWNER)
    asked = {"headers": {"authorization": f"Bearer {token_of(store, person)}"}}
    assert Browser(app).get("/api/v1/me", **asked).status_code == 200
    with writing(store._engine) as connection:
        connection.execute(update(tables.api_token).values(until=datetime.now(UTC)))
    assert Browser(app).get("/api/v1/me", **asked).status_code == 401
    other = {"headers": {"authorization": f"Bearer {token_of(store, person)}"}}
    accounts.set_active(store, OPERATOR, person.id, active=False)
    answer = Browser(app).get("/api/v1/me", **other)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_break_glass_opens_one_house_to_read_and_all_of_it_is_written_down(app: FastAPI, store: Store) -> None:
    somebody(store, "yunxi", Role.ADMINISTRATOR)
    person = somebody(store, "reg-east", Role.SUPERVISOR)
    browser = Browser(app, cookies={"finwatch-session": session_of(store, person)})
    assert browser.get("/break-glass").status_code == 200
    short = browser.post("/break-glass", organisation="yunxi", reason="because", minutes="30")
    assert short.status_code == 422
    assert "because" in short.text, "what was typed stays"
    too_long = browser.post(
        "/break-glass", organisation="yunxi", reason="an incident at night, no one reached", minutes="900"
    )
    assert too_long.status_code == 422
    reason = "Incident 17: funds leave accounts, nobody of the house is reached"
    assert browser.post("/break-glass", organisation="yunxi", reason=reason, minutes="30").status_code == 303
    me = browser.get("/api/v1/me").json()
    assert me["means"] == "break_glass"
    assert me["scope"]["organisations"] == ["yunxi"]
    assert "notice:issue" not in me["permissions"], "it opens the eyes, not the hands"
    assert browser.get("/people").status_code == 403
    entries = store.cases.journal(scope=actor(store, somebody(store, "reg", Role.AUDITOR)).scope, person=person.id)
    assert [one.resource for one in entries if one.means == "break_glass"] == ["GET /api/v1/me"]
    opened = [one for one in entries if one.action == "access:break_glass" and one.means == "session"]
    assert opened[0].detail["reason"] == reason
    with reading(store._engine) as connection:
        told = connection.execute(select(tables.outbox)).mappings().all()
    assert {(one["channel"], one["address"]) for one in told} == {
        ("desk", "yunxi"),
        ("mail", "yunxi@finwatch.example"),
    }
    assert all(reason in one["body"]["en"] for one in told)
    page = browser.get("/me")
    assert "break-glass access" in page.text
    assert browser.post("/break-glass/end").status_code == 303
    assert browser.get("/api/v1/me").json()["means"] == "session"


def test_break_glass_ends_by_itself(app: FastAPI, store: Store) -> None:
    person = somebody(store, "reg-east", Role.SUPERVISOR)
    cookie = session_of(store, person)
    home = actor(store, person)
    reason = "Incident 17: nobody of the house is reached"
    grant = accounts.break_glass(store, home, organisation="yunxi", reason=reason, minutes=5)
    store.sessions.change(secrets.digest(cookie), break_glass=grant.id)
    browser = Browser(app, cookies={"finwatch-session": cookie})
    assert browser.get("/api/v1/me").json()["means"] == "break_glass"
    with writing(store._engine) as connection:
        connection.execute(update(tables.break_glass).values(until=datetime.now(UTC)))
    assert browser.get("/api/v1/me").json()["means"] == "session"
    owner = actor(store, somebody(store, "qinghe", Role.APP_OWNER))
    with pytest.raises(Denied):
        accounts.break_glass(store, owner, organisation="yunxi", reason=reason, minutes=5)


def test_reading_the_journal_is_in_the_journal_and_ends_at_the_house(app: FastAPI, store: Store) -> None:
    auditor = somebody(store, "qinghe", Role.AUDITOR)
    other = somebody(store, "yunxi", Role.ADMINISTRATOR)
    accounts.add_person(store, actor(store, other), account="theirs", name="x", organisation="yunxi")
    browser = Browser(app, cookies={"finwatch-session": session_of(store, auditor)})
    browser.get("/journal?resource=person:x")
    page = browser.get("/journal").text
    assert "journal:read" in page
    assert "yunxi" not in page
    entries = registry.journal(store, actor(store, auditor))
    assert {one.organisation for one in entries} == {"qinghe"}
    assert {"resource": "person:x"} in [one.detail for one in entries]
    national = registry.journal(store, actor(store, somebody(store, "reg", Role.AUDITOR)), limit=500)
    assert "yunxi" in {one.organisation for one in national}


def test_every_change_has_a_leaf(world: Store) -> None:
    """Each row of a person, a role and a credential is vouched for by the log."""
    boss = actor(world, somebody(world, "qinghe", Role.ADMINISTRATOR))
    made, _ = accounts.add_person(world, boss, account="li", name="李", organisation="qinghe", roles=(Role.AUDITOR,))
    with reading(world._engine) as connection:
        leaves = connection.execute(select(tables.log_leaf.c.data).order_by(tables.log_leaf.c.index)).scalars().all()
    rows = {(table, key) for table, key, _ in json.loads(leaves[-1])["rows"]}
    assert {("person", made.id), ("role_grant", f"{made.id}/auditor"), ("credential", f"{made.id}/password")} <= rows
    assert "argon2" not in leaves[-1]
    assert "李" not in leaves[-1]
