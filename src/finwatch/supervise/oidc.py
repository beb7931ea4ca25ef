"""Logging in through an OpenID Connect provider: there with state, nonce and verifier, back with a code, once.

Somebody the provider vouches for gets in when an administrator has linked their subject to a person, or when a role is
mapped from one of their groups; then the person is registered, and the mapped roles follow the groups at each log-in.
Without either nobody gets in, and nothing is written.
"""

from __future__ import annotations

import json
import secrets as random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from finwatch.access import oidc, secrets
from finwatch.errors import Denied, FetchError, InputError, SettingError
from finwatch.limits import ACCESS
from finwatch.model.access import OrganisationId, Person, PersonId, Role
from finwatch.model.account import Credential
from finwatch.settings import Settings
from finwatch.store import access as rows
from finwatch.supervise.accounts import OPERATOR, lookup
from finwatch.supervise.door import Door
from finwatch.supervise.login import Login

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class OidcLogin:
    """Log-ins through one provider. Shared between threads; what the provider says of itself is asked once."""

    def __init__(
        self,
        door: Door,
        login: Login,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if settings.oidc_issuer is None or settings.oidc_client is None:
            raise SettingError("FINWATCH_OIDC_ISSUER and FINWATCH_OIDC_CLIENT go together.", todo="Set both.")
        _encrypted(settings.oidc_issuer)
        self.name = settings.oidc_name
        self._door, self._login, self._clock = door, login, clock
        self._issuer, self._client = settings.oidc_issuer, settings.oidc_client
        self._scope, self._groups = settings.oidc_scope, settings.oidc_groups
        self._secret = _secret(settings)
        self._metadata: oidc.Metadata | None = None

    def begin(self, *, redirect: str, next_: str | None, visitor: str) -> str:
        """Where to send the browser that holds the cookie ``visitor``. Raises ``FetchError``, ``InputError``."""
        begun, now = oidc.start(redirect=redirect, next_=next_), self._clock()
        where = oidc.address(self._described(), begun, client=self._client, scope=self._scope)
        self._door.store.sessions.start_oidc(
            secrets.digest(f"{begun.state}\n{visitor}"),
            sealed=self._door.sealer.seal(begun.model_dump()),
            until=now + timedelta(seconds=ACCESS.oidc_seconds),
            now=now,
        )
        return where

    def end(self, answer: Mapping[str, str], *, visitor: str) -> tuple[str, str | None]:
        """The cookie of whom the provider vouches for, and where they were going.

        Raises ``InputError`` for an answer that nobody here asked for, comes a second time, or proves nothing;
        ``Denied`` when nobody gave that person a role.
        """
        key = secrets.digest(f"{answer.get('state', '')}\n{visitor}")
        sealed = self._door.store.sessions.take_oidc(key, now=self._clock())
        kept = self._door.sealer.open(sealed) if sealed is not None else None
        if kept is None:
            raise InputError(
                "This answer belongs to no log-in that this browser began.",
                zh="该应答不属于此浏览器发起的登录。",
                todo="Begin the log-in again.",
            )
        begun = oidc.Start.model_validate(kept)
        if "code" not in answer:
            why = answer.get("error", "no code")
            raise InputError(f"The provider refused: {why}.", zh=f"身份提供方拒绝：{why}。", todo="Try again.")
        person = self._known(self._identified(answer["code"], begun))
        return self._login.enter(person, next_=begun.next), begun.next

    # The provider -----------------------------------------------------------------------------------------------

    def _described(self) -> oidc.Metadata:
        if self._metadata is None:
            address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            self._metadata = oidc.metadata(self._ask("GET", address), issuer=self._issuer)
            for one in (self._metadata.token_endpoint, self._metadata.jwks_uri):
                _encrypted(one)
        return self._metadata

    def _identified(self, code: str, begun: oidc.Start) -> oidc.Identity:
        described = self._described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect,
            "code_verifier": begun.verifier,
        }
        auth: tuple[str, str] | None = None
        if self._secret is None:
            form["client_id"] = self._client
        elif "client_secret_basic" in described.token_endpoint_auth_methods_supported:
            auth = (self._client, self._secret)
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        tokens = self._ask("POST", described.token_endpoint, form=form, auth=auth)
        if not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
            raise InputError("The provider gave no ID token.", zh="身份提供方未返回 ID 令牌。", todo="Begin again.")
        keys = self._ask("GET", described.jwks_uri)
        told = oidc.claims(tokens["id_token"], keys, issuer=described.issuer, client=self._client, nonce=begun.nonce)
        if self._groups not in told and described.userinfo_endpoint is not None:
            more = self._ask("GET", described.userinfo_endpoint, bearer=str(tokens.get("access_token", "")))
            if isinstance(more, dict) and more.get("sub") == told["sub"]:  # Core §5.3.2: else it is of somebody else
                told = {**more, **told}
        return oidc.identity(told, groups=self._groups)

    def _ask(
        self,
        method: str,
        address: str,
        *,
        form: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        bearer: str | None = None,
    ) -> Any:
        """The JSON that the provider answers. Raises ``FetchError``."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        asked: dict[str, Any] = {"headers": headers, "timeout": ACCESS.oidc_wait_seconds, "follow_redirects": False}
        if form is not None:
            asked["data"] = form
        if auth is not None:
            asked["auth"] = auth
        try:
            with httpx.stream(method, address, **asked) as answer:
                data = b""
                for chunk in answer.iter_bytes():
                    data += chunk
                    if len(data) > ACCESS.oidc_bytes:
                        raise _unusable(address, "its answer is too long")
        except httpx.HTTPError as error:
            raise _unusable(address, f"{type(error).__name__}: {error}") from error
        if answer.status_code >= 400:
            raise _unusable(address, f"status {answer.status_code}")
        try:
            return json.loads(data)
        except ValueError as error:
            raise _unusable(address, "its answer is no JSON") from error

    # The person -------------------------------------------------------------------------------------------------

    def _known(self, found: oidc.Identity) -> Person:
        """The registered person, registered now where a group gives a role. Raises ``Denied``."""
        accounts = self._door.store.accounts
        person = accounts.by_lookup(lookup(found.issuer, found.subject))
        mapped: dict[OrganisationId, set[Role]] = {}
        for one in accounts.group_roles(found.groups) if found.groups else ():
            mapped.setdefault(one.organisation, set()).add(one.role)
        if person is None:
            if not mapped:
                raise Denied(
                    f"Nobody gave {found.name} (subject {found.subject}) a role here.",
                    zh=f"尚无人为 {found.name}（标识 {found.subject}）授予角色。",
                    todo="Tell an administrator this subject, to be linked to your account.",
                )
            person = self._registered(found, next(iter(sorted(mapped))))
        if not person.active:
            raise Denied("This account is closed.", zh="该账号已停用。", todo="Ask an administrator.")
        return self._followed(person, mapped.get(person.organisation, set()))

    def _registered(self, found: oidc.Identity, home: OrganisationId) -> Person:
        key, now = lookup(found.issuer, found.subject), self._clock()
        person = Person(
            id=PersonId(f"p{random.token_hex(8)}"), account=f"oidc-{key[:16]}", name=found.name, organisation=home
        )
        value = {"issuer": found.issuer, "subject": found.subject}
        with self._door.store.deciding(OPERATOR, now=now) as unit:
            rows.add_person(unit, person)
            made = Credential(person=person.id, kind="oidc", value=value, lookup=key, made=now)
            rows.set_credential(unit, made, why="oidc:link")
        return person

    def _followed(self, person: Person, mapped: set[Role]) -> Person:
        """The person with the roles that their groups give now; roles that somebody gave them stay."""
        with self._door.store.deciding(OPERATOR, now=self._clock()) as unit:
            had = rows.granted_by(unit.connection, person.id, "oidc")
            for role in sorted(mapped - had):
                rows.grant(unit, person.id, role, source="oidc")
            for role in sorted(had - mapped):
                rows.revoke(unit, person.id, role)
        person = self._door.store.accounts.person(person.id)
        if not person.roles:
            raise Denied(
                f"{person.name} has no role any more.",
                zh=f"{person.name} 已没有任何角色。",
                todo="Ask an administrator.",
            )
        return person


def _secret(settings: Settings) -> str | None:
    if settings.oidc_secret_file is None:
        return None
    try:
        return settings.oidc_secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"FINWATCH_OIDC_SECRET_FILE={settings.oidc_secret_file} cannot be read ({error}).", todo="Correct the path."
        ) from error


def _encrypted(address: str) -> None:
    """Raises ``SettingError`` for a provider that is asked in the clear over a network."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SettingError(f"The OIDC provider {address} is not reached by https.", todo="Use its https address.")


def _unusable(address: str, why: str) -> FetchError:
    return FetchError(
        f"The OIDC provider cannot be used: {address}: {why}.",
        zh=f"身份提供方无法使用：{why}。",
        todo="Try again later, or log in with a password.",
    )
