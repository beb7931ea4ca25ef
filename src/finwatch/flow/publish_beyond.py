"""Carries what was found beyond stores, and ratings and reviews over time, from the lake into the read model.

Part of ``publish``. Chains, notices and leads are never changed once they were written, so their names are digest
enough; a series is read again only when rows were added to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from finwatch.engine import Engine
from finwatch.flow.changes import Some, tail
from finwatch.flow.documents import digest_of
from finwatch.lake import Lake
from finwatch.lake.rows import rating_of, review_of
from finwatch.lake.web_rows import chain_of, lead_of, notice_of
from finwatch.model.base import Model
from finwatch.model.beyond import LeadsDocument
from finwatch.model.fetch import MarketId
from finwatch.model.listing import RatingPoint
from finwatch.store.published.beyond import chain_rows, lead_rows, notice_rows
from finwatch.store.published.documents import Rows
from finwatch.store.published.publication import Draft
from finwatch.store.published.series import rating_rows, review_rows

_CHUNK: Final = 256
"""Chains, notices or series of reviews in memory at a time."""
_ENTRIES: Final = 100_000
"""Series of ratings in memory at a time: each question reads all there are."""


def put_beyond(draft: Draft, lake: Lake, engine: Engine) -> set[str]:
    """Publishes what changed; returns the names of all parts."""
    return {
        *_chains(draft, lake),
        *_notices(draft, lake),
        *_leads(draft, lake),
        *_series(draft, lake, engine, noun="review", noun_of=review_of, rows_of=review_rows),
    }


def _chains(draft: Draft, lake: Lake) -> Iterator[str]:
    counted: dict[str, int] = defaultdict(int)
    for row in lake.tables.read("chains", columns=["chain"]).to_pylist():
        counted[row["chain"]] += 1
    wanted = {f"chain/{name}": digest_of("chain", name, links) for name, links in sorted(counted.items())}
    for parts in _chunks(_changed(draft, wanted)):
        names = [part.removeprefix("chain/") for part in parts]
        rows = _by(lake.tables.read("chains", where={"chain": names}).to_pylist(), "chain")
        for part, name in zip(parts, names, strict=True):
            chain = chain_of(rows[name])
            draft.put(part, wanted[part], partial(chain_rows, chain))
    yield from wanted


def _notices(draft: Draft, lake: Lake) -> Iterator[str]:
    heads = {f"notice/{row['sha256']}/{row['url']}": row for row in lake.tables.read("notices").to_pylist()}
    wanted = {part: digest_of("notice", part, row["rows"], row["faults"]) for part, row in sorted(heads.items())}
    for parts in _chunks(_changed(draft, wanted)):
        hashes = sorted({heads[part]["sha256"] for part in parts})
        rows = lake.tables.read("notice_rows", where={"sha256": hashes}).to_pylist()
        of_document = _by(rows, "sha256", "url")
        for part in parts:
            head = heads[part]
            notice = notice_of(head, of_document[head["sha256"], head["url"]])
            draft.put(part, wanted[part], partial(notice_rows, notice))
    yield from wanted


def _leads(draft: Draft, lake: Lake) -> Iterator[str]:
    found: dict[tuple[str, datetime], list[Any]] = defaultdict(list)
    for row in lake.tables.read("leads").to_pylist():
        found[row["market"], row["at"]].append(lead_of(row))
    for (market, at), leads in sorted(found.items()):
        part = f"leads/{market}/{at.isoformat()}"
        digest = digest_of("leads", part, len(leads))
        document = LeadsDocument(market=MarketId(market), at=at, leads=tuple(leads))
        draft.put(part, digest, partial(lead_rows, document))
        yield part


def _series(
    draft: Draft,
    lake: Lake,
    engine: Engine,
    *,
    noun: str,
    noun_of: Callable[[dict[str, Any]], Model],
    rows_of: Callable[[Sequence[Any]], Rows],
) -> Iterator[str]:
    """The questions ``<noun>_state`` and ``<noun>s``, one part for each app in each market."""
    entries: dict[str, tuple[str, str]] = {}
    wanted: dict[str, str] = {}
    for row in engine.ask(f"{noun}_state", lake.tables).to_pylist():
        part = f"{noun}s/{row['market']}/{row['app']}"
        entries[part] = (row["market"], row["app"])
        wanted[part] = digest_of(*row.values())
    for parts in _chunks(_changed(draft, wanted)):
        asked = {"entries": ["/".join(entries[part]) for part in parts]}
        rows = _by(engine.ask(f"{noun}s", lake.tables, asked).to_pylist(), "market", "app")
        for part in parts:
            nouns = [noun_of(row) for row in rows[entries[part]]]
            draft.put(part, wanted[part], partial(rows_of, nouns))
    yield from wanted


def put_ratings(draft: Draft, lake: Lake, engine: Engine, fresh: Sequence[str], *, whole: bool) -> set[str]:
    """Publishes series of ratings in which something moved; returns the names of the parts that were looked at.

    ``fresh`` are the files of the table that are new; with ``whole`` all of them are looked at. A market is read every
    day and most of it stands still, so the new readings are compared with the one before them first.
    """
    if whole:
        told = engine.ask("rating_state", lake.tables).to_pylist()
        entries = [f"{row['market']}/{row['app']}" for row in told]
    else:
        before, begun = _before(lake.tables.files("ratings"), fresh)
        asked = {"begun": sorted(begun)}
        moved = engine.ask("rating_moves", Some(lake.tables, ratings=[*before, *fresh]), asked)
        entries = [str(entry) for entry in moved.column("entry").to_pylist()]
    for start in range(0, len(entries), _ENTRIES):
        rows = engine.ask("ratings", lake.tables, {"entries": entries[start : start + _ENTRIES]}).to_pylist()
        for (market, app), series in _by(rows, "market", "app").items():
            points = _moved([rating_of(row) for row in series])
            digest = digest_of([point.model_dump(mode="json") for point in points])
            draft.put(f"ratings/{market}/{app}", digest, partial(rating_rows, points))
    return {f"ratings/{entry}" for entry in entries}


def _before(files: Sequence[str], fresh: Sequence[str]) -> tuple[list[str], set[str]]:
    """Of every market with new files, the last file before them; and the markets where there is none to compare with,
    or where one of the new ones is older than it."""
    new = set(fresh)
    newest: dict[str, str] = {}
    oldest: dict[str, str] = {}
    for file in files:  # oldest day first
        day, market, _ = tail(file).split("/")
        if file in new:
            oldest.setdefault(market, day)
        else:
            newest[market] = file
    compared = {
        market for market, day in oldest.items() if market in newest and tail(newest[market])[: len(day)] <= day
    }
    begun = {market.removeprefix("market=") for market in oldest.keys() - compared}
    return [newest[market] for market in sorted(compared)], begun


def _moved(points: Sequence[RatingPoint]) -> list[RatingPoint]:
    """The points that say something else than the one before."""
    said = [(one.rating, one.rating_count, one.review_count, one.downloads) for one in points]
    return [one for at, one in enumerate(points) if at == 0 or said[at] != said[at - 1]]


def _changed(draft: Draft, wanted: dict[str, str]) -> list[str]:
    return [part for part, digest in wanted.items() if draft.digest(part) != digest]


def _chunks(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(parts), _CHUNK):
        yield parts[start : start + _CHUNK]


def _by(rows: Iterable[dict[str, Any]], *names: str) -> dict[Any, list[dict[str, Any]]]:
    """Rows by the value of a column, or by the values of several."""
    grouped: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)].append(row)
    return grouped
