"""The door: turns a session cookie or an API token into an ``Actor``, for one request.

What comes in: what the request carries, the time. What goes out: who acts, what they may do, which rows they see. As
long as nobody is registered the store serves whoever sits at the machine (``local``), observations only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from finwatch.access import secrets
from finwatch.access.roles import BREAK_GLASS, permissions_of
from finwatch.access.scope import ALL_APPS, closed, scope_of, sight_of
from finwatch.errors import SignedOut
from finwatch.limits import ACCESS
from finwatch.model.access import (
    Actor,
    Organisation,
    OrganisationId,
    OrganisationKind,
    Permission,
    Person,
    PersonId,
    Role,
    Scope,
)
from finwatch.model.account import Session, Stage
from finwatch.store import Store

HERE: Final = Actor(
    person=PersonId("local"),
    name="local",
    organisation=Organisation(id=OrganisationId("local"), kind=OrganisationKind.PUBLIC, name="local"),
    permissions=frozenset({Permission.OBSERVATION_READ, Permission.EVIDENCE_READ}),
    sight=ALL_APPS,
    means="system",
)
"""Whoever uses a store in which nobody is registered: looks at what was observed, decides nothing."""


class Door:
    """Asks the store who somebody is. Shared between threads."""

    def __init__(self, store: Store, sealer: secrets.Sealer) -> None:
        self.store = store
        self.sealer = sealer
        self._peopled = False

    @property
    def peopled(self) -> bool:
        """Whether anybody is registered. People are never removed, so a yes holds."""
        if not self._peopled:
            self._peopled = self.store.accounts.anyone()
        return self._peopled

    def session(self, cookie: str | None, *, now: datetime) -> Session | None:
        """The session of a cookie, half-way ones included; ``None`` = it has ended, or there never was one."""
        found = self.past(cookie)
        return found if found is not None and _runs(found, now) else None

    def past(self, cookie: str | None) -> Session | None:
        """The session of a cookie, ended or not: whose it was."""
        return self.store.sessions.get(secrets.digest(cookie)) if cookie else None

    def by_session(self, cookie: str | None, *, now: datetime) -> Actor | None:
        """Who acts in a session; ``None`` = nobody is logged in by this cookie."""
        known = self.store.callers.by_session(secrets.digest(cookie)) if cookie else None
        if known is None:
            return None
        session, found = known
        if session.stage is not Stage.FULL or not _runs(session, now) or not found.person.active:
            return None
        self.store.sessions.touch(session, now=now)
        actor = standing(*found).model_copy(update={"until": session.until})
        return self._broken(actor, session.break_glass, now=now) if session.break_glass is not None else actor

    def by_token(self, token: str, *, now: datetime) -> Actor | None:
        """Who acts by an API token; ``None`` = it is unknown, revoked or has ended, or its account is closed."""
        known = self.store.callers.by_token(secrets.digest(token))
        if known is None:
            return None
        held, last, found = known
        if held.revoked is not None or now >= held.until or not found.person.active:
            return None
        self.store.sessions.used_token(held.id, last=last, now=now)
        actor = standing(*found)
        allowed = actor.permissions & {Permission(one) for one in held.permissions}
        scope = actor.scope.model_copy(update={"closed": closed(allowed)})
        return actor.model_copy(update={"permissions": allowed, "scope": scope, "means": "token", "until": held.until})

    def actor(self, person: Person) -> Actor:
        """What a person is, by their organisation and roles as they stand now."""
        tree = self.store.accounts.below(person.organisation)
        return standing(person, tree)

    def _broken(self, actor: Actor, number: int, *, now: datetime) -> Actor:
        """The actor under a break-glass grant: reads the rows of that organisation, and does nothing else."""
        grant = self.store.accounts.break_glass(number)
        if grant is None or grant.person != actor.person or grant.ended is not None or now >= grant.until:
            return actor
        if Permission.BREAK_GLASS not in actor.permissions:
            return actor
        tree = self.store.accounts.below(grant.organisation)
        inside = tuple(sorted(one.id for one in tree))
        sight = sight_of(tree[0], tree, (Role.APP_OWNER,))
        return actor.model_copy(
            update={
                "permissions": BREAK_GLASS,
                "scope": Scope(organisations=inside),
                "sight": sight if not sight.everything else sight.model_copy(update={"everything": False}),
                "means": "break_glass",
                "until": min(grant.until, actor.until or grant.until),
            }
        )


def _runs(session: Session, now: datetime) -> bool:
    """Whether a session has not ended: by its own time, by lying idle, or half-way through a log-in."""
    if now >= session.until:
        return False
    if session.stage is not Stage.FULL:
        return now < session.started + timedelta(seconds=ACCESS.half_way_seconds)
    return now < session.seen + timedelta(seconds=ACCESS.idle_seconds)


def standing(person: Person, tree: Sequence[Organisation]) -> Actor:
    """The actor that ``person`` is; ``tree`` = their organisation first, then all below it."""
    home = tree[0]
    roles = person.roles if home.active else ()
    permissions = permissions_of(home.kind, roles)
    return Actor(
        person=person.id,
        name=person.name,
        organisation=home,
        roles=roles,
        permissions=permissions,
        scope=scope_of(home, tree, roles).model_copy(update={"closed": closed(permissions)}),
        sight=sight_of(home, tree, roles),
    )


def nobody() -> SignedOut:
    """The error that asks for a log-in."""
    return SignedOut("Log in first.", zh="请先登录。", todo="Log in, or send `Authorization: Bearer` with a token.")
