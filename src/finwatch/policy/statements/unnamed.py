"""Personal information that a sentence names by no item: 您在联系我们时提供的信息, 与服务有关的数据.

Before the sentences are read. In: a policy's text and its tokens; out: the tokens, and such words as personal
information at large. The word counts only as the head of a phrase that tells whose or whence the data are;
收集的信息 and 相应的信息 point to others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter

from finwatch.policy.statements.lexicon import Kind, Token

UNNAMED = re.compile(
    r"[信数资](?:(?<=提供的.)|(?<=提交的.)|(?<=有关的.)|(?<=相关的.)|(?<=留存的.)|(?<=机构的.)|(?<=上的.)|(?<=共享的相关.))"
    r"(?:(?<=信)息(?:[和及与]?(?:数据|资料))?|(?<=数)据|(?<=资)料)"
    r"(?=[,。;、)]|$|和(?!数据|资料)|或|以便|用于|用以|进行|提供给|共享给|给|的权限|,)"
)
"""What stands before is looked at behind the first character: so most of a text is passed over at once."""
START = attrgetter("start")
VALUE = ("personal_info",)


def with_unnamed(text: str, tokens: list[Token]) -> list[Token]:
    """``tokens`` and the words of ``text`` that stand for personal information at large, in order of place."""
    merged: list[Token] = []
    at = 0
    for match in UNNAMED.finditer(text):
        start, end = match.span()
        first = bisect_left(tokens, start, key=START)
        if (first and tokens[first - 1].end > start) or (first < len(tokens) and tokens[first].start < end):
            continue
        merged += tokens[at:first]
        merged.append(Token(Kind.ITEM, VALUE, start, end))
        at = first
    return [*merged, *tokens[at:]] if merged else tokens
