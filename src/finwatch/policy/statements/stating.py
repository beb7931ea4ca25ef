"""Frames made statements: items of words, words that point back, how long data are kept, what a denial implies.

Part of reading a policy. In: the frames of a sentence; out: ``Statement`` values, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from finwatch.model.policy import PolicyText
from finwatch.model.statement import FIRST, Action, ConditionKind, PartyKind, Place, Statement
from finwatch.policy.statements.frame import GENERIC, Context, Frame
from finwatch.policy.statements.lexicon import COLLECT, OPERATOR, PERMISSION_NAMED, STORE, Kind, Token, Verb, word_list

CAPABILITIES = frozenset(word_list("items", "capabilities", "ids"))
"""Items that a permission or an interface of the system opens."""
RETENTION = re.compile(
    r"(?:不少于|至少|不超过|最长|为期|自[^,，。]{2,24}起|保存|留存|存储|保留)?\s*(?:[0-9一二三四五六七八九十两]+|半)\s*(?:个)?(?:年|月|天|日|小时)(?!\d|月|份)|(?:\d+|six|three|five|seven|ten)\s+(?:years?|months?|days?)"
)
SENSITIVE = ("sensitive_info",)
"""A class that the sentence puts items into (手机号码属于敏感信息): nothing that is pointed back to."""


class Stating:
    """The part of a policy's reading that turns frames into statements."""

    def __init__(self, policy: PolicyText) -> None:
        self.policy = policy
        self.text = policy.text
        self.found: list[Statement] = []
        self._context = Context()
        self._last: list[Token] = []
        """Items that were named last, for 前述信息."""
        self._sentence_number = 0
        self._last_sentence = -1
        """The sentence that named them."""
        self._current: list[Token] = []
        self._seen: set[tuple[object, ...]] = set()

    def _state(self, frame: Frame, number: int, span: tuple[int, int], *, head: int | None = None) -> int:
        made = 0
        seen, kind = self._seen, frame.party.kind
        retention = self._retention(frame, span)
        for verb in _actions(frame.verbs):
            for token in frame.objects:
                for item, at in self._items(token, frame):
                    if not _fits(item, verb, frame):
                        continue
                    made += 1
                    key = (span[0], item, verb.action, frame.denied, kind, frame.recipient)
                    if key in seen:
                        continue
                    seen.add(key)
                    self.found.append(
                        Statement(
                            item,
                            verb.action,
                            frame.denied,
                            frame.party,
                            number,
                            span[0],
                            span[1],
                            at.start,
                            at.end,
                            frame.recipient,
                            frame.purpose,
                            frame.conditions,
                            frame.place,
                            retention,
                            frame.source,
                            frame.implied,
                            head,
                            frame.de_identified,
                        )
                    )
        return made

    def _retention(self, frame: Frame, span: tuple[int, int]) -> tuple[int, int] | None:
        if not any(verb.action is STORE for verb in frame.verbs):
            return None
        found = RETENTION.search(self.text, span[0], span[1])
        return found.span() if found else None

    def _items(self, token: Token, frame: Frame) -> Iterator[tuple[str, Token]]:
        """The items that a word names, or those that it points back to."""
        if token.value == PERMISSION_NAMED:
            for other in self._context.topic:
                for item in other.value:
                    if item in CAPABILITIES:
                        yield item, other
            return
        if token.value:
            for item in self._meant(token):
                yield item, token
            return
        for other in self._pointed_to(token):
            if other is token or frame.party.kind is not OPERATOR:
                yield "personal_info", token
                continue
            for item in self._meant(other):
                yield item, other

    def _pointed_to(self, token: Token) -> list[Token]:
        """The words that 该信息 points back to; ``token`` itself stands for personal information at large.

        The items of the same sentence come first, with the class where that was named last (您的信息,并将该等信息);
        else those of an earlier sentence.
        """
        before = [one for one in self._current if one.kind is Kind.ITEM and one.value and one.start < token.start]
        before = [one for one in before if one.value != PERMISSION_NAMED]
        if not before:
            return self._sentence_before(token) or [token]
        named = [one for one in before if not self._by_means_of(one) and one.value != SENSITIVE]
        if not named:
            return self._sentence_before(token) or [token]
        specific = [one for one in named if not GENERIC.issuperset(one.value)]
        if named and GENERIC.issuperset(named[-1].value):
            return [token, *specific]
        return specific or [token]

    def _sentence_before(self, token: Token) -> list[Token]:
        """The items of the sentence right before; further back nothing is guessed.

        这些信息 behind a comma is of its own sentence.
        Where an authorisation is withdrawn (如您取消授权,我们将不再收集这些信息), all that it opened is meant, no list.
        """
        if self._last_sentence != self._sentence_number - 1:
            return []
        near = self.text.startswith(("这", "该", "此"), token.start)
        later = near and any(one.kind is Kind.COMMA and one.start < token.start for one in self._current)
        return [] if later or any(one.kind is Kind.REFUSAL for one in self._current) else self._last

    @staticmethod
    def _is_told(token: Token) -> bool:
        """Whether a word names an item that can be read once it is allowed: not 该信息, not 个人信息."""
        return bool(token.value) and not GENERIC.issuperset(token.value)

    def _by_means_of(self, token: Token) -> bool:
        """通过Cookie获取您的信息: what something is taken by is not what is taken."""
        return self.text.startswith(("通过", "借助", "利用"), token.start - 2)

    def _meant(self, token: Token) -> tuple[str, ...]:
        """The items of a word; 联系人信息 is the address book only beside 通讯录."""
        values: tuple[str, ...] = token.value
        if "contacts" in values and "emergency_contact" in values:
            return ("contacts",) if self._whole_book(token) else ("emergency_contact",)
        return values

    def _whole_book(self, token: Token) -> bool:
        around = self.text[max(0, token.start - 60) : token.end + 40]
        return "通讯录" in around

    def _imply(self, frames: list[Frame], number: int, span: tuple[int, int]) -> None:
        """What is not kept was read; what is not read once refused is read when allowed."""
        if not any(frame.denied for frame in frames):
            return
        denied = {
            item
            for frame in frames
            if frame.denied and any(verb.action is COLLECT for verb in frame.verbs) and not _refused(frame)
            for token in frame.objects
            for item in token.value
        }
        denied |= {
            item
            for one in frames
            if one.party.kind is PartyKind.DEVICE
            for token in one.objects
            for item in token.value
        }
        for frame in frames:
            if not frame.denied or frame.party.kind is not OPERATOR:
                continue
            actions = {verb.action for verb in frame.verbs}
            kept = actions <= {STORE, Action.UPLOAD}
            refused = COLLECT in actions and _refused(frame, of=self.text)
            if not (kept or refused):
                continue
            objects = [
                one for one in frame.objects if not denied.intersection(one.value) and (kept or self._is_told(one))
            ]
            if objects:
                conditions = tuple(one for one in frame.conditions if one.kind is ConditionKind.FUNCTION)
                implied = Frame([Verb(COLLECT)], objects, FIRST, denied=False, implied=True, conditions=conditions)
                implied.place = Place.DEVICE if Action.UPLOAD in actions or frame.place is Place.DEVICE else None
                self._state(implied, number, span)


def _refused(frame: Frame, *, of: str | None = None) -> bool:
    """Whether the frame holds once a permission or authorisation is refused."""
    for condition in frame.conditions:
        if condition.kind is ConditionKind.REFUSAL:
            return of is None or any(
                word in of[condition.start : condition.end] for word in ("授权", "权限", "permission")
            )
    return False


def _actions(verbs: Iterable[Verb]) -> list[Verb]:
    """One verb an action; joined verbs of one action count once, the strongest of them."""
    best: dict[Action, Verb] = {}
    for verb in verbs:
        known = best.get(verb.action)
        if known is None or (known.weak and not verb.weak):
            best[verb.action] = verb
    return list(best.values())


def _fits(item: str, verb: Verb, frame: Frame) -> bool:
    """Whether a verb can have the item as its object."""
    if verb.permit:
        return item in CAPABILITIES
    if verb.weak and item in GENERIC:
        return verb.action is Action.USE and (len(frame.verbs) > 1 or frame.explicit)
    return True
