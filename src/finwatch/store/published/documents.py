"""Documents as rows: what ``publication`` writes for an app, an examined package and a market's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table

from finwatch.model.base import Model
from finwatch.model.examination import Band
from finwatch.model.knowledge import Severity
from finwatch.model.listing import ListingEvent
from finwatch.model.view import AppDocument, HistoryDocument, ListingSpan, VersionDocument
from finwatch.store import tables
from finwatch.store.columns import visible
from finwatch.store.published import search

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]
"""Rows by table, without ``part``, ``since`` and ``until``."""

RISK: Final = {Band.RED: 0, Band.ORANGE: 1, Band.YELLOW: 2, Band.LIMITED: 3, Band.GREEN: 4}
"""Most serious first. ``limited`` stands before ``green``: what could not be seen is not called good."""
_UNRATED: Final = 5
SEVERITY: Final = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2, Severity.INFO: 3}
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def risk_key(band: Band | None, score: float | None) -> int:
    """The sort key of a rating: band first, then the score to a thousandth, most serious smallest."""
    return (RISK[band] if band is not None else _UNRATED) * 1_000_000 + 100_000 - round((score or 0.0) * 1_000)


def risk_range(band: Band | None) -> tuple[int, int]:
    """Between which keys the ratings of a band stand; ``None`` = what was not rated."""
    least = (RISK[band] if band is not None else _UNRATED) * 1_000_000
    return least, least + 999_999


def app_rows(document: AppDocument) -> Rows:
    """The rows of an app: itself, what it can be found by, and its listings."""
    row = document.row
    names = {*document.names, row.name_zh, row.name_en, row.app, row.developer or "", row.operator or ""}
    text = search.search_text(visible(name) for name in names)
    facets = [
        *(("market", value) for value in row.markets),
        *(("check", value) for value in document.checks),
        *(("sdk", value) for value in document.sdks),
        *(("permission", value) for value in document.permissions),
        *(("event", value) for value in document.events),
    ]
    values = row.model_dump(mode="python", exclude={"id"})
    values |= {
        "app_id": row.id,
        "markets": list(row.markets),
        "risk": risk_key(row.band, row.score),
        "last_seen": row.last_seen if row.gone else None,
        "seen_order": -(_changed(document) - _EPOCH) // timedelta(microseconds=1),
        "search": text,
    }
    return {
        tables.app: [values],
        tables.app_facet: [
            {"app_id": row.id, "facet": facet, "value": str(value)} for facet, value in sorted(set(facets))
        ],
        tables.listing: [_listing_row(span) for span in document.listings],
    }


def _changed(document: AppDocument) -> datetime:
    """When anything that markets say of an app was said for the first time, or was no longer said."""
    spans = document.listings
    return max((max(span.listing.seen, span.first_seen, span.gone_at or _EPOCH) for span in spans), default=_EPOCH)


def _listing_row(span: ListingSpan) -> dict[str, Any]:
    return {
        "market": span.market,
        "app_id": span.app_id,
        "app": span.app,
        "version_code": span.listing.version_code,
        "sha256": span.listing.package_sha256,
        "detail": _json(span.listing),
        "first_seen": span.first_seen,
        "last_seen": span.last_seen if span.gone_at else None,
        "gone_at": span.gone_at,
    }


def version_rows(document: VersionDocument, *, current: bool) -> Rows:
    """The rows of an examined package: itself, and a row for each thing found in it."""
    seen = document.examination
    package, sha256 = seen.package, seen.package.sha256
    own = {"sha256": sha256, "app_id": document.app_id}
    return {
        tables.version: [
            own
            | {
                "app": document.app,
                "version_name": package.version_name,
                "version_code": package.version_code,
                "label": package.label,
                "bytes": package.bytes,
                "format": package.format,
                "extent": package.protection.extent,
                "band": seen.rating.band,
                "score": seen.rating.score,
                "examined": document.examined,
                "engine": seen.engine.version,
                "catalog": seen.engine.catalog_version,
                "took_ms": seen.engine.took_ms,
                "package": _json(package),
                "identity": _json(seen.identity),
                "flows": _list(seen.flows),
                "rating": _json(seen.rating),
                "unreadable": _list(seen.unreadable),
                "disclosure": _json(seen.disclosure),
            }
        ],
        tables.finding: [
            own
            | {
                "position": at,
                "check": finding.check,
                "version": finding.version,
                "outcome": finding.outcome,
                "severity": finding.severity,
                "severity_order": SEVERITY[finding.severity],
                "confidence": finding.confidence,
                "clauses": list(finding.clauses),
                "title": _json(finding.title),
                "summary": _json(finding.summary),
                "remedy": _json(finding.remedy),
                "evidence": len(finding.evidence),
                "current": current,
            }
            for at, finding in enumerate(seen.findings)
        ],
        tables.evidence: [
            {
                "sha256": sha256,
                "finding": at,
                "position": position,
                "zh": piece.says.zh,
                "en": piece.says.en,
                "at": _json(piece.at),
                "quote": piece.quote,
            }
            for at, finding in enumerate(seen.findings)
            for position, piece in enumerate(finding.evidence)
        ],
        tables.sdk_use: [
            {"sha256": sha256, "position": at, "sdk": sdk.id, "version": sdk.version, "detail": _json(sdk)}
            for at, sdk in enumerate(seen.sdks)
        ],
        tables.collection: [
            {
                "sha256": sha256,
                "position": at,
                "item": site.item,
                "api": site.api,
                "caller": site.caller,
                "owner": site.owner,
                "before_consent": site.before_consent,
                "detail": _json(site),
            }
            for at, site in enumerate(seen.collection)
        ],
        tables.endpoint: [
            {"sha256": sha256, "position": at, "host": one.host, "owner": one.owner, "detail": _json(one)}
            for at, one in enumerate(seen.endpoints)
        ],
        tables.match: [
            own
            | {
                "position": at,
                "other_app": match.app,
                "other_sha256": match.sha256,
                "verdict": match.verdict,
                "detail": _json(match),
            }
            for at, match in enumerate(seen.matches)
        ],
    }


def history_rows(document: HistoryDocument) -> Rows:
    """The rows of a market's history of one package name."""
    return {tables.event: [_event_row(event) for event in document.events]}


def _event_row(event: ListingEvent) -> dict[str, Any]:
    return event.model_dump(mode="python") | {
        "event_id": f"{event.market}/{event.app}/{event.kind}/{event.version_code or ''}"
    }


def _json(value: Model | None) -> Any:
    return None if value is None else value.model_dump(mode="json")


def _list(values: Sequence[Model]) -> list[Any]:
    return [value.model_dump(mode="json") for value in values]
