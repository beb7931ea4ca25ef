"""OpenID Connect, the part without a network: the way to the provider, and what an ID token proves.

Authorisation code flow (OpenID Connect Core 1.0 §3.1) with PKCE (RFC 7636) and a nonce.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any, Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from finwatch.access.secrets import new_secret
from finwatch.errors import InputError
from finwatch.model.base import Model

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA")
"""Signatures that are taken: with a key of the provider's own, never ``none`` and never the client's secret."""
_LEEWAY: Final = 60
"""Seconds by which clocks may differ."""


class Metadata(Model):
    """What a provider says of itself (OpenID Connect Discovery 1.0 §3), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Start(Model):
    """A log-in that went to the provider: what its answer is held against."""

    state: str
    nonce: str
    verifier: str
    next: str | None = None
    redirect: str


class Identity(Model):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...] = ()


def metadata(document: Any, *, issuer: str) -> Metadata:
    """The provider's own description. Raises ``InputError`` when it is of another issuer or lacks something."""
    known = Metadata.model_fields
    fields = {name: value for name, value in document.items() if name in known} if isinstance(document, dict) else {}
    try:
        found = Metadata.model_validate(fields)
    except ValueError as error:
        raise _refused("its description lacks what a log-in needs") from error
    if found.issuer != issuer:
        raise _refused(f"it calls itself {found.issuer}")
    return found


def start(*, redirect: str, next_: str | None) -> Start:
    """Fresh secrets for one log-in."""
    return Start(state=new_secret(), nonce=new_secret(), verifier=new_secret(), next=next_, redirect=redirect)


def address(of: Metadata, begun: Start, *, client: str, scope: str) -> str:
    """Where the browser is sent."""
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": begun.redirect,
        "scope": scope,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{of.authorization_endpoint}{'&' if '?' in of.authorization_endpoint else '?'}{urlencode(asked)}"


def claims(token: str, keys: Any, *, issuer: str, client: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token (Core §3.1.3.7). Raises ``InputError`` saying which of its promises does not hold."""
    try:
        found = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
        rules = jwt.JWTClaimsRegistry(
            now=int(time.time()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused(f"its ID token does not hold: {error}") from error
    audience = found.claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and found.claims.get("azp") != client:
        raise _refused("its ID token is for another client")
    return dict(found.claims)


def identity(told: dict[str, Any], *, groups: str) -> Identity:
    """Whom claims are about; ``groups`` = the claim that lists groups (a list, or words apart by blanks)."""
    listed = told.get(groups, ())
    names = listed.split() if isinstance(listed, str) else listed
    name = told.get("name") or told.get("preferred_username") or told["sub"]
    return Identity(
        issuer=told["iss"],
        subject=str(told["sub"]),
        name=str(name),
        groups=tuple(sorted({str(one) for one in names})) if isinstance(names, list | tuple) else (),
    )


def _refused(why: str) -> InputError:
    return InputError(
        f"The provider's answer was refused: {why}.",
        zh="身份提供方的应答未通过校验。",
        todo="Begin the log-in again; if it stays so, tell whoever runs this service.",
    )
