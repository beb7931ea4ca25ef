"""The reviewer's bench: a filing form set beside what package, policy and markets show.

In: the form as it stands and a ``Seen`` (gathered by ``flow.bench``). Out: a ``Comparison`` whose lines agree, differ,
say what could not be seen or what was not declared, each mismatch with its evidence and a sentence that the return
letter may take over. Nobody is accused: a sentence asks, and what was not readable is never called a mismatch.
"""

from finwatch.supervise.bench.compare import compare
from finwatch.supervise.bench.letter import basis, points
from finwatch.supervise.bench.line import Comparison, FiledFile, IconSeen, Line, Seen, Side, Standing

__all__ = [
    "Comparison",
    "FiledFile",
    "IconSeen",
    "Line",
    "Seen",
    "Side",
    "Standing",
    "basis",
    "compare",
    "points",
]
