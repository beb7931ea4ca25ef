"""A promised time for an answer above fifteen working days, or above thirty calendar days (191-6-3, GB/T 35273 8.7)."""

from __future__ import annotations

import re

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

WORKING, CALENDAR = 15, 30
_DIGITS = "零一二三四五六七八九"
_TIME = re.compile(r"(\d{1,3}|[一二三四五六七八九十]{1,3})\s*\)?\s*个?\s*(工作日|自然日|日|天)")
_TIME_EN = re.compile(r"(?i)within\s+(\d{1,3})\s+(working|business|calendar)?\s*days?")


def decide(view: View) -> Decision:
    """Likely: only sentences that speak of an answer count, and the longest time in them."""
    policy = view.policy
    late = []
    for span in policy.told("answer_time", limit=20):
        words = policy.text[span[0] : span[1]]
        if any(
            _days(number) > (WORKING if unit in ("工作日", "working", "business") else CALENDAR)
            for number, unit in _times(words)
        ):
            late.append(span)
    if not late:
        return no()
    return yes(
        f"有 {len(late)} 处承诺的答复时限超过十五个工作日。",
        "an answer is promised only after more than fifteen working days.",
        [policy.quote(span, "承诺的时限", "the promised time") for span in late[:3]],
        confidence=Confidence.LIKELY,
    )


def _times(words: str) -> list[tuple[str, str]]:
    if not re.search(r"答复|回复|反馈|响应|回应|投诉|请求|注销|within", words):
        return []
    return [(m[1], m[2]) for m in _TIME.finditer(words)] + [
        (m[1], (m[2] or "").lower()) for m in _TIME_EN.finditer(words)
    ]


def _days(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, ten, ones = number.partition("十")
    if not ten:
        return _DIGITS.index(number) if len(number) == 1 else 0
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)
