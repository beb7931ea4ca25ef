"""Nouns as rows of the lake's tables, and rows as nouns again.

What comes in: frozen models. What goes out: mappings with exactly the columns of ``schemas``. Dictionaries become
JSON with sorted keys, so that the same noun gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from finwatch.model.fetch import Capture, Outcome
from finwatch.model.listing import Listing, ListingEvent, RatingPoint, Review


def canonical(value: Any) -> str:
    """``value`` as JSON text: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def capture_row(capture: Capture) -> dict[str, Any]:
    """A row of ``captures``."""
    tls = None if capture.tls is None else canonical(capture.tls.model_dump())
    return {**capture.model_dump(exclude={"headers"}), "headers": canonical(capture.headers), "tls": tls}


def capture_of(row: Mapping[str, Any]) -> Capture:
    """The capture of a row of ``captures``."""
    tls = json.loads(row.get("tls") or "null")
    return Capture.model_validate({**row, "headers": json.loads(row["headers"] or "[]"), "tls": tls})


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    """A row of ``outcomes``."""
    return {**outcome.model_dump(), "kind": outcome.kind.value, "task": outcome.task.value}


def outcome_of(row: Mapping[str, Any]) -> Outcome:
    """The outcome of a row of ``outcomes``."""
    return Outcome.model_validate(dict(row))


def listing_row(listing: Listing, *, visit: str) -> dict[str, Any]:
    """A row of ``listings``; ``visit`` is the reading of the market that showed it."""
    row = listing.model_dump()
    row["names"], row["summaries"] = canonical(listing.names), canonical(listing.summaries)
    return {**row, "visit": visit}


def listing_of(row: Mapping[str, Any]) -> Listing:
    """The listing of a row of ``listings``."""
    values = {name: value for name, value in row.items() if name != "visit"}
    for name in ("names", "summaries"):
        values[name] = json.loads(values[name] or "{}")
    for name in ("categories", "signer_sha256", "signer_sha1", "signer_md5", "permissions"):
        values[name] = tuple(values.get(name) or ())
    values["package_bytes_rounded"] = bool(values.get("package_bytes_rounded"))
    return Listing.model_validate(values)


def event_row(event: ListingEvent, *, visit: str | None = None) -> dict[str, Any]:
    """A row of ``events``; ``visit`` is the later of the two readings."""
    return {**event.model_dump(), "kind": event.kind.value, "visit": visit}


def event_of(row: Mapping[str, Any]) -> ListingEvent:
    """The event of a row of ``events``."""
    return ListingEvent.model_validate({name: row.get(name) for name in ListingEvent.model_fields})


def rating_row(point: RatingPoint) -> dict[str, Any]:
    """A row of ``ratings``."""
    return point.model_dump()


def rating_of(row: Mapping[str, Any]) -> RatingPoint:
    """The point of a row of ``ratings``."""
    return RatingPoint.model_validate(dict(row))


def review_row(review: Review) -> dict[str, Any]:
    """A row of ``reviews``."""
    return review.model_dump()


def review_of(row: Mapping[str, Any]) -> Review:
    """The review of a row of ``reviews``."""
    return Review.model_validate(dict(row))
