"""What markets show beside what the ledger says: seen and not in it, in it and not seen, and other than it says. Pure.

A sighting is what a market says of an app and who claims it there; it is no proof whose it is. It may be a counterfeit,
an old app that nobody took down, or one that was never entered (99号, article 2). A person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.case import Case
from finwatch.model.view import AppRow
from finwatch.supervise.ledger.keeping import ALIVE


class Sighting(Model):
    """An observed app beside the ledger."""

    kind: Literal["not_in_ledger", "ended", "differs"]
    app: str
    """Id of its page."""
    package: str
    name: str
    markets: tuple[str, ...]
    claimed_by: str
    last_seen: UtcTime | None
    entry: int | None = None
    says: Text


class Unseen(Model):
    """An entry that no market showed."""

    entry: int
    name: str
    package: str
    says: Text


def beside(apps: Iterable[AppRow], entries: Sequence[Case]) -> tuple[Sighting, ...]:
    """Observed apps that are not in the ledger, that have ended there, or whose version differs."""
    living = {package: case for case in entries if case.state in ALIVE and (package := _package(case))}
    ended = {package: case for case in entries if case.state == "ended" and (package := _package(case))}
    found = []
    for row in sorted(apps, key=lambda one: one.id):
        package = row.app.lower()
        if package in living:
            case = living[package]
            if (said := _differs(row, case)) is not None:
                found.append(_sighting("differs", row, said, case))
        elif row.gone:
            continue
        elif package in ended:
            case = ended[package]
            when = case.form.get("end_date") or ""
            tail = Text(
                zh=f"台账中已于 {when} 终止，现仍能见到。", en=f"It ended on {when} in the ledger and is still seen."
            )
            found.append(_sighting("ended", row, tail, case))
        else:
            found.append(_sighting("not_in_ledger", row, Text(zh="台账中没有。", en="It is not in the ledger."), None))
    return tuple(found)


def unseen(apps: Iterable[AppRow], entries: Sequence[Case]) -> tuple[Unseen, ...]:
    """Living apps of the ledger with a package name that no market showed: not the same as not listed."""
    seen = {row.app.lower() for row in apps}
    says = Text(
        zh="所巡查的市场中没有见到；未巡查的渠道无从得知。",
        en="No market that was visited showed it; of others nothing is known.",
    )
    return tuple(
        Unseen(entry=case.id, name=case.title, package=package, says=says)
        for case in entries
        if case.state in ALIVE
        and case.form.get("kind") == "app"
        and (package := _package(case))
        and package not in seen
    )


def _package(case: Case) -> str:
    return (case.form.get("package_id") or "").lower()


def _differs(row: AppRow, case: Case) -> Text | None:
    said, seen = case.form.get("version") or "", row.version_name or ""
    if not said or not seen or said == seen:
        return None
    return Text(
        zh=f"台账版本为 {said}，最近检测到的版本为 {seen}。", en=f"The ledger says {said}; the version seen is {seen}."
    )


def _sighting(
    kind: Literal["not_in_ledger", "ended", "differs"], row: AppRow, tail: Text, case: Case | None
) -> Sighting:
    claimed = row.operator or row.developer or ""
    markets = ", ".join(row.markets)
    who = Text(
        zh=f"声称的主体为“{claimed}”" if claimed else "没有声称主体",
        en=f"claimed by “{claimed}”" if claimed else "claimed by nobody",
    )
    where = Text(
        zh=f"在市场 {markets} 见到" if markets else "曾在市场见到",
        en=f"Seen in {markets}" if markets else "Seen in a market before",
    )
    return Sighting(
        kind=kind,
        app=row.id,
        package=row.app,
        name=row.name_zh or row.name_en,
        markets=tuple(row.markets),
        claimed_by=claimed,
        last_seen=row.last_seen,
        entry=case.id if case else None,
        says=Text(zh=f"{where.zh}，{who.zh}；{tail.zh}", en=f"{where.en}, {who.en}. {tail.en}"),
    )
