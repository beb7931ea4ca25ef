"""The pages of access: my account, organisations, people and their roles, break-glass, the journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.access import secrets
from finwatch.access.roles import roles_in, table
from finwatch.api.acting import SESSION, needs, signed_in
from finwatch.errors import FinwatchError, InputError, TooMany
from finwatch.limits import ACCESS
from finwatch.model.access import Actor, Organisation, OrganisationId, OrganisationKind, Permission, Role
from finwatch.model.account import ApiToken, GroupRole
from finwatch.supervise import accounts, registry
from finwatch.supervise.login import Login
from finwatch.web import query
from finwatch.web.language import chosen
from finwatch.web.login import came_from
from finwatch.web.pages import Site

Me = Annotated[Actor, Depends(signed_in)]
Administrator = Annotated[Actor, Depends(needs(Permission.ACCESS_MANAGE))]
Auditor = Annotated[Actor, Depends(needs(Permission.JOURNAL_READ))]
Breaker = Annotated[Actor, Depends(needs(Permission.BREAK_GLASS))]
ROWS = 50
_SEE_OTHER = 303
_LONGEST = 400
"""Characters of a field of these forms."""


def routes(pages: APIRouter, site: Site, login: Login) -> None:
    """Adds the pages to ``pages``."""
    _mine(pages, site, login)
    _organisations(pages, site)
    _people(pages, site)
    _breaking(pages, site)

    @pages.get("/journal")
    def journal(request: Request, actor: Auditor) -> Response:
        asked = query.fields(request)
        found = registry.journal(
            site.store,
            actor,
            resource=asked.get("resource"),
            person=asked.get("person"),
            before=query.number(asked.get("before"), "before"),
            limit=ROWS + 1,
        )
        following = str(found[ROWS - 1].id) if len(found) > ROWS else None
        picked = {name: asked.get(name, "") for name in ("resource", "person")}
        shown = {"entries": found[:ROWS], "following": following, "chosen": picked}
        return site.render(request, "journal.html", section="/journal", status=200, **shown)


def _mine(pages: APIRouter, site: Site, login: Login) -> None:
    def page(
        request: Request, actor: Actor, *, error: FinwatchError | None = None, token: str = "", said: bool = False
    ) -> Response:
        tokens: tuple[ApiToken, ...] = site.store.accounts.tokens(actor.person)
        return site.render(
            request,
            "me.html",
            section="/me",
            status=error.status if error else 200,
            actor=actor,
            tokens=tokens,
            uses=site.store.sessions.token_uses(one.id for one in tokens),
            permissions=sorted(actor.permissions),
            kinds=site.store.accounts.kinds(actor.person),
            error=told(site, request, error),
            token=token,
            said=said,
            least=ACCESS.password_least,
        )

    @pages.get("/me")
    def me(request: Request, actor: Me) -> Response:
        return page(request, actor)

    @pages.post("/me/password")
    def password(request: Request, actor: Me) -> Response:
        typed = posted(request)
        try:
            if typed.get("new") != typed.get("again"):
                raise InputError("The two passwords differ.", zh="两次输入的密码不一致。", todo="Type both again.")
            cookie = request.cookies.get(SESSION, "")
            old, new = typed.get("old", ""), typed.get("new", "")
            login.change_password(actor, cookie, old, new, address=came_from(request))
        except (InputError, TooMany) as error:
            return page(request, actor, error=error)
        return page(request, actor, said=True)

    @pages.post("/me/tokens")
    def make(request: Request, actor: Me) -> Response:
        typed = posted(request)
        wanted = [value for name, value in request.state.posted if name == "permission"]
        try:
            token, _ = accounts.make_token(
                site.store,
                actor,
                name=typed.get("name", ""),
                permissions=[Permission(query.one_of(one, tuple(Permission), "permission")) for one in wanted],
                days=query.number(typed.get("days") or "90", "days") or 0,
            )
        except InputError as error:
            return page(request, actor, error=error)
        return page(request, actor, token=token)

    @pages.post("/me/tokens/{number}/revoke")
    def revoke(actor: Me, number: str) -> Response:
        accounts.revoke_token(site.store, actor, query.number(number, "token") or 0)
        return RedirectResponse("/me", _SEE_OTHER)


def _organisations(pages: APIRouter, site: Site) -> None:
    def page(request: Request, actor: Actor, *, error: FinwatchError | None = None) -> Response:
        return site.render(
            request,
            "organisations.html",
            section="/organisations",
            status=error.status if error else 200,
            organisations=registry.organisations(site.store, actor),
            kinds=list(OrganisationKind) if accounts.founder(actor) else [actor.organisation.kind],
            typed=posted(request),
            error=told(site, request, error),
        )

    @pages.get("/organisations")
    def organisations(request: Request, actor: Administrator) -> Response:
        return page(request, actor)

    @pages.post("/organisations")
    def add(request: Request, actor: Administrator) -> Response:
        typed = posted(request)
        try:
            new = _organisation(typed)
            accounts.add_organisation(site.store, actor, new)
        except InputError as error:
            return page(request, actor, error=error)
        return RedirectResponse(f"/organisations/{new.id}", _SEE_OTHER)

    def one_page(request: Request, actor: Actor, organisation: str, *, error: FinwatchError | None = None) -> Response:
        found = registry.organisation(site.store, actor, organisation)
        groups = [one for one in site.store.accounts.group_roles() if one.organisation == found.id]
        return site.render(
            request,
            "organisation.html",
            section="/organisations",
            status=error.status if error else 200,
            organisation=found,
            people=registry.people(site.store, actor, organisation=found.id),
            roles=roles_in(found.kind),
            groups=groups,
            typed=posted(request),
            error=told(site, request, error),
        )

    @pages.get("/organisations/{organisation}")
    def organisation(request: Request, actor: Administrator, organisation: str) -> Response:
        return one_page(request, actor, organisation)

    @pages.post("/organisations/{organisation}/active")
    def active(request: Request, actor: Administrator, organisation: str) -> Response:
        found = registry.organisation(site.store, actor, organisation)
        wanted = posted(request).get("active") == "yes"
        accounts.change_organisation(site.store, actor, found.model_copy(update={"active": wanted}))
        return RedirectResponse(f"/organisations/{organisation}", _SEE_OTHER)

    @pages.post("/organisations/{organisation}/groups")
    def group(request: Request, actor: Administrator, organisation: str) -> Response:
        found = registry.organisation(site.store, actor, organisation)
        typed = posted(request)
        role = Role(query.one_of(typed.get("role", ""), tuple(Role), "role"))
        name = typed.get("group", "").strip()
        if name:
            new = GroupRole(group=name, organisation=found.id, role=role)
            accounts.set_group(site.store, actor, new, given=typed.get("do") != "remove")
        return RedirectResponse(f"/organisations/{organisation}", _SEE_OTHER)

    @pages.post("/organisations/{organisation}/people")
    def person(request: Request, actor: Administrator, organisation: str) -> Response:
        found = registry.organisation(site.store, actor, organisation)
        typed = posted(request)
        try:
            made, first = accounts.add_person(
                site.store,
                actor,
                account=typed.get("account", ""),
                name=typed.get("name", ""),
                organisation=found.id,
                mail=typed.get("mail") or None,
                roles=_roles(request),
            )
        except InputError as error:
            return one_page(request, actor, organisation, error=error)
        return site.render(request, "first_password.html", section="/people", person=made, password=first)


def _people(pages: APIRouter, site: Site) -> None:
    @pages.get("/people")
    def people(request: Request, actor: Administrator) -> Response:
        found = registry.people(site.store, actor)
        return site.render(request, "people.html", section="/people", people=found)

    def one_page(request: Request, actor: Actor, person: str, *, error: FinwatchError | None = None) -> Response:
        found = registry.person(site.store, actor, person)
        home = site.store.accounts.organisation(found.organisation)
        return site.render(
            request,
            "person.html",
            section="/people",
            status=error.status if error else 200,
            person=found,
            home=home,
            kinds=site.store.accounts.kinds(found.id),
            roles=[(role, sorted(table()[home.kind][role])) for role in roles_in(home.kind)],
            error=told(site, request, error),
        )

    def acts(act: Callable[[Request, Actor, str], Response | None]) -> Callable[[Request, Actor, str], Response]:
        def run(request: Request, actor: Actor, person: str) -> Response:
            registry.person(site.store, actor, person)
            try:
                answer = act(request, actor, person)
            except InputError as error:
                return one_page(request, actor, person, error=error)
            return answer or RedirectResponse(f"/people/{person}", _SEE_OTHER)

        return run

    @pages.get("/people/{person}")
    def person(request: Request, actor: Administrator, person: str) -> Response:
        return one_page(request, actor, person)

    @pages.post("/people/{person}/roles")
    def roles(request: Request, actor: Administrator, person: str) -> Response:
        def act(request: Request, actor: Actor, person: str) -> None:
            accounts.set_roles(site.store, actor, person, _roles(request))

        return acts(act)(request, actor, person)

    @pages.post("/people/{person}/active")
    def active(request: Request, actor: Administrator, person: str) -> Response:
        def act(request: Request, actor: Actor, person: str) -> None:
            accounts.set_active(site.store, actor, person, active=posted(request).get("active") == "yes")

        return acts(act)(request, actor, person)

    @pages.post("/people/{person}/oidc")
    def oidc(request: Request, actor: Administrator, person: str) -> Response:
        def act(request: Request, actor: Actor, person: str) -> None:
            typed = posted(request)
            issuer, subject = typed.get("issuer", "").strip(), typed.get("subject", "").strip()
            if not issuer or not subject:
                raise InputError("Issuer and subject go together.", zh="签发者与标识须同时填写。", todo="Type both.")
            accounts.link_oidc(site.store, actor, person, issuer=issuer, subject=subject)

        return acts(act)(request, actor, person)

    @pages.post("/people/{person}/reset")
    def reset(request: Request, actor: Administrator, person: str) -> Response:
        def act(request: Request, actor: Actor, person: str) -> Response:
            found = registry.person(site.store, actor, person)
            first = accounts.reset(site.store, actor, person)
            return site.render(request, "first_password.html", section="/people", person=found, password=first)

        return acts(act)(request, actor, person)


def _breaking(pages: APIRouter, site: Site) -> None:
    def page(request: Request, actor: Actor, *, error: FinwatchError | None = None) -> Response:
        return site.render(
            request,
            "break_glass.html",
            section="/break-glass",
            status=error.status if error else 200,
            organisations=site.store.accounts.organisations(),
            grants=registry.break_glasses(site.store, actor),
            typed=posted(request),
            most=ACCESS.break_glass_seconds // 60,
            least=ACCESS.break_glass_reason,
            error=told(site, request, error),
        )

    @pages.get("/break-glass")
    def form(request: Request, actor: Breaker) -> Response:
        return page(request, actor)

    @pages.post("/break-glass")
    def begin(request: Request, actor: Breaker) -> Response:
        typed = posted(request)
        try:
            grant = accounts.break_glass(
                site.store,
                actor,
                organisation=typed.get("organisation", ""),
                reason=typed.get("reason", ""),
                minutes=query.number(typed.get("minutes") or "60", "minutes") or 0,
            )
        except InputError as error:
            return page(request, actor, error=error)
        digest = secrets.digest(request.cookies.get(SESSION, ""))
        site.store.sessions.change(digest, break_glass=grant.id)
        return RedirectResponse("/cases", _SEE_OTHER)

    @pages.post("/break-glass/end")
    def end(request: Request, actor: Me) -> Response:
        accounts.end_break_glass(site.store, actor, secrets.digest(request.cookies.get(SESSION, "")))
        return RedirectResponse("/me", _SEE_OTHER)


def posted(request: Request) -> dict[str, str]:
    """The fields that were posted, each cut to what such a field may hold."""
    return {name: value[: _LONGEST * 5] for name, value in getattr(request.state, "posted", [])}


def told(site: Site, request: Request, error: FinwatchError | None) -> str | None:
    """What an error says to this reader."""
    if error is None:
        return None
    return error.zh if chosen(request, site.language) == "zh" else f"{error.en} {error.todo}".strip()


def _roles(request: Request) -> tuple[Role, ...]:
    asked = [value for name, value in request.state.posted if name == "role"]
    return tuple(Role(query.one_of(one, tuple(Role), "role")) for one in asked)


def _organisation(typed: dict[str, str]) -> Organisation:
    """The organisation that was typed. Raises ``InputError`` naming the field that does not fit."""
    given = {name: typed.get(name, "").strip() for name in Organisation.model_fields if name != "active"}
    identity = given.pop("id")
    kind = OrganisationKind(query.one_of(given.pop("kind"), tuple(OrganisationKind), "kind"))
    if not identity or not identity.replace("-", "").isalnum() or not identity.isascii() or len(identity) > 64:
        raise InputError("id: letters, digits and hyphens.", zh="标识：字母、数字和连字符。", todo="Choose another.")
    if not given["name"]:
        raise InputError("name is missing.", zh="缺少名称。", todo="Type the name.")
    region = given.pop("region")
    if region and not (region.isdecimal() and region.isascii() and len(region) in {2, 4, 6}):
        raise InputError("region: 2, 4 or 6 digits of GB/T 2260.", zh="地区：GB/T 2260 的 2、4 或 6 位数字。")
    values = {name: value or None for name, value in given.items() if name not in {"name", "short_name"}}
    return Organisation(
        id=OrganisationId(identity),
        kind=kind,
        name=given["name"],
        short_name=given["short_name"],
        region=region,
        **values,
    )
