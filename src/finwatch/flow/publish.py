"""Carries the newest observations from the lake into the read model of the store, so that screens read SQL alone.

What comes in: the lake's tables ``visits``, ``listings``, ``examinations`` and ``matches``, and what ``publish_beyond``
reads. What goes out: a generation of the read model, seen all at once. Every document goes by a digest of what it is
made from, so a publication writes only what changed; with ``rebuild`` it writes everything again, and the result is the
same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from finwatch.engine import Engine, LocalEngine
from finwatch.flow.documents import app_document, digest_of, history_event, version_document
from finwatch.flow.families import Family, families
from finwatch.flow.progress import Progress, silent
from finwatch.flow.publish_beyond import put_beyond
from finwatch.lake import Lake
from finwatch.model.base import Model
from finwatch.model.examination import Examination
from finwatch.model.fetch import MarketId
from finwatch.model.listing import ListingEvent
from finwatch.model.view import HistoryDocument
from finwatch.store import Store
from finwatch.store.published.publication import Draft

_CHUNK: Final = 64
"""Apps whose documents are in memory at a time."""


class Published(Model):
    """What a publication did."""

    generation: int
    apps: int
    versions: int
    events: int
    written: int
    """Documents that were new or had changed."""
    dropped: int
    """Documents that are no longer there."""


def publish(
    store: Store,
    lake: Lake,
    *,
    rebuild: bool = False,
    engine: Engine | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> Published:
    """Publishes what the lake holds now. Raises ``StoreError`` while another process publishes."""
    engine = engine or LocalEngine(processes=1)
    observed = Observed(lake, engine, fetched=store.frontier.fetched_packages())
    draft = store.publication.begin(now=clock(), rebuild=rebuild)
    try:
        parts: set[str] = set()
        apps = observed.families
        for start in range(0, len(apps), _CHUNK):
            chunk = apps[start : start + _CHUNK]
            progress("publish", start, len(apps), chunk[0].app)
            parts |= _put(draft, observed, chunk)
        for document in observed.histories():
            part = f"history/{document.market}/{document.app}"
            parts.add(part)
            draft.put_history(document, digest_of(document.model_dump(mode="json")))
        parts |= put_beyond(draft, lake, engine)
        draft.keep_only(parts)
        draft.commit(at=clock())
    except BaseException:
        draft.abandon()
        raise
    progress("publish", len(apps), len(apps))
    return Published(
        generation=draft.generation,
        apps=len(apps),
        versions=len(observed.examined),
        events=sum(len(events) for events in observed.events.values()),
        written=draft.written,
        dropped=draft.dropped,
    )


def _put(draft: Draft, observed: Observed, chunk: Sequence[Family]) -> set[str]:
    """Publishes what changed of some apps; returns the names of all their parts."""
    wanted: dict[str, str] = {}
    for family in chunk:
        wanted[f"app/{family.id}"] = observed.appdigest_of(family)
        rated = observed.rated(family)
        for sha256 in family.packages:
            wanted[f"version/{sha256}"] = observed.versiondigest_of(sha256, family, current=sha256 == rated)
    changed = {part for part, digest in wanted.items() if draft.digest(part) != digest}
    needed = {part.removeprefix("version/") for part in changed if part.startswith("version/")}
    for family in chunk:
        rated = observed.rated(family)
        if f"app/{family.id}" in changed and rated is not None:
            needed.add(rated)
    documents = observed.documents(sorted(needed))
    for family in chunk:
        rated = observed.rated(family)
        for sha256 in family.packages:
            if (part := f"version/{sha256}") in changed:
                document = version_document(family, documents[sha256], examined=observed.examined[sha256]["at"])
                draft.put_version(document, wanted[part], current=sha256 == rated)
        if (part := f"app/{family.id}") in changed:
            draft.put_app(
                app_document(
                    family,
                    spans=[observed.spans[at] for at in family.listings],
                    events=observed.kinds(family),
                    rated=documents[rated] if rated is not None else None,
                    examined=observed.examined,
                ),
                wanted[part],
            )
    return set(wanted)


class Observed:
    """What the lake holds now, without the documents: small enough to be in memory."""

    def __init__(self, lake: Lake, engine: Engine, *, fetched: Mapping[tuple[str, str], str]) -> None:
        self._lake = lake
        self._engine = engine
        self.examined = {row["sha256"]: row for row in engine.ask("examined", lake.tables).to_pylist()}
        self.spans = [_joined(row, fetched) for row in engine.ask("spans", lake.tables).to_pylist()]
        self._compared = {row["sha256"]: row["against"] for row in engine.ask("compared", lake.tables).to_pylist()}
        self.events: dict[tuple[str, str], list[ListingEvent]] = defaultdict(list)
        for row in engine.ask("events", lake.tables).to_pylist():
            self.events[row["market"], row["app"]].append(history_event(row))
        self.families = families(list(self.examined.values()), self.spans)

    def rated(self, family: Family) -> str | None:
        """The package that the app's rating is about: its newest listed one that was examined, else its newest."""
        listed = {self.spans[at]["package_sha256"] for at in family.listings if self.spans[at]["gone_at"] is None}
        return next((sha256 for sha256 in family.packages if sha256 in listed), next(iter(family.packages), None))

    def kinds(self, family: Family) -> list[ListingEvent]:
        """The events of the family's package name in the markets that list it."""
        entries = {(self.spans[at]["market"], self.spans[at]["app"]) for at in family.listings}
        return [event for entry in sorted(entries) for event in self.events.get(entry, ())]

    def appdigest_of(self, family: Family) -> str:
        """A digest of everything that the app's document is made from."""
        rated = self.rated(family)
        return digest_of(
            family.model_dump(mode="json", exclude={"listings"}),
            [self.spans[at] for at in family.listings],
            [event.model_dump(mode="json") for event in self.kinds(family)],
            [self._state(sha256) for sha256 in family.packages],
            rated,
        )

    def versiondigest_of(self, sha256: str, family: Family, *, current: bool) -> str:
        """A digest of everything that the package's document is made from."""
        return digest_of(self._state(sha256), family.id, current)

    def _state(self, sha256: str) -> list[str | None]:
        row, against = self.examined[sha256], self._compared.get(sha256)
        return [sha256, row["at"].isoformat(), row["engine_version"], row["catalog_version"], against]

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
