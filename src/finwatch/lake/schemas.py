"""The columns of every table of the lake, exactly as they are written: one ``pa.schema`` a table.

A time is UTC in microseconds. A name is ASCII. A JSON column holds UTF-8 text with sorted keys. Every table has the
column ``market`` (the partition's slug, ``-`` where a row belongs to none), so that an engine which is handed a
plain list of files needs no partition discovery.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

NO_MARKET: Final = "-"
"""The ``market`` of a row that belongs to none, such as a file given on the command line."""

_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
_COUNT = pa.int64()
_WORDS = pa.list_(pa.string())


def _field(name: str, kind: pa.DataType) -> pa.Field[pa.DataType]:
    return pa.field(name, kind, nullable=True)


def _key(name: str, kind: pa.DataType = _TEXT) -> pa.Field[pa.DataType]:
    return pa.field(name, kind, nullable=False)


CAPTURES: Final = pa.schema(
    [
        _key("id"),
        _key("market"),
        _key("url"),
        _key("at", _TIME),
        _key("status", pa.int32()),
        _field("content_type", _TEXT),
        _key("payload_sha256"),
        _key("payload_bytes", _COUNT),
        _field("peer", _TEXT),
        _field("headers", _TEXT),  # JSON: [[name, value], …]
        _key("stored_as"),
        _field("tls", _TEXT),  # JSON: {"chain": […], "cipher": …, "protocol": …}
    ]
)
"""Stored exchanges: ``model.fetch.Capture``."""

OUTCOMES: Final = pa.schema(
    [
        _key("market"),
        _key("kind"),
        _key("task"),
        _key("url"),
        _field("final_url", _TEXT),
        _field("status", pa.int32()),
        _field("message", _TEXT),
        _key("started", _TIME),
        _key("took_ms", _COUNT),
        _key("bytes", _COUNT),
        _field("sha256", _TEXT),
        _field("etag", _TEXT),
        _field("last_modified", _TEXT),
        _field("capture", _TEXT),
        _field("retry_after_s", pa.float64()),
        _key("attempt", pa.int32()),
    ]
)
"""How visits ended: ``model.fetch.Outcome``."""

LISTINGS: Final = pa.schema(
    [
        _key("market"),
        _key("visit"),
        _key("app"),
        _field("names", _TEXT),  # JSON: {locale: name}
        _field("summaries", _TEXT),  # JSON: {locale: text}
        _field("developer", _TEXT),
        _field("categories", _WORDS),
        _field("version_name", _TEXT),
        _field("version_code", _COUNT),
        _field("package_url", _TEXT),
        _field("package_sha256", _TEXT),
        _field("package_bytes", _COUNT),
        _field("signer_sha256", _WORDS),
        _field("permissions", _WORDS),
        _field("icon_url", _TEXT),
        _field("website", _TEXT),
        _field("policy_url", _TEXT),
        _field("published", _TIME),
        _key("seen", _TIME),
        _field("capture", _TEXT),
        _field("store_id", _TEXT),
        _field("store_url", _TEXT),
        _field("developer_id", _TEXT),
        _field("rating", pa.float64()),
        _field("rating_count", _COUNT),
        _field("review_count", _COUNT),
        _field("downloads", _COUNT),
        _field("icp_number", _TEXT),
        _field("package_md5", _TEXT),
        _field("signer_sha1", _WORDS),
        _field("signer_md5", _WORDS),
        _field("package_bytes_rounded", pa.bool_()),
    ]
)
"""What markets said: ``model.listing.Listing`` and the visit it belongs to."""

VISITS: Final = pa.schema(
    [
        _key("visit"),
        _key("market"),
        _key("at", _TIME),
        _key("listings", _COUNT),
        _key("apps", _COUNT),
        _field("capture", _TEXT),
    ]
)
"""Complete readings of a market: one row a visit, also when the market listed nothing."""

EVENTS: Final = pa.schema(
    [
        _key("market"),
        _key("app"),
        _key("kind"),
        _key("at", _TIME),
        _field("version_code", _COUNT),
        _field("before", _TEXT),
        _field("after", _TEXT),
        _field("capture", _TEXT),
        _field("visit", _TEXT),
        _field("round", _COUNT),
        _field("epoch", _COUNT),
    ]
)
"""Changes between two visits: ``model.listing.ListingEvent``, the later visit, and where ``ROUNDS`` has it."""

ROUNDS: Final = pa.schema(
    [
        _key("round", _COUNT),
        _key("market"),
        _key("visit"),
        _key("at", _TIME),
        _key("epoch", _COUNT),
        _field("previous", _TEXT),
        _field("previous_at", _TIME),
        _field("capture", _TEXT),
        _field("file", _TEXT),
    ]
)
"""Visits in the order in which they were followed, at most one of each market in a round. Where a visit turns up that
is older than one already followed, its market is followed anew from its first visit: the highest ``epoch`` of a market
holds. ``file`` is the file of ``VISITS`` that told of it."""

SPANS: Final = pa.schema(
    [
        _key("round", _COUNT),
        _key("epoch", _COUNT),
        _key("span"),
        *(field for field in LISTINGS),
        _key("first_seen", _TIME),
        _field("last_seen", _TIME),
        _field("gone_at", _TIME),
    ]
)
"""What visits said anew of versions in markets; the row of the highest round of a ``span`` holds. ``span`` = market,
package name, version code, and the hash or else the version's name; ``gone_at`` = the first visit that no longer showed
it, ``last_seen`` = the one before; both are empty as long as the market shows it."""

RATINGS: Final = pa.schema(
    [
        _key("market"),
        _key("app"),
        _key("at", _TIME),
        _field("rating", pa.float64()),
        _field("rating_count", _COUNT),
        _field("review_count", _COUNT),
        _field("downloads", _COUNT),
        _field("capture", _TEXT),
    ]
)
"""How apps stood in markets, one row an app and reading: ``model.listing.RatingPoint``."""

REVIEWS: Final = pa.schema(
    [
        _key("market"),
        _key("app"),
        _key("id"),
        _field("rating", pa.float64()),
        _field("title", _TEXT),
        _key("text"),
        _field("author", _TEXT),  # SHA-256, never a name
        _field("version_name", _TEXT),
        _field("written", _TIME),
        _key("seen", _TIME),
        _field("capture", _TEXT),
    ]
)
"""What users wrote: ``model.listing.Review``; the newest row of a market, app and id holds."""

EXAMINATIONS: Final = pa.schema(
    [
        _key("market"),
        _key("sha256"),
        _field("app", _TEXT),
        _field("version_name", _TEXT),
        _field("version_code", _COUNT),
        _key("at", _TIME),
        _key("engine_version"),
        _key("catalog_version"),
        _field("label", _TEXT),
        _field("names", _WORDS),
        _field("band", _TEXT),
        _field("score", pa.float64()),
        _field("finance", pa.bool_()),
        _field("finance_kind", _TEXT),
        _field("operator", _TEXT),
        _field("institution", _TEXT),
        _key("official", pa.bool_()),
        _field("signers", _WORDS),
        _field("icon_phash", _TEXT),
        _field("icon_colours", _TEXT),
        _field("code_signature", pa.list_(pa.uint64())),
        _field("code_signature_version", pa.int32()),
        _key("document"),  # JSON: finwatch.examination/1
        _field("facts", _TEXT),  # JSON: finwatch.package-facts/1
    ]
)
"""What was concluded about packages; the newest row of a ``sha256`` holds. ``label`` … ``code_signature_version`` are
what ``model.examination.Candidate`` needs, so that a comparison reads no document."""

MATCHES: Final = pa.schema(
    [
        _key("market"),
        _key("sha256"),
        _field("app", _TEXT),
        _key("at", _TIME),
        _key("against"),  # digest of the examination and of every candidate it was compared with
        _key("document"),  # JSON: {"matches": [model.examination.Match], "rating": model.examination.Rating}
    ]
)
"""What packages were found to be like once all had been examined, and the rating that follows; the newest row of a
``sha256`` holds."""

CHAINS: Final = pa.schema(
    [
        _key("chain"),
        _key("market"),
        _key("start"),
        _key("at", _TIME),
        _key("number", pa.int32()),
        _field("parent", pa.int32()),
        _key("kind"),
        _key("url"),
        _field("found", _TEXT),  # JSON: model.web.WebAt
        _key("end"),
        _field("outcome", _TEXT),
        _key("message"),
        _field("status", pa.int32()),
        _field("capture", _TEXT),
        _field("peeked", _TEXT),
        _field("sha256", _TEXT),
        _key("bytes", _COUNT),
        _field("app", _TEXT),
        _key("rendered", pa.bool_()),
        _field("notes", _TEXT),  # JSON: […], in the first row of a chain
    ]
)
"""From pages to packages, one row a link: ``model.web.Chain``."""

NOTICES: Final = pa.schema(
    [
        _key("market"),
        _key("url"),
        _field("capture", _TEXT),
        _key("sha256"),
        _key("form"),
        _field("title", _TEXT),
        _key("seen", _TIME),
        _key("rows", _COUNT),
        _key("faults"),  # JSON: [model.web.NoticeFault]
    ]
)
"""Regulators' notices and penalty tables, one row a document: ``model.web.Notice``."""

NOTICE_ROWS: Final = pa.schema(
    [
        _key("market"),
        _key("url"),
        _key("sha256"),
        _key("seen", _TIME),
        _key("position", pa.int32()),
        *(_field(name, _TEXT) for name in ("number", "app", "developer", "version", "store", "problem", "section")),
        *(_field(name, _TEXT) for name in ("decision", "penalty", "authority", "decided")),
        _key("places"),  # JSON: {field: model.web.WebAt}
    ]
)
"""What notices say of apps and parties: ``model.web.NoticeRow``; ``sha256`` is the document's."""

POLICIES: Final = pa.schema(
    [
        _key("market"),
        _field("app", _TEXT),
        _key("url"),
        _field("capture", _TEXT),
        _key("sha256"),
        _field("content_type", _TEXT),
        _key("seen", _TIME),
        _field("format", _TEXT),
        _field("title", _TEXT),
        _field("language", _TEXT),
        _field("text", _TEXT),
        _field("document", _TEXT),  # JSON: model.policy.PolicyText without its text
        _field("error", _TEXT),
    ]
)
"""Privacy policies as they were fetched, with their text: ``model.web.PolicyPage``, ``model.policy.PolicyText``."""

LEADS: Final = pa.schema(
    [
        _key("market"),
        _key("kind"),
        _key("url"),
        _key("reason"),
        _key("of"),
        _key("says"),
        _field("app", _TEXT),
        _field("expected_sha256", _TEXT),
        _field("expected_bytes", _COUNT),
        _key("at", _TIME),
    ]
)
"""Why addresses were added to the frontier: ``model.web.Lead``."""

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "captures": CAPTURES,
    "outcomes": OUTCOMES,
    "listings": LISTINGS,
    "visits": VISITS,
    "rounds": ROUNDS,
    "spans": SPANS,
    "events": EVENTS,
    "ratings": RATINGS,
    "reviews": REVIEWS,
    "examinations": EXAMINATIONS,
    "matches": MATCHES,
    "chains": CHAINS,
    "notices": NOTICES,
    "notice_rows": NOTICE_ROWS,
    "policies": POLICIES,
    "leads": LEADS,
}
"""Every table of the lake by name."""
