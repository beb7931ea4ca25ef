"""Where the corpora that are not part of this repository lie, and the reason to skip where they do not."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
PACKAGES = SHARED / "packages"
ABSENT = f"{SHARED.name}/packages is not beside the repository"


def packages(*suffixes: str) -> list[Path]:
    """Files of ``shared/packages`` with one of ``suffixes`` (all of them without any), sorted; empty where absent."""
    if not PACKAGES.is_dir():
        return []
    return sorted(path for path in PACKAGES.iterdir() if not suffixes or path.suffix in suffixes)
