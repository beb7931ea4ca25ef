"""How a page is rendered: templates, wordings, the names that the catalogue gives, and the form token.

Every form with ``method="post"`` has ``{{ m.csrf() }}`` in it: the hidden field that ``api.acting`` holds against the
browser's cookie, on every route, before the route is reached. A reader without a cookie is given one with the page.
In every template ``me`` is who reads it (``Actor``; ``None`` = nobody has logged in).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from finwatch import __version__
from finwatch.access import secrets
from finwatch.api.acting import SESSION, VISITOR
from finwatch.lake import Lake
from finwatch.model.base import Text
from finwatch.model.knowledge import CheckDefinition, Knowledge
from finwatch.model.view import MarketHealth
from finwatch.report import beyond_words, disclosure_words, words
from finwatch.report.place import place
from finwatch.store import Store
from finwatch.supervise.door import HERE as HERE_ACTOR
from finwatch.web.drawn import Drawn
from finwatch.web.language import COOKIE, LANGUAGES, chosen, translator

_FORM: ContextVar[FormToken] = ContextVar("form token of the page that is rendered")
HERE = Path(__file__).resolve().parent
YEAR = 365 * 24 * 3600


class _Compiled(BytecodeCache):
    """The templates as they were compiled in this process: once, though each language has an environment."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives the code of a template, where its text is still the same."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code of a template."""
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


def compile_templates() -> None:
    """Compiles every template, so that processes forked from this one need not."""
    empty = _templates()
    for name in empty.list_templates(extensions=["html"]):
        empty.get_template(name)


def _templates() -> Environment:
    """An environment that knows the templates and no names yet. They stay as they were first read: an upgrade under a
    running server must not give it pages of two versions."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
        auto_reload=False,
        cache_size=-1,
    )


class FormToken:
    """The token of the forms of one page, and the cookie that it goes with."""

    def __init__(self, request: Request) -> None:
        known = request.cookies.get(SESSION) or request.cookies.get(VISITOR)
        self.fresh = known is None
        self.cookie = known or secrets.new_secret()
        self.used = False

    def value(self) -> str:
        """What the hidden field holds."""
        self.used = True
        return secrets.form_token(self.cookie)


class Site:
    """Everything a page may read: the store, the lake, the catalogue and the checks' definitions."""

    def __init__(
        self,
        *,
        store: Store,
        lake: Lake,
        knowledge: Knowledge,
        checks: tuple[CheckDefinition, ...],
        language: str = "en",
        address: str | None = None,
    ) -> None:
        self.store = store
        self.lake = lake
        self.knowledge = knowledge
        self.checks = {check.id: check for check in checks}
        self.language = language
        self.address = address.rstrip("/") if address else None
        """Where people reach this, whatever a proxy before it says; ``None`` = as each request says."""
        self.secure = bool(address and address.startswith("https:"))
        self.scripts = (HERE / "static" / "vendor" / "htmx.min.js").is_file()
        self._sdks = {sdk.id: sdk.name for sdk in knowledge.sdks}
        self._templates = {tongue: self._environment(tongue) for tongue in LANGUAGES}

    def _environment(self, language: str) -> Environment:
        """The templates of one language: macros see what depends on it as globals."""
        environment = _templates()
        translate = translator(language)

        def say(text: Text) -> str:
            return text.in_language(language)

        environment.globals.update(
            told=disclosure_words, words=words, where=place, version=__version__, health_word=health_word
        )
        environment.globals.update(beyond=beyond_words, web_place=beyond_words.web_place)
        environment.globals.update(visits_of=visits_of, count_of=count_of, form_token=form_token)
        environment.globals.update(drawn=Drawn(environment, language))
        environment.globals.update(t=translate, say=say, **self._names(language, translate))
        return environment

    def render(
        self, request: Request, template: str, *, section: str = "", status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page ``template`` for this reader, with their language remembered when they chose one."""
        language = chosen(request, self.language)

        def address_with(**changes: str) -> str:
            return address(request, changes)

        me = getattr(request.state, "actor", None)
        here = {"lang": language, "section": section, "scripts": self.scripts, "address_with": address_with}
        form = FormToken(request)
        before = _FORM.set(form)
        try:
            page = self._templates[language].get_template(template)
            body = page.render({**here, "me": me if me is not HERE_ACTOR else None, **context})
        finally:
            _FORM.reset(before)
        response = HTMLResponse(body, status_code=status)
        if form.used and form.fresh:
            self.give_cookie(request, response, VISITOR, form.cookie)
        if me is not None and me is not HERE_ACTOR:
            response.headers["Cache-Control"] = "no-store"
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
        response.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    def give_cookie(self, request: Request, response: Response, name: str, value: str | None) -> None:
        """Sets a cookie that scripts cannot read and other sites' forms do not send; ``None`` takes it away."""
        kept: dict[str, Any] = {"httponly": True, "samesite": "lax", "path": "/"}
        kept["secure"] = self.secure or request.url.scheme == "https"
        if value is None:
            response.delete_cookie(name, **kept)
        else:
            response.set_cookie(name, value, **kept)

    def _names(self, language: str, translate: Any) -> dict[str, Any]:
        """Functions from ids to names: what the catalogue calls things."""
        knowledge = self.knowledge

        def kind_name(value: str | None) -> str:
            if value is None:
                return str(translate("finance.unknown"))
            kind = knowledge.kinds.get(value)
            return kind.name.in_language(language) if kind else value

        def sdk_name(value: str) -> str:
            name = self._sdks.get(value)
            return name.in_language(language) if name else value

        def item_name(value: str) -> str:
            item = knowledge.items.get(value)
            return item.name.in_language(language) if item else value

        def permission_name(value: str) -> str:
            permission = knowledge.permissions.get(value)
            return permission.title.in_language(language) if permission else ""

        def purpose_name(value: str) -> str:
            purpose = words.PURPOSES.get(value)
            return purpose.in_language(language) if purpose else value

        def clause_text(value: str) -> str:
            clause = knowledge.clauses.get(value)
            return words.clause(clause).in_language(language) if clause else value

        def band_name(value: str) -> str:
            bands = {band.value: text for band, text in words.BANDS.items()}
            return bands[value].in_language(language) if value in bands else value

        return {
            "kind_name": kind_name,
            "sdk_name": sdk_name,
            "item_name": item_name,
            "permission_name": permission_name,
            "purpose_name": purpose_name,
            "clause_text": clause_text,
            "band_name": band_name,
            "sdk_names": self._sdks,
        }


def form_token() -> str:
    """The form token of the page that is being rendered."""
    return _FORM.get().value()


def address(request: Request, changes: Mapping[str, str]) -> str:
    """This page's address with some of its query changed; a new filter or language keeps the rest."""
    query = {key: value for key, value in request.query_params.items() if key not in changes and value}
    return f"{request.url.path}?{urlencode({**query, **changes})}"


def health_word(health: MarketHealth) -> str:
    """``good``, ``partial``, ``failing`` or ``unvisited``: the newest visits decide, not the average."""
    if health.last_visit is None:
        return "unvisited"
    if health.last_success is None:
        return "failing"
    if health.last_error is None:
        return "good"
    return "failing" if health.last_index is None or health.last_error.at > health.last_success else "partial"


def visits_of(health: MarketHealth, kind: str | None = None) -> str:
    """The list of the visits behind a number of a market's health: all of them, or those that ended in one way."""
    query = {"market": health.market.id, "since": health.since.isoformat(), **({"kind": kind} if kind else {})}
    return f"/visits?{urlencode(query)}"


def count_of(health: MarketHealth, kind: str) -> int:
    """How many visits ended in one way."""
    return sum(failure.count for failure in health.failures if failure.kind == kind)


def now() -> datetime:
    """The time of the request, in UTC."""
    return datetime.now(UTC)
