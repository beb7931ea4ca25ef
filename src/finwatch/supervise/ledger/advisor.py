"""What speaks for merging, mending or ending an entry: low use, poor experience, redundancy, risk. Pure; only advice.

金办发〔2024〕99号, article 2, wants such apps merged or ended in time and names no figures: the bounds below are ours
and are shown with every reason. What the ledger does not say is said to be missing, and gives no reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Literal

from rapidfuzz import fuzz

from finwatch.model.base import Model, Text
from finwatch.model.case import Case
from finwatch.model.examination import Band
from finwatch.model.view import AppRow
from finwatch.supervise.ledger.duties import NAMES, Duty, Standing
from finwatch.supervise.ledger.entry import LABELS
from finwatch.supervise.ledger.keeping import ALIVE
from finwatch.supervise.ledger.proof import day_of

FEW_ACTIVE: Final = 1_000
"""Monthly active users below it are few."""
FEW_SHARE: Final = 0.02
"""A share of active users below it is low."""
FEW_STARS: Final = 3.0
"""Stars below it are poor."""
OLD: Final = timedelta(days=365)
"""A version older than this was not cared for."""
ALIKE: Final = 80
"""Likeness of what two entries are for, of 100, from which on they may be one."""
MANY_FINDINGS: Final = 5
"""Open findings from which on they are a reason."""


class ReasonKind(StrEnum):
    """The four of article 2."""

    LOW_USE = "low_use"
    POOR_EXPERIENCE = "poor_experience"
    REDUNDANT = "redundant"
    RISK = "risk"


REASONS: Final = {
    ReasonKind.LOW_USE: Text(zh="活跃度低", en="low use"),
    ReasonKind.POOR_EXPERIENCE: Text(zh="体验差", en="poor experience"),
    ReasonKind.REDUNDANT: Text(zh="功能冗余", en="redundant"),
    ReasonKind.RISK: Text(zh="风险大", en="risk"),
}


class Ground(Model):
    """What a reason rests on: a field of the ledger, another entry, or what was observed."""

    says: Text
    field: str | None = None
    value: str = ""
    entry: int | None = None
    app: str | None = None


class Reason(Model):
    """One reason with its grounds."""

    kind: ReasonKind
    says: Text
    grounds: tuple[Ground, ...]


class Advice(Model):
    """What is advised for one entry, to be decided by a person."""

    entry: int
    name: str
    department: str
    proposal: Literal["merge", "retire", "mend"]
    reasons: tuple[Reason, ...]
    missing: tuple[Text, ...] = ()
    """Fields that the ledger would need to say more."""


PROPOSALS: Final = {
    "merge": Text(zh="建议研究整合", en="consider merging it"),
    "retire": Text(zh="建议研究终止", en="consider ending it"),
    "mend": Text(zh="建议整改", en="mend it"),
}
_NEEDED: Final = ("users", "mau", "rating", "version_date", "function")


def advise(
    entries: Sequence[Case], *, today: date, duties: Iterable[Duty] = (), observed: Iterable[AppRow] = ()
) -> tuple[Advice, ...]:
    """Advice for every entry in use that has a reason; most reasons first."""
    inside = [case for case in entries if case.state == "in_use"]
    twins = _twins([case for case in entries if case.state in ALIVE])
    late: dict[int, list[Duty]] = {}
    for duty in duties:
        if duty.standing is Standing.OVERDUE:
            late.setdefault(duty.entry, []).append(duty)
    seen = {row.app.lower(): row for row in observed}
    found = []
    for case in inside:
        reasons = [
            *_low_use(case),
            *_poor_experience(case, today),
            *_redundant(case, twins.get(case.id, ())),
            *_risk(case, late.get(case.id, ()), seen.get((case.form.get("package_id") or "").lower())),
        ]
        if reasons:
            found.append(_advice(case, reasons))
    return tuple(sorted(found, key=lambda one: (-len(one.reasons), one.entry)))


def _advice(case: Case, reasons: Sequence[Reason]) -> Advice:
    kinds = {one.kind for one in reasons}
    proposal: Literal["merge", "retire", "mend"] = "mend"
    if ReasonKind.REDUNDANT in kinds:
        proposal = "merge"
    elif ReasonKind.LOW_USE in kinds and len(kinds) > 1:
        proposal = "retire"
    missing = tuple(LABELS[name] for name in _NEEDED if case.form.get(name) in (None, ""))
    return Advice(
        entry=case.id,
        name=case.title,
        department=case.form.get("department") or "",
        proposal=proposal,
        reasons=tuple(reasons),
        missing=missing,
    )


def _of(form: Mapping[str, object], field: str, zh: str, en: str) -> Ground:
    return Ground(says=Text(zh=zh, en=en), field=field, value=str(form.get(field)))


def _low_use(case: Case) -> Iterable[Reason]:
    users, mau = case.form.get("users"), case.form.get("mau")
    if mau is None:
        return
    grounds = []
    if mau < FEW_ACTIVE:
        grounds.append(
            _of(case.form, "mau", f"月活 {mau:,}，低于 {FEW_ACTIVE:,}", f"{mau:,} active a month, below {FEW_ACTIVE:,}")
        )
    if users and mau / users < FEW_SHARE:
        share = f"{mau / users:.1%}"
        grounds.append(
            _of(
                case.form,
                "users",
                f"月活占用户 {share}，低于 {FEW_SHARE:.0%}",
                f"{share} of {users:,} users are active, below {FEW_SHARE:.0%}",
            )
        )
    if grounds:
        yield Reason(kind=ReasonKind.LOW_USE, says=REASONS[ReasonKind.LOW_USE], grounds=tuple(grounds))


def _poor_experience(case: Case, today: date) -> Iterable[Reason]:
    grounds = []
    stars, released = case.form.get("rating"), day_of(case.form.get("version_date"))
    if stars is not None and stars < FEW_STARS:
        grounds.append(
            _of(case.form, "rating", f"评分 {stars:g}，低于 {FEW_STARS:g}", f"{stars:g} stars, below {FEW_STARS:g}")
        )
    if released is not None and today - released > OLD:
        months = (today - released).days // 30
        grounds.append(
            _of(
                case.form,
                "version_date",
                f"约 {months} 个月没有新版本（{released}）",
                f"no version for about {months} months ({released})",
            )
        )
    if grounds:
        yield Reason(kind=ReasonKind.POOR_EXPERIENCE, says=REASONS[ReasonKind.POOR_EXPERIENCE], grounds=tuple(grounds))


def _redundant(case: Case, twins: Sequence[tuple[Case, Ground]]) -> Iterable[Reason]:
    if twins:
        yield Reason(
            kind=ReasonKind.REDUNDANT,
            says=REASONS[ReasonKind.REDUNDANT],
            grounds=tuple(ground.model_copy(update={"entry": other.id}) for other, ground in twins),
        )


def _risk(case: Case, late: Sequence[Duty], row: AppRow | None) -> Iterable[Reason]:
    grounds = []
    findings = case.form.get("open_findings") or 0
    if findings >= MANY_FINDINGS:
        grounds.append(_of(case.form, "open_findings", f"未整改问题 {findings} 项", f"{findings} findings are open"))
    grounds += [
        Ground(
            says=Text(
                zh=f"{NAMES[duty.kind].zh}逾期（应于 {duty.due}）", en=f"{NAMES[duty.kind].en} overdue since {duty.due}"
            ),
            value=str(duty.last or ""),
        )
        for duty in late
    ]
    if row is not None and row.band in {Band.RED, Band.ORANGE}:
        band = Text(zh="红" if row.band is Band.RED else "橙", en=row.band.value)
        grounds.append(
            Ground(
                says=Text(
                    zh=f"检测评级为{band.zh}色（版本 {row.version_name}）",
                    en=f"rated {band.en} (version {row.version_name})",
                ),
                app=row.id,
            )
        )
    if grounds:
        yield Reason(kind=ReasonKind.RISK, says=REASONS[ReasonKind.RISK], grounds=tuple(grounds))


def _twins(entries: Sequence[Case]) -> dict[int, list[tuple[Case, Ground]]]:
    """Entries of one kind whose function, or (where none is given) whose name, is nearly the same."""
    found: dict[int, list[tuple[Case, Ground]]] = {}
    told = {case.id: _told(case) for case in entries}
    for at, one in enumerate(entries):
        for other in entries[at + 1 :]:
            if one.form.get("kind") != other.form.get("kind") or _one_app(one, other):
                continue
            field, mine, theirs = _comparable(told[one.id], told[other.id])
            if not mine or not theirs:
                continue
            likeness = fuzz.ratio(mine, theirs)
            if likeness >= ALIKE:
                found.setdefault(one.id, []).append((other, _twin(other, field, likeness)))
                found.setdefault(other.id, []).append((one, _twin(one, field, likeness)))
    return found


def _told(case: Case) -> dict[str, str]:
    return {name: re.sub(r"[\W_]+", "", str(case.form.get(name) or "")).lower() for name in ("function", "name")}


def _comparable(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, str, str]:
    field = "function" if one["function"] and other["function"] else "name"
    return field, one[field], other[field]


def _one_app(one: Case, other: Case) -> bool:
    """The same app on two platforms is no redundancy."""
    name = one.form.get("name") == other.form.get("name")
    return name and not set(one.form.get("platforms") or ()) & set(other.form.get("platforms") or ())


def _twin(other: Case, field: str, likeness: float) -> Ground:
    what = LABELS[field]
    return Ground(
        says=Text(
            zh=f"与“{other.title}”的{what.zh}相似 {likeness:.0f}%（阈值 {ALIKE}%）",
            en=f"{what.en.lower()} {likeness:.0f} % like “{other.title}” (bound {ALIKE} %)",
        ),
        field=field,
        value=str(other.form.get(field) or "")[:200],
    )
