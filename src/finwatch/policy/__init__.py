"""Privacy policies, from bytes to what they say.

``text`` turns the bytes of a page, a document, a picture or a text file into ``PolicyText``; ``mentions`` finds where
data items are named, which claims nothing; ``statements`` reads who does what with which item.
"""

from __future__ import annotations

from finwatch.policy.mentions import find_mentions
from finwatch.policy.statements import Grammar, read_statements
from finwatch.policy.text import read_policy_text

__all__ = ["Grammar", "find_mentions", "read_policy_text", "read_statements"]
