"""Signs that a policy tells a topic, from ``signs.toml``: patterns over normalised text (NFKC), in both languages.

A sign is made to be found: it is wide where a miss would accuse, and narrow where a hit would.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from finwatch.errors import CatalogError


class Sign(NamedTuple):
    """What tells a topic."""

    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    """A sentence with this does not count."""
    prose: bool
    """Cells of tables do not count."""
    zh: str
    en: str
    """What the topic is, for ``nowhere in the text: …``."""


@cache
def signs() -> dict[str, Sign]:
    """Every topic with its sign. Raises ``CatalogError`` naming the topic and the pattern that is wrong."""
    document = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))
    return {topic: _sign(topic, entry) for topic, entry in document.items()}


def sign(topic: str) -> Sign:
    """The sign of ``topic``. Raises ``CatalogError`` when there is none."""
    try:
        return signs()[topic]
    except KeyError:
        raise CatalogError(f"signs.toml has no topic {topic!r}.", todo=f"Use one of {', '.join(signs())}.") from None


def _sign(topic: str, entry: dict[str, object]) -> Sign:
    patterns = [str(pattern) for key in ("patterns_zh", "patterns_en") for pattern in _list(entry.get(key))]
    unless = entry.get("unless")
    return Sign(
        patterns=tuple(_compiled(topic, pattern) for pattern in patterns),
        unless=_compiled(topic, str(unless)) if unless else None,
        prose=bool(entry.get("prose")),
        zh=str(entry["zh"]),
        en=str(entry["en"]),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _compiled(topic: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CatalogError(f"signs.toml [{topic}]: {pattern!r}: {error}.", todo="Correct the pattern.") from error
