"""The web application: pages and API over one store, one lake and one catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from finwatch import __version__
from finwatch.access.secrets import Sealer
from finwatch.api import access as access_api
from finwatch.api import acting, problems, taxii
from finwatch.api import approved as approved_api
from finwatch.api import changes as changes_api
from finwatch.api import log as log_api
from finwatch.api import office as office_api
from finwatch.api import retention as retention_api
from finwatch.api import routes as api
from finwatch.checks import load
from finwatch.errors import FinwatchError, InputError, NotFound, SignedOut
from finwatch.flow.bench import Bench
from finwatch.flow.filed_work import Clerk
from finwatch.flow.gate import Gate
from finwatch.settings import Settings
from finwatch.supervise.door import Door
from finwatch.supervise.ledger.ledger import Ledger
from finwatch.supervise.login import Login
from finwatch.supervise.office import desk_of
from finwatch.supervise.oidc import OidcLogin
from finwatch.web import access as access_pages
from finwatch.web import approved as approved_pages
from finwatch.web import login as login_pages
from finwatch.web import office
from finwatch.web import retention as retention_pages
from finwatch.web import routes as web
from finwatch.web.language import chosen, translator
from finwatch.web.pages import HERE, Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pages load nothing from elsewhere. Inline styles are for the chart library, which sets them on its own elements."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Headed:
    """Puts ``HEADERS`` on every answer, where it does not have one of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and the answer with its headers."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, headed)


def application(site: Site, *, settings: Settings | None = None) -> FastAPI:
    """Pages at ``/``, API at ``/api/v1``, both with the same answers.

    ``settings`` name the key that seals second factors and the OIDC provider; without them a second factor lasts as
    long as the process. Raises ``SettingError`` when a setting does not fit or a route declares no permission.
    """
    door = Door(site.store, Sealer.of(settings.sealing_file) if settings is not None else Sealer.fresh())
    login = Login(door)
    oidc = OidcLogin(door, login, settings) if settings is not None and settings.oidc_issuer is not None else None
    app = FastAPI(
        title="Finwatch",
        version=__version__,
        description="Internet-finance apps: listings, packages, findings, ratings, each with its evidence.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0"},
        lifespan=_living,
    )
    checks = tuple(site.checks.values())
    app.include_router(
        api.router(store=site.store, lake=site.lake, checks=checks, catalog_version=site.knowledge.version)
    )
    app.include_router(changes_api.router(site.lake, site.knowledge))
    desk = desk_of(site.store, knows=site.lake.blobs.has)
    bench = Bench(store=site.store, lake=site.lake, knowledge=site.knowledge, checks=load)
    books = Ledger(desk, site.lake.blobs, institutions=site.knowledge.institutions)
    gate = Gate(store=site.store, lake=site.lake, knowledge=site.knowledge, checks=load, desk=desk)
    app.include_router(office_api.router(desk, bench, books, questions=gate, lake=site.lake))
    app.include_router(access_api.router(site.store))
    over = settings.catalog if settings is not None else None
    app.include_router(retention_api.router(site.store, catalog=over))
    app.include_router(approved_api.router(site.store, site.lake))
    app.include_router(log_api.router(site.store))
    app.include_router(taxii.router(desk))
    app.include_router(web.router(site))
    app.include_router(approved_pages.router(site))
    entrance = APIRouter(include_in_schema=False)
    login_pages.routes(entrance, site, login, oidc)
    access_pages.routes(entrance, site, login)
    retention_pages.routes(entrance, site, catalog=over)
    app.include_router(entrance)
    app.include_router(office.router(site, desk, door.sealer, bench, books))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    app.state.door = door
    app.state.desk = desk
    app.state.gate = gate
    app.state.clerk = Clerk(site.store, bench)
    bench.asked = app.state.clerk.wake

    @app.get("/api/openapi.json", include_in_schema=False, dependencies=[Depends(acting.observing)])
    def description() -> dict[str, Any]:
        return app.openapi()

    @app.get("/api/docs", include_in_schema=False, dependencies=[Depends(acting.observing)])
    def documentation(request: Request) -> Response:
        return site.render(request, "api.html", routes=app.openapi()["paths"])

    app.add_middleware(Headed)

    @app.exception_handler(FinwatchError)
    def finwatch_error(request: Request, error: FinwatchError) -> Response:
        return _problem(site, request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        return _problem(site, request, InputError(f"{field}: {first['msg']}.", zh=f"参数 {field} 无效。"))

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        if error.status_code != NotFound.status:
            failure = InputError(str(error.detail))
            response = _problem(site, request, failure)
            response.status_code = error.status_code
            return response
        return _problem(site, request, NotFound("There is no such page.", zh="没有这个页面。"))

    acting.check_declared(app)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """Begins and ends with the application what works beside it."""
    app.state.clerk.start()
    yield
    app.state.clerk.close()
    app.state.gate.close()


def _problem(site: Site, request: Request, error: FinwatchError) -> Response:
    """An error as a problem document for programs, as a page for people."""
    if request.url.path.startswith(acting.PROGRAMS):
        return problems.answer(request, error)
    if isinstance(error, SignedOut):
        return login_pages.signed_out(site, request, error)
    language = chosen(request, site.language)
    key = {403: "problem.denied", 404: "problem.missing", 422: "problem.bad"}.get(error.status, "problem.failed")
    detail = error.zh if language == "zh" else f"{error.en} {error.todo}".strip()
    title = translator(language)(key)
    return site.render(request, "problem.html", status=error.status, title=title, detail=detail)
