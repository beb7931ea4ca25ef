"""Access over the API: who am I, my tokens, organisations, people, roles, groups of the provider, the journal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from finwatch.api.acting import needs, signed_in
from finwatch.api.asking import Before, Limit
from finwatch.api.problems import Problem
from finwatch.errors import Denied
from finwatch.limits import ACCESS
from finwatch.model.access import Actor, Organisation, Permission, Person, Role
from finwatch.model.account import ApiToken, BreakGlass, GroupRole
from finwatch.model.base import Model
from finwatch.model.case import JournalEntry
from finwatch.store import Store
from finwatch.supervise import accounts, registry

Me = Annotated[Actor, Depends(signed_in)]
Administrator = Annotated[Actor, Depends(needs(Permission.ACCESS_MANAGE))]
Auditor = Annotated[Actor, Depends(needs(Permission.JOURNAL_READ))]
Id = Annotated[str, Path(max_length=400)]
Name = Annotated[str | None, Query(max_length=400)]
ERRORS: dict[int | str, dict[str, type[Model]]] = {code: {"model": Problem} for code in (401, 403, 404, 409, 422)}
TAG = "access"


class NewPerson(Model):
    """Somebody to be registered."""

    account: str
    name: str
    organisation: str
    mail: str | None = None
    roles: tuple[Role, ...] = ()


class FirstPassword(Model):
    """A person and the password of their first log-in, shown once."""

    person: Person
    password: str


class Roles(Model):
    """The roles that a person has from now on."""

    roles: tuple[Role, ...]


class NewToken(Model):
    """A token to be made."""

    name: str
    permissions: tuple[Permission, ...]
    days: int = 90


class MadeToken(Model):
    """A token, shown once."""

    token: str
    about: ApiToken


def router(store: Store) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS, tags=[TAG])
    _mine(api, store)
    _organisations(api, store)
    _people(api, store)

    @api.get("/journal")
    def journal(
        actor: Auditor, resource: Name = None, person: Name = None, before: Before = None, limit: Limit = 50
    ) -> list[JournalEntry]:
        """Who did or read what, newest first. This look is written down too."""
        return registry.journal(store, actor, resource=resource, person=person, before=before, limit=limit)

    @api.get("/break-glass")
    def break_glass(actor: Auditor) -> list[BreakGlass]:
        """Accesses that were taken without having them: into your organisations, and your own."""
        return list(registry.break_glasses(store, actor))

    return api


def _mine(api: APIRouter, store: Store) -> None:
    @api.get("/me")
    def me(actor: Me) -> Actor:
        """Who you are here, what you may do, and which rows you see."""
        return actor

    @api.get("/me/tokens")
    def tokens(actor: Me) -> list[ApiToken]:
        """Your tokens, newest first, without their secrets."""
        return list(store.accounts.tokens(actor.person))

    @api.post("/me/tokens", status_code=201)
    def make_token(actor: Me, new: NewToken) -> MadeToken:
        """A new token. Only in a log-in: a token makes no tokens."""
        days = min(new.days, ACCESS.token_days + 1)
        token, made = accounts.make_token(store, actor, name=new.name, permissions=new.permissions, days=days)
        return MadeToken(token=token, about=made)

    @api.delete("/me/tokens/{number}", status_code=204)
    def revoke_token(actor: Me, number: Annotated[int, Path(ge=0, lt=1 << 63)]) -> None:
        """Ends one of your tokens."""
        accounts.revoke_token(store, actor, number)


def _organisations(api: APIRouter, store: Store) -> None:
    @api.get("/organisations")
    def organisations(actor: Administrator) -> list[Organisation]:
        """The organisations that you administer."""
        return list(registry.organisations(store, actor))

    @api.get("/organisations/{organisation}")
    def organisation(actor: Administrator, organisation: Id) -> Organisation:
        """One of them."""
        return registry.organisation(store, actor, organisation)

    @api.post("/organisations", status_code=201)
    def add(actor: Administrator, new: Organisation) -> Organisation:
        """Registers an organisation."""
        return accounts.add_organisation(store, actor, new)

    @api.put("/organisations/{organisation}")
    def change(actor: Administrator, organisation: Id, new: Organisation) -> Organisation:
        """Changes one; its kind and its place stay."""
        registry.organisation(store, actor, organisation)
        return accounts.change_organisation(store, actor, new.model_copy(update={"id": organisation}))

    @api.get("/groups")
    def groups(actor: Administrator) -> list[GroupRole]:
        """What groups of the OIDC provider give in the organisations that you administer."""
        mine = {one.id for one in registry.organisations(store, actor)}
        return [one for one in store.accounts.group_roles() if one.organisation in mine]

    @api.put("/groups")
    def set_group(actor: Administrator, new: GroupRole, given: bool = True) -> GroupRole:
        """Makes a group give a role; with `given=false`, no longer."""
        accounts.set_group(store, actor, new, given=given)
        return new


def _people(api: APIRouter, store: Store) -> None:
    @api.get("/people")
    def people(actor: Administrator, organisation: Name = None) -> list[Person]:
        """The people that you administer."""
        return list(registry.people(store, actor, organisation=organisation))

    @api.get("/people/{person}")
    def person(actor: Administrator, person: Id) -> Person:
        """One of them."""
        return registry.person(store, actor, person)

    @api.post("/people", status_code=201)
    def add(actor: Administrator, new: NewPerson) -> FirstPassword:
        """Registers somebody; their first password is shown once."""
        made, password = accounts.add_person(store, actor, **new.model_dump())
        return FirstPassword(person=made, password=password)

    @api.put("/people/{person}/roles")
    def roles(actor: Administrator, person: Id, new: Roles) -> Person:
        """Gives somebody exactly these roles."""
        registry.person(store, actor, person)
        return accounts.set_roles(store, actor, person, new.roles)

    @api.post("/people/{person}/reset")
    def reset(actor: Administrator, person: Id) -> FirstPassword:
        """A new first password for somebody; their second factor and their sessions end."""
        found = registry.person(store, actor, person)
        if actor.means != "session":
            raise Denied("Only somebody who has logged in resets passwords.", zh="仅可在登录后重置密码。")
        return FirstPassword(person=found, password=accounts.reset(store, actor, person))

    @api.put("/people/{person}/active")
    def active(actor: Administrator, person: Id, active: bool) -> Person:
        """Closes an account, or opens it again."""
        registry.person(store, actor, person)
        accounts.set_active(store, actor, person, active=active)
        return store.accounts.person(person)
