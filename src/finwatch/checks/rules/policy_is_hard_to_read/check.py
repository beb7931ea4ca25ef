"""Sentences whose median is very long, or a long text without any heading (191-2-4); a person has to judge."""

from __future__ import annotations

import re
from statistics import median

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.policy import ParagraphKind

LONG = {"zh": 110, "en": 260}
"""Characters of the median sentence above which a text counts as hard; half of it for ordinary prose."""
MANY = 20
UNDIVIDED = 8_000
"""Characters of a text without headings that nobody finds a way through."""
_NUMBERED = re.compile(r"(?m)^\s*(?:第[一二三四五六七八九十]+|[一二三四五六七八九十]+\s*[、.]|\d+\s*[、.)])")


def decide(view: View) -> Decision:
    """Suspected, always: readability is for a person."""
    policy = view.policy
    prose = [policy.document.words(one) for one in policy.document.paragraphs if one.kind is ParagraphKind.BODY]
    lengths = [len(part) for words in prose for part in re.split(r"[。!?;.]\s*", words) if len(part) > 8]
    headed = any(one.kind is ParagraphKind.HEADING for one in policy.document.paragraphs) or _NUMBERED.search(
        policy.text
    )
    typical = median(lengths) if len(lengths) >= MANY else 0
    limit = LONG.get(policy.language or "zh", LONG["en"])
    start = policy.sentence(0, 1)
    if typical > limit:
        return yes(
            f"句子长度中位数为 {typical:.0f} 字。",
            f"the median sentence has {typical:.0f} characters.",
            [policy.quote(start, "政策开头", "the beginning of the policy")],
            confidence=Confidence.SUSPECTED,
        )
    if len(policy.text) > UNDIVIDED and not headed:
        return yes(
            f"全文 {len(policy.text):,} 字，没有标题或编号。",
            f"{len(policy.text):,} characters without a heading or number.",
            [policy.quote(start, "政策开头", "the beginning of the policy")],
            confidence=Confidence.SUSPECTED,
        )
    return no()
