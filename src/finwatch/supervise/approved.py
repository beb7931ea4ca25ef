"""A filing case as the public may see it: its row of the approved list.

What comes in: a case of the register (``filing``, ``linked``), its institution, and for a branch the head's case that
it leans on. What goes out: an ``ApprovedApp``, or nothing where the public sees nothing. Only these fields leave the
case; whatever else a form holds stays inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from finwatch.model.access import Organisation
from finwatch.model.approved import ApprovedApp, ApprovedIcon, ApprovedState, ApprovedVersion
from finwatch.model.case import Case
from finwatch.supervise.machine import CHINA
from finwatch.supervise.register.filing import PUBLIC_STATE
from finwatch.supervise.register.linked import LINKED
from finwatch.supervise.register.record import FILING

MACHINES: Final = (FILING, LINKED)
_LINKED: Final = {"filed": ApprovedState.FILED, "cancelled": ApprovedState.CANCELLED}
_STATES: Final[Mapping[str, Mapping[str, ApprovedState]]] = {FILING: PUBLIC_STATE, LINKED: _LINKED}
_SHA256_DIGITS: Final = 64


def listed(
    case: Case,
    institution: Organisation,
    *,
    head: Case | None = None,
    icon: ApprovedIcon | None = None,
    signers: tuple[str, ...] = (),
    was_listed: bool = False,
) -> ApprovedApp | None:
    """The row of ``case``; ``None`` = the public does not see it: a draft, or what was withdrawn before.

    ``signers`` are those of the package that was filed, for a form that names none. ``was_listed``: it stood in the
    list already, so that it stays there, as ended, when it was withdrawn since.
    """
    state = _STATES[case.machine].get(case.state)
    if state is None:
        if not was_listed:
            return None
        state = ApprovedState.CANCELLED
    own, facts = case.form, head.form if head is not None else case.form
    filed = _day(own.get("filed_on"))
    return ApprovedApp(
        id=case.id,
        number=case.number,
        names=tuple(name for name in (facts.get("name"), facts.get("name_en")) if name),
        institution=institution.name,
        credit_code=institution.credit_code,
        platform=own.get("platform") or "other",
        package=own.get("package") or "",
        signers=_digests(facts.get("signers")) or signers,
        versions=_versions(facts.get("versions")),
        region=case.region,
        filed=filed,
        state=state,
        ended=_ended(case, state),
        icon=icon,
    )


def _ended(case: Case, state: ApprovedState) -> date | None:
    if state not in {ApprovedState.EXPIRED, ApprovedState.CANCELLED}:
        return None
    return _day(case.form.get("ended_on")) or (case.closed or case.changed).astimezone(CHINA).date()


def _versions(rows: Iterable[Mapping[str, Any]] | None) -> tuple[ApprovedVersion, ...]:
    found = []
    for row in rows or ():
        day = _day(row.get("day"))
        if day is not None and row.get("version"):
            digests = _digests([row.get("sha256")])
            found.append(ApprovedVersion(version=row["version"], sha256=digests[0] if digests else None, day=day))
    return tuple(found)


def _digests(values: Iterable[str | None] | None) -> tuple[str, ...]:
    """Digests as the list holds them; an institution may have written colons or capitals."""
    found = (str(value).replace(":", "").strip().lower() for value in values or () if value)
    return tuple(dict.fromkeys(one for one in found if len(one) == _SHA256_DIGITS and not set(one) - _HEX))


_HEX: Final = frozenset("0123456789abcdef")


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None
