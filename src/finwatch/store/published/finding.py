"""Findings: of one package in full, and across apps as rows behind a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import Row, select

from finwatch.model.examination import Answer, Evidence, Finding
from finwatch.model.knowledge import Severity
from finwatch.model.view import FindingPage, FindingRow
from finwatch.store.published import paging
from finwatch.store.published.documents import SEVERITY
from finwatch.store.published.memory import PAGES
from finwatch.store.published.publication import Snapshot
from finwatch.store.tables import app, evidence, finding, version

_FIELDS = ("check", "version", "outcome", "severity", "confidence", "title", "summary", "remedy")


def findings_of(now: Snapshot, sha256: str) -> tuple[Finding, ...]:
    """Every finding of a package with its evidence, in the examination's order."""
    pieces: dict[int, list[Evidence]] = defaultdict(list)
    asked = select(evidence).where(now.live(evidence), evidence.c.sha256 == sha256)
    for row in now.connection.execute(asked.order_by(evidence.c.finding, evidence.c.position)):
        says = {"zh": row.zh, "en": row.en}
        pieces[row.finding].append(Evidence.model_validate({"says": says, "at": row.at, "quote": row.quote}))
    found = select(finding).where(now.live(finding), finding.c.sha256 == sha256).order_by(finding.c.position)
    return tuple(
        Finding(
            **{name: getattr(row, name) for name in _FIELDS},
            clauses=tuple(row.clauses),
            evidence=tuple(pieces[row.position]),
        )
        for row in now.connection.execute(found)
    )


def findings(
    now: Snapshot,
    *,
    check: str | None,
    outcome: Answer | None,
    severity: Severity | None,
    app_id: str | None,
    current: bool,
    after: str | None,
    limit: int,
) -> FindingPage:
    """A page of findings, most severe first, then by app, package and check."""
    key = (check, outcome, severity, app_id, current)

    def page() -> FindingPage:
        wanted = {"check": check, "outcome": outcome, "severity": severity, "app_id": app_id}
        conditions = [finding.c[name] == value for name, value in wanted.items() if value is not None]
        if severity is not None:  # the index is by its place in the order
            conditions.append(finding.c.severity_order == SEVERITY[severity])
        if current:
            conditions.append(finding.c.current)
        return _page(now, (now.live(finding), *conditions), key, after=after, limit=limit)

    return now.remembered("findings", (*key, after, limit), page, most=PAGES)


def _page(now: Snapshot, conditions: Sequence[Any], key: Hashable, *, after: str | None, limit: int) -> FindingPage:
    """A page of the findings for which ``conditions`` hold. They are counted without the app and the package that each
    is of: both are there, since a publication brings them together."""
    counted = select(finding.c.id).where(*conditions)
    total = now.remembered("findings counted", key, lambda: paging.bounded_count(now.connection, counted))
    named = app.alias("named")
    asked = (
        select(finding, named.c.name_zh, named.c.name_en, version.c.version_name)
        .select_from(finding)
        .join(named, (named.c.app_id == finding.c.app_id) & now.live(named))
        .join(version, (version.c.sha256 == finding.c.sha256) & now.live(version))
        .where(*conditions)
    )
    keys = (finding.c.severity_order, finding.c.app_id, finding.c.sha256, finding.c.position)
    if after is not None:
        asked = asked.where(paging.beyond(keys, paging.decode(after, len(keys))))
    rows = now.connection.execute(asked.order_by(*keys).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = None
    if last is not None:
        following = paging.encode([last.severity_order, last.app_id, last.sha256, last.position])
    return FindingPage(rows=tuple(_row(row) for row in rows[:limit]), next=following, total=total)


def _row(row: Row[Any]) -> FindingRow:
    return FindingRow(
        app_id=row.app_id,
        app_name_zh=row.name_zh,
        app_name_en=row.name_en,
        sha256=row.sha256,
        version_name=row.version_name,
        check=row.check,
        outcome=row.outcome,
        severity=row.severity,
        confidence=row.confidence,
        title=row.title,
        evidence=row.evidence,
    )
