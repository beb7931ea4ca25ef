"""A policy from a file, from fetched bytes or from the lake, read for an examination: ``PolicySeen``.

What cannot be read is said in the result, never raised: an examination goes on without it, and no check takes what was
not read for absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from finwatch.errors import InputError, UnreadablePolicy
from finwatch.lake.web_rows import policy_of
from finwatch.model.base import Text
from finwatch.model.disclosure import PolicySeen
from finwatch.model.knowledge import DataItem, Knowledge
from finwatch.model.policy import PolicyText
from finwatch.policy.mentions import find_mentions
from finwatch.policy.statements import Grammar, read_statements
from finwatch.policy.text import read_policy_text

_KEPT = 4
"""Grammars kept in the process, one a catalogue."""


def policy_from_file(path: Path, *, knowledge: Knowledge) -> PolicySeen:
    """The policy in a file. Raises ``InputError`` when the file itself cannot be opened."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be opened ({error.strerror}).",
            zh=f"{path} 无法打开。",
            todo="Name the file that holds the policy: a page, a PDF or text.",
        ) from error
    return policy_from_bytes(data, origin=path.name, knowledge=knowledge)


def policy_from_bytes(data: bytes, *, origin: str, knowledge: Knowledge, content_type: str | None = None) -> PolicySeen:
    """The policy in ``data``; ``origin`` (file name or address) is for messages."""
    try:
        text = read_policy_text(data, name=origin, content_type=content_type)
    except UnreadablePolicy as error:
        return PolicySeen(origin, problem=Text(zh=error.zh, en=str(error)))
    return policy_from_text(text, origin=origin, knowledge=knowledge)


def policy_from_text(text: PolicyText, *, origin: str, knowledge: Knowledge) -> PolicySeen:
    """The policy whose text is there already, as from the lake."""
    reading = read_statements(text, _grammar(knowledge))
    return PolicySeen(origin, text=text, reading=reading, mentions=find_mentions(text, knowledge.items))


def policy_from_row(row: Mapping[str, Any], *, knowledge: Knowledge) -> PolicySeen:
    """The policy of a row of the lake's table ``policies``: its text as it was read when it was fetched, or why not."""
    text = policy_of(row)
    if text is None:
        why = row["error"] or "it was not read"
        return PolicySeen(row["url"], problem=Text(zh=f"隐私政策未能读取：{why}", en=f"the policy was not read: {why}"))
    return policy_from_text(text, origin=row["url"], knowledge=knowledge)


def _grammar(knowledge: Knowledge) -> Grammar:
    return _grammar_of(_Items(knowledge.version, knowledge.items))


class _Items:
    """A catalogue's data items, told apart by the catalogue's version alone."""

    def __init__(self, version: str, items: Mapping[str, DataItem]) -> None:
        self.version = version
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Items) and other.version == self.version

    def __hash__(self) -> int:
        return hash(self.version)


@lru_cache(maxsize=_KEPT)
def _grammar_of(items: _Items) -> Grammar:
    return Grammar(items.items)
