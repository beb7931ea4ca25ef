"""The examination as a stage of the engine: batches of packages in, rows of the table ``examinations`` out.

Runs in the engine's processes, so it imports neither SQL nor DuckDB: a process is warm in a fraction of a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from finwatch import catalog
from finwatch import checks as check_folder
from finwatch.errors import FinwatchError
from finwatch.flow.examine import PackageReader, examine
from finwatch.lake import open_lake
from finwatch.lake.rows import canonical
from finwatch.lake.schemas import EXAMINATIONS, NO_MARKET
from finwatch.likeness import candidate_of
from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.disclosure import PolicySeen
from finwatch.model.examination import Examination
from finwatch.model.knowledge import Knowledge, WatchList
from finwatch.model.listing import Listing
from finwatch.model.package import PackageFacts
from finwatch.package import Reader

_ASKED: Final[dict[str, pa.DataType]] = {
    "sha256": pa.string(),
    "at": pa.timestamp("us", tz="UTC"),
    "listing": pa.string(),
    "policy": pa.string(),
}
INPUT: Final = pa.schema(_ASKED)
"""``listing`` is the JSON of ``model.listing.Listing``, or null; ``policy`` is JSON with ``POLICY_FIELDS``, or null."""
POLICY_FIELDS: Final = ("url", "text", "document", "error")
"""What an examination takes of a row of the table ``policies``."""
OUTPUT: Final = pa.schema({name: EXAMINATIONS.field(name).type for name in EXAMINATIONS.names}).append(
    pa.field("error", pa.string())
)
"""A row of the table ``examinations``, or ``sha256`` and ``error``: why there is none this time."""


def examine_batches(
    batches: Iterator[pa.RecordBatch], *, lake: str, catalog_folder: Path | None
) -> Iterator[pa.RecordBatch]:
    """The stage: examinations of the packages of each batch. Knowledge, checks and the reader stay warm."""
    knowledge, checks, opened = catalog.load(catalog_folder), check_folder.load(), open_lake(lake)
    with Reader() as reader:
        keeping = _Keeping(reader)
        for batch in batches:
            rows = []
            for row in batch.to_pylist():
                listing = Listing.model_validate_json(row["listing"]) if row["listing"] else None
                try:
                    examination = examine(
                        opened.blobs.path(row["sha256"]),
                        reader=keeping,
                        knowledge=knowledge,
                        checks=checks,
                        on=row["at"].date(),
                        listing=listing,
                        policy=_policy(row["policy"], knowledge),
                    )
                    rows.append(examination_row(examination, keeping.facts, at=row["at"], listing=listing))
                except (FinwatchError, OSError) as error:
                    rows.append({"sha256": row["sha256"], "error": f"{type(error).__name__}: {error}"})
            yield pa.RecordBatch.from_pylist(rows, schema=OUTPUT)


def _policy(row: str | None, knowledge: Knowledge) -> PolicySeen | None:
    if row is None:
        return None
    from finwatch.flow.policies import policy_from_row  # noqa: PLC0415 - it reads grammars; many apps have no policy

    return policy_from_row(json.loads(row), knowledge=knowledge)


class _Keeping:
    """A reader that remembers the facts it gave last: they go into the lake beside the document."""

    def __init__(self, reader: PackageReader) -> None:
        self._reader = reader
        self.facts: PackageFacts

    def read(self, path: Path, *, watch: WatchList, limits: PackageLimits = PACKAGE) -> PackageFacts:
        self.facts = self._reader.read(path, watch=watch, limits=limits)
        return self.facts


def examination_row(
    examination: Examination, facts: PackageFacts, *, at: datetime, listing: Listing | None
) -> dict[str, Any]:
    """A row of the table ``examinations``."""
    identity = examination.identity
    official = identity.institution is not None
    candidate = candidate_of(facts, institution=identity.institution, official=official)
    shared = {name: getattr(candidate, name) for name in ("label", "official", "icon_phash", "icon_colours")}
    return shared | {
        "market": listing.market if listing else NO_MARKET,
        "sha256": examination.package.sha256,
        "app": examination.package.id,
        "version_name": examination.package.version_name,
        "version_code": examination.package.version_code,
        "at": at,
        "engine_version": examination.engine.version,
        "catalog_version": examination.engine.catalog_version,
        "names": list(candidate.names),
        "band": examination.rating.band.value,
        "score": examination.rating.score,
        "finance": identity.finance,
        "finance_kind": identity.kind,
        "operator": identity.operator,
        "institution": identity.institution,
        "signers": list(candidate.signers),
        "code_signature": list(candidate.code_signature),
        "code_signature_version": candidate.code_signature_version,
        "document": canonical(examination.model_dump(mode="json")),
        "facts": canonical(facts.model_dump(mode="json")),
    }
