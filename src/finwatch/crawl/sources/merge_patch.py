"""JSON merge patch (RFC 7386): a document and a patch in, the patched document out, neither of them changed."""

from __future__ import annotations

from typing import Any, Final

_DEPTH: Final = 100


def merge(document: Any, patch: Any, *, depth: int = 0) -> Any:
    """``document`` with ``patch`` applied: objects merge, ``null`` removes, anything else replaces.

    Raises ``ValueError`` when the patch is nested deeper than 100.
    """
    if not isinstance(patch, dict):
        return patch
    if depth > _DEPTH:
        raise ValueError("a merge patch nested too deeply")
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value, depth=depth + 1)
    return merged
