"""From what is known to what is worth a visit: names, developers, signers, addresses inside packages → leads.

What comes in: examined finance apps, listings, chains, rows of notices. What goes out: leads, each with its reason,
within a budget, in the table ``leads`` and as tasks of the frontier. ``expand`` is pure: the same knowledge gives the
same leads. Only apps that were found to be finance are followed, and of their addresses only those of their own code.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from finwatch.crawl.beyond.links import PACKAGE_NAME
from finwatch.crawl.beyond.search import addresses_of
from finwatch.crawl.beyond.visits import tasks_of
from finwatch.flow import beyond
from finwatch.lake import Lake, copies
from finwatch.model.base import Model
from finwatch.model.fetch import Market, MarketId, TaskKind
from finwatch.model.listing import Listing
from finwatch.model.web import Lead, LeadReason, LinkEnd
from finwatch.store import Store

_DOWNLOAD: Final = re.compile(
    r"/(?:download|down|d|app|apk|install|update|upgrade|invite|share)(?:[/.?]|$)", re.IGNORECASE
)
_POLICY: Final = re.compile(r"https?://[^\s\"'<>\\，。；）)]+")
_RECENT: Final = timedelta(days=2)
"""How far back listings are looked at: markets are seen again every day."""
_NAMELESS: Final = frozenset({"", "个人", "个人开发者", "未知", "unknown", "individual", "developer"})
"""Developers that name nobody."""


class Budget(Model):
    """How many leads one expansion may give; what is above is said, and comes the next time."""

    total: int = 200
    per_reason: int = 60
    per_origin: int = 8
    """Leads that follow from one app, developer or signer by one reason."""


BUDGET: Final = Budget()


@dataclass(frozen=True, slots=True)
class KnownApp:
    """What an examined finance app gives to go on with."""

    sha256: str
    app: str
    market: MarketId
    label: str | None
    signers: tuple[str, ...]
    addresses: tuple[str, ...]
    """URLs that the app's own code names."""
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name that something else gave: a market link of a chain, or a row of a notice."""

    name: str
    reason: LeadReason
    of: str


class Expansion(Model):
    """The leads, and what was left out of them."""

    leads: tuple[Lead, ...]
    notes: tuple[str, ...] = ()


def expand(
    apps: Sequence[KnownApp],
    *,
    listings: Sequence[Listing],
    named: Sequence[Named],
    markets: Sequence[Market],
    known: AbstractSet[tuple[str, str, str]],
    at: datetime,
    budget: Budget = BUDGET,
) -> Expansion:
    """New leads with their reasons, in a fixed order. ``known`` = (market, kind, url) of those there were before."""
    searches = [market for market in markets if market.web is not None and market.web.kind == "search"]
    landings = [market for market in markets if market.web is not None and market.web.kind == "landing"]
    notes: list[str] = []
    if apps and not searches:
        notes.append("No market of the protocol web with kind = search is enabled: names were not searched for.")
    if apps and not landings:
        notes.append("No market of the protocol web with kind = landing is enabled: addresses were not followed.")
    found = [
        *_same_signer(apps, listings, at),
        *_same_developer(apps, listings, at),
        *(lead for market in landings[:1] for lead in _addresses(apps, market, at)),
        *_policies(apps, {market.id for market in markets}, at),
        *(lead for market in searches for lead in _searches(apps, listings, named, market, at)),
    ]
    kept: dict[tuple[str, str, str], Lead] = {}
    reasons: Counter[LeadReason] = Counter()
    origins: Counter[tuple[LeadReason, str]] = Counter()
    left = 0
    for lead in sorted(found, key=lambda lead: (list(LeadReason).index(lead.reason), lead.of, lead.market, lead.url)):
        key = (lead.market, lead.kind, lead.url)
        if key in known or key in kept:
            continue
        origin = (lead.reason, lead.of)
        over = len(kept) >= budget.total or reasons[lead.reason] >= budget.per_reason
        if over or origins[origin] >= budget.per_origin:
            left += 1
            continue
        kept[key] = lead
        reasons[lead.reason] += 1
        origins[origin] += 1
    if left:
        notes.append(f"{left:,} further leads are above the budget; they come the next time.")
    return Expansion(leads=tuple(kept.values()), notes=tuple(notes))


def _same_signer(apps: Sequence[KnownApp], listings: Sequence[Listing], at: datetime) -> Iterator[Lead]:
    signers = {signer: app for app in apps for signer in app.signers}
    for listing in listings:
        for signer in listing.signer_sha256:
            if signer in signers and listing.app != signers[signer].app and listing.package_url:
                says = f"{listing.app} is signed with the certificate of {signers[signer].app}."
                yield _package(listing, LeadReason.SIGNER, signer, says, at=at)


def _same_developer(apps: Sequence[KnownApp], listings: Sequence[Listing], at: datetime) -> Iterator[Lead]:
    developers = {_bare(name): app for app, name in _developers(apps, listings)}
    for listing in listings:
        app = developers.get(_bare(listing.developer or ""))
        if app is not None and listing.app != app.app and listing.package_url:
            says = f"{listing.app} is listed by the developer of {app.app}."
            yield _package(listing, LeadReason.DEVELOPER, listing.developer or "", says, at=at)


def _developers(apps: Sequence[KnownApp], listings: Sequence[Listing]) -> Iterator[tuple[KnownApp, str]]:
    """The developers that markets name for the very packages that were examined."""
    by_hash = {app.sha256: app for app in apps}
    for listing in listings:
        app = by_hash.get(listing.package_sha256 or "")
        if app is not None and _bare(listing.developer or "") not in _NAMELESS:
            yield app, listing.developer or ""


def _addresses(apps: Sequence[KnownApp], market: Market, at: datetime) -> Iterator[Lead]:
    for app in apps:
        for url in app.addresses:
            parts = urlsplit(url)
            leads_on = PACKAGE_NAME.search(url) or _DOWNLOAD.search(parts.path) or parts.path in {"", "/"}
            if parts.scheme in {"http", "https"} and parts.hostname and leads_on:
                yield Lead(
                    market=market.id,
                    kind=TaskKind.PAGE,
                    url=url.partition("#")[0],
                    reason=LeadReason.ENDPOINT,
                    of=app.sha256,
                    says=f"The code of {app.app} names this address.",
                    at=at,
                )


def _policies(apps: Sequence[KnownApp], markets: AbstractSet[str], at: datetime) -> Iterator[Lead]:
    for app in apps:
        for url in app.policies:
            if app.market in markets:
                yield Lead(
                    market=app.market,
                    kind=TaskKind.POLICY,
                    url=url,
                    reason=LeadReason.POLICY,
                    of=app.sha256,
                    says=f"A string of {app.app} names this policy.",
                    app=app.app,
                    at=at,
                )


def _searches(
    apps: Sequence[KnownApp], listings: Sequence[Listing], named: Sequence[Named], market: Market, at: datetime
) -> Iterator[Lead]:
    assert market.web is not None
    words: list[tuple[str, LeadReason, str, str]] = []
    for app in apps:
        if app.label:
            words.append((app.label, LeadReason.KEYWORD, app.sha256, f"{app.label} is the name of {app.app}."))
    for app, developer in _developers(apps, listings):
        words.append((developer, LeadReason.DEVELOPER, developer, f"{developer} is the developer of {app.app}."))
    for one in named:
        words.append((one.name, one.reason, one.of, f"{one.name} is named by {one.of}."))
    for word, reason, of, says in words:
        if len(word.strip()) >= 2:
            url = addresses_of(market.web, word.strip())[0]
            yield Lead(market=market.id, kind=TaskKind.INDEX, url=url, reason=reason, of=of, says=says, at=at)


def _package(listing: Listing, reason: LeadReason, of: str, says: str, *, at: datetime) -> Lead:
    return Lead(
        market=listing.market,
        kind=TaskKind.PACKAGE,
        url=listing.package_url or "",
        reason=reason,
        of=of,
        says=says,
        app=listing.app,
        expected_sha256=listing.package_sha256,
        expected_bytes=None if listing.package_bytes_rounded else listing.package_bytes,
        at=at,
    )


def _bare(name: str) -> str:
    return re.sub(r"\s+", "", name).lower()


class Grown(Model):
    """What an expansion of the store's frontier gave."""

    leads: int
    tasks: int
    """Leads that the frontier did not know."""
    reasons: dict[str, int]
    notes: tuple[str, ...]


def grow(
    store: Store, lake: Lake, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), budget: Budget = BUDGET
) -> Grown:
    """Expands what the lake knows into tasks of the store's frontier, and keeps the reasons in ``leads``.

    The tasks are added first: killed in between, the next expansion writes the reasons. Raises ``LakeError``,
    ``StoreError``.
    """
    at = clock()
    markets = store.markets.all(enabled=True)
    apps = list(_apps(lake))
    expansion = expand(
        apps,
        listings=_listings(lake, at, apps),
        named=list(_named(lake)),
        markets=markets,
        known={
            (row["market"], row["kind"], row["url"])
            for row in lake.tables.read("leads", columns=["market", "kind", "url"]).to_pylist()
        },
        at=at,
        budget=budget,
    )
    added = store.frontier.add(tasks_of(expansion.leads))
    for market in sorted({lead.market for lead in expansion.leads}):
        beyond.keep(lake, MarketId(market), [lead for lead in expansion.leads if lead.market == market], at=at)
    reasons = Counter(lead.reason.value for lead in expansion.leads)
    return Grown(leads=len(expansion.leads), tasks=added, reasons=dict(sorted(reasons.items())), notes=expansion.notes)


def reaches_beyond(store: Store) -> bool:
    """Whether somebody enabled a descriptor of the protocol web: without one, the daily run stays in the markets."""
    return any(market.web is not None for market in store.markets.all(enabled=True))


def _apps(lake: Lake) -> Iterator[KnownApp]:
    """The finance apps among the examined, by hash; the newest examination of each."""
    newest: dict[str, datetime] = {}
    for row in lake.tables.read("examinations", columns=["sha256", "at"], where={"finance": True}).to_pylist():
        newest[row["sha256"]] = max(row["at"], newest.get(row["sha256"], row["at"]))
    found = {row["sha256"]: _known(row) for row in _examined(lake) if row["at"] == newest[row["sha256"]]}
    yield from (found[sha256] for sha256 in sorted(found))


_EXAMINED: Final = ["market", "sha256", "app", "at", "label", "signers", "finance", "document", "facts"]
_ROWS: Final = 64
"""Examinations that are in memory at a time: their documents are large."""


def _examined(lake: Lake) -> Iterator[dict[str, Any]]:
    """Every examination of a finance app, oldest day first."""
    for file in lake.tables.files("examinations"):
        (here,) = copies([file])
        with pq.ParquetFile(here) as opened:
            columns = [name for name in _EXAMINED if name in opened.schema_arrow.names]
            for batch in opened.iter_batches(batch_size=_ROWS, columns=columns):
                yield from (row for row in batch.to_pylist() if row["finance"])


def _known(row: dict[str, Any]) -> KnownApp:
    document = json.loads(row["document"])
    own = [one for one in document["endpoints"] if one["owner"] == "app" and one["url"]]
    return KnownApp(
        sha256=row["sha256"],
        app=row["app"] or row["sha256"],
        market=row["market"],
        label=row["label"],
        signers=tuple(row["signers"] or ()),
        addresses=tuple(dict.fromkeys(one["url"] for one in own)),
        policies=policies_of(json.loads(row.get("facts") or "{}")),
    )


_LED_BY: Final = ["developer", "signer_sha256", "package_sha256"]
_LISTED: Final = ["market", "app", *_LED_BY, "seen", "package_url", "package_bytes", "package_bytes_rounded"]


def _listings(lake: Lake, at: datetime, apps: Sequence[KnownApp]) -> list[Listing]:
    """What markets listed lately, as far as leads follow from it: the examined packages themselves, and what has a
    developer or a signer of theirs. One market's day is in memory at a time, whatever all of them list."""
    hashes, signers = {app.sha256 for app in apps}, {signer for app in apps for signer in app.signers}
    if not apps:
        return []
    days = [(at - _RECENT).date() + timedelta(days=ahead) for ahead in range(_RECENT.days + 2)]
    visited = lake.tables.read("visits", since=days[0], columns=["market"]).to_pylist()
    markets = {str(row["market"]) for row in visited}
    parts = [(market, day) for market in sorted(markets) for day in days]
    own = [
        _bare(row["developer"] or "")
        for market, day in parts
        for row in _rows(lake, market, day, ["developer", "package_sha256"], where={"package_sha256": sorted(hashes)})
    ]
    developers = set(own) - _NAMELESS
    kept: dict[tuple[Any, ...], Listing] = {}
    for market, day in parts:
        for row in _rows(lake, market, day, _LISTED):
            if (
                row["package_sha256"] in hashes
                or not signers.isdisjoint(row["signer_sha256"] or ())
                or _bare(row["developer"] or "") in developers
            ):
                said = tuple(row[name] for name in ("market", "app", "developer", "package_url", "package_sha256"))
                kept[*said, *(row["signer_sha256"] or ())] = _listing(row)  # seen again: the newest counts
    return list(kept.values())


def _rows(
    lake: Lake, market: str, day: date, columns: Sequence[str], *, where: dict[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The listings of one market on one day, a few thousand at a time as Python objects."""
    table = lake.tables.read("listings", market=market, since=day, until=day, columns=columns, where=where)
    for batch in table.to_batches(max_chunksize=4096):
        yield from batch.to_pylist()


def _listing(row: dict[str, Any]) -> Listing:
    changed = {
        "signer_sha256": tuple(row["signer_sha256"] or ()),
        "package_bytes_rounded": bool(row["package_bytes_rounded"]),
    }
    return Listing.model_validate(row | changed)


def policies_of(facts: dict[str, Any]) -> tuple[str, ...]:
    """The addresses in the strings that the catalogue's pattern ``policy.url`` matched."""
    strings: Iterable[dict[str, Any]] = (facts.get("code") or {}).get("strings") or ()
    found = [url for one in strings if one["watch"] == "policy.url" for url in _POLICY.findall(one["value"])]
    return tuple(dict.fromkeys(url for url in found if urlsplit(url).hostname))


def _named(lake: Lake) -> Iterator[Named]:
    """Names that chains and notices gave, each once."""
    seen: set[str] = set()
    links = lake.tables.read("chains", columns=["app", "start"], where={"end": LinkEnd.MARKET.value}).to_pylist()
    for row in links:
        if row["app"] and row["app"] not in seen:
            seen.add(row["app"])
            yield Named(row["app"], LeadReason.MARKET_LINK, row["start"])
    for row in lake.tables.read("notice_rows", columns=["app", "url"]).to_pylist():
        if row["app"] and row["app"] not in seen:
            seen.add(row["app"])
            yield Named(row["app"], LeadReason.NOTICE, row["url"])
