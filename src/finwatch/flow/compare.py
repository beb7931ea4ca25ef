"""Compares every examined package with the official apps and with its likes: ``examinations`` → ``matches``.

Second pass of the examination: which apps a package resembles is known only when all have been examined. A package is
compared with those that it could resemble at all (``neighbours``). The result names the state it was made against; a
package whose own examination and candidates are the same is not compared again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from finwatch.engine import Engine, LocalEngine
from finwatch.flow.examine import rerate
from finwatch.flow.neighbours import Neighbours
from finwatch.flow.progress import Progress, silent
from finwatch.identify import describe
from finwatch.lake import Lake
from finwatch.lake.rows import canonical, listing_of
from finwatch.lake.schemas import NO_MARKET
from finwatch.likeness import compare
from finwatch.model.base import Model
from finwatch.model.examination import Examination
from finwatch.model.knowledge import Knowledge
from finwatch.model.listing import Listing
from finwatch.model.package import PackageFacts

_CHUNK: Final = 64
"""Packages whose documents are in memory at a time;"""
_LISTED: Final = 2_048
"""their listings, of which the whole table is searched with every question, are asked for of so many."""


class Compared(Model):
    """What a comparison did."""

    packages: int = 0
    compared: int = 0
    """Packages that were compared (again); the others stood already."""
    matches: int = 0


def compare_all(
    lake: Lake,
    *,
    knowledge: Knowledge,
    engine: Engine | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> Compared:
    """Brings the table ``matches`` up to date with the table ``examinations``."""
    engine = engine or LocalEngine(processes=1)
    examined = engine.ask("examined", lake.tables)
    stands = {row["sha256"]: row["against"] for row in engine.ask("compared", lake.tables).to_pylist()}
    neighbours = Neighbours(examined, knowledge)
    rows = examined.select(["market", "sha256", "app", "label", "at", "engine_version", "catalog_version"]).to_pylist()
    del examined
    due, digests = [], neighbours.digests()
    for at, row in enumerate(rows):
        against = _against(row, [digests[one] for one in neighbours.near(at)], neighbours, knowledge)
        if stands.get(row["sha256"]) != against:
            due.append((at, row, against))
    matches = 0
    listings: dict[str, Listing] = {}
    for start in range(0, len(due), _CHUNK):
        chunk = due[start : start + _CHUNK]
        progress("compare", start, len(due), str(chunk[0][1]["label"] or chunk[0][1]["app"] or ""))
        if start % _LISTED == 0:
            hashes = [row["sha256"] for _, row, _ in due[start : start + _LISTED]]
            asked = engine.ask("listed_packages", lake.tables, {"hashes": hashes}).to_pylist()
            listings = {row["package_sha256"]: listing_of(row) for row in asked}
        now = clock()
        found = list(_compared(chunk, lake, engine, neighbours, knowledge, listings=listings, now=now))
        matches += sum(len(row.pop("found")) for row in found)
        _append(lake, found, now)
    progress("compare", len(due), len(due))
    return Compared(packages=len(rows), compared=len(due), matches=matches)


def _compared(
    chunk: Sequence[tuple[int, dict[str, Any], str]],
    lake: Lake,
    engine: Engine,
    neighbours: Neighbours,
    knowledge: Knowledge,
    *,
    listings: Mapping[str, Listing],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    hashes = [row["sha256"] for _, row, _ in chunk]
    documents = {row["sha256"]: row for row in engine.ask("documents", lake.tables, {"hashes": hashes}).to_pylist()}
    for at, row, against in chunk:
        sha256 = row["sha256"]
        facts = PackageFacts.model_validate_json(documents[sha256]["facts"])
        examination = Examination.model_validate_json(documents[sha256]["document"])
        subject = describe(facts, listing=listings.get(sha256), knowledge=knowledge)
        matches = compare(subject, neighbours.of(at))
        rated = rerate(examination, matches)
        yield {
            "market": row["market"] or NO_MARKET,
            "sha256": sha256,
            "app": row["app"],
            "at": now,
            "against": against,
            "found": matches,
            "document": canonical(
                {
                    "matches": [match.model_dump(mode="json") for match in rated.matches],
                    "rating": rated.rating.model_dump(mode="json"),
                }
            ),
        }


def _append(lake: Lake, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    by_market = defaultdict(list)
    for row in rows:
        by_market[row["market"]].append(row)
    for market, of_market in sorted(by_market.items()):
        # The time is in the key: a package may come back to a state in which it was compared before.
        told = "\n".join([at.isoformat(), *(f"{row['sha256']} {row['against']}" for row in of_market)])
        key = f"compared-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
        lake.tables.append("matches", of_market, key=key, dt=at.date(), market=market)


def _against(row: Mapping[str, Any], candidates: Sequence[str], neighbours: Neighbours, knowledge: Knowledge) -> str:
    """A digest of everything that a comparison of ``row`` depends on, ``candidates`` being digests too."""
    state = {
        "examination": [row["at"].isoformat(), row["engine_version"], row["catalog_version"]],
        "catalogue": [knowledge.version, neighbours.catalogue_digest],
        "candidates": candidates,
    }
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()
