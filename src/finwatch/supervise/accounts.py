"""Who may register organisations and people, give roles, make tokens, and enter by break-glass.

An administrator rules their own organisation and those below it. Outside of it only an administrator of a national
regulator or an association acts, and only to register organisations and to appoint their administrators. Nobody gives
a role to themselves. Everything here is one ``Unit``: row, journal, messages and leaf together, or nothing.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from finwatch.access import passwords, secrets
from finwatch.access.roles import roles_in
from finwatch.errors import Denied, InputError
from finwatch.limits import ACCESS
from finwatch.model.access import (
    EVERYTHING,
    Actor,
    Organisation,
    OrganisationId,
    OrganisationKind,
    Permission,
    Person,
    PersonId,
    Role,
)
from finwatch.model.account import ApiToken, BreakGlass, Credential, GroupRole
from finwatch.model.base import Text
from finwatch.model.case import Message
from finwatch.store import Store
from finwatch.store import access as rows
from finwatch.store.unit import Unit

OPERATOR: Final = Actor(
    person=PersonId("operator"),
    name="operator",
    organisation=Organisation(id=OrganisationId("operator"), kind=OrganisationKind.PUBLIC, name="operator"),
    permissions=frozenset({Permission.ACCESS_MANAGE}),
    scope=EVERYTHING,
    means="system",
)
"""Whoever holds the store's address and key on the machine itself: registers the first people."""
_FOUNDERS: Final = frozenset({OrganisationKind.REGULATOR, OrganisationKind.ASSOCIATION})


def ruled(store: Store, actor: Actor) -> frozenset[OrganisationId] | None:
    """The organisations whose people the actor administers; ``None`` = all. Raises ``Denied`` without the right."""
    if not actor.may(Permission.ACCESS_MANAGE):
        raise _denied("administer people")
    if actor.person == OPERATOR.person:
        return None
    return frozenset(one.id for one in store.accounts.below(actor.organisation.id))


def founder(actor: Actor) -> bool:
    """Whether the actor registers organisations outside their own, and appoints their administrators."""
    if actor.person == OPERATOR.person:
        return True
    able = actor.may(Permission.ACCESS_MANAGE) and actor.means in {"session", "token"}
    return able and actor.scope.everything and actor.organisation.kind in _FOUNDERS


def add_organisation(store: Store, actor: Actor, new: Organisation) -> Organisation:
    """Registers an organisation: anywhere for founders, else below the actor's own.

    Raises ``Denied``, ``NotFound`` for the one above, ``InputError``.
    """
    within = ruled(store, actor)
    if not founder(actor):
        if new.parent is None or within is None or new.parent not in within:
            raise _denied("register an organisation that is not below your own")
        if new.kind is not actor.organisation.kind:
            raise _denied("register an organisation of another kind")
    if new.parent is not None:
        store.accounts.organisation(new.parent)
    with store.deciding(actor, now=_now()) as unit:
        rows.add_organisation(unit, new)
    return new


def change_organisation(store: Store, actor: Actor, new: Organisation) -> Organisation:
    """Changes an organisation; its kind and its place stay. Raises ``Denied``, ``InputError``, ``NotFound``."""
    within = ruled(store, actor)
    before = store.accounts.organisation(new.id)
    if not founder(actor) and (within is None or new.id not in within):
        raise _denied("change an organisation that is not your own")
    if (before.kind, before.parent) != (new.kind, new.parent):
        raise InputError(
            "Kind and place of an organisation stay.", zh="机构类别与上级不可变更。", todo="Register anew."
        )
    fixed = ("region", "institution", "market", "credit_code")
    if not founder(actor) and any(getattr(before, name) != getattr(new, name) for name in fixed):
        raise _denied("change what decides which rows an organisation sees")
    with store.deciding(actor, now=_now()) as unit:
        rows.change_organisation(unit, new)
    return new


def add_person(
    store: Store,
    actor: Actor,
    *,
    account: str,
    name: str,
    organisation: str,
    mail: str | None = None,
    roles: Sequence[Role] = (),
    password: str | None = None,
) -> tuple[Person, str]:
    """Registers somebody; the person and the password of their first log-in, shown once.

    Raises ``Denied``, ``NotFound`` for the organisation, ``InputError`` for a taken account, a role not there.
    """
    home = store.accounts.organisation(organisation)
    _may_give(store, actor, home, roles)
    account = account.strip().lower()
    if not account or len(account) > 64 or any(character.isspace() for character in account):
        raise InputError("An account is one word of 64 characters or less.", zh="账号应为不超过 64 个字符的单词。")
    first = password or random.token_urlsafe(15)
    why = passwords.refused(first, about=(account,))
    if why is not None:
        raise InputError(why.en, zh=why.zh, todo="Choose another.")
    person = Person(
        id=PersonId(f"p{random.token_hex(8)}"),
        account=account,
        name=name.strip() or account,
        organisation=home.id,
        mail=mail or None,
        roles=tuple(dict.fromkeys(roles)),
    )
    now = _now()
    value = {"hash": passwords.hashed(first), "first": True}
    with store.deciding(actor, now=now) as unit:
        rows.add_person(unit, person)
        made = Credential(person=person.id, kind="password", value=value, made=now)
        rows.set_credential(unit, made, why="password:first")
    return person, first


def set_roles(store: Store, actor: Actor, identity: str, roles: Collection[Role]) -> Person:
    """Gives a person exactly ``roles``. Raises ``Denied``, ``NotFound``, ``InputError``."""
    person = store.accounts.person(identity)
    home = store.accounts.organisation(person.organisation)
    given, taken = set(roles) - set(person.roles), set(person.roles) - set(roles)
    _may_give(store, actor, home, tuple(given | taken))
    if person.id == actor.person and given:
        raise _denied("give yourself a role")
    with store.deciding(actor, now=_now()) as unit:
        for role in sorted(given):
            rows.grant(unit, person.id, role)
        for role in sorted(taken):
            rows.revoke(unit, person.id, role)
        if Role.ADMINISTRATOR in taken:
            _keeps_administrator(unit, home)
    return store.accounts.person(identity)


def reset(store: Store, actor: Actor, identity: str) -> str:
    """A new first password for somebody who lost password or telephone; their second factor and sessions end."""
    person = _ruled_person(store, actor, identity)
    first, now = random.token_urlsafe(15), _now()
    with store.deciding(actor, now=now) as unit:
        value = {"hash": passwords.hashed(first), "first": True}
        made = Credential(person=person.id, kind="password", value=value, made=now)
        rows.set_credential(unit, made, why="password:first")
        rows.drop_credential(unit, person.id, "totp")
    store.sessions.end_all(person.id, now=now)
    return first


def set_active(store: Store, actor: Actor, identity: str, *, active: bool) -> None:
    """Closes somebody's account or opens it again; closing ends their sessions, and their tokens open nothing."""
    person = _ruled_person(store, actor, identity)
    if person.id == actor.person:
        raise _denied("close your own account")
    now = _now()
    with store.deciding(actor, now=now) as unit:
        rows.change_person(unit, person.id, {"active": active})
        if not active and Role.ADMINISTRATOR in person.roles:
            _keeps_administrator(unit, store.accounts.organisation(person.organisation))
    if not active:
        store.sessions.end_all(person.id, now=now)


def link_oidc(store: Store, actor: Actor, identity: str, *, issuer: str, subject: str) -> None:
    """Lets somebody log in as ``subject`` of ``issuer``. Raises ``InputError`` when another does already."""
    person = _ruled_person(store, actor, identity)
    other = store.accounts.by_lookup(lookup(issuer, subject))
    if other is not None and other.id != person.id:
        raise InputError(
            "Another person logs in as this subject.", zh="该标识已关联其他人员。", todo="Unlink that first."
        )
    now = _now()
    made = Credential(
        person=person.id,
        kind="oidc",
        value={"issuer": issuer, "subject": subject},
        lookup=lookup(issuer, subject),
        made=now,
    )
    with store.deciding(actor, now=now) as unit:
        rows.set_credential(unit, made, why="oidc:link")


def set_group(store: Store, actor: Actor, new: GroupRole, *, given: bool = True) -> None:
    """Makes a group of the provider give a role in an organisation, or no longer. Raises ``Denied``, ``InputError``."""
    home = store.accounts.organisation(new.organisation)
    _may_give(store, actor, home, (new.role,))
    with store.deciding(actor, now=_now()) as unit:
        rows.set_group_role(unit, new, given=given)


def lookup(issuer: str, subject: str) -> str:
    """Under which an OIDC credential is found: only issuer and subject together name somebody (OIDC Core §5.7)."""
    return secrets.digest(f"{issuer}\n{subject}")


# Tokens and break-glass ---------------------------------------------------------------------------------------------


def make_token(
    store: Store, actor: Actor, *, name: str, permissions: Collection[Permission], days: int
) -> tuple[str, ApiToken]:
    """A token, shown once, that may at most ``permissions``. Raises ``Denied``, ``InputError``."""
    if actor.means not in {"session", "system"}:
        raise _denied("make a token with anything but a log-in")
    foreign = sorted(one.value for one in permissions if one not in actor.permissions)
    if foreign or not permissions:
        raise InputError(
            f"You have no {', '.join(foreign)} to give." if foreign else "A token needs a permission.",
            zh="令牌的权限须为本人已有权限，且至少一项。",
            todo="Choose among your own permissions.",
        )
    if not 1 <= days <= ACCESS.token_days:
        raise InputError(f"A token lives 1 to {ACCESS.token_days} days.", zh=f"有效期为 1 至 {ACCESS.token_days} 天。")
    token, now = secrets.new_token(), _now()
    new = ApiToken(
        person=actor.person,
        name=name.strip() or "token",
        permissions=tuple(sorted(one.value for one in permissions)),
        made=now,
        until=now + timedelta(days=days),
    )
    with store.deciding(actor, now=now) as unit:
        return token, rows.add_token(unit, new, secrets.digest(token))


def revoke_token(store: Store, actor: Actor, number: int) -> None:
    """Ends one of the actor's own tokens. Raises ``InputError`` when it is none of theirs."""
    if number not in {one.id for one in store.accounts.tokens(actor.person)}:
        raise InputError("This is none of your tokens.", zh="这不是您的令牌。", todo="See your tokens.")
    with store.deciding(actor, now=_now()) as unit:
        rows.revoke_token(unit, number)


def break_glass(store: Store, actor: Actor, *, organisation: str, reason: str, minutes: int) -> BreakGlass:
    """Enters an organisation's rows, for a reason and a while; its administrators are told in the same transaction.

    Raises ``Denied`` without the right, ``InputError`` for a reason that says nothing or too long a while.
    """
    if not actor.may(Permission.BREAK_GLASS) or actor.means != "session":
        raise _denied("enter by break-glass")
    if len(reason.strip()) < ACCESS.break_glass_reason:
        least = ACCESS.break_glass_reason
        raise InputError(f"Give the reason in {least} characters or more.", zh=f"理由至少 {least} 个字符。")
    if not 1 <= minutes * 60 <= ACCESS.break_glass_seconds:
        most = ACCESS.break_glass_seconds // 60
        raise InputError(f"Break-glass access lasts 1 to {most} minutes.", zh=f"时长为 1 至 {most} 分钟。")
    home, now = store.accounts.organisation(organisation), _now()
    with store.deciding(actor, now=now) as unit:
        grant = rows.add_break_glass(
            unit,
            BreakGlass(
                person=actor.person,
                organisation=home.id,
                reason=reason.strip(),
                since=now,
                until=now + timedelta(minutes=minutes),
            ),
        )
        unit.send(_notices(unit, actor, home, grant))
    return grant


def end_break_glass(store: Store, actor: Actor, session: str) -> None:
    """Ends the break-glass access of a session (its digest) now."""
    found = store.sessions.get(session)
    if found is not None and found.break_glass is not None and found.person == actor.person:
        with store.deciding(actor, now=_now()) as unit:
            rows.end_break_glass(unit, found.break_glass)
        store.sessions.change(session, break_glass=None)


def _notices(unit: Unit, actor: Actor, home: Organisation, grant: BreakGlass) -> list[Message]:
    until = f"{grant.until:%Y-%m-%d %H:%M} UTC"
    subject = Text(zh="紧急访问通知", en="Break-glass access to your organisation's records")
    body = Text(
        zh=f"{actor.organisation.name} 的 {actor.name} 启用了对 {home.name} 记录的紧急访问，至 {until}。"
        f"理由：{grant.reason}",
        en=f"{actor.name} of {actor.organisation.name} reads the records of {home.name} until {until}. "
        f"Reason: {grant.reason}",
    )
    told = [Message(channel="desk", to=home.id, subject=subject, body=body, key=f"break-glass:{grant.id}")]
    for person in rows.people_of(unit.connection, home.id):
        if Role.ADMINISTRATOR in person.roles and person.mail:
            key = f"break-glass:{grant.id}:{person.id}"
            told.append(Message(channel="mail", to=person.mail, subject=subject, body=body, key=key))
    return told


# Rules --------------------------------------------------------------------------------------------------------------


def _may_give(store: Store, actor: Actor, home: Organisation, roles: Collection[Role]) -> None:
    within = ruled(store, actor)
    foreign = [role.value for role in roles if role not in roles_in(home.kind)]
    if foreign:
        raise InputError(
            f"There is no role {', '.join(foreign)} in a {home.kind.value}.",
            zh=f"该类机构没有角色 {'、'.join(foreign)}。",
            todo=f"Use {', '.join(role.value for role in roles_in(home.kind))}.",
        )
    if within is None or home.id in within:
        return
    if not founder(actor) or any(role is not Role.ADMINISTRATOR for role in roles):
        raise _denied("give roles in an organisation that is not your own, but that of its administrator")


def _ruled_person(store: Store, actor: Actor, identity: str) -> Person:
    person = store.accounts.person(identity)
    within = ruled(store, actor)
    if within is not None and person.organisation not in within:
        only_administers = set(person.roles) <= {Role.ADMINISTRATOR}
        if not (founder(actor) and only_administers):
            raise _denied("administer the people of another organisation")
    return person


def _keeps_administrator(unit: Unit, home: Organisation) -> None:
    if not rows.holders(unit.connection, Role.ADMINISTRATOR, home.id):
        raise InputError(
            "An organisation keeps one administrator.", zh="机构须至少保留一名管理员。", todo="Appoint another first."
        )


def _denied(what: str) -> Denied:
    return Denied(f"You may not {what}.", zh="无权进行此操作。", todo="Ask an administrator who may.")


def _now() -> datetime:
    return datetime.now(UTC)
