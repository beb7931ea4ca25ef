"""A state machine as data: states, arcs, who may go which arc, what an arc refuses and what it changes.

There is no other way to change a state than an arc that is declared here, gone by the desk (decision 012). Guards and
effects are pure: they see an ``Occasion`` and say what is refused or what changes; the desk does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, Literal, Protocol

from finwatch.model.access import Actor, Organisation, OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, FieldProblem, Message, Part, Party, Step
from finwatch.model.clock import Clock, WorkingCalendar
from finwatch.model.view import AppRow
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form

CHINA: Final = timezone(timedelta(hours=8))
"""Days are counted in China's one time zone."""
SAME: Final = "="
"""Target of an arc that leaves the state as it is."""


class Look(Protocol):
    """What guards and effects may ask of the store: rows as the transaction sees them."""

    def cases(self, where: CaseFilter, *, limit: int = 500) -> tuple[Case, ...]:
        """Cases by a filter, oldest first."""

    def case(self, number: int) -> Case | None:
        """A case by number, whoever may see it."""

    def steps(self, number: int) -> tuple[Step, ...]:
        """What happened in a case."""

    def organisation(self, number: str) -> Organisation | None:
        """An organisation by id."""

    def organisations(self, kind: OrganisationKind) -> tuple[Organisation, ...]:
        """The active organisations of a kind, by id."""

    def responsible(self, organisation: str, permission: Permission) -> tuple[str, ...]:
        """The mail addresses of the people of an organisation who have a permission."""

    def app(self, app: str) -> AppRow | None:
        """A published app by its id (package~signer)."""

    def number(self, name: str) -> int:
        """The next number under a name."""

    def due(self, rule: str, *, start: datetime) -> Due:
        """The date that a rule of ``catalog/clocks`` gives, counted from ``start``."""

    def clock(self, rule: str) -> Clock:
        """A rule of ``catalog/clocks``. Raises ``CatalogError`` when there is none of that id."""

    def calendar(self) -> WorkingCalendar:
        """The days worked, as far as they are known."""

    def knows_blob(self, sha256: str) -> bool:
        """Whether the lake holds a file of that digest."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """The moment in which an arc is gone."""

    case: Case
    """The case as it stands; at an opening, as it would be with an empty form."""
    form: Mapping[str, Any]
    """The form as it will be: what stands, with the fields that came with the arc."""
    note: Mapping[str, Any]
    """What the arc asked for beside the form (``Arc.note``)."""
    actor: Actor
    now: datetime
    comment: str
    look: Look

    @property
    def day(self) -> date:
        """The date in China."""
        return self.now.astimezone(CHINA).date()


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What the system does in the same transaction: opens a case of a machine, or goes an arc of another case."""

    machine: str
    arc: str
    case: int | None = None
    """``None`` = the arc opens a case."""
    owner: OrganisationId | None = None
    form: Mapping[str, Any] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    subject: str | None = None
    """Of a new case, in place of what the effect of its opening says."""
    detached: bool = False
    """The new case does not say which case it came of."""


class _Keep:
    """The clock stays as it is."""


KEEP: Final = _Keep()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an arc changes beside the state."""

    form: Mapping[str, Any] = field(default_factory=dict)
    """Fields to set."""
    title: str | None = None
    number: str | None = None
    subject: str | None = None
    parent: int | None = None
    """The case that this one belongs to: a change to its filing."""
    add: tuple[Party, ...] = ()
    remove: tuple[Party, ...] = ()
    due: Due | _Keep | None = KEEP
    state: str | None = None
    """In place of the arc's target: one of ``Arc.also``."""
    messages: tuple[Message, ...] = ()
    follow: tuple[FollowUp, ...] = ()
    note: Mapping[str, Any] = field(default_factory=dict)
    """Kept in the step: evidence references, sentences of a letter."""
    vouch: Mapping[str, Any] = field(default_factory=dict)
    """Statements for the leaf of the log; public."""


NOTHING: Final = Change()
Guard = Callable[[Occasion], tuple[FieldProblem, ...]]
Effect = Callable[[Occasion], Change]


def _allow(_: Occasion) -> tuple[FieldProblem, ...]:
    return ()


def _leave(_: Occasion) -> Change:
    return NOTHING


@dataclass(frozen=True, kw_only=True)
class State:
    """A state with its names; a final one has no arc out."""

    id: str
    name: Text
    final: bool = False
    turn: Part | None = None
    """Whose turn it is while the case stands here: who is reminded of its clock, and who is shown as next."""


@dataclass(frozen=True, kw_only=True)
class Arc:
    """One thing that can be done in some states."""

    id: str
    name: Text
    sources: tuple[str, ...]
    """States it leads out of; empty = it opens a case."""
    target: str
    """The state it leads to; ``SAME`` = none other."""
    also: tuple[str, ...] = ()
    """Further states that its effect may choose."""
    permission: Permission
    parts: tuple[Part, ...] = ()
    """The actor's organisation must be in the case as one of these; empty = the permission and the scope suffice."""
    comment: Literal["none", "optional", "required"] = "optional"
    fields: tuple[str, ...] | Literal["*"] = ()
    """Fields of the case's form that may be written with it."""
    complete: bool = False
    """Whether the form must be complete."""
    note: type[Form] | None = None
    """What else is asked for; kept in the step."""
    attachments: bool = False
    four_eyes: tuple[str, ...] = ()
    """Arcs of the same case, none of which the actor may have gone."""
    automatic: bool = False
    """Gone by the system alone: by a clock, a new version, a crawl."""
    on_overdue: bool = False
    """Of an automatic arc: ``ticking.tick`` goes it when the case's due day has passed. It must end that clock."""
    guard: Guard = _allow
    effect: Effect = _leave


class MachineError(Exception):
    """A machine's declaration contradicts itself; raised when it is made, never at work."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A workflow. Raises ``MachineError`` when a state cannot be reached or an arc leads nowhere."""

    id: str
    name: Text
    states: tuple[State, ...]
    arcs: tuple[Arc, ...]
    form: type[Form]
    basis: Text
    """The text that sets the workflow."""
    public: tuple[str, ...] = ()
    """Fields of the form that the approved list or a public notice may show."""

    def __post_init__(self) -> None:
        names = {state.id for state in self.states}
        ids = [arc.id for arc in self.arcs]
        if len(set(ids)) != len(ids) or len(names) != len(self.states):
            raise MachineError(f"{self.id}: an arc or a state is there twice")
        for arc in self.arcs:
            ends = {*arc.sources, *arc.also, *([arc.target] if arc.target != SAME else [])}
            if ends - names:
                raise MachineError(f"{self.id}.{arc.id}: no such state: {sorted(ends - names)}")
            unknown = set() if arc.fields == "*" else set(arc.fields) - set(self.form.model_fields)
            if unknown or set(arc.four_eyes) - set(ids):
                raise MachineError(f"{self.id}.{arc.id}: no such field or arc: {sorted(unknown)}{arc.four_eyes}")
            if arc.on_overdue and not arc.automatic:
                raise MachineError(f"{self.id}.{arc.id}: gone by a clock, but not automatic")
            if any(self.state(source).final for source in arc.sources):
                raise MachineError(f"{self.id}.{arc.id}: leads out of a final state")
        if reached := names - self.reachable():
            raise MachineError(f"{self.id}: no arc leads to {sorted(reached)}")

    def reachable(self) -> set[str]:
        """The states that some sequence of arcs leads to."""
        found: set[str] = set()
        while True:
            more = {
                end
                for arc in self.arcs
                if not arc.sources or found & set(arc.sources)
                for end in (arc.target, *arc.also)
                if end != SAME
            }
            if more <= found:
                return found
            found |= more

    def state(self, state: str) -> State:
        """A state by id. Raises ``KeyError``."""
        for one in self.states:
            if one.id == state:
                return one
        raise KeyError(state)

    def arc(self, arc: str) -> Arc | None:
        """An arc by id."""
        return next((one for one in self.arcs if one.id == arc), None)

    def openings(self) -> tuple[Arc, ...]:
        """The arcs that open a case."""
        return tuple(arc for arc in self.arcs if not arc.sources)

    def arcs_from(self, state: str) -> tuple[Arc, ...]:
        """The arcs that lead out of a state, or leave it."""
        return tuple(arc for arc in self.arcs if state in arc.sources)
