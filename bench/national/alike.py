"""Whom each package is compared with, when every package of a country has been examined.

``python -m bench.national.alike PART`` prints JSON. What comes in: all packages that the markets show on the last day,
with their signers, icons and code. What goes out: how long the indexes of ``flow.neighbours`` take to be made and asked
for every package, how many pairs come of it, and the most that one package has. No documents are read here: those are
part of the step ``compare`` of the day.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bench.national.days import Days, hexed, mix
from bench.national.likes import SLOTS, Likes
from bench.national.population import DAYS, Shape, populate
from finwatch import catalog
from finwatch.flow.neighbours import Neighbours

_CHUNK: Final = 20_000


def examined(days: Days) -> pa.Table:
    """Rows as the question ``examined`` gives them, one a package, sorted by hash."""
    of, likes = days.population, Likes(days.population)
    rows = np.flatnonzero(of.shown(DAYS - 1))
    _, first = np.unique(days.hashes(DAYS - 1, rows), return_index=True)
    rows = rows[first]
    apps, versions = of.app[rows], days.versions(DAYS - 1, rows)
    signers, own = days.signers(rows), mix(of.developer[apps], 17)
    names = [of.names_zh[app] if (worn := likes.model[app]) < 0 else f"{of.names_zh[worn]}官方版" for app in apps]
    icons, colours = likes.icons(apps)
    values = np.empty((len(rows), SLOTS), np.uint64)
    for begin in range(0, len(rows), _CHUNK):
        values[begin : begin + _CHUNK] = likes.codes(apps[begin : begin + _CHUNK], versions[begin : begin + _CHUNK])
    ends = pa.array(np.arange(len(rows) + 1), pa.int32())
    official = likes.official[apps] & (signers == own)
    columns: dict[str, Any] = {
        "sha256": hexed(days.hashes(DAYS - 1, rows), 32),
        "app": [of.packages[app] for app in apps],
        "label": names,
        "names": [[name] for name in names],
        "institution": [f"institution-{app}" if known else None for app, known in zip(apps, official, strict=True)],
        "official": official,
        "signers": pa.ListArray.from_arrays(ends, hexed(signers, 32)),
        "icon_phash": icons,
        "icon_colours": colours,
        "code_signature": pa.ListArray.from_arrays(
            pa.array(np.arange(len(rows) + 1) * SLOTS, pa.int32()), pa.array(values.reshape(-1))
        ),
        "code_signature_version": np.ones(len(rows), np.int32),
        "version_code": 100 + versions,
    }
    return pa.table(columns).sort_by("sha256")


def main() -> None:
    """Measures one part."""
    part = float(sys.argv[1])
    table, knowledge = examined(Days(populate(Shape.share(part)))), catalog.load()
    begun, used = time.monotonic(), time.process_time()
    neighbours = Neighbours(table, knowledge)
    made = time.process_time() - used
    neighbours.digests()
    pairs, most = 0, 0
    for at in range(table.num_rows):
        near = len(neighbours.near(at))
        pairs, most = pairs + near, max(most, near)
    told = {
        "packages": table.num_rows,
        "wall": round(time.monotonic() - begun, 1),
        "made": round(made, 1),
        "cpu": round(time.process_time() - used, 1),
        "pairs": pairs,
        "most": most,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
