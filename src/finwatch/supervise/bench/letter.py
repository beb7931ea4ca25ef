"""What a return letter takes over from the bench: a sentence a point, and for each the line and places it rests on.

A draft: the reviewer edits the points, and what they sent is what the step keeps (``register.stages.Letter``). The
letter around the points is set by ``report.letters``.
"""

from __future__ import annotations

from collections.abc import Sequence

from finwatch.report.place import place
from finwatch.supervise.bench.line import Line

_PLACES = 3


def points(lines: Sequence[Line], language: str) -> tuple[str, ...]:
    """The proposed sentences, one a point."""
    return tuple(line.sentence.in_language(language) for line in lines if line.sentence is not None)


def basis(lines: Sequence[Line]) -> tuple[str, ...]:
    """For each point the line of the bench, both sides, and where the evidence stands."""
    return tuple(_basis(line) for line in lines if line.sentence is not None)


def _basis(line: Line) -> str:
    both = f"{'、'.join(line.declared) or '-'} ≠ {'、'.join(line.observed) or '-'}"
    places = [place(one.at).zh for one in line.evidence[:_PLACES]]
    more = len(line.evidence) - len(places)
    if more > 0:
        places.append(f"另{more}处")
    return f"{line.key}｜{both[:300]}｜{'；'.join(places)}"
