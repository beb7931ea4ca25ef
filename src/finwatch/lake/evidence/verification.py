"""The nouns of a verification: what was altered, exactly where, and what could not be verified."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from finwatch.limits import EVIDENCE
from finwatch.model.base import Model


class Altered(StrEnum):
    """What is no longer as it was sealed."""

    RECORD = "record"
    """A capture's record has other bytes."""
    PAYLOAD = "payload"
    """A blob that a record refers to has other bytes or is gone."""
    SEGMENT = "segment"
    """A segment is missing, shorter or longer."""
    LEAVES = "leaves"
    """The list of records of a batch."""
    ROOT = "root"
    """The statement of a batch, with its root."""
    STAMP = "stamp"
    """A time stamp has other bytes, is over something else, or was taken away."""
    BATCH = "batch"
    """A batch is missing, or stands at the place of another."""
    HEAD = "head"
    """The file that says where the chain ends, or an end that was noted elsewhere."""


class Alteration(Model):
    """One thing that is not as it was sealed."""

    kind: Altered
    said: str
    """What was found, in one sentence."""
    batch: int | None = None
    segment: str | None = None
    """Path below the lake."""
    offset: int | None = None
    url: str | None = None
    at: str | None = None
    """When the record was captured."""

    @property
    def place(self) -> str:
        """Where it is: segment and offset, address, time."""
        parts = [
            None if self.segment is None else f"{self.segment}{'' if self.offset is None else f'#{self.offset}'}",
            self.url,
            self.at,
        ]
        return " · ".join(part for part in parts if part)


class Outcome(StrEnum):
    """How a verification ended."""

    WHOLE = "whole"
    """Everything that was asked for is as it was sealed."""
    ALTERED = "altered"
    UNUSABLE = "unusable"
    """Nothing was found altered, but something could not be verified."""

    @property
    def exit_code(self) -> int:
        """0, 1 or 2."""
        return {Outcome.WHOLE: 0, Outcome.ALTERED: 1, Outcome.UNUSABLE: 2}[self]


class Verification(Model):
    """What verifying found."""

    schema_id: Literal["finwatch.verification/1"] = Field(default="finwatch.verification/1", alias="schema")
    outcome: Outcome
    since: date | None = None
    batches: int
    """Links of the chain that were followed; always all of them."""
    checked: int
    """Batches whose records were hashed again."""
    records: int
    payloads: int
    """Blobs that were hashed again."""
    bytes: int
    stamps: int
    """Time stamps that were verified."""
    pending: tuple[int, ...]
    """Batches that have no stamp yet."""
    unsealed: int
    """Segments that are complete and not sealed yet."""
    unproven: tuple[str, ...]
    """What could not be verified, and what to do."""
    alterations: tuple[Alteration, ...]
    more: int = 0
    """Alterations beyond those that are named."""
    number: int
    """The last batch."""
    head: str | None
    """SHA-256 of its statement: note it elsewhere and give it to the next verification."""


class Found:
    """Alterations as they are found, the first ``EVIDENCE.alterations`` by name."""

    def __init__(self) -> None:
        self.named: list[Alteration] = []
        self.more = 0

    def add(self, kind: Altered, said: str, **place: str | int | None) -> None:
        """Notes one; ``place`` gives the other fields of ``Alteration``."""
        if len(self.named) >= EVIDENCE.alterations:
            self.more += 1
        else:
            self.named.append(Alteration.model_validate({"kind": kind, "said": said, **place}))
