"""The steps of the rehearsal, each a process of its own: ``python -m bench.national.steps STEP HOME PART`` prints JSON.
A fourth word is the master of a Spark that computes instead of DuckDB.

``past``     puts all days but the last into the lake (no waiting for the disk: not measured)
``packages`` puts their examinations into it (made up, not measured either)
``before``   compares, follows and publishes them, from nothing
``intake``   takes the last day in: every listing as a noun, through the sink that the crawl uses
``examined`` puts the last day's examinations into the lake (they are made up: not measured)
``compare``  the new packages with the official apps and with their likes
``changes``  what came, is gone, has changed; spans
``publish``  identity, ratings, totals and the read model
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.national.days import Days, address, at_of, kept
from bench.national.examinations import Examined
from bench.national.population import DAYS, PROTOCOLS, Population, Shape, populate
from finwatch import catalog
from finwatch.engine import Engine, LocalEngine
from finwatch.engine.spark import SparkEngine
from finwatch.flow.changes import follow
from finwatch.flow.collect import LakeSink
from finwatch.flow.compare import compare_all
from finwatch.flow.publish import publish
from finwatch.lake import Lake, open_lake
from finwatch.lake.rows import listing_of
from finwatch.model.base import Text
from finwatch.model.fetch import Market, MarketId
from finwatch.store import Store, open_store

LAST: Final = DAYS - 1


def past(lake: Lake, days: Days) -> dict[str, Any]:
    """All days but the last."""
    os.fsync = lambda handle: None  # what is not measured need not wait for the disk
    listings = 0
    for day in range(LAST):
        listings += kept(lake, days, day)
        say(f"day {day}: {listings:,} listings")
    return {"listings": listings}


def packages(lake: Lake, days: Days) -> dict[str, Any]:
    """The examinations of all days but the last."""
    os.fsync = lambda handle: None
    made = Examined(days)
    return {"examinations": sum(made.keep(lake, day, at_of(day, 300)) for day in range(LAST))}


def registered(population: Population) -> list[Market]:
    """The markets as an operator registered them."""
    found = []
    for at, name in enumerate(population.market_ids()):
        protocol = PROTOCOLS[population.protocol[at]]
        told = Text(zh=f"市场{at}", en=f"Market {at}")
        speaks = "fdroid" if protocol == "repository" else "folder"  # a descriptor of pages would need its fields
        found.append(Market(id=MarketId(name), name=told, protocol=speaks, address=address(name, protocol)))
    return found


def intake(lake: Lake, days: Days) -> dict[str, Any]:
    """The last day, as the crawl hands it to the lake."""
    sink, total, markets = LakeSink(lake), 0, registered(days.population)
    for at, rows in days.slices(LAST):
        market = markets[at]
        listings = [listing_of(row) for row in rows.to_pylist()]
        total += len(listings)
        sink.snapshot(market, listings, visit=f"day{LAST:02}", at=at_of(LAST, at))
    return {"listings": total}


def examined(lake: Lake, days: Days) -> dict[str, Any]:
    """The last day's examinations; those of the days before are known by their hashes."""
    made = Examined(days)
    for day in range(LAST):
        made.packages(day)
    return {"examinations": made.keep(lake, LAST, at_of(LAST, 300))}


def compared(lake: Lake, engine: Engine) -> dict[str, Any]:
    """Matches and ratings."""
    done = compare_all(lake, knowledge=catalog.load(), engine=engine, progress=_told())
    return {"candidates": done.packages, "compared": done.compared, "matched": done.matches}


def changes(lake: Lake, engine: Engine) -> dict[str, Any]:
    """Rounds, spans, events."""
    rounds = follow(lake, engine, progress=_told())
    return {"rounds": rounds}


def published(lake: Lake, store: Store, engine: Engine) -> dict[str, Any]:
    """The read model."""
    return publish(store, lake, engine=engine, progress=_told()).model_dump()


def _engine(master: str | None) -> LocalEngine | SparkEngine:
    return LocalEngine(processes=1) if master is None else SparkEngine(master=master)


def _told() -> Callable[..., None]:
    """Progress on standard error, at most every five seconds."""
    said = 0.0

    def tell(stage: str, done: int, total: int | None, message: str = "") -> None:
        nonlocal said
        if time.monotonic() - said > 5:
            said = time.monotonic()
            say(f"{stage} {done:,}/{total or 0:,} {message}")

    return tell


def say(what: str) -> None:
    """Progress, to standard error."""
    print(f"· {datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Does one step."""
    done: dict[str, Any] = {}
    step, home, part, master = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), (*sys.argv[4:], None)[0]
    lake = open_lake(str(home / "lake"))
    seeded = {"past": past, "packages": packages, "intake": intake, "examined": examined}
    if step in seeded:
        done = seeded[step](lake, Days(populate(Shape.share(part))))
    elif step in {"compare", "changes"}:
        with closing(_engine(master)) as engine:
            done = {"compare": compared, "changes": changes}[step](lake, engine)
    else:
        with open_store(f"sqlite:///{home / 'store.sqlite'}") as store, closing(_engine(master)) as engine:
            if step == "before":
                for market in registered(populate(Shape.share(part))):
                    store.markets.register(market, now=at_of(0, 0))
                done = compared(lake, engine) | changes(lake, engine)
            done |= published(lake, store, engine)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
