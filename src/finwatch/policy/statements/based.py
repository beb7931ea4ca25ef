"""What is done on the ground of data: 根据您的浏览记录,向您推荐产品. The operator uses them.

In: the tokens of a sentence; out: a frame, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finwatch.model.statement import FIRST, Action, PartyKind
from finwatch.policy.statements.frame import GENERIC, Frame
from finwatch.policy.statements.lexicon import OPERATOR, Kind, Token, Verb

GROUND = ("根据", "基于", "结合", "依据", "按照", "分析")
DONE = re.compile(r"(?:推荐|推送|展示|投放|匹配|定制|推介|显示|推广|综合判断|判断您|判断是否|评估您)")
"""What is done with them: something fitting is shown."""
STOP = re.compile(r"[。;]")
LED = (Kind.PARTY, Kind.OF, Kind.LIMIT, Kind.INCLUDE, Kind.AND, Kind.ITEM)
"""What may stand between the ground's first word and its last item."""


def used_as_ground(text: str, tokens: Sequence[Token]) -> Frame | None:
    """What the operator goes by when it recommends or shows something; ``None`` where nothing of the kind is said."""
    if DONE.search(text, tokens[0].start, tokens[-1].end + 40) is None:
        return None
    for place, token in enumerate(tokens):
        if token.kind not in (Kind.PREPOSITION, Kind.VERB) or text[token.start : token.end] not in GROUND:
            continue
        objects: list[Token] = []
        at = place + 1
        while at < len(tokens) and tokens[at].kind in LED:
            if tokens[at].kind is Kind.ITEM and tokens[at].value and not GENERIC.issuperset(tokens[at].value):
                objects.append(tokens[at])
            at += 1
        end = tokens[at - 1].end
        stop = STOP.search(text, end)
        done = DONE.search(text, end, min(stop.start() if stop else len(text), end + 40))
        if not objects or done is None or (at < len(tokens) and tokens[at].kind is Kind.OF):
            continue
        if any(one.kind is Kind.VERB and one.end <= done.start() for one in tokens[at:]):
            continue
        others = [one for one in tokens if one.kind is Kind.PARTY and one.end <= done.start()]
        if any(isinstance(one.value, PartyKind) and one.value is not OPERATOR for one in others):
            continue
        denied = any(one.kind is Kind.NOT and one.start < done.start() for one in tokens)
        return Frame([Verb(Action.USE)], objects, FIRST, denied=denied)
    return None
