"""What a check of the transparency log found: which row, leaf, node or head is not what it was."""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.base import Model, Text, UtcTime


class FaultKind(StrEnum):
    """What is wrong."""

    ROW_CHANGED = "row_changed"
    ROW_ADDED = "row_added"
    ROW_REMOVED = "row_removed"
    ROW_UNVOUCHED = "row_unvouched"
    """The row does not agree with the log, and a leaf that may have vouched for it is itself altered."""
    LEAF_ALTERED = "leaf_altered"
    LEAF_MISSING = "leaf_missing"
    NODE_ALTERED = "node_altered"
    NODE_MISSING = "node_missing"
    HEAD_ALTERED = "head_altered"
    HEAD_UNSIGNED = "head_unsigned"
    HISTORY_REWRITTEN = "history_rewritten"
    """A signed head cannot be reached from the leaves: leaves were altered together with all that stands over them."""


class Fault(Model):
    """One thing that is not what it was."""

    kind: FaultKind
    what: str
    """``case_file 17``, ``leaf 5``, ``node 1/2``, ``head 12``."""
    says: Text


class Checked(Model):
    """How much was checked, and what was found."""

    at: UtcTime
    leaves: int
    rows: int
    heads: int
    root: str
    """Over the leaves as they are."""
    faults: tuple[Fault, ...]
    more: int = 0
    """Faults beyond those listed."""
