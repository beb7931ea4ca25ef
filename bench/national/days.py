"""What the markets of a country show on each of its days, as rows of the lake's table ``listings``.

What comes in: a ``Population``. What goes out: one Arrow table a day, sorted by market, with exactly the fields that a
crawl of ``site`` reads from a market of that protocol; a market's part of it is a slice. ``kept`` puts a day into a
lake the way a crawl does: listings, ratings, and last the visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench.national.population import PROTOCOLS, Population, measured, permission_sets
from finwatch.lake import Lake
from finwatch.lake.schemas import LISTINGS, RATINGS

FIRST: Final = datetime(2026, 10, 24, 2, 0, tzinfo=UTC)
DOMAIN: Final = "national.example"
_HEX: Final = np.frombuffer("".join(f"{at:02x}" for at in range(256)).encode(), np.uint16)
Keys = npt.NDArray[np.uint64]


def at_of(day: int, market: int) -> datetime:
    """When a market is read on a day."""
    return FIRST + timedelta(days=day, seconds=10 * market)


def address(market: str, protocol: str) -> str:
    """Where a market is reached."""
    return f"http://{market}.{DOMAIN}{'/repo' if protocol == 'repository' else ''}"


class Days:
    """The days of a country."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self._bounds = population.bounds()
        self._protocols = population.protocol[population.market]
        self._names = [self._told(extra) for extra in range(2)]
        self._packages = pa.array(population.packages)
        developers = [f"苇岸软件第{at}工作室" for at in range(int(population.developer.max()) + 2)]
        self._developers = pa.array(developers)
        self._permissions = pa.array(permission_sets(population.shape.seed), pa.list_(pa.string()))
        self._markets = pa.array(population.market_ids())
        self._kinds = pa.array([[kind] for kind in measured()["assumed"]["kinds"]], pa.list_(pa.string()))
        self._base = (mix(np.arange(population.shape.apps), 7) % 40).astype(np.int64)
        self._changed = self._last_changes()

    def slices(self, day: int) -> Iterator[tuple[int, pa.Table]]:
        """Market and its listings, market by market."""
        table, shown = self.table(day), self.population.shown(day)
        ends = np.concatenate([[0], shown.cumsum()])[self._bounds].tolist()
        for market in range(self.population.shape.markets):
            yield market, table.slice(ends[market], ends[market + 1] - ends[market])

    def versions(self, day: int, rows: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Which version of its app each of some listings shows."""
        of = self.population
        column = day + measured()["assumed"]["lag_days"] - of.lag[of.market[rows]]
        return self._base[of.app[rows]] + of.updates[of.app[rows], column]

    def hashes(self, day: int, rows: npt.NDArray[Any]) -> Keys:
        """What the packages of some listings are told apart by."""
        of, version = self.population, self.versions(day, rows)
        own = np.where(of.channel[of.market[rows]] | of.copy[rows], of.market[rows] + 1, 0)
        return mix(of.app[rows] * 4_096 + version, 11) ^ mix(own * 2 + of.copy[rows], 13)

    def signers(self, rows: npt.NDArray[Any]) -> Keys:
        """What the signers of some listings are told apart by: the developer, or whoever signed a copy."""
        of = self.population
        return mix(np.where(of.copy[rows], 1_000_000 + of.app[rows] % 97, of.developer[of.app[rows]]), 17)

    def table(self, day: int) -> pa.Table:
        """All listings of a day."""
        of = self.population
        rows = np.flatnonzero(of.shown(day))
        app, market, protocol = of.app[rows], of.market[rows], self._protocols[rows]
        is_repository, is_interface, is_shop, is_pages = (protocol == at for at in range(len(PROTOCOLS)))
        version, revision = self.versions(day, rows), of.revisions[app, day]
        hashes = hexed(self.hashes(day, rows), 32)
        ends = pa.array(np.arange(len(rows) + 1), pa.int32())
        signers = pa.ListArray.from_arrays(ends, hexed(self.signers(rows), 32))
        codes = pa.array(100 + version)
        packages, markets = self._packages.take(pa.array(app)), self._markets.take(pa.array(market))
        mean, count, downloads = self._told_by_users(rows, day)
        seen = pa.array(np.array(_micros(day)) + 10_000_000 * market, pa.timestamp("us", tz="UTC"))
        names = [f"{at // 10 + 1}.{at % 10}.0" for at in range(512)]
        empty = pa.array([[]], pa.list_(pa.string())).take(pa.array(np.zeros(len(rows), np.int64)))

        def only(mask: npt.NDArray[np.bool_], values: Any) -> Any:
            return pc.if_else(pa.array(mask), values, pa.scalar(None, values.type))

        developer = of.developer[app] + (revision % 3 == 2)
        urls = pc.binary_join_element_wise(
            "http://", markets, f".{DOMAIN}/repo/", packages, "_", pc.cast(codes, pa.string()), ".apk", ""
        )
        columns: dict[str, Any] = {
            "market": markets,
            "visit": pa.array([f"day{day:02}"]).take(pa.array(np.zeros(len(rows), np.int64))),
            "app": packages,
            "names": self._name_texts(app, revision, is_repository),
            "summaries": pa.array(["{}"]).take(pa.array(np.zeros(len(rows), np.int64))),
            "developer": only(~is_shop, self._developers.take(pa.array(developer))),
            "categories": pc.if_else(pa.array(is_repository), self._kinds.take(pa.array(of.kind[app])), empty),
            "version_name": pa.array(names).take(pa.array(version)),
            "version_code": only(~is_pages, codes),
            "package_url": only(is_repository, urls),
            "package_sha256": only(is_repository | is_interface, hashes),
            "package_bytes": pa.array(of.size[app] + 1_000 * version),
            "signer_sha256": pc.if_else(pa.array(is_repository | is_interface), signers, empty),
            "permissions": pc.if_else(
                pa.array(is_repository), self._permissions.take(pa.array(of.permission_set[app])), empty
            ),
            "published": only(is_repository | is_shop, self._published(app, market, day)),
            "seen": seen,
            "capture": pc.binary_join_element_wise(markets, f"day{day:02}", "-"),
            "store_id": only(is_shop, pc.cast(pa.array(app), pa.string())),
            "rating": only(~is_repository, pa.array(mean)),
            "rating_count": only(is_interface, pa.array(count)),
            "downloads": only(~is_repository, pa.array(downloads)),
            "package_md5": only(is_shop, hexed(self.hashes(day, rows), 16)),
            "signer_sha1": empty,
            "signer_md5": empty,
            "package_bytes_rounded": pa.array(np.zeros(len(rows), bool)),
        }
        nulls = {field.name: pa.nulls(len(rows), field.type) for field in LISTINGS if field.name not in columns}
        whole = columns | nulls
        return pa.table([whole[field.name].cast(field.type) for field in LISTINGS], schema=LISTINGS)

    def _told(self, extra: int) -> tuple[Any, Any]:
        """Names as JSON, of repositories (zh and en) and of others (zh); ``extra`` = after a change."""
        of, more = self.population, "" if not extra else "·新"
        both = [f'{{"en-US":"{en}","zh-CN":"{zh}{more}"}}' for zh, en in zip(of.names_zh, of.names_en, strict=True)]
        return pa.array(both), pa.array([f'{{"zh-CN":"{zh}{more}"}}' for zh in of.names_zh])

    def _name_texts(self, app: Any, revision: Any, is_repository: Any) -> Any:
        at = pa.array(app)
        (both, zh), (both_new, zh_new) = ((a.take(at), b.take(at)) for a, b in self._names)
        renamed = pa.array(revision % 2 == 1)
        repository = pa.array(is_repository)
        return pc.if_else(repository, pc.if_else(renamed, both_new, both), pc.if_else(renamed, zh_new, zh))

    def _told_by_users(self, rows: Any, day: int) -> tuple[Any, Any, Any]:
        """Mean of the stars (a decimal), how many gave them, and downloads in thousands: both as they are shown,
        rounded, so that they move only now and then."""
        of = self.population
        told = mix(of.app[rows] * 256 + of.market[rows], 19)
        mean = np.round(1 + (told % 41) / 10, 1)
        moved = ((told // 1_024 % 1_000).astype(np.int64) + day) // measured()["assumed"]["shown_numbers_move_days"]
        count = (2.0 ** (told // 64 % 16)).astype(np.int64) + moved
        return mean, count, 1_000 * (1 + (told // 1_048_576 % 9_000).astype(np.int64) + moved)

    def _published(self, app: Any, market: Any, day: int) -> Any:
        lag = measured()["assumed"]["lag_days"]
        last = self._changed[app, day + lag - self.population.lag[market]].astype(np.int64)
        days = np.where(last >= 0, last - lag, -30 - (self._base[app] % 400))
        return pa.array(np.array(_micros(0)) + 86_400_000_000 * days, pa.timestamp("us", tz="UTC"))

    def _last_changes(self) -> npt.NDArray[np.int16]:
        """By app and day: the day of its last update; -1 = none yet."""
        updates = self.population.updates
        new = np.diff(updates, axis=1, prepend=0) > 0
        days = np.where(new, np.arange(updates.shape[1]), -1)
        return np.maximum.accumulate(days, axis=1).astype(np.int16)


def kept(lake: Lake, days: Days, day: int) -> int:
    """Puts a day into a lake, market by market; returns how many listings it has."""
    total = 0
    for market, rows in days.slices(day):
        name = days.population.market_ids()[market]
        at, key = at_of(day, market), f"{name} day{day:02}"
        total += rows.num_rows
        lake.tables.append("listings", rows, key=key, dt=at.date(), market=name)
        if rows["downloads"].null_count < rows.num_rows:
            points = [rows["seen"] if field.name == "at" else rows[field.name] for field in RATINGS]
            lake.tables.append("ratings", pa.table(points, schema=RATINGS), key=key, dt=at.date(), market=name)
        visit = {"visit": f"day{day:02}", "market": name, "at": at, "listings": rows.num_rows, "apps": rows.num_rows}
        lake.tables.append("visits", [visit | {"capture": f"{name}-day{day:02}"}], key=key, dt=at.date(), market=name)
    return total


def mix(values: Any, salt: int) -> Keys:
    """Numbers as evenly spread numbers (splitmix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = np.asarray(values).astype(np.uint64) + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)), np.uint64)


def hexed(keys: Keys, size: int) -> pa.StringArray:
    """Numbers as hashes of ``size`` bytes, in hexadecimal."""
    parts = np.stack([mix(keys, 101 + at) for at in range(size // 8)], axis=1)
    digits = _HEX[np.ascontiguousarray(parts).view(np.uint8)]
    offsets = np.arange(len(keys) + 1, dtype=np.int32) * (2 * size)
    return pa.StringArray.from_buffers(
        len(keys), pa.py_buffer(offsets.tobytes()), pa.py_buffer(np.ascontiguousarray(digits).tobytes())
    )


def _micros(day: int) -> int:
    return int((FIRST + timedelta(days=day)).timestamp()) * 1_000_000
