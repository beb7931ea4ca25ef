"""A policy's statements: sentence by sentence, lists inheriting their head's verb, words for earlier items resolved.

Third step of reading statements. In: ``PolicyText`` and a ``Lexicon``; out: ``Statement`` values in order of place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from finwatch.model.policy import ParagraphKind, PolicyText
from finwatch.model.statement import (
    FIRST,
    Action,
    Party,
    PartyKind,
    Statement,
)
from finwatch.policy.statements.based import used_as_ground
from finwatch.policy.statements.components import Component, components_of
from finwatch.policy.statements.entries import Entries, Listed
from finwatch.policy.statements.frame import GENERIC, Context, Frame
from finwatch.policy.statements.glued import Glued, glued_table
from finwatch.policy.statements.lexicon import (
    COLLECT,
    COMPONENT,
    OPERATOR,
    PERMISSION_NAMED,
    Kind,
    Lexicon,
    Token,
    Verb,
)
from finwatch.policy.statements.operator import with_operator
from finwatch.policy.statements.segments import advises, obtained, sentences, trimmed
from finwatch.policy.statements.sentence import Sentence
from finwatch.policy.statements.shown import shown_to_others
from finwatch.policy.statements.stating import CAPABILITIES
from finwatch.policy.statements.unnamed import with_unnamed

LIST_LENGTH = 80
"""Paragraphs that one head may govern."""
SHORT = 60
"""Characters of a paragraph that may be an item of a list without a mark."""
NEEDED = re.compile(r"\s*(?:所需|需要|收集|获取|采集|使用的?)?(?:系统)?(?:权限|的?(?:个人)?信息|字段)[^:]{0,8}:")
"""A paragraph that goes on with the entry of the component before it."""
ITEM_MARK = re.compile(
    r"\s*(?:[•●○■·▪◦*\-—]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-zA-Z]|[ivx]{1,4})[)）.、:]|[①-⑳])\s*"
)
ENTRY = re.compile(
    r"\s*(?:[•●○■·▪◦*\-—\s]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、:]|[a-zA-Z][.、)]|[①-⑳])*"
    r"([\u4e00-\u9fffA-Za-z0-9+·.\- ]{2,28}?\s?SDK)\s*[:：]",
    re.IGNORECASE,
)
"""X SDK: at the beginning of a sentence."""
NO_ENTRY = re.compile(
    r"^\s*(?:第三方|以下|该|此|其他|相关|上述|各|我们|合作|部分|接入|集成|使用)|收集|名称|公司|类型|描述|目的|信息|权限|我们|您|的|以及|通过"
    r"|清单|列表|目录|说明|隐私|提供|^[\d\s]*SDK$",
    re.IGNORECASE,
)
OF_CASE = re.compile(r"的[,，](?:如|例如|比如)[^,，]*$")
"""A case and an example of it: 从合法公开披露的信息中收集个人信息的,如合法的新闻报道."""
OPEN_SOURCE = re.compile(r"\s*[(（]?(?:\d{1,2}|[a-zA-Z一二三四五六七八九十]{1,3})[)）.、:]\s*从合法(?:公开|渠道)")
"""The case of data that were made public lawfully (GB/T 35273-2020, 5.6), however its example is put."""
TAKEN = tuple(taken + close for taken in ("收集", "采集", "获取") for close in ")）")
"""How the label ends; one of these stands in a text that has it."""
TAKEN_BY = re.compile(
    r"[(（]由?(?:[^()（）,，]{0,12}(?:SDK|第三方|合作方)[^()（）,，]{0,12}?)(?:收集|采集|获取)[)）]\s*[:：]",
    re.IGNORECASE,
)
"""A label that says in brackets who takes what follows: 广告投放(第三方SDK收集): …."""
PERMISSION_LABEL = re.compile(r"(?:访问|读取|读写|获取|调用|使用|开启)[^,。;:、]{1,16}$|权限$")
"""A label that names a permission: 读取通讯录权限: …; what it opens is taken. The pattern ends at the colon."""
HEADING_OF_ITEMS = re.compile(
    r"(?i:(?:what|which|(?:personal )?(?:information|data))\b.{0,24}\b(?:we|you)\b.{0,12}\bcollect)"
    r"|(?:我们|本行|我行)?(?:收集|采集)(?:了)?(?:哪些|的)(?:您的|个人)*信息$"
    r"|(?:我们|本行|我行|您)[^,。如何怎样]{0,12}(?:收集|获取|采集|接收|提供)的(?:您的)?(?:个人)?(?:信息|数据|资料)$"
)
"""A heading whose list is what is collected: What we collect; 我们收集哪些信息."""


class Reader(Entries):
    """Reads one policy; ``read`` gives its statements and fills ``components``."""

    def __init__(self, policy: PolicyText, lexicon: Lexicon) -> None:
        super().__init__(policy)
        self.lexicon = lexicon
        self.components: list[Component] = []
        self.entries: dict[str, tuple[int, int, int]] = {}
        """Components that sentences tell of under their name (某某SDK: …): paragraph, start and end."""
        self._component_party: Party | None = None
        self._labels_takers = any(words in self.text for words in TAKEN)
        self._entered: Party | None = None
        """The component whose entry the paragraph before was: 所需权限: … goes on with it."""
        self._head: Frame | None = None
        self._head_paragraph = 0
        self._head_left = 0
        self._head_is_heading = False
        """The head stands in a heading: only marked items right below it inherit."""
        self._denied_list = False
        """The head of the list denies (我们不会:): so do its items."""

    def read(self) -> list[Statement]:
        """The statements, in the order in which they were met."""
        tokens = self.lexicon.scan(self.text)
        if not self.lexicon.latin:
            tokens = with_unnamed(self.text, with_operator(self.text, tokens))
        starts = [token.start for token in tokens]
        at, size = 0, len(tokens)
        self.components = components_of(self.policy)
        listed = Listed(self.components)
        for paragraph in self.policy.paragraphs:
            first = at
            at = bisect_left(starts, paragraph.end, at)
            here = tokens[first:at]
            around = listed.at(paragraph.start, paragraph.end)
            for start, end, party in self._entries(around, paragraph, here):
                self._component_party = party
                part = [one for one in here if start <= one.start and one.end <= end] if around else here
                self._paragraph(paragraph.number, paragraph.kind, start, end, part)
            if at < size and starts[at] == paragraph.end:
                at += 1
        return self.found

    def _paragraph(self, number: int, kind: ParagraphKind, start: int, end: int, tokens: list[Token]) -> None:
        if kind is ParagraphKind.NAVIGATION:
            return
        if kind is ParagraphKind.HEADING:
            self._head = None
            self._denied_list = False
            self._context = Context()
            self._topic(tokens)
            if HEADING_OF_ITEMS.search(self.text, start, end):
                self._head = Frame([Verb(COLLECT)], [], FIRST, denied=False)
                self._head_paragraph, self._head_left, self._head_is_heading = number, LIST_LENGTH, True
            return
        self._head_left -= 1
        if self._head_is_heading and kind is not ParagraphKind.ITEM and not ITEM_MARK.match(self.text, start, end):
            self._head = None
        if self._head_left <= 0 or not self._is_listed(kind, start, end):
            self._head = None
        marked = kind in (ParagraphKind.ITEM, ParagraphKind.CELL) or ITEM_MARK.match(self.text, start, end)
        self._denied_list = self._denied_list and bool(marked)
        entry = self._entry(tokens, start)
        if entry is None and NEEDED.match(self.text, start, end):
            entry = self._entered
        self._entered = entry
        self._context.sdk = self._component_party or entry
        for first, last, sentence in sentences(tokens, start, end):
            self._sentence(number, (first, last), end, sentence)

    def _entry(self, tokens: list[Token], start: int) -> Party | None:
        """The component that the paragraph is an entry of: X SDK: … at its beginning."""
        found = ENTRY.match(self.text, start)
        if found is not None and not NO_ENTRY.search(found.group(1)):
            return Party(COMPONENT, found.group(1).strip())
        for place, token in enumerate(tokens[:6]):
            if token.kind is Kind.PARTY and token.value is COMPONENT:
                after = tokens[place + 1] if place + 1 < len(tokens) else None
                if (after is not None and after.kind in (Kind.COLON, Kind.END) and after.start - token.end <= 2) or (
                    token.end < len(self.text) and self.text[token.end] in ".:。("
                ):
                    name = ITEM_MARK.sub("", self.text[start : token.end], count=1).strip()
                    if 3 < len(name) <= 40:
                        return Party(COMPONENT, name)
                return None
            if token.kind in (Kind.VERB, Kind.COMMA):
                return None
        return None

    def _told_of(self, number: int, span: tuple[int, int]) -> None:
        """Keeps the component whose entry the sentence begins."""
        found = ENTRY.match(self.text, *span)
        if found is not None and not NO_ENTRY.search(found.group(1)):
            self.entries.setdefault(found.group(1).strip(), (number, *trimmed(self.text, span)))

    def _is_listed(self, kind: ParagraphKind, start: int, end: int) -> bool:
        """Whether a paragraph can be an item of a list: marked as one, or no sentence that stands alone."""
        if kind in (ParagraphKind.ITEM, ParagraphKind.CELL) or ITEM_MARK.match(self.text, start, end):
            return True
        return self.text[end - 1] not in "。!?" or (self.text.find("。", start, end - 1) < 0 and end - start < SHORT)

    def _topic(self, tokens: list[Token]) -> None:
        self._context.topic = [token for token in tokens if token.kind is Kind.ITEM and token.value]

    def _sentence(  # noqa: PLR0912 - one branch a kind of sentence
        self, number: int, span: tuple[int, int], end: int, tokens: list[Token]
    ) -> None:
        self._sentence_number += 1
        kinds = {token.kind for token in tokens}
        if Kind.PARTY in kinds and any(token.value is COMPONENT for token in tokens[:6]):
            self._told_of(number, span)
        if Kind.OBTAIN in kinds:
            tokens = obtained(self.text, tokens)
            kinds = {token.kind for token in tokens}
        if Kind.ITEM not in kinds or Kind.DEFINITION in kinds:
            self._without_practice(number, end, tokens, kinds)
            return
        table = glued_table(self.text, tokens) if Kind.PARTY in kinds else None
        if table is not None:
            self._glued(table, number, (span[0], end), tokens)
            return
        self._current = tokens
        if Kind.COLON in kinds:
            self._label(tokens, number, trimmed(self.text, span))
        if self._is_case(tokens, span) or advises(self.text, tokens) or self._taken_by(tokens, number, span):
            return
        tokens, made = self._entry_needs(tokens, number, span)
        if made:
            kinds = {token.kind for token in tokens}
        sentence, frames = self._frames(tokens, kinds)
        if self._denied_list and not any(one.value is OPERATOR for one in tokens):
            frames = [replace(one, denied=True) for one in frames]
        elif Kind.NOT in kinds and Kind.COLON in kinds:
            self._denied_list = denies_list(tokens)
        span = trimmed(self.text, span)
        for frame in frames:
            made += self._state(frame, number, span)
        if not made:
            made += self._component(tokens, number, span) or self._needed(tokens, number, span)
        if not made and self._head is not None and not any(frame.denied for frame in frames):
            self._inherit(tokens, number, span)
        if sentence is not None:
            self._imply(frames, number, span)
            if tokens[-1].kind is Kind.COLON and tokens[-1].end >= end - 1:
                self._open_list(sentence, number)
        elif Kind.PERMISSION in kinds:
            self._topic(tokens)
        items = [one for one in tokens if one.kind is Kind.ITEM]
        self._name_last([one for one in items if one.value != PERMISSION_NAMED and not GENERIC.issuperset(one.value)])

    def _name_last(self, named: list[Token]) -> None:
        """Keeps the items that a sentence named, for 上述信息 in the next one."""
        if named:
            self._last, self._last_sentence = named, self._sentence_number

    def _frames(self, tokens: list[Token], kinds: set[Kind]) -> tuple[Sentence | None, list[Frame]]:
        """What the sentence says: by its verbs, by what others get to see, by the ground that something is done on."""
        sentence = None
        frames: list[Frame] = []
        if Kind.VERB in kinds or (Kind.PURPOSE in kinds and _is_for(self.text, tokens)):
            sentence = Sentence(self.text, tokens, self._context, latin=self.lexicon.latin)
            shown = shown_to_others(self.text, tokens)
            frames = sentence.frames if shown is None else [shown]
        ground = used_as_ground(self.text, tokens)
        if ground is not None and not any(frame.objects == ground.objects for frame in frames):
            frames = [*frames, ground]
        return sentence, frames

    def _without_practice(self, number: int, end: int, tokens: list[Token], kinds: set[Kind]) -> None:
        """A sentence without items may head a list; a definition names items for what follows."""
        if Kind.NOT in kinds and Kind.COLON in kinds:
            self._denied_list = denies_list(tokens)
        if Kind.ITEM in kinds:
            self._name_last([token for token in tokens if token.kind is Kind.ITEM and token.value])
        elif Kind.VERB in kinds and tokens[-1].kind is Kind.COLON and tokens[-1].end >= end - 1:
            self._open_list(Sentence(self.text, tokens, self._context, latin=self.lexicon.latin), number)

    def _component(self, tokens: list[Token], number: int, span: tuple[int, int]) -> int:
        """A row in one line: X SDK, the company, its purpose, the data. The component takes what it names."""
        place = next((at for at, token in enumerate(tokens[:8]) if token.value is COMPONENT), None)
        if place is None:
            return 0
        before = tokens[:place]
        if any(one.kind in (Kind.VERB, Kind.NOT, Kind.CONDITION) or one.value is OPERATOR for one in before):
            return 0
        objects = [
            one for one in tokens[place:] if one.kind is Kind.ITEM and one.value and not GENERIC.issuperset(one.value)
        ]
        if not objects or _denies(tokens):
            return 0
        party = Sentence(self.text, tokens[: place + 1], Context(sdk=self._context.sdk)).named_sdk(tokens[place])
        return self._state(Frame([Verb(COLLECT)], objects, party, denied=False), number, span)

    def _needed(self, tokens: list[Token], number: int, span: tuple[int, int]) -> int:
        """X SDK: 需要系统【位置】权限 - in the entry of a component, the permissions it needs are what it takes."""
        party = self._context.sdk
        if party is None or _denies(tokens) or not any(token.kind is Kind.PERMISSION for token in tokens):
            return 0
        objects = [
            one
            for one in tokens
            if one.kind is Kind.ITEM
            and (not CAPABILITIES.isdisjoint(one.value) or (one.value and self.text.startswith("【", one.start - 1)))
        ]
        frame = Frame([Verb(COLLECT)], objects, party, denied=False, permission=True)
        return self._state(frame, number, span) if objects else 0

    def _entry_needs(self, tokens: list[Token], number: int, span: tuple[int, int]) -> tuple[list[Token], int]:
        """X SDK: 需要系统【位置】权限,平台会…: what the component needs, and the tokens that go on behind it."""
        if self._context.sdk is None:
            return tokens, 0
        if stop := self._permissions(tokens, number, span):
            return [one for one in tokens if one.end <= stop] or tokens[:1], 1
        place = next((at for at, token in enumerate(tokens) if token.kind is Kind.PERMISSION), None)
        if place is None or place + 1 >= len(tokens):
            return tokens, 0
        before = tokens[: place + 1]
        if any(one.value is OPERATOR for one in before) or self.text.find("需", *span) < 0:
            return tokens, 0
        made = self._needed(before, number, trimmed(self.text, span))
        return (tokens[place + 1 :], made) if made else (tokens, 0)

    def _label(self, tokens: list[Token], number: int, span: tuple[int, int]) -> None:
        """Takes what stands before a colon near the beginning as the topic: 读取通讯录权限: …

        In a list, a label's items are those of the head: 位置信息: 用于…. A function that is based on a capability
        uses it: 基于摄像头的功能: ….
        """
        place = next((at for at, token in enumerate(tokens[:10]) if token.kind is Kind.COLON), None)
        if not place or place + 1 >= len(tokens) or any(one.kind is Kind.COMMA for one in tokens[:place]):
            return
        before = tokens[:place]
        self._topic(before)
        if not self._context.topic:
            return
        if self._head is not None and not any(one.kind in (Kind.VERB, Kind.NOT) for one in before):
            self._inherit(before, number, span)
        elif self.text.find("基于", span[0], before[-1].end) >= 0:
            objects = [one for one in self._context.topic if not CAPABILITIES.isdisjoint(one.value)]
            for verb in (Verb(COLLECT, permit=True), Verb(Action.USE)):
                self._state(Frame([verb], objects, FIRST, denied=False), number, span)
        elif self._context.sdk is None and PERMISSION_LABEL.search(self.text, span[0], tokens[place].start):
            self._state(Frame([Verb(COLLECT, permit=True)], self._context.topic, FIRST, denied=False), number, span)

    def _glued(self, table: Glued, number: int, within: tuple[int, int], tokens: list[Token]) -> None:
        """The rows of a table whose cells run together, and what stands before and behind it in the sentence."""
        if table.first:
            before = tokens[: table.first]
            self._sentence(number, (within[0], before[-1].end), before[-1].end, before)
        for row in table.rows:
            frame = Frame([Verb(COLLECT)], row.objects, row.party, denied=False)
            self._state(frame, number, (row.start, row.end))
        if table.last < len(tokens):
            after = tokens[table.last :]
            self._sentence(number, (after[0].start, after[-1].end), within[1], after)

    def _taken_by(self, tokens: list[Token], number: int, span: tuple[int, int]) -> int:
        """用于统计(第三方SDK收集): … - the list after such a label is what somebody else takes."""
        found = TAKEN_BY.search(self.text, *span) if self._labels_takers else None
        if found is None or _denies(tokens):
            return 0
        objects = [one for one in tokens if one.kind is Kind.ITEM and one.value and one.start >= found.end()]
        kind = COMPONENT if "sdk" in found.group().lower() else PartyKind.THIRD
        return self._state(Frame([Verb(COLLECT)], objects, Party(kind), denied=False), number, trimmed(self.text, span))

    def _is_case(self, tokens: list[Token], span: tuple[int, int]) -> bool:
        """Whether the sentence is a case of a list (与公共安全直接相关的;): it states nothing by itself."""
        words = self.text[span[0] : span[1]].rstrip(" ;。；,，")
        if "从合法" in words and OPEN_SOURCE.match(words):
            return True
        if not (words.endswith("的") or OF_CASE.search(words)) or not ITEM_MARK.match(words):
            return False
        return not any(token.value is OPERATOR for token in tokens)

    def _open_list(self, sentence: Sentence, number: int) -> None:
        head = sentence.open_head
        if head is None or (head.denied and not self._denied_list):
            return
        self._head, self._head_paragraph, self._head_left = head, number, LIST_LENGTH
        self._head_is_heading = False

    def _inherit(self, tokens: list[Token], number: int, span: tuple[int, int]) -> None:
        """An item of a list: the verb, party and conditions are those of the head."""
        head = self._head
        if head is None:
            return
        objects = [
            token
            for token in tokens
            if token.kind is Kind.ITEM and token.value != PERMISSION_NAMED and not GENERIC.issuperset(token.value)
        ]
        stop = next((token.start for token in tokens if token.kind in (Kind.PURPOSE, Kind.CONDITION)), None)
        if stop is not None and objects and objects[0].start < stop:
            objects = [token for token in objects if token.start < stop]
        if objects:
            frame = replace_objects(head, objects)
            self._state(frame, number, span, head=self._head_paragraph)


def denies_list(tokens: list[Token]) -> bool:
    """Whether a head that ends in a colon denies what its list says (我们不会:), and makes no exceptions of it."""
    colon = next((at for at in range(len(tokens) - 1, -1, -1) if tokens[at].kind is Kind.COLON), 0)
    denial = next((at for at in range(colon - 1, -1, -1) if tokens[at].kind in (Kind.NOT, Kind.COMMA)), -1)
    if denial < 0 or tokens[denial].kind is Kind.COMMA or (colon + 1 < len(tokens) and colon != denial + 1):
        return False
    apart = (Kind.EXCEPTED, Kind.TURN, Kind.CONDITION, Kind.CONSENT, Kind.OBTAIN)
    return not any(one.kind in apart for one in tokens[denial:])


def _is_for(text: str, tokens: list[Token]) -> bool:
    """手机号码将用于…: what an item is used for, without another verb."""
    return any(one.kind is Kind.PURPOSE and text.endswith("用于", 0, one.end) for one in tokens)


def _denies(tokens: list[Token]) -> bool:
    return any(token.kind is Kind.NOT for token in tokens)


def replace_objects(frame: Frame, objects: list[Token]) -> Frame:
    """``frame`` with other objects."""
    return replace(frame, objects=objects, include=False)
