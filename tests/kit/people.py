"""A store with organisations and people of every kind, all fictional, and a client that behaves as a browser does."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pyotp
from fastapi import FastAPI

from finwatch.access import secrets
from finwatch.access.roles import roles_in
from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Permission, Person, Role
from finwatch.model.account import ApiToken, Session, Stage
from finwatch.store import Store
from finwatch.store import access as rows
from finwatch.supervise import accounts
from finwatch.supervise.accounts import OPERATOR
from finwatch.supervise.door import Door

PASSWORD = "correct horse battery"
"""What people of these tests choose."""


def org(identity: str, kind: OrganisationKind, **fields: Any) -> Organisation:
    """An organisation named after its id."""
    return Organisation(id=OrganisationId(identity), kind=kind, name=f"示例{identity}", **fields)


K = OrganisationKind
ORGANISATIONS = (
    org("reg", K.REGULATOR),
    org("reg-east", K.REGULATOR, region="32", parent="reg"),
    org("reg-west", K.REGULATOR, region="51", parent="reg"),
    org("nifa", K.ASSOCIATION),
    org("qinghe", K.INSTITUTION, region="32", institution="qinghe"),
    org("qinghe-branch", K.INSTITUTION, region="32", parent="qinghe"),
    org("yunxi", K.INSTITUTION, region="51", institution="yunxi"),
    org("certify", K.CERTIFICATION_BODY),
    org("lab", K.TESTING_LAB),
    org("watch", K.MONITORING_BODY),
    org("shop", K.STORE, market="shop"),
    org("bazaar", K.STORE, market="bazaar"),
    org("campus", K.PUBLIC),
)


def founded(store: Store, organisations: tuple[Organisation, ...] = ORGANISATIONS) -> None:
    """Registers the organisations."""
    for one in organisations:
        accounts.add_organisation(store, OPERATOR, one)


def somebody(store: Store, organisation: str, *roles: Role, account: str | None = None) -> Person:
    """Registers a person with roles; without a password nobody logs in as them, but sessions can be made."""
    person = Person(
        id=f"p-{organisation}-{'-'.join(roles) or 'nobody'}",  # type: ignore[arg-type]
        account=account or f"{organisation}.{'.'.join(roles) or 'nobody'}",
        name=f"{organisation} {' '.join(roles)}",
        organisation=OrganisationId(organisation),
        mail=f"{organisation}@finwatch.example",
        roles=roles,
    )
    with store.deciding(OPERATOR, now=datetime.now(UTC)) as unit:
        rows.add_person(unit, person)
    return store.accounts.person(person.id)


def everybody(store: Store) -> dict[tuple[str, Role], Person]:
    """One person for every role in every organisation."""
    return {(one.id, role): somebody(store, one.id, role) for one in ORGANISATIONS for role in roles_in(one.kind)}


def token_of(store: Store, person: Person, *permissions: Permission) -> str:
    """An API token of a person: for everything they may do, unless less is named."""
    actor = Door(store, secrets.Sealer.fresh()).actor(person)
    token = secrets.new_token()
    now = datetime.now(UTC)
    new = ApiToken(
        person=person.id,
        name="test",
        permissions=tuple(sorted(permissions or actor.permissions)),
        made=now,
        until=now.replace(year=now.year + 1),
    )
    with store.deciding(actor, now=now) as unit:
        rows.add_token(unit, new, secrets.digest(token))
    return token


def session_of(store: Store, person: Person, **fields: Any) -> str:
    """The cookie of a session of a person who has logged in."""
    cookie, now = secrets.new_secret(), datetime.now(UTC)
    values = {"started": now, "seen": now, "until": now.replace(year=now.year + 1), "stage": Stage.FULL} | fields
    store.sessions.begin(Session(digest=secrets.digest(cookie), person=person.id, means="password", **values))
    return cookie


@dataclass
class Browser:
    """Asks the application without a socket; keeps cookies, fills in the form token, follows no redirect."""

    app: FastAPI
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    """Of the last page that had a form."""

    def ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """One request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("192.0.2.7", 5000))
            kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers = ({"cookie": kept} if kept else {}) | asked.pop("headers", {})
            async with httpx.AsyncClient(transport=transport, base_url="http://finwatch.test") as session:
                return await session.request(method, path, headers=headers, **asked)

        answer = asyncio.run(send())
        for line in answer.headers.get_list("set-cookie"):
            for name, one in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if one["max-age"] != "0":
                    self.cookies[name] = one.value
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        if found:
            self.token = unescape(found[1])
        return answer

    def get(self, path: str, **asked: Any) -> httpx.Response:
        """A page."""
        return self.ask("GET", path, **asked)

    def post(self, path: str, **typed: Any) -> httpx.Response:
        """A form with the token of the last page."""
        return self.ask("POST", path, data={"csrf": self.token, **typed})

    def log_in(self, account: str, password: str, secret: str | None = None) -> httpx.Response:
        """The whole log-in of somebody who has set up a second factor with ``secret``."""
        self.get("/login")
        self.post("/login", account=account, password=password)
        self.get("/login/factor")
        return self.post("/login/factor", code=pyotp.TOTP(secret or "").now())
