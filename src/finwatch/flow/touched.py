"""Which package names a publication has to look at: those of which the lake says anything that it did not say before.

Part of ``publish``. A publication notes the appends to the lake that it was made from, and of which names packages were
fetched (parts ``seen/…``). The next one reads the files that hold others. An append outlives the file that it was
written as: files may be joined. Where appends are gone, as after a restored backup, every name is looked at.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from finwatch.engine import Engine
from finwatch.flow.changes import Some
from finwatch.flow.documents import digest_of
from finwatch.flow.observed import Fetched
from finwatch.lake import Lake
from finwatch.lake.schemas import SCHEMAS
from finwatch.store.columns import abridged
from finwatch.store.published.publication import Draft

_TABLES: Final = ("spans", "events", "examinations", "matches", "ratings")
_SEEN: Final = "seen/"


@dataclass
class Touched:
    """What a publication has to look at."""

    names: list[str]
    whole: bool
    """Every name there is; what is not among them is no longer published."""
    fresh: dict[str, list[str]] = field(default_factory=dict)
    """By table, the files in which something stands that was not read before."""
    notes: dict[str, str] = field(default_factory=dict)
    """Parts and digests that tell the next publication what this one was made from."""


def touched(draft: Draft, lake: Lake, engine: Engine, fetched: Fetched) -> Touched:
    """What is new since the generation that is published."""
    notes: dict[str, str] = {}
    fresh: dict[str, list[str]] = {}
    for name in _TABLES:
        for file, keys in lake.tables.appends(name):
            parts = {part: digest_of(part) for part in (f"{_SEEN}{name}/{key}" for key in keys)}
            if any(draft.digest(part) != digest for part, digest in parts.items()):
                fresh.setdefault(name, []).append(file)
            notes |= parts
    addresses = _addresses(fetched)
    notes |= {f"{_SEEN}fetched/{name}": digest for name, digest in addresses.items()}
    before = {part for part in draft.live if part.startswith(_SEEN)}
    appends_before = {part for part in before if not part.startswith(f"{_SEEN}fetched/")}
    lost = before - {abridged(part) for part in notes}
    if lost or not appends_before:
        every = [str(name) for name in engine.ask("names", lake.tables).column("app").to_pylist()]
        return Touched(every, whole=True, fresh=fresh, notes=notes)
    names = {name for name, digest in addresses.items() if draft.digest(f"{_SEEN}fetched/{name}") != digest}
    only = Some(lake.tables, **{name: fresh.get(name, []) for name in SCHEMAS})
    said = engine.ask("touched", only).to_pylist()
    hashes = sorted({row["sha256"] for row in said} - {None})
    names |= {row["app"] for row in said} - {None}
    names |= {row["app"] for row in engine.ask("owners", lake.tables, {"hashes": hashes}).to_pylist()}
    names |= {name for sha256 in hashes for name in fetched.names.get(sha256, ())}
    return Touched(sorted(names), whole=False, fresh=fresh, notes=notes)


def fetched_of(rows: Iterable[tuple[str, str, str, str | None]]) -> Fetched:
    """Market, address, SHA-256 and package name of every package that was fetched, as ``Fetched``."""
    by_address: dict[tuple[str, str], str] = {}
    names: dict[str, set[str]] = defaultdict(set)
    for market, url, sha256, app in rows:
        by_address[market, url] = sha256
        if app is not None:
            names[sha256].add(app)
    return Fetched(by_address, {sha256: frozenset(found) for sha256, found in names.items()})


def _addresses(fetched: Fetched) -> Mapping[str, str]:
    """A digest of where its packages were fetched, by package name."""
    said: dict[str, Any] = defaultdict(hashlib.sha256)
    for (market, url), sha256 in sorted(fetched.by_address.items()):
        for name in fetched.names.get(sha256, ()):
            said[name].update(f"{market} {url} {sha256}\n".encode("utf-8", "surrogatepass"))
    return {name: digest.hexdigest() for name, digest in said.items()}


def chunks(values: list[str], size: int) -> Iterator[list[str]]:
    """``values`` in pieces."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
