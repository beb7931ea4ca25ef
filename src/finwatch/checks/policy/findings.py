"""Findings that rest on the comparison: the rows with an outcome become one answer, both sides as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, Unseen, no, yes
from finwatch.checks.policy.compare import disclosure
from finwatch.checks.view import View
from finwatch.model.disclosure import Compared, Disclosed
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Confidence

_PLACES, _SENTENCES = 3, 2
"""Of each side of a row, so that one row does not fill the evidence of a finding."""


def of_rows(
    view: View,
    subject: Literal["item", "permission", "sdk"],
    outcomes: Iterable[Disclosed],
    *,
    zh: str,
    en: str,
    from_absence: bool = False,
) -> Decision:
    """Yes where weighty rows have one of ``outcomes``; ``{names}`` in ``zh`` and ``en`` lists them.

    Suspected when every such row is. Raises ``Unseen`` when there is no text of a policy.
    """
    compared = disclosure(view)
    if compared is None or compared.document is None:
        raise Unseen("policy")
    wanted = frozenset(outcomes)
    rows = [row for row in compared.rows if row.subject == subject and row.outcome in wanted and _counts(row)]
    if not rows:
        return no()
    firm = [row for row in rows if not row.suspected]
    names = list(dict.fromkeys((row.name.zh, row.name.en) for row in rows))
    return yes(
        zh.format(names="、".join(name for name, _ in names)),
        en.format(names=", ".join(name for _, name in names)),
        _both_sides(rows),
        confidence=Confidence.LIKELY if firm else Confidence.SUSPECTED,
        from_absence=from_absence,
    )


def _counts(row: Compared) -> bool:
    return row.weighty or row.outcome is Disclosed.NOT_FOUND


def _both_sides(rows: Iterable[Compared]) -> tuple[Evidence, ...]:
    found: dict[Evidence, None] = {}
    for row in rows:
        found.update(dict.fromkeys((*row.package[:_PLACES], *row.policy[:_SENTENCES])))
    return tuple(found)[: evidence.EVIDENCE_SHOWN]
