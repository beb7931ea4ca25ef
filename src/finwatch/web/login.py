"""The pages of logging in and out: password, second factor, its setting up, the way through an OIDC provider.

Also what happens to a form that was sent when the session had ended: it is kept, sealed, for the person whose session
it was, and after the log-in ``/resume`` shows what they had typed and sends it on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import zxingcpp
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from finwatch.access import factors, secrets
from finwatch.api.acting import FIELD, SESSION, VISITOR, door_of, public, signed_in
from finwatch.errors import Denied, FetchError, FinwatchError, InputError, NotFound, SignedOut, TooMany
from finwatch.limits import ACCESS
from finwatch.model.access import Actor
from finwatch.model.account import Stage
from finwatch.supervise.login import Login
from finwatch.supervise.oidc import OidcLogin
from finwatch.web.language import chosen
from finwatch.web.pages import Site

OPEN: Final = [Depends(public)]
_SEE_OTHER: Final = 303
_NEXT: Final = {Stage.FACTOR: "/login/factor", Stage.ENROL: "/login/enrol"}
_SECRET_FIELDS: Final = ("password", "old", "new", "code", FIELD)
"""Never kept, whatever form they are in."""


def routes(pages: APIRouter, site: Site, login: Login, oidc: OidcLogin | None) -> None:
    """Adds the pages to ``pages``."""
    _password(pages, site, login, oidc)
    _factor(pages, site, login)
    _enrol(pages, site, login)
    _resume(pages, site)
    if oidc is not None:
        _oidc(pages, site, oidc)

    @pages.post("/logout", dependencies=OPEN)
    def logout(request: Request) -> Response:
        login.leave(request.cookies.get(SESSION))
        response = RedirectResponse("/login", _SEE_OTHER)
        site.give_cookie(request, response, SESSION, None)
        return response


def _password(pages: APIRouter, site: Site, login: Login, oidc: OidcLogin | None) -> None:
    def page(request: Request, *, next_: str, account: str = "", error: FinwatchError | None = None) -> Response:
        return site.render(
            request,
            "login.html",
            status=error.status if error else 200,
            next_=next_,
            account=account,
            error=_told(site, request, error),
            provider=oidc.name if oidc is not None else None,
            kept=next_.startswith("/resume/"),
            peopled=login.door.peopled,
        )

    @pages.get("/login", dependencies=OPEN)
    def form(request: Request) -> Response:
        return page(request, next_=inside(request.query_params.get("next")))

    @pages.post("/login", dependencies=OPEN)
    def entered(request: Request) -> Response:
        typed = dict(request.state.posted)
        next_, account = inside(typed.get("next")), typed.get("account", "")
        try:
            cookie, stage = login.password(account, typed.get("password", ""), address=came_from(request), next_=next_)
        except (InputError, TooMany) as error:
            return page(request, next_=next_, account=account, error=error)
        return _on(site, request, cookie, _NEXT[stage])


def _factor(pages: APIRouter, site: Site, login: Login) -> None:
    @pages.get("/login/factor", dependencies=OPEN)
    def form(request: Request) -> Response:
        return site.render(request, "login_factor.html", error=None)

    @pages.post("/login/factor", dependencies=OPEN)
    def entered(request: Request) -> Response:
        code = dict(request.state.posted).get("code", "")
        try:
            cookie, session = login.factor(request.cookies.get(SESSION), code, address=came_from(request))
        except (InputError, TooMany) as error:
            told = _told(site, request, error)
            return site.render(request, "login_factor.html", status=error.status, error=told)
        return _on(site, request, cookie, inside(session.next))


def _enrol(pages: APIRouter, site: Site, login: Login) -> None:
    def page(request: Request, *, error: FinwatchError | None = None) -> Response:
        person, secret, first = login.enrolling(request.cookies.get(SESSION))
        picture = _picture(factors.address(secret, account=person.account))
        return site.render(
            request,
            "login_enrol.html",
            status=error.status if error else 200,
            account=person.account,
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            picture=picture,
            first=first,
            least=ACCESS.password_least,
            error=_told(site, request, error),
        )

    @pages.get("/login/enrol", dependencies=OPEN)
    def form(request: Request) -> Response:
        return page(request)

    @pages.post("/login/enrol", dependencies=OPEN)
    def entered(request: Request) -> Response:
        typed, cookie = dict(request.state.posted), request.cookies.get(SESSION)
        half_way = login.door.past(cookie)
        try:
            if typed.get("new") != typed.get("again"):
                raise InputError("The two passwords differ.", zh="两次输入的密码不一致。", todo="Type both again.")
            fresh, codes = login.enrol(
                cookie, typed.get("code", ""), new_password=typed.get("new"), address=came_from(request)
            )
        except (InputError, TooMany) as error:
            return page(request, error=error)
        next_ = inside(half_way.next if half_way is not None else None)
        response = site.render(request, "login_codes.html", codes=codes, next_=next_)
        site.give_cookie(request, response, SESSION, fresh)
        response.headers["Cache-Control"] = "no-store"
        return response


def _oidc(pages: APIRouter, site: Site, oidc: OidcLogin) -> None:
    @pages.get("/login/oidc", dependencies=OPEN)
    def there(request: Request) -> Response:
        visitor = request.cookies.get(VISITOR) or secrets.new_secret()
        redirect = f"{_base(site, request)}/login/oidc/back"
        where = oidc.begin(redirect=redirect, next_=inside(request.query_params.get("next")), visitor=visitor)
        response = RedirectResponse(where, _SEE_OTHER)
        site.give_cookie(request, response, VISITOR, visitor)
        return response

    @pages.get("/login/oidc/back", dependencies=OPEN)
    def back(request: Request) -> Response:
        try:
            cookie, next_ = oidc.end(request.query_params, visitor=request.cookies.get(VISITOR, ""))
        except (InputError, Denied, FetchError) as error:
            told = _told(site, request, error)
            values: dict[str, Any] = {"account": "", "kept": False, "peopled": True, "provider": oidc.name}
            return site.render(request, "login.html", status=error.status, error=told, next_="/", **values)
        return _on(site, request, cookie, inside(next_))


# Forms of an ended session ------------------------------------------------------------------------------------------


def signed_out(site: Site, request: Request, error: SignedOut) -> Response:
    """The log-in page for somebody who is not logged in (any more); what they had typed waits for them behind it."""
    path = request.url.path
    if path.startswith(("/login", "/logout")):
        return RedirectResponse("/login", _SEE_OTHER)
    if request.method in {"GET", "HEAD"}:
        wanted = path + (f"?{request.url.query}" if request.url.query else "")
        where = f"/login?{urlencode({'next': wanted})}"
    else:
        kept = _keep(request)
        where = f"/login?{urlencode({'next': f'/resume/{kept}'})}" if kept else "/login"
    if request.headers.get("hx-request"):
        return Response(status_code=error.status, headers={"HX-Redirect": where})
    return RedirectResponse(where, _SEE_OTHER)


def _keep(request: Request) -> str | None:
    """Keeps the posted fields for the person whose session it was; the key to them, ``None`` = nobody's, too much."""
    door, now = door_of(request), datetime.now(UTC)
    session = door.past(request.cookies.get(SESSION))
    fields = [(name, value) for name, value in request.state.posted if name not in _SECRET_FIELDS]
    files = set(request.state.files)
    if session is None or not fields:
        return None
    if sum(len(name) + len(value.encode("utf-8", "surrogatepass")) for name, value in fields) > ACCESS.form_bytes:
        return None
    kept = {
        "path": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "fields": [(name, value) for name, value in fields if name not in files],
        "files": sorted({(name, value) for name, value in fields if name in files}),
        "at": now.isoformat(),
    }
    key, until = secrets.new_secret(), now + timedelta(seconds=ACCESS.form_seconds)
    digest, sealed = secrets.digest(key), door.sealer.seal(kept)
    door.store.sessions.keep_form(digest, person=session.person, sealed=sealed, until=until, now=now)
    return key


def _resume(pages: APIRouter, site: Site) -> None:
    @pages.get("/resume/{key}")
    def resume(request: Request, key: str, actor: Annotated[Actor, Depends(signed_in)]) -> Response:
        door = door_of(request)
        sealed = door.store.sessions.kept_form(secrets.digest(key), person=actor.person, now=datetime.now(UTC))
        kept: dict[str, Any] | None = door.sealer.open(sealed) if sealed is not None else None
        if kept is None:
            raise NotFound("Nothing is kept here for you.", zh="此处没有为您保留的内容。", todo="Open the form again.")
        shown = [(name, value) for name, value in kept["fields"] if value.strip()]
        return site.render(request, "resume.html", kept=kept, shown=shown, at=datetime.fromisoformat(kept["at"]))


# Parts --------------------------------------------------------------------------------------------------------------


def inside(address: str | None) -> str:
    """``address`` as one of our own pages; anything that could lead elsewhere becomes the first page."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return "/" if any(character in address for character in "\r\n\t\\") else address


def came_from(request: Request) -> str:
    """The address that attempts are counted under."""
    return request.client.host if request.client is not None else "unknown"


def _base(site: Site, request: Request) -> str:
    return site.address or f"{request.url.scheme}://{quote(request.url.netloc, safe=':[]@')}"


def _on(site: Site, request: Request, cookie: str, where: str) -> Response:
    response = RedirectResponse(where, _SEE_OTHER)
    site.give_cookie(request, response, SESSION, cookie)
    return response


def _told(site: Site, request: Request, error: FinwatchError | None) -> str | None:
    if error is None:
        return None
    return error.zh if chosen(request, site.language) == "zh" else f"{error.en} {error.todo}".strip()


def _picture(address: str) -> Markup:
    """The QR code of an address as SVG."""
    code = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode)
    drawn: str = code.to_svg(scale=4, add_quiet_zones=True)
    return Markup(drawn[drawn.index("<svg") :])  # noqa: S704 - drawn here, holds no text of anybody's
