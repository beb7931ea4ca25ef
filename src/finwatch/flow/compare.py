"""Compares every examined package with the official apps and with its likes: ``examinations`` → ``matches``.

Second pass of the examination: which apps a package resembles is known only when all have been examined. Each package
is compared with every official app (of the catalogue or examined), and with those examined packages that share a
package name, a signer, a character of a name, a quarter of an icon's hash or a band of the code signature with it. What
shares none of these is like it in no respect. The result names the state it was made against; a package whose own
examination and candidates are the same is not compared again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from finwatch.engine import Engine, LocalEngine
from finwatch.flow.examine import rerate
from finwatch.flow.progress import Progress, silent
from finwatch.identify import describe
from finwatch.lake import Lake
from finwatch.lake.rows import canonical, listing_of
from finwatch.lake.schemas import NO_MARKET
from finwatch.likeness import compare
from finwatch.model.base import Model
from finwatch.model.examination import Candidate, Examination
from finwatch.model.knowledge import Knowledge
from finwatch.model.package import PackageFacts

_CHUNK: Final = 64
"""Packages whose documents are in memory at a time."""
_BAND: Final = 4
"""Values of the code signature that have to agree at once."""
_ICON_PART: Final = 4


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
    examined = engine.ask("examined", lake.tables).to_pylist()
    stands = {row["sha256"]: row["against"] for row in engine.ask("compared", lake.tables).to_pylist()}
    neighbours = Neighbours(examined, knowledge)
    due = []
    for row in examined:
        candidates = neighbours.of(row["sha256"])
        against = _against(row, candidates, neighbours, knowledge)
        if stands.get(row["sha256"]) != against:
            due.append((row, against))
    matches = 0
    for start in range(0, len(due), _CHUNK):
        chunk = due[start : start + _CHUNK]
        progress("compare", start, len(due), str(chunk[0][0]["label"] or chunk[0][0]["app"] or ""))
        at = clock()
        rows = list(_compared(chunk, lake, engine, neighbours, knowledge, at=at))
        matches += sum(len(row.pop("found")) for row in rows)
        _append(lake, rows, at)
    progress("compare", len(due), len(due))
    return Compared(packages=len(examined), compared=len(due), matches=matches)


def _compared(
    chunk: Sequence[tuple[dict[str, Any], str]],
    lake: Lake,
    engine: Engine,
    neighbours: Neighbours,
    knowledge: Knowledge,
    *,
    at: datetime,
) -> Iterator[dict[str, Any]]:
    hashes = [row["sha256"] for row, _ in chunk]
    documents = {row["sha256"]: row for row in engine.ask("documents", lake.tables, {"hashes": hashes}).to_pylist()}
    asked = engine.ask("listed_packages", lake.tables, {"hashes": hashes}).to_pylist()
    listings = {row["package_sha256"]: listing_of(row) for row in asked}
    for row, against in chunk:
        sha256 = row["sha256"]
        facts = PackageFacts.model_validate_json(documents[sha256]["facts"])
        examination = Examination.model_validate_json(documents[sha256]["document"])
        subject = describe(facts, listing=listings.get(sha256), knowledge=knowledge)
        matches = compare(subject, neighbours.of(sha256))
        rated = rerate(examination, matches)
        yield {
            "market": row["market"] or NO_MARKET,
            "sha256": sha256,
            "app": row["app"],
            "at": at,
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


class Neighbours:
    """Which candidates a package is compared with."""

    def __init__(self, examined: Sequence[dict[str, Any]], knowledge: Knowledge) -> None:
        self._packages = {row["sha256"]: _candidate(row) for row in examined}
        self._marks: dict[str, set[str]] = defaultdict(set)
        for sha256, candidate in self._packages.items():
            for mark in marks(candidate):
                self._marks[mark].add(sha256)
        self._official = [sha256 for sha256, candidate in self._packages.items() if candidate.official]
        held = {self._packages[sha256].app for sha256 in self._official}
        self._catalogue = [candidate for candidate in catalogue_candidates(knowledge) if candidate.app not in held]
        self.digests = {sha256: _digest(candidate) for sha256, candidate in self._packages.items()}
        self.catalogue_digest = _digest(*self._catalogue)

    def hashes(self, sha256: str) -> list[str]:
        """The examined packages that ``sha256`` is compared with, sorted."""
        near = set(self._official)
        for mark in marks(self._packages[sha256]):
            near |= self._marks[mark]
        return sorted(near - {sha256})

    def of(self, sha256: str) -> list[Candidate]:
        """Every candidate for ``sha256``: official apps of the catalogue, then examined packages by hash."""
        return [*self._catalogue, *(self._packages[near] for near in self.hashes(sha256))]


def marks(candidate: Candidate) -> list[str]:
    """What two candidates have to share at least one of to be compared, sorted."""
    found = {f"app {candidate.app}"}
    found |= {f"signer {signer}" for signer in candidate.signers}
    for name in (candidate.label or "", *candidate.names):
        found |= {f"name {character}" for character in name.casefold() if character.isalnum() and ord(character) > 127}
        found |= {f"name {word}" for word in name.casefold().split() if word.isascii()}
        found |= {f"name {name.casefold()[:3]}"} if name else set()
    icon = candidate.icon_phash or ""
    found |= {f"icon {at} {icon[at : at + _ICON_PART]}" for at in range(0, len(icon), _ICON_PART)}
    code, version = candidate.code_signature, candidate.code_signature_version
    found |= {f"code {version} {at} {code[at : at + _BAND]}" for at in range(0, len(code), _BAND)}
    return sorted(found)


def catalogue_candidates(knowledge: Knowledge) -> list[Candidate]:
    """The official apps that the catalogue knows, none of which need have been examined."""
    return [
        Candidate(
            app=app.package,
            sha256=None,
            label=app.names[0] if app.names else institution.name.zh,
            names=app.names,
            institution=institution.id,
            official=True,
            signers=app.signers,
        )
        for institution in sorted(knowledge.institutions, key=lambda one: one.id)
        for app in sorted(institution.apps, key=lambda one: one.package)
    ]


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        app=row["app"] or "",
        sha256=row["sha256"],
        label=row["label"],
        names=tuple(row["names"] or ()),
        institution=row["institution"],
        official=row["official"],
        signers=tuple(row["signers"] or ()),
        icon_phash=row["icon_phash"],
        icon_colours=row["icon_colours"],
        code_signature=tuple(row["code_signature"] or ()),
        code_signature_version=row["code_signature_version"] or 0,
        version_code=row["version_code"],
    )


def _digest(*candidates: Candidate) -> str:
    told = "\n".join(candidate.model_dump_json() for candidate in candidates)
    return hashlib.sha256(told.encode()).hexdigest()


def _against(row: dict[str, Any], candidates: Sequence[Candidate], neighbours: Neighbours, knowledge: Knowledge) -> str:
    """A digest of everything that a comparison of ``row`` depends on."""
    state = {
        "examination": [row["at"].isoformat(), row["engine_version"], row["catalog_version"]],
        "catalogue": [knowledge.version, neighbours.catalogue_digest],
        "candidates": [neighbours.digests[one.sha256] for one in candidates if one.sha256 is not None],
    }
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()
