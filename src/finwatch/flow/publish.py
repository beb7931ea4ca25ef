"""Carries the newest observations from the lake into the read model of the store, so that screens read SQL alone.

What comes in: the lake's tables ``visits``, ``listings``, ``examinations`` and ``matches``, and what ``publish_beyond``
reads. What goes out: a generation of the read model, seen all at once. First the markets are followed to their newest
visits (``changes``); then only those package names are looked at of which anything new is said (``touched``). Every
document goes by a digest of what it is made from, so only what changed is written; with ``rebuild`` everything is
written again, and the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from finwatch.engine import Engine, LocalEngine
from finwatch.flow.changes import follow
from finwatch.flow.documents import app_document, digest_of, version_document
from finwatch.flow.families import Family
from finwatch.flow.observed import Fetched, Observed
from finwatch.flow.progress import Progress, silent
from finwatch.flow.publish_beyond import put_beyond, put_ratings
from finwatch.flow.touched import Touched, chunks, fetched_of, touched
from finwatch.lake import Lake
from finwatch.model.base import Model
from finwatch.store import Store
from finwatch.store.columns import abridged
from finwatch.store.published.overview import MARKETS, OVERVIEW, counted, counted_markets
from finwatch.store.published.publication import Draft

_NAMES: Final = 4_000
"""Package names whose listings are in memory at a time."""
_APPS: Final = 1_000
"""Apps whose documents are in memory at a time,"""
_PACKAGES: Final = 64
"""with those of so many packages: their documents are large, and each question reads the tables anew."""


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
    draft = store.publication.begin(now=clock(), rebuild=rebuild)
    try:
        follow(lake, engine, progress=progress)
        fetched = fetched_of(store.frontier.fetched_packages())
        told = touched(draft, lake, engine, fetched)
        visited = {row["market"]: row["at"] for row in engine.ask("visited", lake.tables).to_pylist()}
        parts = _put_all(draft, lake, engine, told, fetched=fetched, visited=visited, progress=progress)
        parts |= put_ratings(draft, lake, engine, told.fresh.get("ratings", []), whole=told.whole)
        beyond = put_beyond(draft, lake, engine)
        if told.whole:
            draft.keep_only(parts | beyond | told.notes.keys())
        for part, digest in told.notes.items():
            draft.note(part, digest)
        draft.put_visits(visited)
        progress("totals", 0, 1)
        with draft.preview() as now:
            overview = counted(now)
            draft.put_total(MARKETS, counted_markets(now))
        draft.put_total(OVERVIEW, overview.model_dump(mode="json"))
        draft.commit(at=clock())
    except BaseException:
        draft.abandon()
        raise
    progress("publish", len(told.names), len(told.names))
    return Published(
        generation=draft.generation,
        apps=overview.apps,
        versions=overview.versions,
        events=overview.events,
        written=draft.written,
        dropped=draft.dropped,
    )


def _put_all(
    draft: Draft,
    lake: Lake,
    engine: Engine,
    told: Touched,
    *,
    fetched: Fetched,
    visited: Mapping[str, datetime],
    progress: Progress,
) -> set[str]:
    """Publishes what changed of some package names; returns the names of all their parts."""
    parts: set[str] = set()
    done = 0
    for names in chunks(told.names, _NAMES):
        observed = Observed(lake, engine, names, fetched=fetched, visited=visited)
        mine: set[str] = set()
        for chunk in _chunks(observed.families):
            progress("publish", done, len(told.names), chunk[0].app)
            mine |= _put(draft, observed, chunk)
        for document in observed.histories():
            part = f"history/{document.market}/{document.app}"
            mine.add(part)
            draft.put_history(document, digest_of(document.model_dump(mode="json")))
        if not told.whole:
            draft.drop(draft.parts_of(names) - {abridged(part) for part in mine})
        parts |= mine
        done += len(names)
    return parts


def _chunks(apps: Sequence[Family]) -> Iterator[list[Family]]:
    """Apps in pieces, by how many there are and how many packages they have."""
    chunk: list[Family] = []
    packages = 0
    for family in apps:
        if chunk and (len(chunk) >= _APPS or packages + len(family.packages) > _PACKAGES):
            yield chunk
            chunk, packages = [], 0
        chunk.append(family)
        packages += len(family.packages)
    if chunk:
        yield chunk


def _put(draft: Draft, observed: Observed, chunk: Sequence[Family]) -> set[str]:
    """Publishes what changed of some apps; returns the names of all their parts."""
    wanted: dict[str, str] = {}
    for family in chunk:
        wanted[f"app/{family.id}"] = observed.digest_of_app(family)
        rated = observed.rated(family)
        for sha256 in family.packages:
            wanted[f"version/{sha256}"] = observed.digest_of_version(sha256, family, current=sha256 == rated)
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
                    spans=observed.listings(family),
                    events=observed.kinds(family),
                    rated=documents[rated] if rated is not None else None,
                    examined=observed.examined,
                ),
                wanted[part],
            )
    return set(wanted)
