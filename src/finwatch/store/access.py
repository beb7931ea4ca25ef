"""Organisations, people, their roles and credentials: questions, and what a ``Unit`` writes of them.

Who may ask or write is decided above (``supervise.accounts``); a question that takes organisations answers about those
only. Nothing of a credential but its digest or hash is kept, and ``Person`` has none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, Select, bindparam, func, select

from finwatch.errors import InputError, NotFound
from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role
from finwatch.model.account import ApiToken, BreakGlass, Credential, GroupRole
from finwatch.store.dialect import reading
from finwatch.store.tables import api_token, break_glass, credential, group_role, organisation, person, role_grant
from finwatch.store.unit import Unit


class Accounts:
    """Questions about organisations and people, each one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def anyone(self) -> bool:
        """Whether any person was ever registered: before that, the store serves whoever sits at this machine."""
        with reading(self._engine) as connection:
            return connection.execute(select(person.c.id).limit(1)).first() is not None

    def organisation(self, identity: str) -> Organisation:
        """An organisation by id. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            found = organisation_of(connection, identity)
        if found is None:
            raise _no_organisation(identity)
        return found

    def organisations(
        self, *, kind: OrganisationKind | None = None, among: Collection[str] | None = None
    ) -> tuple[Organisation, ...]:
        """Organisations by id: of a kind where it is given, and ``among`` some where those are."""
        with reading(self._engine) as connection:
            return organisations_of(connection, kind, among=among)

    def below(self, identity: str) -> tuple[Organisation, ...]:
        """An organisation and all under it, itself first. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            found = below(connection, identity)
        if not found:
            raise _no_organisation(identity)
        return found

    def person(self, identity: str) -> Person:
        """A person by id. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            found = person_of(connection, identity)
        if found is None:
            raise NotFound(f"There is no person {identity!r}.", zh=f"没有人员 {identity!r}。", todo="See /people.")
        return found

    def by_account(self, account: str) -> Person | None:
        """The person who logs in as ``account`` (any case)."""
        with reading(self._engine) as connection:
            row = connection.execute(select(person).where(person.c.account == account.lower())).mappings().first()
            return _person(connection, row) if row is not None else None

    def by_lookup(self, lookup: str) -> Person | None:
        """The person whose credential is found by ``lookup`` (issuer and subject)."""
        with reading(self._engine) as connection:
            found = connection.execute(select(credential.c.person).where(credential.c.lookup == lookup)).scalar()
            return person_of(connection, found) if found is not None else None

    def people(self, organisations: Collection[str] | None) -> tuple[Person, ...]:
        """The people of some organisations (``None`` = of all), by organisation and account."""
        asked = select(person).order_by(person.c.organisation, person.c.account)
        if organisations is not None:
            asked = asked.where(person.c.organisation.in_(list(organisations)))
        with reading(self._engine) as connection:
            rows = connection.execute(asked).mappings().all()
            roles = _roles(connection, [row["id"] for row in rows])
        return tuple(_whole(row, roles.get(row["id"], ())) for row in rows)

    def credential(self, identity: PersonId, kind: str) -> Credential | None:
        """A person's credential of a kind (``password``, ``totp``, ``oidc``)."""
        with reading(self._engine) as connection:
            where = (credential.c.person == identity, credential.c.kind == kind)
            row = connection.execute(select(credential).where(*where)).mappings().first()
        return Credential(**row) if row is not None else None

    def kinds(self, identity: PersonId) -> dict[str, datetime]:
        """Which kinds of credential a person has, and since when."""
        with reading(self._engine) as connection:
            asked = select(credential.c.kind, credential.c.made).where(credential.c.person == identity)
            return {row.kind: row.made for row in connection.execute(asked.order_by(credential.c.kind))}

    def tokens(self, identity: PersonId) -> tuple[ApiToken, ...]:
        """A person's tokens, newest first."""
        with reading(self._engine) as connection:
            asked = select(api_token).where(api_token.c.person == identity).order_by(api_token.c.id.desc())
            return tuple(_token(row) for row in connection.execute(asked).mappings())

    def break_glass(self, number: int) -> BreakGlass | None:
        """A break-glass grant by number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(break_glass).where(break_glass.c.id == number)).mappings().first()
        return BreakGlass(**row) if row is not None else None

    def break_glasses(
        self, *, organisations: Collection[str] | None, person: str | None = None
    ) -> tuple[BreakGlass, ...]:
        """Break-glass grants into some organisations (``None`` = any), or by a person; newest first, 200 at most."""
        asked = select(break_glass).order_by(break_glass.c.id.desc()).limit(200)
        if organisations is not None:
            asked = asked.where(break_glass.c.organisation.in_(list(organisations)))
        if person is not None:
            asked = asked.where(break_glass.c.person == person)
        with reading(self._engine) as connection:
            return tuple(BreakGlass(**row) for row in connection.execute(asked).mappings())

    def group_roles(self, groups: Iterable[str] | None = None) -> tuple[GroupRole, ...]:
        """What groups of the provider give; of some groups where they are named."""
        asked = select(group_role).order_by(group_role.c.group, group_role.c.organisation, group_role.c.role)
        if groups is not None:
            asked = asked.where(group_role.c.group.in_(sorted(set(groups))))
        with reading(self._engine) as connection:
            return tuple(GroupRole(**row) for row in connection.execute(asked).mappings())


# Inside a transaction -----------------------------------------------------------------------------------------------


def organisation_of(connection: Connection, identity: str) -> Organisation | None:
    """An organisation by id."""
    row = connection.execute(select(organisation).where(organisation.c.id == identity)).mappings().first()
    return Organisation(**row) if row is not None else None


def organisations_of(
    connection: Connection, kind: OrganisationKind | None = None, *, among: Collection[str] | None = None
) -> tuple[Organisation, ...]:
    """Organisations by id, see ``Accounts.organisations``."""
    asked = select(organisation).order_by(organisation.c.id)
    if kind is not None:
        asked = asked.where(organisation.c.kind == kind.value)
    if among is not None:
        asked = asked.where(organisation.c.id.in_(list(among)))
    return tuple(Organisation(**row) for row in connection.execute(asked).mappings())


def below(connection: Connection, identity: str) -> tuple[Organisation, ...]:
    """An organisation and all under it, itself first; none when it is not there."""
    return tuple(Organisation(**row) for row in connection.execute(_BELOW, {"root": identity}).mappings())


def _tree() -> Select[Any]:
    """The question of ``below``, for the organisation ``root``: written once, since every request asks it."""
    root = bindparam("root", type_=organisation.c.id.type)
    tree = select(organisation.c.id).where(organisation.c.id == root).cte("tree", recursive=True)
    tree = tree.union(select(organisation.c.id).join(tree, organisation.c.parent == tree.c.id))
    asked = select(organisation).where(organisation.c.id.in_(select(tree.c.id)))
    return asked.order_by((organisation.c.id != root), organisation.c.id)


_BELOW: Final = _tree()


def person_of(connection: Connection, identity: str) -> Person | None:
    """A person by id."""
    row = connection.execute(select(person).where(person.c.id == identity)).mappings().first()
    return _person(connection, row) if row is not None else None


def people_of(connection: Connection, identity: str) -> tuple[Person, ...]:
    """The active people of one organisation, by account."""
    asked = select(person).where(person.c.organisation == identity, person.c.active).order_by(person.c.account)
    rows = connection.execute(asked).mappings().all()
    roles = _roles(connection, [row["id"] for row in rows])
    return tuple(_whole(row, roles.get(row["id"], ())) for row in rows)


def _person(connection: Connection, row: RowMapping) -> Person:
    return _whole(row, _roles(connection, [row["id"]]).get(row["id"], ()))


def _whole(row: RowMapping, roles: Sequence[str]) -> Person:
    return Person(**row, roles=tuple(Role(role) for role in roles))


def _roles(connection: Connection, people: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    asked = select(role_grant.c.person, role_grant.c.role).where(role_grant.c.person.in_(people))
    for identity, role in connection.execute(asked.order_by(role_grant.c.person, role_grant.c.role)):
        found[identity] = (*found.get(identity, ()), role)
    return found


def _token(row: RowMapping) -> ApiToken:
    return ApiToken(**{name: value for name, value in row.items() if name != "digest"})


def _no_organisation(identity: str) -> NotFound:
    return NotFound(
        f"There is no organisation {identity!r}.", zh=f"没有机构 {identity!r}。", todo="See /organisations."
    )


# Writing, inside a unit ---------------------------------------------------------------------------------------------


def add_organisation(unit: Unit, new: Organisation) -> None:
    """Writes a new organisation. Raises ``InputError`` when its id or its credit code is taken."""
    taken = organisation.c.id == new.id
    if new.credit_code is not None:
        taken |= organisation.c.credit_code == new.credit_code
    if (found := unit.connection.execute(select(organisation.c.id).where(taken)).scalar()) is not None:
        raise InputError(
            f"There is an organisation {found!r} with this id or credit code.",
            zh=f"机构 {found!r} 已使用该标识或统一社会信用代码。",
            todo="Choose another id, or change that one.",
        )
    unit.insert(organisation, new.model_dump())
    unit.journal("organisation:add", f"organisation:{new.id}", new.model_dump(mode="json", exclude_defaults=True))


def change_organisation(unit: Unit, new: Organisation) -> None:
    """Writes an organisation as it is from now on. Raises ``NotFound``."""
    before = organisation_of(unit.connection, new.id)
    if before is None:
        raise _no_organisation(new.id)
    changes = {name: value for name, value in new.model_dump().items() if value != getattr(before, name)}
    if changes:
        unit.update(organisation, {"id": new.id}, changes)
        unit.journal("organisation:change", f"organisation:{new.id}", changes)


def add_person(unit: Unit, new: Person) -> None:
    """Writes a new person and their roles. Raises ``InputError`` when the account is taken."""
    if unit.connection.execute(select(person.c.id).where(person.c.account == new.account)).first() is not None:
        raise InputError(
            f"The account {new.account!r} is taken.", zh=f"账号 {new.account!r} 已被占用。", todo="Choose another."
        )
    unit.insert(person, new.model_dump(exclude={"roles"}))
    unit.journal("person:add", f"person:{new.id}", {"account": new.account, "organisation": new.organisation})
    for role in new.roles:
        grant(unit, new.id, role)


def change_person(unit: Unit, identity: PersonId, values: dict[str, Any]) -> None:
    """Changes a person's name, mail or whether they are active."""
    if unit.update(person, {"id": identity}, values) is not None:
        unit.journal("person:change", f"person:{identity}", values)


def grant(unit: Unit, identity: PersonId, role: Role, *, source: str = "person") -> bool:
    """Gives a role; returns whether it is new."""
    key = {"person": identity, "role": role.value}
    where = (role_grant.c.person == identity, role_grant.c.role == role.value)
    if unit.connection.execute(select(role_grant.c.role).where(*where)).first() is not None:
        return False
    unit.insert(role_grant, {**key, "source": source, "granted": unit.now})
    unit.journal("role:grant", f"person:{identity}", {"role": role.value, "source": source})
    return True


def revoke(unit: Unit, identity: PersonId, role: Role) -> bool:
    """Takes a role away; returns whether it was there."""
    if not unit.erase(role_grant, {"person": identity, "role": role.value}):
        return False
    unit.journal("role:revoke", f"person:{identity}", {"role": role.value})
    return True


def granted_by(connection: Connection, identity: PersonId, source: str) -> set[Role]:
    """The roles that a person has from ``source``."""
    asked = select(role_grant.c.role).where(role_grant.c.person == identity, role_grant.c.source == source)
    return {Role(role) for role in connection.execute(asked).scalars()}


def holders(connection: Connection, role: Role, organisation_id: OrganisationId) -> int:
    """How many active people of an organisation have a role."""
    asked = select(func.count()).select_from(role_grant.join(person, person.c.id == role_grant.c.person))
    where = (role_grant.c.role == role.value, person.c.organisation == organisation_id, person.c.active)
    return connection.execute(asked.where(*where)).scalar_one()


def set_credential(unit: Unit, new: Credential, *, why: str) -> None:
    """Writes a credential, in place of one of its kind. ``why`` is the journal's action: ``password:set``."""
    values = {"value": new.value, "lookup": new.lookup, "made": new.made}
    if unit.update(credential, {"person": new.person, "kind": new.kind}, values) is None:
        unit.insert(credential, {"person": new.person, "kind": new.kind, **values})
    unit.journal(why, f"person:{new.person}", {"kind": new.kind})


def drop_credential(unit: Unit, identity: PersonId, kind: str) -> bool:
    """Removes a credential; returns whether it was there."""
    if not unit.erase(credential, {"person": identity, "kind": kind}):
        return False
    unit.journal(f"{kind}:remove", f"person:{identity}", {})
    return True


def add_token(unit: Unit, new: ApiToken, digest: str) -> ApiToken:
    """Writes a token; returns it with its number."""
    row = unit.insert(api_token, {**new.model_dump(mode="python", exclude={"id"}), "id": None, "digest": digest})
    detail = {"name": new.name, "permissions": list(new.permissions), "until": new.until.isoformat()}
    unit.journal("token:make", f"token:{row['id']}", detail)
    return new.model_copy(update={"id": row["id"]})


def revoke_token(unit: Unit, number: int) -> None:
    """Ends a token now."""
    unit.update(api_token, {"id": number}, {"revoked": unit.now})
    unit.journal("token:revoke", f"token:{number}", {})


def add_break_glass(unit: Unit, new: BreakGlass) -> BreakGlass:
    """Writes a break-glass grant; returns it with its number."""
    row = unit.insert(break_glass, {**new.model_dump(), "id": None})
    unit.journal(
        "access:break_glass",
        f"organisation:{new.organisation}",
        {"grant": row["id"], "reason": new.reason, "until": new.until.isoformat()},
    )
    return new.model_copy(update={"id": row["id"]})


def end_break_glass(unit: Unit, number: int) -> None:
    """Ends a break-glass grant now."""
    unit.update(break_glass, {"id": number}, {"ended": unit.now})
    unit.journal("access:break_glass_end", f"break_glass:{number}", {})


def set_group_role(unit: Unit, new: GroupRole, *, given: bool) -> None:
    """Makes a group of the provider give a role, or no longer."""
    key = new.model_dump(mode="json")
    there = unit.erase(group_role, key)
    if given:
        unit.insert(group_role, key)
    if there != given:
        unit.journal("group:grant" if given else "group:revoke", f"organisation:{new.organisation}", key)
