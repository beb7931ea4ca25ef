"""Rows of the lake as the documents that the read model is made of: pure, the same rows give the same documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from finwatch.flow.families import Family
from finwatch.lake.rows import listing_of
from finwatch.model.examination import Answer, Examination, Verdict
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.view import AppDocument, AppRow, ListingSpan, VersionDocument, nameless

_SUSPECTED: Final = {Verdict.SUSPECTED_COUNTERFEIT, Verdict.SUSPECTED_REPACKAGED}
_OF_SPAN: Final = ("first_seen", "last_seen", "gone_at")
_SHAPE: Final = 3
"""Raised whenever documents come to be made in another way: then all of them are published again."""


def digest_of(*values: Any) -> str:
    """A digest of everything that a document is made from."""
    told = json.dumps([_SHAPE, *values], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def version_document(family: Family, examination: Examination, *, examined: datetime) -> VersionDocument:
    """An examined package as it is published."""
    return VersionDocument(app_id=family.id, app=examination.package.id, examined=examined, examination=examination)


def app_document(
    family: Family,
    *,
    spans: Sequence[dict[str, Any]],
    events: Sequence[ListingEvent],
    rated: Examination | None,
    examined: Mapping[str, dict[str, Any]],
) -> AppDocument:
    """An app as it is published. ``rated`` is the examination that its rating is about."""
    listings = [_span(family, row) for row in spans]
    now = [span for span in listings if span.gone_at is None]
    newest = max(now or listings, key=_newness, default=None)
    permissions = rated.package.permissions if rated else newest.listing.permissions if newest else ()
    zh, en = _names(rated, newest, family)
    labels = [str(examined[sha256]["label"] or "") for sha256 in family.packages]
    return AppDocument(
        row=AppRow(
            id=family.id,
            app=family.app,
            signer=family.signer,
            name_zh=zh,
            name_en=en,
            developer=newest.listing.developer if newest else None,
            versions=len(family.packages),
            markets=tuple(sorted({span.market for span in now})),
            first_seen=min((span.first_seen for span in listings), default=None),
            last_seen=max((span.last_seen for span in listings), default=None),
            gone=bool(listings) and not now,
            pending=_pending(rated, now, examined),
            **_rated_fields(rated),
        ),
        names=tuple(sorted({name for span in listings for name in span.listing.names.values()} | set(labels))),
        listings=tuple(listings),
        permissions=tuple(sorted(set(permissions))),
        checks=_checks(rated),
        sdks=tuple(sorted({sdk.id for sdk in rated.sdks})) if rated else (),
        events=tuple(sorted({event.kind for event in events})),
    )


def _rated_fields(rated: Examination | None) -> dict[str, Any]:
    if rated is None:
        return {}
    counts = {severity.value: 0 for severity in Severity} | {"unanswered": 0}
    for finding in rated.findings:
        if finding.outcome is Answer.YES:
            counts[finding.severity.value] += 1
        elif finding.outcome is Answer.NOT_AVAILABLE:
            counts["unanswered"] += 1
    return counts | {
        "operator": rated.identity.operator,
        "institution": rated.identity.institution,
        "finance": rated.identity.finance,
        "kind": rated.identity.kind,
        "band": rated.rating.band,
        "score": rated.rating.score,
        "sha256": rated.package.sha256,
        "version_name": rated.package.version_name,
        "version_code": rated.package.version_code,
        "suspected": sum(match.verdict in _SUSPECTED for match in rated.matches),
    }


def _names(rated: Examination | None, newest: ListingSpan | None, family: Family) -> tuple[str, str]:
    label = rated.package.label if rated else None
    if label is None and nameless(family.app):
        return "包名无法读取", "package name not readable"
    label = label or family.app
    if newest is None or not newest.listing.names:
        return label, label
    return newest.listing.name("zh"), newest.listing.name("en")


def _checks(rated: Examination | None) -> tuple[str, ...]:
    if rated is None:
        return ()
    return tuple(sorted({finding.check for finding in rated.findings if finding.outcome is Answer.YES}))


def _pending(rated: Examination | None, now: Sequence[ListingSpan], examined: Mapping[str, dict[str, Any]]) -> bool:
    """Whether a version newer than the rated one is listed now and was not examined yet.

    What a market lists without a package to fetch (Apple's) is never examined, so nothing waits.
    """
    have = rated.package.version_code if rated else None
    return any(
        (span.listing.package_url is not None or span.listing.package_sha256 is not None)
        and span.listing.package_sha256 not in examined
        and (have is None or span.listing.version_code is None or span.listing.version_code > have)
        for span in now
    )


def _span(family: Family, row: dict[str, Any]) -> ListingSpan:
    described = {name: value for name, value in row.items() if name not in _OF_SPAN}
    return ListingSpan(
        market=row["market"],
        app_id=family.id,
        app=row["app"],
        listing=listing_of(described),
        **{name: row[name] for name in _OF_SPAN},
    )


def _newness(span: ListingSpan) -> tuple[datetime, int, str, str]:
    code = span.listing.version_code
    return (span.last_seen, -1 if code is None else code, span.market, span.listing.package_sha256 or "")


def history_event(row: dict[str, Any]) -> ListingEvent:
    """An event from a row of the question ``events``; ``before`` and ``after`` name what differs."""
    kind = EventKind(row["kind"])
    before, after = _state(row, "before"), _state(row, "after")
    differ = ["version"]
    if kind is EventKind.CHANGED:  # where only one of several packages differs, no part shown here does
        differ = [part for part in before if before[part] != after[part]] or ["sha256"]
    return ListingEvent(
        market=row["market"],
        app=row["app"],
        kind=kind,
        at=row["at"],
        version_code=row["version_code"],
        before=_words(before, differ) if kind is not EventKind.NEW_APP else None,
        after=_words(after, differ) if kind is not EventKind.APP_GONE else None,
        capture=row["capture"],
    )


def _state(row: dict[str, Any], side: str) -> dict[str, str]:
    names = json.loads(row[f"{side}_names"] or "{}")
    return {
        "version": row[f"{side}_name"] or "",
        "sha256": row[f"{side}_sha256"] or "",
        "name": " / ".join(dict.fromkeys(names[locale] for locale in sorted(names))),
        "developer": row[f"{side}_developer"] or "",
    }


def _words(state: dict[str, str], parts: Sequence[str]) -> str:
    return "; ".join(
        f"{part} {state[part] or '-'}" if len(parts) > 1 or part != "version" else state[part] for part in parts
    )
