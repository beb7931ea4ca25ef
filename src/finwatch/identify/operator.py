"""Who claims the app: an institution by its own signature, else whoever the market or the certificate names.

In: verified signers, listing, the catalogue's institutions. Out: ``Claim``. Only a signature ties an app to an
institution; a developer's name or a certificate's *O=* is what somebody wrote, and is reported as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from finwatch.model.base import Text
from finwatch.model.examination import Evidence, Reason
from finwatch.model.knowledge import Institution, OfficialApp
from finwatch.model.listing import Listing
from finwatch.model.locator import ListingAt, ManifestAt, SigningAt
from finwatch.model.package import PackageFacts, Signer

_ORGANISATION = re.compile(r'(?:^|[,;/]\s*)O=("(?:\\.|[^"\\])*"|(?:\\.|[^,;/\\])+)')
_NOBODY = {
    *("android", "unknown", "none", "test", "debug", "na", "n/a", "default", "company", "organization", "o"),
    *("internet widgits pty ltd", "my company", "my organization", "company name", "your company", "example"),
}
"""Organisations that tools and tutorials fill in: *O=Android* in Android's debug certificate, *O=Internet Widgits Pty
Ltd* in what ``openssl req`` offers, *My Company* from project wizards."""


class Claim(NamedTuple):
    """Who claims the app, and the institution's id where its own signer proves it."""

    operator: str | None
    institution: str | None
    reasons: tuple[Reason, ...]


def find(facts: PackageFacts, *, listing: Listing | None, institutions: Sequence[Institution]) -> Claim:
    """The strongest claim there is; a foreign signature under an official package name is said beside it."""
    signed = _signed_by(facts.signing.signers, institutions)
    if signed is not None:
        institution, signer, number = signed
        said = Text(
            zh=f"签名证书属于{institution.name.zh}", en=f"it is signed with a certificate of {institution.name.en}"
        )
        at = SigningAt(scheme=signer.scheme, signer=number)
        reason = Reason(says=said, evidence=(Evidence(says=said, at=at, quote=f"SHA-256 {signer.sha256}"),))
        return Claim(institution.name.zh, institution.id, (reason,))
    borrowed = tuple(_borrowed_names(facts, institutions))
    for name, reason in (*_listed(listing), *_certified(facts.signing.signers)):
        return Claim(name, None, (*borrowed, reason))
    said = Text(zh="没有发现谁声明拥有此应用", en="nobody was found to claim the app")
    return Claim(None, None, (*borrowed, Reason(says=said)))


def organisation(subject: str) -> str | None:
    """The *O=* of a distinguished name (RFC 4514, or quoted as in RFC 1779), unless it is one that tools fill in."""
    match = _ORGANISATION.search(subject)
    name = re.sub(r"\\(.)", r"\1", match.group(1)).strip().strip('"') if match else ""
    return name if name and name.lower() not in _NOBODY else None


def _signed_by(
    signers: Sequence[Signer], institutions: Sequence[Institution]
) -> tuple[Institution, Signer, int] | None:
    numbers: dict[str, int] = {}
    for signer in signers:
        number = numbers.get(signer.scheme, 0)
        numbers[signer.scheme] = number + 1
        for institution in institutions:
            if signer.verified and any(signer.sha256 in app.signers for app in institution.apps):
                return institution, signer, number
    return None


def _borrowed_names(facts: PackageFacts, institutions: Sequence[Institution]) -> Iterator[Reason]:
    if facts.manifest is None or not facts.signing.signers:
        return
    for institution, app in _apps(institutions):
        if app.package != facts.manifest.package or not app.signers:
            continue
        said = Text(
            zh=f"包名属于{institution.name.zh}，但签名者不是它",
            en=f"the package name is one of {institution.name.en}, the signer is not",
        )
        at = ManifestAt(element="manifest", attribute="package")
        yield Reason(says=said, evidence=(Evidence(says=said, at=at, quote=app.package),))


def _apps(institutions: Sequence[Institution]) -> Iterator[tuple[Institution, OfficialApp]]:
    for institution in institutions:
        for app in institution.apps:
            yield institution, app


def _listed(listing: Listing | None) -> Iterator[tuple[str, Reason]]:
    if listing is not None and listing.developer and listing.developer.strip():
        name = listing.developer.strip()
        said = Text(
            zh=f"市场页面写明开发者为“{name}”（未经证实的声明）",
            en=f"the market names “{name}” as its developer (a claim, not proven)",
        )
        at = ListingAt(market=listing.market, app=listing.app, field="developer", capture=listing.capture)
        yield name, Reason(says=said, evidence=(Evidence(says=said, at=at, quote=name),))


def _certified(signers: Sequence[Signer]) -> Iterator[tuple[str, Reason]]:
    for signer in signers:
        name = organisation(signer.subject)
        if name is None or not signer.verified:
            continue
        said = Text(
            zh=f"签名证书中写的组织是“{name}”（自行填写，未经证实）",
            en=f"the signing certificate names the organisation “{name}” (self-stated, not proven)",
        )
        at = SigningAt(scheme=signer.scheme)
        yield name, Reason(says=said, evidence=(Evidence(says=said, at=at, quote=signer.subject),))
