"""Who acts: the FastAPI dependencies by which every route declares what it needs. Default deny.

A route, of the API or of the pages, takes one of these as a parameter or among its ``dependencies``::

    def cases(actor: Annotated[Actor, Depends(needs(Permission.CASE_READ))]) -> CasePage: ...
    def mine(actor: Annotated[Actor, Depends(signed_in)]) -> Response: ...   # whoever is logged in
    def bench(actor: Annotated[Actor, Depends(needs(any_of=REVIEWERS))]) -> Response: ...   # one of these will do
    def apps(store: Observed) -> AppPage: ...            # the store as the actor may see observed apps
    @api.get("/", dependencies=[Depends(public)])        # open to everybody

A route without any of them is refused at start-up
(``check_declared``), and a test walks all routes.

Requests that change something and come with a cookie must bring the form token (field ``csrf`` or header
``X-CSRF-Token``) of the page they were sent from: checked here, so that no route can forget it. Programs with
``Authorization: Bearer`` need none. Everything done under break-glass is journalled here.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from finwatch.access import secrets
from finwatch.errors import Denied, InputError, SettingError
from finwatch.limits import FORM
from finwatch.model.access import Actor, Permission
from finwatch.store import Store
from finwatch.supervise.door import HERE, Door, nobody

SESSION: Final = "finwatch-session"
"""Cookie of somebody who has logged in, or is about to."""
VISITOR: Final = "finwatch-visitor"
"""Cookie of somebody who has not: what forms of public pages are checked against."""
FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
PROGRAMS: Final = ("/api/", "/taxii2/")
"""Where the addresses of routes begin that programs ask: they get problem documents, not pages."""
_LEAST_ROUTES: Final = 50
"""Fewer than these were found = the routes of included routers were not, and a hole would go unseen."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class Needs:
    """The dependency of a route for actors who have every one of ``permissions``, and one of ``any_of`` where it is
    given; ``national`` = who see the rows of every organisation. What a route asks beyond the rows is asked here."""

    def __init__(self, *permissions: Permission, any_of: Collection[Permission] = (), national: bool = False) -> None:
        self.permissions = permissions
        self.any_of = frozenset(any_of)
        self.national = national
        self.people_only = not permissions and not any_of
        """Whoever is logged in, and nobody while nobody is registered."""

    def refusal(self, actor: Actor, path: Mapping[str, str]) -> Denied | None:
        """Why ``actor`` does not get in; ``None`` = they do. ``path`` = the values in the route's address."""
        missing = [one.value for one in self.permissions if one not in actor.permissions]
        if missing:
            return Denied(
                f"This needs the permission {', '.join(missing)}.",
                zh=f"需要权限 {'、'.join(missing)}。",
                todo="Ask an administrator of your organisation for a role that has it.",
            )
        if refused := lacking(actor, self.any_of):
            return refused
        if self.national and not actor.scope.everything:
            return Denied(
                "This is for those who look after the register of the whole country.",
                zh="仅限全国范围的管理人员。",
                todo="Ask an administrator of the national regulator or of the association.",
            )
        return None

    async def __call__(self, request: Request) -> Actor:
        """Who acts. Raises ``SignedOut``, ``Denied``."""
        actor = await run_in_threadpool(acting, request)
        await read_form(request, known=actor is not None and actor is not HERE)
        if actor is None:
            check_sent_by_us(request)
            raise nobody()
        if actor.means != "token":
            check_sent_by_us(request)
        refused = self.refusal(actor, {name: str(value) for name, value in request.path_params.items()})
        if actor is HERE and (refused or self.people_only):
            raise nobody()
        if refused:
            raise refused
        if actor.means == "break_glass":
            await run_in_threadpool(journal_break_glass, request, actor)
        return actor


class Public:
    """The dependency of a route that is open to everybody."""

    async def __call__(self, request: Request) -> None:
        """Checks that a form came from one of our pages; who reads a public page is known where they have logged in."""
        await read_form(request, known=False)
        check_sent_by_us(request)
        if SESSION in request.cookies:
            await run_in_threadpool(acting, request)


class Observes(Needs):
    """The dependency of a route that reads what was observed: gives the store as far as the actor may see it.

    ``whole`` = what the route shows cannot be told apart by app (visits, leads, captures, runs), so it is for those who
    see the whole field.
    """

    def __init__(self, *permissions: Permission, whole: bool = False) -> None:
        super().__init__(*permissions)
        self.whole = whole

    def refusal(self, actor: Actor, path: Mapping[str, str]) -> Denied | None:
        """Why ``actor`` does not get in; ``None`` = they do."""
        refused = super().refusal(actor, path)
        if refused is None and self.whole and not actor.sight.everything:
            return Denied(
                "This is for those who see the whole field.",
                zh="仅限可查看全部观察数据的人员。",
                todo="Ask for the role of an analyst.",
            )
        return refused

    async def __call__(self, request: Request) -> Store:  # type: ignore[override]
        """The store, narrowed to the actor's sight. Raises ``SignedOut``, ``Denied``."""
        actor = await super().__call__(request)
        return door_of(request).store.seen_by(actor.sight)


def lacking(actor: Actor, any_of: Collection[Permission]) -> Denied | None:
    """The refusal of somebody who has none of ``any_of``; ``None`` when they have one, or none is asked for."""
    if not any_of or actor.permissions & frozenset(any_of):
        return None
    known = sorted(one.value for one in any_of)
    return Denied(
        f"This needs the permission {' or '.join(known)}.",
        zh=f"需要以下权限之一：{'、'.join(known)}。",
        todo="Ask an administrator of your organisation for a role that has it.",
    )


def needs(*permissions: Permission, any_of: Collection[Permission] = (), national: bool = False) -> Needs:
    """A dependency that gives the actor, who has every one of ``permissions`` and one of ``any_of``."""
    return Needs(*permissions, any_of=any_of, national=national)


signed_in: Final = Needs()
"""A dependency that gives the actor, whoever has logged in."""
observing: Final = Needs(Permission.OBSERVATION_READ)
"""A dependency for what explains the service: whoever may see what was observed."""
public: Final = Public()
"""A dependency that says: open to everybody."""
Observed = Annotated[Store, Depends(Observes(Permission.OBSERVATION_READ))]
"""The store as the actor may see what was observed."""
Whole = Annotated[Store, Depends(Observes(Permission.OBSERVATION_READ, whole=True))]
"""The same, for what cannot be told apart by app."""
Evidenced = Annotated[Store, Depends(Observes(Permission.EVIDENCE_READ, whole=True))]
"""The same, for routes that hand out what was fetched."""


def door_of(request: Request) -> Door:
    """The application's door."""
    door: Door = request.app.state.door
    return door


def acting(request: Request) -> Actor | None:
    """Who sent a request; ``None`` = nobody who is known. Remembered in ``request.state``."""
    if not hasattr(request.state, "actor"):
        request.state.actor = _known(request)
    actor: Actor | None = request.state.actor
    return actor


def _known(request: Request) -> Actor | None:
    door, now = door_of(request), datetime.now(UTC)
    if not door.peopled:
        return HERE
    bearer = _bearer(request)
    if bearer is not None:
        return door.by_token(bearer, now=now)
    return door.by_session(request.cookies.get(SESSION), now=now)


def _bearer(request: Request) -> str | None:
    """The API token of a request: as bearer (RFC 6750), or as the password of Basic (RFC 7617), as TAXII clients do."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(token, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return token.strip() if kind.lower() == "bearer" else None


async def read_form(request: Request, *, known: bool) -> None:
    """Reads the fields of a posted form into ``request.state.posted``: pairs in their order, files as their names.

    From somebody who is not ``known`` it may be no larger than a form without files: it is kept before it is judged.
    Raises ``InputError``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    request.state.posted = []
    request.state.files = []
    if request.method not in _SAFE and kind in _FORMS:
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or (not known and int(length[:19]) > FORM.bytes):
            raise InputError(
                f"A form says its length, of {FORM.bytes:,} bytes at most without a log-in.",
                zh="表单须注明长度，未登录时不得过大。",
                todo="Log in, or send less.",
            )
        form = await request.form(max_fields=FORM.fields)
        request.state.posted = [
            (name, value) if isinstance(value, str) else (name, value.filename or "")
            for name, value in form.multi_items()
        ]
        request.state.files = [name for name, value in form.multi_items() if not isinstance(value, str)]


def check_sent_by_us(request: Request) -> None:
    """Refuses a change that a foreign page may have sent with the browser's cookies. Raises ``Denied``.

    A program that sends no cookie and no form has nothing that could be misused, so it is let through.
    """
    if request.method in _SAFE or _bearer(request) is not None:
        return
    cookies = [request.cookies[name] for name in (SESSION, VISITOR) if name in request.cookies]
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not cookies and kind not in _FORMS and request.url.path.startswith(PROGRAMS):
        return
    told = request.headers.get(HEADER) or dict(request.state.posted).get(FIELD, "")
    if not any(secrets.is_form_token(told, cookie) for cookie in cookies):
        raise Denied(
            "This form was not sent from a page that this browser was given.",
            zh="该表单并非由本站页面在此浏览器中发出。",
            todo="Open the page again and send it from there; the browser must keep cookies.",
        )


def journal_break_glass(request: Request, actor: Actor) -> None:
    """Writes down that a page was opened under break-glass."""
    with door_of(request).store.deciding(actor, now=datetime.now(UTC)) as unit:
        detail = {"query": dict(request.query_params)} if request.query_params else {}
        unit.journal("access:break_glass", f"{request.method} {request.url.path}", detail)


def declared(route: APIRoute) -> Needs | Public | None:
    """What a route declares; ``None`` = nothing, which is not allowed."""
    for one in _flat(route.dependant):
        if isinstance(one.call, Needs | Public):
            return one.call
    return None


def _flat(dependant: Dependant) -> Iterable[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _flat(one)


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route of an application, those of included routers too (FastAPI keeps these as routers of their own)."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from routes_of(inner.routes)


def check_declared(app: FastAPI) -> None:
    """Raises ``SettingError`` when a route declares nothing: an application with a hole does not start."""
    known = list(routes_of(app.routes))
    open_ = [f"{','.join(sorted(one.methods or ()))} {one.path}" for one in known if declared(one) is None]
    if open_ or len(known) < _LEAST_ROUTES:
        raise SettingError(f"These routes declare no permission: {', '.join(open_)}.", todo="Add needs() or public().")
