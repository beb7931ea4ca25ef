"""What a list of components says of them: the data it lists, and what a field says by a verb.

Part of reading a policy. In: the components and the tokens of a paragraph; out: statements of the components, and the
stretches of the paragraph that no field takes up. A field that is no list of data (用途, SDK描述) says nothing of the
operator; where it says by a verb that data are taken (采集人脸图像), the component takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from finwatch.model.policy import Paragraph
from finwatch.model.statement import Action, Party, PartyKind
from finwatch.policy.statements.components import Component
from finwatch.policy.statements.frame import GENERIC, Context, Frame
from finwatch.policy.statements.lexicon import PERMISSION_NAMED, Kind, Token, Verb
from finwatch.policy.statements.segments import sentences, trimmed
from finwatch.policy.statements.sentence import Sentence
from finwatch.policy.statements.stating import Stating

TAKING = ("识别", "扫描")
"""Verbs that take what follows them, though elsewhere they have many other objects."""
WE = re.compile(r"我们|我行|我司|本公司")
WE_TAKE = re.compile(
    r"(?:我们|我行|我司|本公司)[会将可能需要不也均]{0,5}"
    r"(?:(?:收集|获取|采集|读取)(?:您|用户)|[将把向与][^,。]{2,30}(?:共享|提供给|分享给))"
)
"""A sentence in which the operator takes or gives, though it stands in a component's field."""
NEEDED_PERMISSIONS = re.compile(r"(?:所需|需要)的?(?:系统)?权限\s?:")
NO_DATA = re.compile(r"(?:不会?|未|并不)(?:收集|采集|获取)(?:您的?|用户的?|任何|个人|相关)*(信息|数据)")
ASKED_FOR = ("sms_code",)
"""What the person gets where a purpose says so: 获取验证码."""
IDENTIFIERS = frozenset({"imei", "imsi", "mac", "ip", "oaid", "idfv", "android_id", "iccid", "serial", "device_id"})
"""What no purpose consists of: a cell before it is missing, and data stand under the header of purposes."""
BARE = ("信息", "数据")
"""Words that name nothing in a list: 版本相关信息."""
LETTER = re.compile(r"[A-Za-z\u4e00-\u9fff]")
BESIDE = (Kind.ITEM, Kind.AND, Kind.OF, Kind.LIMIT, Kind.OPEN, Kind.CLOSE)
"""What may stand between such a verb and its object."""


def items_in(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    """The item tokens of ``text[start:end]``."""
    return [one for one in tokens if one.kind is Kind.ITEM and one.value and start <= one.start and one.end <= end]


class Listed:
    """Which components a stretch of the text belongs to. Asked in rising order of place."""

    def __init__(self, components: list[Component]) -> None:
        self._left = list(reversed(components))

    def at(self, start: int, end: int) -> list[Component]:
        """The components whose words stand in or around ``start`` to ``end``, in order."""
        while self._left and self._left[-1].end <= start:
            self._left.pop()
        found = []
        for one in reversed(self._left):
            if one.start >= end:
                break
            if one.end > start:
                found.append(one)
        return found


class Entries(Stating):
    """The part of a policy's reading that states what its list of components says."""

    def _entries(
        self, around: Sequence[Component], paragraph: Paragraph, tokens: list[Token]
    ) -> Iterator[tuple[int, int, Party | None]]:
        """States what the fields in ``paragraph`` say; gives the stretches that are left, with whom they are about."""
        if not around:
            yield paragraph.start, paragraph.end, None
            return
        taken = sorted(part[1:] for one in around for part in one.parts if part[0] == paragraph.number)
        read = [self._listed(one, paragraph.number, tokens) for one in around]
        if not taken:
            if not any(read):
                yield paragraph.start, paragraph.end, around[-1].party
            return
        for one in around:
            for number, start, end in one.said:
                if number == paragraph.number:
                    yield from self._said(one, number, (start, end), tokens)
        at = paragraph.start
        for start, end in [*taken, (paragraph.end, paragraph.end)]:
            if at < start and LETTER.search(self.text, at, start):
                yield at, start, None
            at = max(at, end)

    def _listed(self, component: Component, number: int, tokens: list[Token]) -> bool:
        """States what a component takes by the list of its data; whether the paragraph is nothing but such words."""
        whole = False
        for places, sure in ((component.data, True), (component.maybe, False)):
            for paragraph, start, end in places:
                if paragraph != number:
                    continue
                objects = [one for one in _data(self.text, tokens, start, end) if one.value != PERMISSION_NAMED]
                component.items.update(item for one in objects for item in one.value)
                frame = Frame([Verb(Action.COLLECT)], objects, component.party, denied=False)
                self._state(frame, number, (start, end))
                whole = whole or sure
        strong = any(token.kind is Kind.VERB and token.value.action is Action.COLLECT for token in tokens)
        first = any(token.value is PartyKind.FIRST for token in tokens)
        return whole or not (strong or first)

    def _said(
        self, component: Component, number: int, span: tuple[int, int], tokens: list[Token]
    ) -> Iterator[tuple[int, int, Party | None]]:
        """States what a field says by a verb that the component takes; gives the sentences about the operator."""
        within = [one for one in tokens if span[0] <= one.start and one.end <= span[1]]
        for start, end, sentence in sentences(within, *span):
            if WE_TAKE.search(self.text, start, end):
                yield start, end, component.party
                continue
            place = trimmed(self.text, (start, end))
            if (
                len(sentence) == 1
                and sentence[0].kind is Kind.ITEM
                and IDENTIFIERS.issuperset(sentence[0].value or "-")
            ):
                component.items.update(sentence[0].value)
                self._state(Frame([Verb(Action.COLLECT)], sentence, component.party, denied=False), number, place)
                continue
            nothing = NO_DATA.search(self.text, start, end)
            for frame in self._taken(component.party, sentence):
                self._state(frame, number, place)
                if not frame.denied:
                    component.items.update(item for one in frame.objects for item in one.value)
            if nothing is not None:
                told = Token(Kind.ITEM, ("personal_info",), *nothing.span(1))
                self._state(Frame([Verb(Action.COLLECT)], [told], component.party, denied=True), number, place)

    def _permissions(self, tokens: list[Token], number: int, span: tuple[int, int]) -> int:
        """所需权限: 【存储】、【位置】 in the entry of a component: it takes what the label is followed by."""
        label = NEEDED_PERMISSIONS.search(self.text, *span)
        if label is None or self._context.sdk is None:
            return 0
        objects = [one for one in items_in(tokens, label.end(), span[1]) if not GENERIC.issuperset(one.value)]
        frame = Frame([Verb(Action.COLLECT)], objects, self._context.sdk, denied=False, permission=True)
        return self._state(frame, number, trimmed(self.text, span)) and label.start()

    def _taken(self, party: Party, tokens: list[Token]) -> Iterator[Frame]:
        """The frames of a field's sentence in which something is taken, or denied, by ``party``."""
        tokens = [one for one in tokens if one.value is not PartyKind.FIRST and one.value != ASKED_FOR]
        if not any(one.kind is Kind.VERB for one in tokens) or not any(one.kind is Kind.ITEM for one in tokens):
            return
        for frame in Sentence(self.text, tokens, Context(sdk=party)).frames:
            takes = any(verb.action is Action.COLLECT and not (verb.weak or verb.permit) for verb in frame.verbs)
            if frame.denied:
                yield replace(frame, party=party)
            elif takes:
                yield replace(frame, party=party, verbs=[Verb(Action.COLLECT)])
        for place, token in enumerate(tokens):
            if token.kind is Kind.VERB and self.text.startswith(TAKING, token.start):
                objects: list[Token] = []
                for one in tokens[place + 1 :]:
                    if one.kind not in BESIDE:
                        break
                    objects += [one] if one.kind is Kind.ITEM and one.value else []
                yield Frame([Verb(Action.COLLECT)], objects, party, denied=False)


def _data(text: str, tokens: Sequence[Token], start: int, end: int) -> Iterator[Token]:
    """The items of a list of data: not what a purpose in it names, and nothing once the operator speaks."""
    purpose = False
    for token in tokens:
        if token.start < start or token.end > end:
            continue
        if token.kind in (Kind.COMMA, Kind.END, Kind.CLOSE):
            purpose = False
        elif token.kind is Kind.PURPOSE or (token.kind is Kind.VERB and token.value.purpose):
            purpose = True
        elif token.kind is Kind.VERB and token.value.action is Action.COLLECT and not token.value.weak:
            purpose = False
        elif token.value is PartyKind.FIRST and WE.match(text, token.start):
            return
        elif token.kind is Kind.ITEM and token.value and not purpose and text[token.start : token.end] not in BARE:
            yield token
