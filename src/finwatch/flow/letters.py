"""Which documents a case has, each made out of what the store holds: the same objects that its pages show.

A document is a draft until somebody of its issuer gives it a number; from then on its number and date stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from finwatch.errors import Denied, InputError, NotFound, Stale
from finwatch.model.access import EVERYTHING, Actor, OrganisationId, Permission, Scope
from finwatch.model.base import Text
from finwatch.model.case import Case, Step
from finwatch.model.examination import Examination
from finwatch.model.knowledge import Knowledge
from finwatch.report.letters import Letter, docx, pdf
from finwatch.report.letters.public import clarification, weekly
from finwatch.report.letters.register import returned
from finwatch.report.letters.supervision import bulletin, inspection, notice
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.store.letter import Numbered, number
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import Desk
from finwatch.supervise.supervision import sdks

Kind = Literal["return", "notice", "bulletin", "inspection", "clarification", "weekly"]
Format = Literal["docx", "pdf"]
MEDIA: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
NAMES: Final[dict[str, Text]] = {
    "return": Text(zh="退回函", en="return letter"),
    "notice": Text(zh="通报", en="notice"),
    "bulletin": Text(zh="公开通报", en="bulletin"),
    "inspection": Text(zh="检查材料", en="inspection pack"),
    "clarification": Text(zh="澄清声明", en="clarification"),
    "weekly": Text(zh="周报", en="weekly report"),
}
_WORDS: Final = {"return": "审函", "bulletin": "公告", "inspection": "检", "clarification": "声明", "weekly": "周报"}
"""What stands after the issuer's short name in a number; a notice bears the number that it was issued under."""
SETTERS: Final[dict[str, Callable[[Letter], bytes]]] = {"docx": docx, "pdf": pdf}
_BEFORE_ISSUE: Final = frozenset({"draft", "withdrawn"})
_CONFIRMED: Final = frozenset({"adopted", "removal", "removed"})
"""States of a shared risk that its institution adopted."""
MOST: Final = 2_000
"""Notices of one bulletin."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document that a case has, or could have."""

    kind: Kind
    case: int
    step: int
    issuer: OrganisationId
    number: str | None
    title: str

    @property
    def name(self) -> str:
        """How an address calls it."""
        return f"{self.kind}-{self.step}"


class Documents:
    """The documents of a store. Shared between threads."""

    def __init__(
        self,
        *,
        desk: Desk,
        knowledge: Knowledge,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._desk = desk
        self._store: Store = desk.store
        self._knowledge = knowledge
        self._clock = clock

    def of(self, number_: int, *, scope: Scope) -> tuple[Document, ...]:
        """The documents of a case in the scope. Raises ``NotFound``."""
        case = self._store.cases.get(number_, scope=scope)
        found = []
        for kind, step, issuer in self._kinds(case, scope):
            known = self._number(case, kind, step, issuer)
            title = self._letter(case, kind, step, issuer, known=known, scope=scope).title
            told = case.number if kind == "notice" else known.number if known else None
            found.append(Document(kind=kind, case=case.id, step=step, issuer=issuer, number=told, title=title))
        return tuple(found)

    def letter(self, number_: int, kind: str, step: int, *, scope: Scope) -> Letter:
        """A document of a case in the scope. Raises ``NotFound`` when the case has no such document."""
        case = self._store.cases.get(number_, scope=scope)
        for one, at, issuer in self._kinds(case, scope):
            if (one, at) == (kind, step):
                return self._letter(case, one, at, issuer, known=self._number(case, one, at, issuer), scope=scope)
        raise NotFound(
            f"Case {number_} has no document {kind}-{step}.", zh=f"事项 {number_} 没有该文书。", todo="See its list."
        )

    def give_number(self, actor: Actor, number_: int, kind: str, step: int) -> str:
        """The document's number, given now if it had none. Raises ``NotFound``, ``Denied``."""
        case = self._store.cases.get(number_, scope=actor.scope)
        for one, at, issuer in self._kinds(case, actor.scope):
            if (one, at) == (kind, step):
                if one == "notice":
                    return str(case.number)
                return self._give(actor, one, case=case.id, step=at, issuer=issuer).number
        raise NotFound(f"Case {number_} has no document {kind}-{step}.", zh=f"事项 {number_} 没有该文书。")

    def weekly(self, actor: Actor, *, numbered: bool = False) -> Letter:
        """The weekly report of the actor's office: the first page and the desk in figures, as the actor sees them."""
        day = day_in_china(self._clock())
        week = day.isocalendar()
        step = week.year * 100 + week.week
        issuer = actor.organisation.id
        known = self._store.letters.get(issuer, "weekly", case=0, step=step)
        if known is None and numbered:
            known = self._give(actor, "weekly", case=0, step=step, issuer=issuer)
        counts = [
            (machine.name, [(machine.state(state).name, many) for state, many in sorted(found.items())])
            for machine in self._desk.machines.values()
            if (found := self._store.cases.counts(machine.id, scope=actor.scope))
        ]
        return weekly(
            self._store.seen_by(actor.sight).overview(),
            counts,
            number=known.number if known else None,
            issuer=actor.organisation.name,
            day=day,
            kinds={kind.id: kind.name for kind in self._knowledge.kinds.values()},
        )

    # Which and what ------------------------------------------------------------------------------------------------

    def _kinds(self, case: Case, scope: Scope) -> list[tuple[Kind, int, OrganisationId]]:
        """Kind, step and issuer of each document that the case has now."""
        form = case.form
        if case.machine == "notice" and case.number and case.state not in _BEFORE_ISSUE:
            return [("notice", 0, OrganisationId(form["authority"]))]
        if case.machine == "inspection":
            return [("inspection", 0, OrganisationId(form["authority"]))]
        if case.machine == "campaign":
            return [("bulletin", 0, case.owner)] if self._published(case) else []
        if form.get("type") == "counterfeit_app" and case.state in _CONFIRMED:
            concerned = self._concerned(case)
            return [("clarification", 0, concerned)] if concerned else []
        return [
            ("return", step.seq, step.organisation)
            for step in self._store.cases.steps(case.id, scope=scope)
            if isinstance(step.note.get("letter"), str) and step.note["letter"] and "returned" in step.after
        ]

    def _letter(
        self, case: Case, kind: Kind, step: int, issuer: OrganisationId, *, known: Numbered | None, scope: Scope
    ) -> Letter:
        name, told = self._name(issuer), known.number if known else None
        case = self._with_markets(case)
        day = day_in_china(known.made if known else self._clock())
        if kind == "return":
            return self._returned(case, step, issuer=name, number=told, scope=scope)
        if kind == "notice":
            opened = day_in_china(case.opened)
            owner = self._name(case.owner)
            clauses = self._knowledge.clauses
            return notice(
                case,
                number=case.number,
                issuer=name,
                institution=owner,
                day=opened,
                clauses=clauses,
                sdk_rows=partial(sdks.told, ever=True),
            )
        if kind == "bulletin":
            notices = [self._with_markets(one) for one in self._published(case)]
            return bulletin(case, notices, number=told, issuer=name, day=day, sdk_rows=sdks.told)
        if kind == "inspection":
            seen = self._examined(case)
            clauses = self._knowledge.clauses
            return inspection(case, number=told, issuer=name, day=day, examination=seen, clauses=clauses)
        return clarification(case, number=told, institution=name, day=day)

    def _returned(self, case: Case, step: int, *, issuer: str, number: str | None, scope: Scope) -> Letter:
        gone: Step = next(one for one in self._store.cases.steps(case.id, scope=scope) if one.seq == step)
        newest = case.version == step
        due = case.due.day if newest and case.due is not None else None
        return returned(
            case,
            gone,
            number=number,
            issuer=issuer,
            institution=self._name(case.owner),
            day=day_in_china(gone.at),
            due=due,
        )

    def _published(self, campaign: Case) -> Sequence[Case]:
        """The notices of a campaign that were made public, by number: decided rows, whoever reads them."""
        where = CaseFilter(machine="notice", parent=campaign.id)
        notices = self._store.cases.matching(where, scope=EVERYTHING, limit=MOST)
        return sorted((one for one in notices if one.form.get("published")), key=lambda one: (one.number or "", one.id))

    def _with_markets(self, case: Case) -> Case:
        """The case with its markets by their names, as a letter names them."""
        markets = case.form.get("markets")
        if not markets:
            return case
        names = {str(one): told.zh for one, told in self._store.markets.names()}
        return case.model_copy(update={"form": {**case.form, "markets": [names.get(one, one) for one in markets]}})

    def _examined(self, case: Case) -> Examination | None:
        sha256 = case.form.get("sha256")
        if not sha256:
            return None
        try:
            return self._store.version(sha256).examination
        except (NotFound, InputError):
            return None

    def _concerned(self, case: Case) -> OrganisationId | None:
        asked = case.form.get("institution") or ""
        found = [one.id for one in self._store.accounts.organisations() if asked in (one.id, one.name, one.short_name)]
        return found[0] if asked and len(found) == 1 else None

    # Numbers -------------------------------------------------------------------------------------------------------

    def _number(self, case: Case, kind: Kind, step: int, issuer: OrganisationId) -> Numbered | None:
        return None if kind == "notice" else self._store.letters.get(issuer, kind, case=case.id, step=step)

    def _give(self, actor: Actor, kind: Kind, *, case: int, step: int, issuer: OrganisationId) -> Numbered:
        if not actor.may(Permission.DOCUMENT_WRITE) or actor.organisation.id != issuer:
            raise Denied(
                "Only somebody of the issuer who may write documents gives a number.",
                zh="仅文书的发文机关有权限的人员可以编号。",
                todo="Ask the issuer.",
            )
        now = self._clock()
        year = day_in_china(now).year
        short = actor.organisation.short_name or actor.organisation.name
        try:
            with self._store.deciding(actor, now=now) as unit:
                return number(
                    unit,
                    issuer,
                    kind,
                    case=case,
                    step=step,
                    counter=f"letter:{issuer}:{kind}:{year}",
                    worded=lambda running: f"{short}{_WORDS[kind]}〔{year}〕{running}号",
                )
        except Stale:
            known = self._store.letters.get(issuer, kind, case=case, step=step)
            if known is None:
                raise
            return known

    def _name(self, organisation: str) -> str:
        try:
            return self._store.accounts.organisation(organisation).name
        except NotFound:
            return organisation
