"""A policy as the checks ask it: which sentences tell a topic, what is stated of an item, what was searched.

In: ``PolicyText`` and ``PolicyReading``. Out: spans, statements and evidence with the sentence quoted. A sign that is
found anywhere, navigation included, tells a topic: it is the silence that must be certain, not the word.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from finwatch.checks.policy.signs import Sign, sign
from finwatch.model.base import Text
from finwatch.model.disclosure import PolicySeen
from finwatch.model.evidence import Evidence
from finwatch.model.knowledge import DataItem
from finwatch.model.locator import PolicyAt, SearchedAt
from finwatch.model.policy import Mention, ParagraphKind, PolicyText
from finwatch.model.statement import Action, PartyKind, PolicyReading, Statement
from finwatch.model.unread import note_text

QUOTE_CHARACTERS = 200
DAMAGED = 20
"""Characters that could not be decoded above which a silence is no longer claimed: a sentence may be among them."""
_PLAIN_DENIAL = re.compile(
    r"(?:不会|不得|从不|绝不|并不|也不|均不|未|不)(?!再|默认)[^。,;\n]{0,8}(?:收集|读取|获取|采集|申请|访问|使用)"
    r"|(?i:\b(?:not|never)\b[^.;\n]{0,12}\b(?:collect|read|access|obtain|take|request|gather|store)\w*)"
)
"""A denial in as many words. 不会默认开启 and 不再收集 (once refused) deny less."""
_ENDS = "。;!?；！？\n"
TAKING = frozenset({Action.COLLECT, Action.USE, Action.STORE, Action.UPLOAD})
"""Actions that say that the app has the item. Sharing says so too, of whoever shares."""


class PolicyView:
    """One policy, ready to be asked."""

    def __init__(
        self,
        text: PolicyText,
        reading: PolicyReading,
        *,
        origin: str,
        items: Mapping[str, DataItem],
        mentions: Iterable[Mention] = (),
    ) -> None:
        self.document = text
        self.text = text.text
        self.reading = reading
        self.origin = origin
        self._items = items
        self._mentions = tuple(mentions)
        self._starts = [paragraph.start for paragraph in text.paragraphs]

    @property
    def language(self) -> str | None:
        """``zh``, ``en``, or ``None`` for another."""
        return self.document.language

    @property
    def extent(self) -> str:
        """What was searched where nothing was found."""
        paragraphs = len(self.document.paragraphs)
        return f"{self.origin}: the whole text, {len(self.text):,} characters in {paragraphs:,} paragraphs"

    @property
    def searched(self) -> SearchedAt:
        """The extent as a place."""
        return SearchedAt(extent=self.extent)

    def absent(self, zh: str, en: str) -> Evidence:
        """Evidence of a silence: what was looked for, and the extent that was searched."""
        return Evidence(says=Text(zh=f"全文未见{zh}", en=f"nowhere in the text: {en}"), at=self.searched)

    def told(self, topic: str, *, limit: int = 3) -> tuple[tuple[int, int], ...]:
        """The first sentences that tell ``topic``, as spans of the text; empty = none does."""
        return tuple(span for span, _ in zip(self._spans(sign(topic)), range(limit), strict=False))

    def _spans(self, wanted: Sign) -> Iterator[tuple[int, int]]:
        seen = set()
        for pattern in wanted.patterns:
            for match in pattern.finditer(self.text):
                if wanted.prose and self._kind(match.start()) is ParagraphKind.CELL:
                    continue
                span = self.sentence(match.start(), match.end())
                if span in seen or (wanted.unless is not None and wanted.unless.search(self.text, *span)):
                    continue
                seen.add(span)
                yield span

    def _kind(self, at: int) -> ParagraphKind | None:
        number = self.paragraph(at)
        return self.document.paragraphs[number].kind if self.document.paragraphs else None

    def paragraph(self, at: int) -> int:
        """Number of the paragraph that holds the character ``at``."""
        return max(0, bisect_right(self._starts, at) - 1)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence, or sentences, around ``text[start:end]``, within the paragraph of its start."""
        paragraph = self.document.paragraphs[self.paragraph(start)]
        first = max((self.text.rfind(mark, paragraph.start, start) + 1 for mark in _ENDS), default=paragraph.start)
        first = max(first, paragraph.start)
        marks = [at for mark in _ENDS if (at := self.text.find(mark, max(start, end - 1), paragraph.end)) >= 0]
        last = min(marks) + 1 if marks else paragraph.end
        while first < last and self.text[first].isspace():
            first += 1
        return first, last

    def quote(self, span: tuple[int, int], zh: str, en: str) -> Evidence:
        """A sentence of the policy as evidence."""
        words = self.text[span[0] : span[1]].strip()
        shown = words if len(words) <= QUOTE_CHARACTERS else f"{words[: QUOTE_CHARACTERS - 1]}…"
        at = PolicyAt(document=self.document.document, paragraph=self.paragraph(span[0]), start=span[0], end=span[1])
        sure = self.document.confidence(*span)
        if sure is not None:
            zh, en = (
                f"{zh}（由图片识别，置信度{sure:.0%}）",
                f"{en} (read from a picture by OCR, confidence {sure:.0%})",
            )
        return Evidence(says=Text(zh=zh, en=en), at=at, quote=shown)

    def of_item(self, item: str) -> tuple[Statement, ...]:
        """The statements about this very item, in order of place."""
        return tuple(self._by_item.get(item, ()))

    def named(self, item: str) -> tuple[int, int] | None:
        """The first sentence with a name of the item in it, whatever it says; ``None`` = the text has no such name."""
        first = next((one.at for one in self._mentions if one.item == item), None)
        return None if first is None else self.sentence(first.start, first.end)

    def plainly_denied(self, one: Statement) -> bool:
        """Whether the sentence of a denial says in so many words that the item is not taken."""
        return _PLAIN_DENIAL.search(self.text, one.start, one.end) is not None

    def ancestors(self, item: str) -> tuple[str, ...]:
        """The classes that the item belongs to, nearest first."""
        found: list[str] = []
        parent = self._items[item].parent if item in self._items else None
        while parent and parent not in found:
            found.append(parent)
            parent = self._items[parent].parent if parent in self._items else None
        return tuple(found)

    def name(self, item: str) -> Text:
        """The item's name, else its id."""
        known = self._items.get(item)
        return known.name if known else Text(zh=item, en=item)

    @cached_property
    def taken(self) -> tuple[Statement, ...]:
        """Statements by which the operator or a component takes something, denials apart."""
        return tuple(
            one
            for one in self.reading.statements
            if not one.denied
            and one.action in TAKING
            and one.party.kind in (PartyKind.FIRST, PartyKind.SDK, PartyKind.AFFILIATE)
        )

    @cached_property
    def _by_item(self) -> dict[str, list[Statement]]:
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for one in self.reading.statements:
            found[one.item].append(one)
        return found


def policy_gaps(seen: PolicySeen | None) -> tuple[Text, ...]:
    """Why a policy was not seen whole; empty = all of it was read."""
    if seen is None:
        return (Text(zh="没有提供隐私政策", en="no policy was given"),)
    if seen.problem is not None:
        return (seen.problem,)
    if seen.text is None or seen.reading is None:
        return (Text(zh="隐私政策未能读取", en="the policy was not read"),)
    notes = list(dict.fromkeys((*seen.text.unreadable, *seen.reading.unread)))
    if seen.text.damaged > DAMAGED:
        notes.append(f"{seen.text.damaged} characters could not be decoded")
    return tuple(Text(zh=f"隐私政策有未读部分：{note_text(note).zh}", en=note) for note in notes)
