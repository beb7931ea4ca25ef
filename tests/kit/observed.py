"""Writes into a lake what a crawl and the worker would: visits with listings, examinations, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from finwatch.lake import Lake
from finwatch.lake.rows import canonical, listing_row
from finwatch.model.examination import Examination
from finwatch.model.listing import Listing
from finwatch.model.package import Code, PackageFacts
from tests.kit.store import MARKET, facts


def visit(lake: Lake, listings: Sequence[Listing], at: datetime, *, market: str = MARKET) -> None:
    """A complete reading of a market."""
    name = f"{market}-{at:%Y%m%dT%H%M%S}"
    rows = [listing_row(listing.model_copy(update={"seen": at}), visit=name) for listing in listings]
    if rows:
        lake.tables.append("listings", rows, key=f"listings-{name}", dt=at.date(), market=market)
    row = {
        "visit": name,
        "market": market,
        "at": at,
        "listings": len(rows),
        "apps": len({listing.app for listing in listings}),
        "capture": f"{name}.warc.gz#0",
    }
    lake.tables.append("visits", [row], key=f"visit-{name}", dt=at.date(), market=market)


def examined(
    lake: Lake,
    examinations: Sequence[Examination],
    at: datetime,
    *,
    official: bool = False,
    code: tuple[int, ...] = (),
) -> None:
    """Examinations of packages; ``code`` = the signature of the code that all of them have."""
    for one in examinations:
        package = one.package
        row = {
            "market": MARKET,
            "sha256": package.sha256,
            "app": package.id,
            "version_name": package.version_name,
            "version_code": package.version_code,
            "at": at,
            "engine_version": one.engine.version,
            "catalog_version": one.engine.catalog_version,
            "label": package.label,
            "names": [package.label] if package.label else [],
            "band": one.rating.band.value,
            "score": one.rating.score,
            "finance": one.identity.finance,
            "finance_kind": one.identity.kind,
            "operator": one.identity.operator,
            "institution": one.identity.institution,
            "official": official,
            "signers": [signer.sha256 for signer in package.signers],
            "code_signature": list(code),
            "code_signature_version": 1 if code else 0,
            "document": canonical(one.model_dump(mode="json")),
            "facts": canonical(_facts(one, code).model_dump(mode="json")),
        }
        key = f"{package.sha256}-{at:%Y%m%dT%H%M%S}"
        lake.tables.append("examinations", [row], key=key, dt=at.date(), market=MARKET)


def _facts(one: Examination, code: tuple[int, ...]) -> PackageFacts:
    found = facts(one)
    if not code:
        return found
    return found.model_copy(update={"code": Code(signature=code, signature_version=1)})


def compared(lake: Lake, one: Examination, at: datetime, *, against: str) -> None:
    """The matches and the rating of ``one`` as the newest comparison of its package."""
    rating = one.rating.model_dump(mode="json")
    document = canonical({"matches": [match.model_dump(mode="json") for match in one.matches], "rating": rating})
    row = {
        "market": MARKET,
        "sha256": one.package.sha256,
        "app": one.package.id,
        "at": at,
        "against": against,
        "document": document,
    }
    lake.tables.append("matches", [row], key=f"{one.package.sha256}-{against}", dt=at.date(), market=MARKET)
