"""Follows the markets from visit to visit: what came, what is gone, what is described otherwise.

What comes in: the lake's tables ``visits`` and ``listings``. What goes out: its tables ``rounds``, ``spans`` and
``events``. A round takes the next visit of every market that has one and compares it with what stands, so a day costs
what a day holds, however many came before. A round is planned (``rounds``), then its ``spans`` are added, then its
``events``: killed anywhere in between, it is gone on with, and nothing is added twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from finwatch.engine import Engine
from finwatch.engine.protocol import Tables as Files
from finwatch.flow.documents import history_event
from finwatch.flow.progress import Progress, silent
from finwatch.lake import Lake
from finwatch.lake.rows import event_row
from finwatch.lake.schemas import NO_MARKET

_PLAN: Final = ("round", "market", "visit", "at", "epoch", "file")


class Some:
    """The tables of a lake with only some files of some of them."""

    def __init__(self, tables: Files, **files: list[str]) -> None:
        self._tables = tables
        self._files = files

    def files(self, name: str) -> list[str]:
        """Addresses of the files that are offered."""
        return self._files[name] if name in self._files else self._tables.files(name)


def tail(file: str) -> str:
    """What names a file of a table wherever the lake lies: partition and name."""
    return "/".join(file.replace("\\", "/").split("/")[-3:])


def follow(lake: Lake, engine: Engine, *, progress: Progress = silent) -> int:
    """Brings ``rounds``, ``spans`` and ``events`` up to date; returns how many rounds there were to do.

    Only one process may follow a lake at a time. Raises ``LakeError``.
    """
    followed = lake.tables.read("rounds", columns=_PLAN).to_pylist()
    last = max((row["round"] for row in followed), default=0)
    if last and not lake.tables.has("events", _key(last)):
        _do(last, [row for row in followed if row["round"] == last], lake, engine)
    rounds = _planned(followed, _unread(followed, lake, engine))
    for at, rows in enumerate(rounds):
        progress("changes", at, len(rounds), f"{rows[0]['at']:%Y-%m-%d}")
        number = last + 1 + at
        planned = [row | {"round": number} for row in rows]
        day = max(row["at"] for row in rows).date()
        lake.tables.append("rounds", planned, key=_key(number), dt=day, market=NO_MARKET)
        _do(number, planned, lake, engine)
    progress("changes", len(rounds), len(rounds))
    return len(rounds)


def _key(number: int) -> str:
    return f"round-{number:06}"


def _unread(followed: Sequence[Mapping[str, Any]], lake: Lake, engine: Engine) -> list[dict[str, Any]]:
    """Visits that no round has, each with the file that tells of it; with them the older ones of those markets that
    have to be followed anew."""
    known = {(row["market"], row["visit"]) for row in followed}
    files = {row["file"] for row in followed}
    fresh = [file for file in lake.tables.files("visits") if tail(file) not in files]
    if not fresh:
        return []
    told = engine.ask("visits", Some(lake.tables, visits=fresh)).to_pylist()
    new = [row for row in told if (row["market"], row["visit"]) not in known]
    newest: dict[str, datetime] = {}
    for row in followed:
        newest[row["market"]] = max(row["at"], newest.get(row["market"], row["at"]))
    late = {row["market"] for row in new if row["market"] in newest and row["at"] <= newest[row["market"]]}
    if late:
        older = engine.ask("visits", lake.tables).to_pylist()
        new = [row for row in new if row["market"] not in late] + [row for row in older if row["market"] in late]
    by_partition = {tail(file).rpartition("/")[0]: tail(file) for file in fresh}
    return [
        row | {"file": by_partition.get(f"dt={row['at'].date()}/market={row['market']}"), "anew": row["market"] in late}
        for row in new
    ]


def _planned(followed: Sequence[Mapping[str, Any]], new: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The rounds in which visits are followed: the first of each market, then the second, and so on."""
    standing: dict[str, Mapping[str, Any]] = {}
    for row in sorted(followed, key=lambda one: one["round"]):
        standing[row["market"]] = row
    by_market: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(new, key=lambda one: (one["market"], one["at"], one["visit"])):
        by_market[row["market"]].append(row)
    rounds: list[list[dict[str, Any]]] = []
    for market, visits in sorted(by_market.items()):
        held = standing.get(market)
        epoch = 0 if held is None else held["epoch"] + visits[0]["anew"]
        previous = None if held is None or visits[0]["anew"] else held
        for turn, row in enumerate(visits):
            if turn == len(rounds):
                rounds.append([])
            before = {"previous": previous["visit"], "previous_at": previous["at"]} if previous else {}
            told = {name: row[name] for name in ("market", "visit", "at", "capture", "file")}
            rounds[turn].append({**told, **before, "epoch": epoch})
            previous = row
    return rounds


def _do(number: int, rows: Sequence[Mapping[str, Any]], lake: Lake, engine: Engine) -> None:
    """Adds the spans and events of a planned round, those that are not there yet."""
    days = [row["at"].date() for row in rows]
    key, day, asked = _key(number), max(days), {"round": number}
    if not lake.tables.has("spans", key):
        listings = _listings(lake, {row["market"] for row in rows}, since=min(days), until=day)
        spans = engine.ask("next_spans", Some(lake.tables, listings=listings), asked)
        lake.tables.append("spans", spans, key=key, dt=day, market=NO_MARKET)
    events = [
        event_row(history_event(row), visit=row["visit"]) | {"round": number, "epoch": row["epoch"]}
        for row in engine.ask("next_events", lake.tables, asked).to_pylist()
    ]
    lake.tables.append("events", events, key=key, dt=day, market=NO_MARKET)


def _listings(lake: Lake, markets: set[str], *, since: date, until: date) -> list[str]:
    """The files in which the listings of some markets' visits are."""
    files = lake.tables.files("listings", since=since, until=until)
    return [file for file in files if tail(file).split("/")[1].removeprefix("market=") in markets]
