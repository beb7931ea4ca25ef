"""Where a policy names data items: the catalogue's names and synonyms, found in the text.

A mention says that the words stand there. Whether the policy says "we collect", "we never collect" or speaks of
somebody else is for the statements that are read later; no check may conclude anything from a mention alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from finwatch.model.knowledge import DataItem
from finwatch.model.locator import PolicyAt
from finwatch.model.policy import Mention, Paragraph, PolicyText
from finwatch.policy.builder import normalise

ACRONYM = 4
"""Latin words up to this length in capitals (IP, MAC, IMEI) count in capitals alone: "ip" and "mac" are other words."""


def find_mentions(policy: PolicyText, items: Mapping[str, DataItem]) -> tuple[Mention, ...]:
    """Every mention of an item of ``items`` in ``policy``, in order of place, then of item.

    Where one name holds another (``手机号码`` and ``手机``), the longest counts. A word that names two items gives two
    mentions. Latin names are matched as whole words and in any case, except acronyms.
    """
    names = _names(items)
    if not names:
        return ()
    pattern = _pattern(names)
    found: list[Mention] = []
    for paragraph in policy.paragraphs:
        for match in pattern.finditer(policy.text, paragraph.start, paragraph.end):
            words = match.group()
            for item in sorted(names.get(words) or names.get(words.lower(), set())):
                found.append(Mention(item=item, words=words, at=_at(policy, paragraph, match)))
    return tuple(found)


def _names(items: Mapping[str, DataItem]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for item in items.values():
        for name in (item.name.zh, item.name.en, *item.synonyms_zh, *item.synonyms_en):
            words = normalise(name)
            if words:
                names[words if _exact(words) else words.lower()].add(item.id)
    return dict(names)


def _exact(words: str) -> bool:
    return not words.isascii() or (len(words) <= ACRONYM and words.isupper())


def _pattern(names: Mapping[str, set[str]]) -> re.Pattern[str]:
    alternatives = []
    for words in sorted(names, key=lambda name: (-len(name), name)):
        text = re.escape(words)
        if not _exact(words):
            text = f"(?i:{text})"
        left = r"(?<![A-Za-z0-9])" if words[0].isascii() and words[0].isalnum() else ""
        right = r"(?![A-Za-z0-9])" if words[-1].isascii() and words[-1].isalnum() else ""
        alternatives.append(f"{left}{text}{right}")
    return re.compile("|".join(alternatives))


def _at(policy: PolicyText, paragraph: Paragraph, match: re.Match[str]) -> PolicyAt:
    return PolicyAt(document=policy.document, paragraph=paragraph.number, start=match.start(), end=match.end())
