"""Data that other people get to see: 您的姓名可以被好友查询到, 对方可以查看您的昵称. The operator shares them.

In: the tokens of a sentence; out: a frame, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finwatch.model.statement import FIRST, Action, Condition, ConditionKind, Party, PartyKind
from finwatch.policy.statements.frame import Frame
from finwatch.policy.statements.lexicon import Kind, Token, Verb
from finwatch.policy.statements.segments import has

SEEN = r"(?:查询|查看|看到|看见|搜索|查找|获知|知悉|浏览)"
WHO = r"(?:他人|其他(?:用户|会员|人)|好友|交易[^,。;]{0,4}方|对方|公众)"
LOOKS = re.compile(SEEN)
"""Needed in either way; looked for first, because it is cheap."""
SEEN_BY = re.compile(rf"(?:可以|可能|能够|可|能|会)被[^,。;]{{0,30}}?{WHO}[^,。;]{{0,8}}?{SEEN}")
SEES = re.compile(rf"{WHO}(?:可以|可能|能够|可|能)[^。;]{{0,40}}?{SEEN}到?")


def shown_to_others(text: str, tokens: Sequence[Token]) -> Frame | None:
    """Who is shown what, where the sentence says that other people see it."""
    start, end = tokens[0].start, tokens[-1].end
    if LOOKS.search(text, start, end) is None or has(tokens, Kind.NOT):
        return None
    passive = SEEN_BY.search(text, start, end)
    found = passive or SEES.search(text, start, end)
    if found is None:
        return None
    if passive:
        low = max((one.end for one in tokens if one.kind is Kind.COMMA and one.end <= found.start()), default=start)
        high = found.start()
    else:
        low, high = found.end(), end
    objects = [one for one in tokens if one.kind is Kind.ITEM and one.value and low <= one.start and one.end <= high]
    if not objects:
        return None
    role = next((one for one in tokens if one.kind is Kind.CONDITION and one.start < objects[0].start), None)
    conditions = (Condition(ConditionKind.FUNCTION, role.start, low),) if role is not None and role.start < low else ()
    who = re.search(WHO, found.group())
    others = Party(PartyKind.THIRD, who.group() if who else None)
    return Frame([Verb(Action.SHARE)], objects, FIRST, denied=False, recipient=others, conditions=conditions)
