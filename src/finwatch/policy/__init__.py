"""Privacy policies, from bytes to what they say.

``text`` turns the bytes of a page, a PDF or a text file into ``PolicyText``; ``mentions`` finds where data items are
named. Nothing here claims that anything is collected or not collected.
"""

from __future__ import annotations

from finwatch.policy.mentions import find_mentions
from finwatch.policy.text import read_policy_text

__all__ = ["find_mentions", "read_policy_text"]
