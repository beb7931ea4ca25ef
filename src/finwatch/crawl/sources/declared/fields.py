"""Items of a page as listings and reviews, in normal units.

What comes in: a ``Node``, field rules, and what every field of the reading shares. What goes out: values of the fields
of ``Listing`` or ``Review``, and a note for each value that could not be understood; such a value is left out, the rest
stands. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urljoin, urlsplit

from pydantic import ValidationError

from finwatch.crawl.sources.declared import units
from finwatch.crawl.sources.declared.asking import Unnamed, filled, quoted
from finwatch.crawl.sources.declared.document import Node
from finwatch.model.fetch import MarketId
from finwatch.model.listing import Listing, Review
from finwatch.model.source import FieldRule

_LISTS: Final = frozenset({"categories", "permissions", "signer_sha256", "signer_sha1", "signer_md5"})
_HASHES: Final = {
    "package_sha256": 64, "signer_sha256": 64, "signer_sha1": 40, "package_md5": 32, "signer_md5": 32,
}  # fmt: skip
LISTING_FIELDS: Final = frozenset(Listing.model_fields) - {
    "market", "names", "summaries", "seen", "capture", "package_bytes_rounded",
} | {"name", "summary"}  # fmt: skip
REVIEW_FIELDS: Final = frozenset(Review.model_fields) - {"market", "app", "seen", "capture"}
_Maker = Callable[[Any, FieldRule, "Context"], Any]
OWN: Final = "x_"
"""Fields that begin so are for templates alone."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the fields of one page share."""

    market: MarketId
    url: str
    """The address that links on the page are relative to."""
    seen: datetime
    capture: str | None
    locale: str
    zone: str


@dataclass(slots=True)
class Values:
    """What one item gave: fields in normal units, and what could not be understood."""

    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def values_of(node: Node, rules: Mapping[str, FieldRule], context: Context, *, known: Mapping[str, Any]) -> Values:
    """The fields of an item. A template may name fields that stand above its own, and those that are ``known``."""
    found = Values()
    for name, rule in rules.items():
        try:
            raw = _raw(node, rule, dict(known) | found.fields)
            value = _normal(name, rule, raw, context) if raw else None
        except (ValueError, OverflowError) as error:
            found.notes.append(f"{name}: {error}")
            continue
        if value is None or value in ("", ()):
            continue
        if name == "package_bytes":
            found.fields[name], found.fields["package_bytes_rounded"] = value
        else:
            found.fields[name] = value
    return found


def _raw(node: Node, rule: FieldRule, known: Mapping[str, Any]) -> list[Any]:
    """What stands there, cut out and put together as the rule says."""
    found: list[Any] = []
    for path in rule.at:
        found = [value for value in node.values(path) if not isinstance(value, dict | list) and value != ""]
        if found:
            break
    if rule.query is not None:
        found = [one for value in found for one in parse_qs(urlsplit(str(value)).query).get(rule.query, ())]
    if rule.find is not None:
        matches = (re.search(rule.find, str(value)) for value in found)
        found = [match[1] if match.re.groups else match[0] for match in matches if match is not None]
    if rule.split is not None:
        found = [part.strip() for value in found for part in str(value).split(rule.split) if part.strip()]
    if rule.template is None:
        return found
    try:
        if not rule.at:
            return [filled(rule.template, known)]
        return [filled(rule.template, {**known, "value": value}) for value in found]
    except Unnamed:
        return []


def _normal(name: str, rule: FieldRule, raw: Sequence[Any], context: Context) -> Any:
    """The value of a field in the unit that every market's has."""
    make: _Maker = _MADE.get(name, _told)
    if name in _LISTS:
        return tuple(dict.fromkeys(one for one in (make(value, rule, context) for value in raw) if one))
    return make(raw[0], rule, context)


def _told(value: Any, _rule: FieldRule, _context: Context) -> str | None:
    return units.text(value)


def _digits(length: int) -> Callable[[Any, FieldRule, Context], str]:
    return lambda value, _rule, _context: _hex(value, length)


def _counted(value: Any, _rule: FieldRule, _context: Context) -> int:
    return units.count(value)


def _linked(value: Any, _rule: FieldRule, context: Context) -> str:
    return _link(value, context.url)


def _timed(value: Any, rule: FieldRule, context: Context) -> datetime:
    return units.moment(value, zone=rule.zone or context.zone, unit=rule.unit)


def _sized(value: Any, rule: FieldRule, _context: Context) -> tuple[int, bool]:
    return units.size(value, rule.unit)


def _starred(value: Any, rule: FieldRule, _context: Context) -> float | None:
    return units.stars(value, rule.scale)


def _digest(value: Any, _rule: FieldRule, context: Context) -> str:
    return hashlib.sha256(f"{context.market} {value}".encode("utf-8", "replace")).hexdigest()


_MADE: Final[dict[str, _Maker]] = {
    **{name: _digits(length) for name, length in _HASHES.items()},
    **dict.fromkeys(("version_code", "rating_count", "review_count", "downloads"), _counted),
    **dict.fromkeys(("package_url", "icon_url", "website", "policy_url", "store_url"), _linked),
    **dict.fromkeys(("published", "written"), _timed),
    "package_bytes": _sized,
    "rating": _starred,
    "author": _digest,
}
"""How a field is made that is not plain text."""


def _hex(value: Any, digits: int) -> str:
    told = re.sub(r"[:\s]", "", str(value)).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{digits}}}", told):
        raise ValueError(f"{str(value)[:80]!r} is not {digits} hexadecimal digits")
    return told


def _link(value: Any, base: str) -> str:
    told = urljoin(base, quoted(units.text(value) or ""))
    parts = urlsplit(told)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{str(value)[:80]!r} is no web address")
    return told


def listing_of(fields: Mapping[str, Any], context: Context) -> Listing:
    """The listing that the fields make. Raises ``ValueError`` when they do not make one."""
    given = {name: value for name, value in fields.items() if not name.startswith(OWN)}
    name, summary = given.pop("name", None), given.pop("summary", None)
    try:
        return Listing(
            market=context.market,
            seen=context.seen,
            capture=context.capture,
            names={context.locale: name} if name else {},
            summaries={context.locale: summary} if summary else {},
            **given,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def review_of(fields: Mapping[str, Any], context: Context, *, app: str) -> Review | None:
    """The review that the fields make; ``None`` where nothing was written and no stars were given."""
    given = {name: value for name, value in fields.items() if not name.startswith(OWN)}
    if given.get("rating") is None and not given.get("text"):
        return None
    if "id" not in given:
        told = "\x1f".join(str(given.get(name)) for name in ("author", "written", "title", "text", "rating"))
        given["id"] = hashlib.sha256(f"{context.market} {app} {told}".encode()).hexdigest()[:32]
    try:
        return Review(market=context.market, app=app, seen=context.seen, capture=context.capture, **given)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
