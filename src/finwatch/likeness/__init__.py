"""How alike two apps are, respect by respect, and what that amounts to.

The last stage before rating: a ``Subject`` and the apps to compare it with come in, one ``Match`` for each app that it
really resembles comes out. ``name``, ``icon`` and ``verdict`` hold one idea each, ``thresholds`` every number with the
measurement behind it, ``names.toml`` the words and characters. Nobody is accused here: ``suspected_*`` is for a person
to confirm, and only against an official app whose signers are known.
"""

from finwatch.likeness.candidate import candidate_of
from finwatch.likeness.verdict import code_alike, compare

__all__ = ["candidate_of", "code_alike", "compare"]
