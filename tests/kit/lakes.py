"""Lakes for comparing engines: one of random rows in every table, one that two days of the sample market left.

Random rows are drawn from few values, so that they collide: the same app in several visits, ties in every order, rows
that stand there twice, NULLs and empty lists wherever a column allows them, names in both scripts, hashes of the code
above 2^63, and files written before a column was there.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from finwatch.lake import Lake, open_lake
from finwatch.lake.schemas import SCHEMAS
from finwatch.lake.tables import LocalTables

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MARKETS = ("beta", "alpha")
APPS = ("cn.a", "cn.b", "cn.银行", "CN.a")
HASHES = tuple(f"{number:064x}" for number in (0, 7, 2**255, 2**256 - 1))
DERIVED = ("rounds", "spans", "events")
"""Tables that ``flow.changes`` makes of the others."""
_TEXTS = ("", "名称", "Name", "𠀀é", "a'b\"c", "back\\slash", "zz", " ", "a\nb")
_NAMES = ('{"zh":"掌上银行"}', '{"en":"Bank","zh":"银行"}', "{}")
_OF_TYPE: dict[pa.DataType, tuple[Any, ...]] = {
    pa.string(): _TEXTS,
    pa.int32(): (0, 1, 7),
    pa.int64(): (-(2**63), 0, 1, 2, 2**40),
    pa.float64(): (0.0, 4.5, -1.25),
    pa.bool_(): (True, False),
    pa.list_(pa.string()): ((), ("a",), ("支", "付"), ("a", "b"), ("",)),
    pa.list_(pa.uint64()): ((), (2**64 - 1, 0), (5,), (2**63,)),
    pa.timestamp("us", tz="UTC"): tuple(START + timedelta(hours=hours, microseconds=hours) for hours in range(5)),
}
_NAMED: dict[str, tuple[Any, ...]] = {
    "app": APPS,
    "names": _NAMES,
    "summaries": _NAMES,
    "version_code": (1, 2, 3, 2**40),
    "engine_version": ("0.1.0", "0.2.0"),
    "catalog_version": ("c1", "c2"),
    "id": ("r1", "r2"),
    "band": ("red", "amber", "green"),
}
_LATER = ("package_md5", "signer_sha1", "signer_md5", "package_bytes_rounded")
"""Columns that a file of listings written by an earlier version lacks."""


def _pool(field: pa.Field[pa.DataType], market: str) -> tuple[Any, ...]:
    if field.name == "market":
        return (market,)
    if field.name == "visit":
        values: tuple[Any, ...] = tuple(f"{market}-v{number}" for number in range(5))
    elif "sha256" in field.name and field.type == pa.string():
        values = HASHES
    else:
        values = _NAMED.get(field.name) or _OF_TYPE[field.type]
    return (*values, None) if field.nullable else values


def _rows(draw: random.Random, schema: pa.Schema, market: str, count: int) -> list[dict[str, Any]]:
    pools = {field.name: _pool(field, market) for field in schema}
    rows = [{name: draw.choice(pool) for name, pool in pools.items()} for _ in range(count)]
    for key in (("sha256", "at"), ("url", "sha256", "seen")):  # nothing is concluded twice in one microsecond
        if set(key) <= pools.keys():
            rows = list({tuple(row[name] for name in key): row for row in rows}.values())
    return rows + draw.sample(rows, len(rows) // 8)


def random_lake(folder: Path, seed: int, *, rows: int = 60) -> Lake:
    """A lake with ``rows`` rows and more in each table of each market."""
    draw = random.Random(seed)
    lake = open_lake(str(folder))
    older = LocalTables(folder, _without(_LATER))
    for market in MARKETS:
        for name, schema in SCHEMAS.items():
            if name in DERIVED:
                continue
            made = _rows(draw, schema, market, rows)
            if name == "visits":
                made = [row | {"visit": f"{market}-v{number}"} for number, row in enumerate(made[:5])]
            half = len(made) // 2
            lake.tables.append(name, made[:half], key=f"{market}-1", dt=START.date(), market=market)
            lake.tables.append(name, made[half:], key=f"{market}-2", dt=START.date(), market=market)
        short = _rows(draw, SCHEMAS["listings"], market, rows // 4)
        short = [{column: value for column, value in row.items() if column not in _LATER} for row in short]
        older.append("listings", short, key=f"{market}-0", dt=START.date() - timedelta(1), market=market)
    return lake


def _without(columns: tuple[str, ...]) -> Mapping[str, pa.Schema]:
    kept = [field for field in SCHEMAS["listings"] if field.name not in columns]
    return {**SCHEMAS, "listings": pa.schema(kept)}
