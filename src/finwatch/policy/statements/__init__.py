"""What a policy states: practices, third-party components, rights; Chinese and English.

In: ``PolicyText``, and a ``Grammar`` made once from the catalogue's data items; out: ``PolicyReading``. No clock,
network or disk after the grammar is made: the same text gives the same reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import attrgetter

from finwatch.model.knowledge import DataItem
from finwatch.model.policy import PolicyText
from finwatch.model.statement import PartyKind, PolicyReading, SdkRow, Statement
from finwatch.policy.builder import HAN
from finwatch.policy.statements.components import Component
from finwatch.policy.statements.lexicon import Lexicon
from finwatch.policy.statements.parties import components_named, names_beside, names_of, served_by
from finwatch.policy.statements.reading import Reader
from finwatch.policy.statements.rights import rights_of

__all__ = ["Grammar", "read_statements"]


class Grammar:
    """The word lists of both languages over a catalogue's data items. Making one takes a tenth of a second a language;
    keep it for many policies."""

    def __init__(self, items: Mapping[str, DataItem]) -> None:
        self._items = items
        self._lexicons: dict[str, Lexicon] = {}

    def lexicon(self, language: str) -> Lexicon:
        """The words of ``zh`` or ``en``, made when first asked for."""
        if language not in self._lexicons:
            self._lexicons[language] = Lexicon(language, self._items)
        return self._lexicons[language]


def read_statements(policy: PolicyText, grammar: Grammar) -> PolicyReading:
    """Everything that ``policy`` states, each list in order of place.

    A text in another language than Chinese or English is read with the nearer grammar and said to be so in ``unread``.
    """
    language = policy.language
    unread = list(policy.unreadable)
    if language not in ("zh", "en"):
        language = "zh" if HAN.search(policy.text) else "en"
        unread.append(f"the language was not recognised; read with the grammar of {language}")
    reader = Reader(policy, grammar.lexicon(language))
    statements = tuple(sorted(reader.read(), key=attrgetter("start", "item_start")))
    rows = [_row(component, name) for component in reader.components for name in names_of(component.name)]
    rows += _prose_rows(policy, statements, {row.name for row in rows})
    rows += _entries(reader.entries, rows)
    rows += _entries(_named(policy), rows)
    return PolicyReading(
        document=policy.document,
        statements=statements,
        sdks=tuple(sorted(rows, key=lambda row: (row.start, row.name))),
        rights=rights_of(policy),
        unread=tuple(unread),
    )


def _row(component: Component, name: str) -> SdkRow:
    return SdkRow(
        name=name,
        supplier=component.supplier,
        purpose=component.purpose,
        items=tuple(sorted(component.items)),
        link=component.link,
        paragraph=component.paragraph,
        start=component.start,
        end=component.end,
        collects_nothing=component.nothing and not component.items,
    )


def _entries(entries: Mapping[str, tuple[int, int, int]], rows: list[SdkRow]) -> list[SdkRow]:
    """Rows of components that have an entry but no data of their own in it: 某某SDK: 用于推送."""
    known = [_key(row.name) for row in rows]
    return [
        SdkRow(
            name=name,
            supplier=None,
            purpose=None,
            items=(),
            link=None,
            paragraph=number,
            start=start,
            end=end,
            collects_nothing=False,
        )
        for name, (number, start, end) in entries.items()
        if not any(_key(name) in one or one in _key(name) for one in known)
    ]


def _named(policy: PolicyText) -> dict[str, tuple[int, int, int]]:
    """Components that a sentence lists by name alone, as entries."""
    found: dict[str, tuple[int, int, int]] = {}
    for name, at in components_named(policy.text):
        paragraph = next(one for one in policy.paragraphs if one.end > at)
        found.setdefault(name, (paragraph.number, paragraph.start, paragraph.end))
    return found


def _key(name: str) -> str:
    return re.sub(r"sdk|[\W_]", "", name.lower())


def _prose_rows(policy: PolicyText, statements: tuple[Statement, ...], known: set[str]) -> list[SdkRow]:
    """Rows of components that sentences declare: one a name, where it is named first."""
    by_name: dict[str, list[Statement]] = {}
    for statement in statements:
        name = statement.party.name
        if statement.party.kind is PartyKind.THIRD:
            name = served_by(policy.text, statement.start, statement.end)
        elif statement.party.kind is not PartyKind.SDK:
            continue
        if name is None:
            continue
        at = policy.text.find(name.removesuffix("SDK").strip(), statement.start, statement.end)
        for one in (*names_of(name), *names_beside(policy.text, statement.start, at)):
            if one not in known:
                by_name.setdefault(one, []).append(statement)
    rows = []
    for name, group in by_name.items():
        first = group[0]
        paragraph = policy.paragraphs[first.paragraph]
        purpose = next((one.purpose for one in group if one.purpose is not None), None)
        items = {one.item for one in group if not one.denied}
        rows.append(
            SdkRow(
                name=name,
                supplier=next((one.party.supplier for one in group if one.party.supplier), None),
                purpose=policy.text[slice(*purpose)] if purpose else None,
                items=tuple(sorted(items)),
                link=None,
                paragraph=first.paragraph,
                start=paragraph.start,
                end=paragraph.end,
                collects_nothing=not items and any(one.denied for one in group),
            )
        )
    return rows
