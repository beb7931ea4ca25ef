"""What the lake holds of some package names: examined packages, listings, events. Small enough to be in memory.

Part of ``publish``. What comes in: names, and the questions of the engine. What goes out: the apps (``families``) of
these names with everything that their documents are made from, and digests that tell whether any of it has changed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from finwatch.engine import Engine
from finwatch.flow.documents import digest_of
from finwatch.flow.families import Family, families
from finwatch.lake import Lake
from finwatch.model.examination import Examination
from finwatch.model.fetch import MarketId
from finwatch.model.listing import ListingEvent
from finwatch.model.view import HistoryDocument


@dataclass(frozen=True)
class Fetched:
    """Which packages were fetched where: what joins a listing without a hash to its package."""

    by_address: Mapping[tuple[str, str], str]
    """Market and address of the task → SHA-256."""
    names: Mapping[str, frozenset[str]]
    """SHA-256 → the package names under which it is listed there."""


class Observed:
    """What the lake holds of some package names now, without the documents."""

    def __init__(
        self,
        lake: Lake,
        engine: Engine,
        names: Sequence[str],
        *,
        fetched: Fetched,
        visited: Mapping[str, datetime],
    ) -> None:
        self._lake = lake
        self._engine = engine
        own = engine.ask("examined_of", lake.tables, {"apps": list(names), "hashes": []}).to_pylist()
        hashes = [row["sha256"] for row in own]
        listed = {*names, *(name for sha256 in hashes for name in fetched.names.get(sha256, ()))}
        standing = engine.ask("standing", lake.tables, {"apps": sorted(listed), "hashes": hashes}).to_pylist()
        self.spans = [_joined(row, fetched.by_address) for row in standing]
        others = {row["package_sha256"] for row in self.spans} - {None, *hashes}
        foreign = engine.ask("examined_of", lake.tables, {"apps": [], "hashes": sorted(others)}).to_pylist()
        self.examined = {row["sha256"]: row for row in sorted([*own, *foreign], key=lambda row: str(row["sha256"]))}
        self.events: dict[tuple[str, str], list[ListingEvent]] = defaultdict(list)
        asked = {"apps": sorted({*names, *(row["app"] for row in self.spans)})}
        for row in engine.ask("histories", lake.tables, asked).to_pylist():
            self.events[row["market"], row["app"]].append(ListingEvent.model_validate(row))
        wanted = set(names)
        self._names = wanted
        self._visited = visited
        self.families = [
            family for family in families(list(self.examined.values()), self.spans) if family.app in wanted
        ]

    def rated(self, family: Family) -> str | None:
        """The package that the app's rating is about: its newest listed one that was examined, else its newest."""
        listed = {self.spans[at]["package_sha256"] for at in family.listings if self.spans[at]["gone_at"] is None}
        return next((sha256 for sha256 in family.packages if sha256 in listed), next(iter(family.packages), None))

    def listings(self, family: Family) -> list[dict[str, Any]]:
        """The family's listings; what is listed now was seen last when its market was visited last."""
        rows = [self.spans[at] for at in family.listings]
        return [row if row["last_seen"] else row | {"last_seen": self._visited[row["market"]]} for row in rows]

    def kinds(self, family: Family) -> list[ListingEvent]:
        """The events of the family's package name in the markets that list it."""
        entries = {(self.spans[at]["market"], self.spans[at]["app"]) for at in family.listings}
        return [event for entry in sorted(entries) for event in self.events.get(entry, ())]

    def digest_of_app(self, family: Family) -> str:
        """A digest of everything that the app's document is made from."""
        return digest_of(
            family.model_dump(mode="json", exclude={"listings"}),
            [self.spans[at] for at in family.listings],
            [event.model_dump(mode="json") for event in self.kinds(family)],
            [self._state(sha256) for sha256 in family.packages],
            self.rated(family),
        )

    def digest_of_version(self, sha256: str, family: Family, *, current: bool) -> str:
        """A digest of everything that the package's document is made from."""
        return digest_of(self._state(sha256), family.id, current)

    def _state(self, sha256: str) -> list[str | None]:
        row = self.examined[sha256]
        return [sha256, row["at"].isoformat(), row["engine_version"], row["catalog_version"], row["against"]]

    def documents(self, hashes: Sequence[str]) -> dict[str, Examination]:
        """Examinations with their newest matches and rating."""
        found: dict[str, Examination] = {}
        if not hashes:
            return found
        rows = self._engine.ask("documents", self._lake.tables, {"hashes": list(hashes)}).to_pylist()
        for row in rows:
            document = json.loads(row["document"])
            if row["compared"] is not None:
                document |= json.loads(row["compared"])
            found[row["sha256"]] = Examination.model_validate(document)
        return found

    def histories(self) -> Iterator[HistoryDocument]:
        """The events of each package name in each market, by both."""
        for (market, app), events in sorted(self.events.items()):
            if app in self._names:
                yield HistoryDocument(market=MarketId(market), app=app, events=tuple(events))


def _joined(span: dict[str, Any], fetched: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """A listing whose market names no hash, with that of the package which was fetched from its address.

    Many markets serve every version at one address; their tasks carry the version as a fragment.
    """
    url = span["package_url"]
    if span["package_sha256"] is not None or url is None:
        return span
    version = span["version_code"] or span["version_name"]
    found = fetched.get((span["market"], f"{url}#{quote(str(version))}")) if version else None
    return span | {"package_sha256": found or fetched.get((span["market"], url))}
