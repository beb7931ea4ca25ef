"""A sentence's tokens as frames: who does what with which items, and under what negation, condition and direction.

Second step of reading statements. In: the tokens of one sentence; out: ``Frame`` values in order. A sentence is cut at
commas into conditions (如您…, 当…时), purposes (为了…) and main clauses; a verb in the first two states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finwatch.model.statement import ConditionKind, PartyKind
from finwatch.policy.statements.clause import Clauses
from finwatch.policy.statements.frame import Clause, Context
from finwatch.policy.statements.lexicon import OPERATOR, USER, Kind, Token
from finwatch.policy.statements.segments import (
    begins_clause,
    classified,
    described,
    first_subject,
    has,
    law_ends,
    nominal,
    segments,
    without_brackets,
)

BARE = frozenset({Kind.AND, Kind.PARTY, Kind.OF, Kind.INCLUDE, Kind.LIMIT, Kind.QUOTE, Kind.OPEN, Kind.CLOSE})
"""What may stand before the first item of a stretch that only goes on enumerating."""


CASES = re.compile(
    r"(?:以下|下列|如下|下述|任一)[^,:。]{0,12}(?:情形|情况|场景|方式|目的|用途|条件|范围|原则|途径|措施|权利)[^,。]{0,16}$"
    r"|(?:情形|情况)(?:除外|之一)?[^,。]{0,4}$"
)
"""A head whose list holds cases, ways or purposes, not data."""


def _past_description(rest: list[Token]) -> int:
    """Where 您使用…的 or 包括…的 before the first item ends."""
    start = 0
    for place, token in enumerate(rest):
        if token.kind is Kind.ITEM:
            break
        if token.kind in (Kind.NOT, Kind.TURN, Kind.RIGHTS, Kind.PREPOSITION) and token.value != "through":
            return 0
        if token.kind is Kind.VERB and not any(one.value == USER for one in rest[:place]):
            return 0
        if token.kind is Kind.OF:
            start = place + 1
    return start


def _acts(segment: list[Token]) -> bool:
    """Whether a stretch is somebody's doing, not the rest of an open condition: 当您使用服务,第三方会获取…."""
    if segment[0].kind is not Kind.PARTY or segment[0].value == USER or segment[-1].kind is Kind.ENDS:
        return False
    return segment[1:2] != [] and has(segment, Kind.VERB) and segment[-1].kind is not Kind.OF


def _still_supposed(text: str, segment: list[Token], place: int) -> bool:
    """如我们在未获得同意的情况下收集了…: the supposition's subject stands before 情况下, so its verb is behind it."""
    named = text.endswith(("我们", "我行", "我司"), 0, segment[0].end)
    before = named or any(isinstance(token.value, PartyKind) for token in segment[:place])
    return before and not any(token.kind is Kind.PARTY for token in segment[place + 1 :])


ALTERNATIVE = re.compile(r"或|以及|及|\bn?or\b", re.IGNORECASE)
PURPOSE_GOES_ON = re.compile(r"\s*(?:实现|完成|保障|维护|以及|并且?|提升|提高|防|预防|更准确|识别|优化|改进|满足|增强)")
"""A stretch that only goes on with the purpose before it: 为了您能使用…,实现…."""


def _next_verb(rest: list[Token]) -> bool:
    """We do not sell, rent or share …: a verb joined to the one before by a comma, before any object."""
    return rest[0].kind is Kind.VERB or (rest[0].kind is Kind.AND and rest[1:2] != [] and rest[1].kind is Kind.VERB)


def _begins(segment: list[Token], token: Token) -> bool:
    """Whether a party is a subject in the stretch: 您的 and 向您 are none."""
    at = next(place for place, one in enumerate(segment) if one is token)
    after = segment[at + 1] if at + 1 < len(segment) else None
    before = segment[at - 1] if at else None
    owner = after is not None and after.kind is Kind.OF and after.start == token.end
    return not owner and (before is None or before.kind not in (Kind.PREPOSITION, Kind.CONTROL))


class Sentence(Clauses):
    """Reads one sentence. ``frames`` holds the result, ``open_head`` what a list after it inherits."""

    def __init__(self, text: str, tokens: Sequence[Token], context: Context, *, latin: bool = False) -> None:
        super().__init__(text, context, latin=latin)
        self._purposed = False
        """The stretch before was a purpose alone."""
        self._begun = False
        """Something was read into the clause that is open."""
        self._read(tokens)

    def _read(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        main, asides = without_brackets(self.text, tokens)
        pending = False
        colon = bool(main) and main[-1].kind is Kind.COLON
        if main and main[0].kind is Kind.AND:
            main = main[1:]  # the mark of a number: 2、如果…
        for segment in segments(main):
            pending = self._segment(segment, pending=pending)
        self._close()
        if colon:
            self._head(main)
        for exception in self._trailing:
            for frame in self.frames:
                frame.conditions = (*frame.conditions, exception)
        for aside in asides:
            inner = Sentence(self.text, aside, Context(sdk=self._sdk), latin=self.latin)
            self.frames += inner.frames

    def _segment(self, segment: list[Token], *, pending: bool) -> bool:
        """Reads a stretch between commas; returns whether a condition goes on in the next one."""
        first = segment[0]
        start = 0
        if self._purposed and self._is_more_purpose(segment):
            return pending
        self._purposed = False
        if first.kind is Kind.PURPOSE and not self._clause.group and not pending:
            start = first_subject(segment, 1)
            if start < len(segment) and segment[start - 1].kind is Kind.REFUSAL:
                return pending
            self._purposed = start >= len(segment)
        elif (
            (pending and not _acts(segment)) or first.kind in (Kind.CONDITION, Kind.ENDS) or self._is_condition(segment)
        ):
            start, pending = self._condition(segment, pending=pending)
        else:
            pending = False
        if start < len(segment):
            rest = segment[start:]
            if self._begun and not (start == 0 and self._goes_on(rest)):
                denied = self._clause.denied and start == 0 and self._is_alternative(rest)
                self._next_clause()
                self._clause.denied = self._clause.denied or denied
            self._begun = True
            self._main(nominal(self.text, rest))
        return pending

    def _is_more_purpose(self, segment: list[Token]) -> bool:
        """Whether a stretch goes on with the purpose before it: 为了您能使用…,实现…."""
        if PURPOSE_GOES_ON.match(self.text, self.text.rfind(",", 0, segment[0].start) + 1) is None:
            return False
        return not any(token.value in (OPERATOR, USER) and _begins(segment, token) for token in segment)

    def _is_condition(self, segment: list[Token]) -> bool:
        """Whether a stretch without an opening word is a condition: 您…时, 用户…后, 在获取您同意的情况下, …的."""
        first, last = segment[0], segment[-1]
        if first.kind is Kind.PREPOSITION and self.text[first.start] == "在":
            return has(segment, Kind.ENDS)
        if (last.kind is Kind.OF and self.text[last.end : last.end + 1] in ",;。:") or self.text.startswith(
            ("的,", "的;", "的。", "的:"), last.end
        ):
            return has(segment, Kind.VERB) and not self._clause.group
        if last.kind is Kind.ENDS and first.kind is Kind.AND:
            return has(segment, Kind.VERB) and bool(self._conditions)
        if last.kind is not Kind.ENDS or first.kind not in (Kind.PARTY, Kind.PREPOSITION, Kind.VERB, Kind.NOT):
            return False
        within = (
            len(segment) > 2 and self.text.startswith("在", segment[1].start) and segment[1].kind is Kind.PREPOSITION
        )
        return within or not (first.kind is Kind.PARTY and first.value is OPERATOR)

    def _condition(self, segment: list[Token], *, pending: bool) -> tuple[int, bool]:
        """Takes the condition at the beginning of ``segment``: how many tokens it has, and whether it is still open."""
        first = segment[0]
        role = first.value if first.kind is Kind.CONDITION else "when"
        end = len(segment)
        ended = False
        for place, token in enumerate(segment):
            if token.kind is Kind.ENDS or (token.kind is Kind.EXCEPTED and role == "unless"):
                if has(segment[place + 1 :], Kind.VERB) and not (
                    role == "if" and _still_supposed(self.text, segment, place)
                ):
                    end, ended = place + 1, True
                    if not described(segment, place):
                        break
                    end, ended = len(segment), False
                else:
                    ended = True
            elif place and not ended and role in ("unless", "law") and begins_clause(segment, place):
                end = place
                break
        if role == "law" and not ended:
            end = min(end, law_ends(segment, 0))
        part = segment[:end]
        condition = classified(self.text, part, role)
        if role == "if" and end == len(segment) and has(part, Kind.ENDS) and part[-1].kind is Kind.ITEM:
            self._last = [part[-1]]  # what the supposition is about: 如果我们…收集了儿童信息,会删除相关数据
        if self.frames and condition.kind is ConditionKind.EXCEPTION:
            self._trailing.append(condition)
        if role == "if" and self.frames:
            self._conditions = [one for one in self._conditions if one.kind is ConditionKind.FUNCTION]
        self._close()
        self._conditions.append(condition)
        ahead = first.kind is Kind.CONDITION and role == "when" and self.text.endswith("前", 0, part[-1].end)
        if (role == "if" or ahead) and has(part, Kind.VERB) and has(part, Kind.ITEM):
            self._suppose(part)
        opens = role == "when" and not ended and first.kind is Kind.CONDITION
        opens = opens and self.text[first.start] in "当在" and end == len(segment) and not pending
        return end, opens

    def _suppose(self, part: list[Token]) -> None:
        """Reads a condition as if it were stated: 如存在共享…, kept for 我们会征得您的同意."""
        inner = Sentence(self.text, [token for token in part if token.kind is not Kind.CONDITION], Context())
        self._supposed = [frame for frame in inner.frames if frame.party.kind is OPERATOR]

    def _goes_on(self, rest: list[Token]) -> bool:  # noqa: PLR0911 - each return a reason
        """Whether a stretch only continues the enumeration of the open predicate."""
        clause = self._clause
        if clause.described and not clause.group and rest[0].kind is Kind.INCLUDE:
            return True
        if not clause.group and clause.front and 0 <= clause.fronted < len(clause.front):
            after = next((token for token in rest if token.kind not in BARE), None)
            return after is not None and after.kind is Kind.ITEM
        if clause.group and clause.purpose_at >= 0 and self._adds(rest):
            clause.purpose_at = -1
            return True
        if not clause.group or clause.purpose_at >= 0:
            return False
        if self.latin and not clause.objects and _next_verb(rest):
            clause.joined = True
            return True
        if all(token.kind in (Kind.INCLUDE, Kind.LIMIT, Kind.TURN) for token in rest):
            return has(rest, Kind.INCLUDE)
        start = _past_description(rest)
        bare = next((token for token in rest[start:] if token.kind not in BARE), None)
        if bare is None or bare.kind is not Kind.ITEM or not bare.value:
            return False
        for place, token in enumerate(rest[start:], start):
            if token.kind is Kind.VERB and place + 1 < len(rest) and rest[place + 1].kind is Kind.OF:
                continue
            if token.kind is Kind.VERB and place and self._is_named_by(rest, place):
                continue
            if token.kind is Kind.PURPOSE or (token.kind is Kind.VERB and token.value.purpose):
                return True
            if token.kind in (Kind.VERB, Kind.NOT, Kind.RIGHTS, Kind.TURN):
                return False
        return True

    def _adds(self, rest: list[Token]) -> bool:
        """…用于身份识别,以及IP地址用于安全校验: more of what the predicate takes, behind its purpose."""
        more = rest[0].kind is Kind.INCLUDE or (
            rest[0].kind is Kind.AND and self.text.startswith("以及", rest[0].start)
        )
        return more and len(rest) > 1 and rest[1].kind is Kind.ITEM and bool(rest[1].value)

    def _is_alternative(self, rest: list[Token]) -> bool:
        """…,或读取您的通讯录: what is denied goes on behind a comma."""
        return rest[0].kind is Kind.AND and ALTERNATIVE.match(self.text, rest[0].start) is not None

    def _next_clause(self) -> None:
        self._close()
        old = self._clause
        if old.subject is not None:
            self._carry = None if old.uses_sdk else old.subject
        self._clause = Clause()
        if old.denied and old.last_verb < 0 and not old.front and (old.recipient or old.role in ("to", "with")):
            self._clause.denied, self._clause.recipient = True, old.recipient
        if old.front and not old.group and old.permission:
            self._last = old.front

    def _head(self, main: list[Token]) -> None:
        """A sentence that ends in a colon hands its predicate to the list that follows."""
        if has(main, Kind.HEADLESS) or CASES.search(self.text, main[0].start, main[-1].end):
            self.open_head = None
        elif self.open_head is None and self.frames:
            self.open_head = self.frames[-1]
