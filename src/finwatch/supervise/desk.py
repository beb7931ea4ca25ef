"""The desk: opens cases and goes arcs, each in one transaction that leaves all or nothing (decision 012).

What comes in: an actor, a case and the version of it they saw, an arc, fields, a note, a comment. What comes out: the
case as it stands then. In between, and in this order: the case is locked, the version compared, permission, part,
scope and four eyes checked, the fields read, the guard asked; then case, step, journal, messages, follow-ups and one
leaf of the log are written. A refusal raises before anything is written, and names the field or the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from finwatch.errors import Denied, InputError, NotFound, Stale
from finwatch.model.access import Actor, Organisation
from finwatch.model.case import Case, Step
from finwatch.store import Store
from finwatch.store import case as rows
from finwatch.store.unit import Unit
from finwatch.supervise import rules
from finwatch.supervise.machine import Arc, Change, FollowUp, Look, Machine, Occasion
from finwatch.supervise.rules import SYSTEM

DEPTH: Final = 8
"""How far follow-ups may follow one another; deeper is a loop."""


class Desk:
    """Where cases are opened and moved. ``clock`` gives the time of each act."""

    def __init__(
        self,
        store: Store,
        machines: Mapping[str, Machine],
        *,
        look: Callable[[Unit], Look],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.machines = dict(machines)
        self._clock = clock
        self.look = look

    def machine(self, machine: str) -> Machine:
        """A machine by id. Raises ``NotFound``."""
        if machine not in self.machines:
            raise NotFound(
                f"There is no workflow {machine!r}.", zh=f"没有流程 {machine!r}。", todo="See /api/v1/cases."
            )
        return self.machines[machine]

    def open(
        self,
        actor: Actor,
        machine: str,
        *,
        arc: str | None = None,
        form: Mapping[str, Any] | None = None,
        note: Mapping[str, Any] | None = None,
        owner: Organisation | None = None,
        comment: str = "",
        attachments: Sequence[str] = (),
        also: Callable[[Unit, Case], None] | None = None,
    ) -> Case:
        """A new case of ``machine``, owned by ``owner`` (default: the actor's organisation).

        ``arc`` names the opening where a machine has several; ``also`` writes more in the same unit. Raises ``Denied``,
        ``FormError``, ``NotFound``.
        """
        with self._unit(actor) as act:
            case = act.open(
                self.machine(machine),
                arc=arc,
                form=form or {},
                note=note or {},
                owner=owner or actor.organisation,
                comment=comment,
                attachments=attachments,
            )
            if also is not None:
                also(act.unit, case)
            return case

    def go(
        self,
        actor: Actor,
        number: int,
        arc: str,
        *,
        version: int | None = None,
        form: Mapping[str, Any] | None = None,
        note: Mapping[str, Any] | None = None,
        comment: str = "",
        attachments: Sequence[str] = (),
    ) -> Case:
        """The case after ``arc``. ``version`` = the one the actor decided on.

        Raises ``NotFound`` (not there, or out of scope), ``Stale`` (somebody was first), ``Denied``, ``FormError``,
        ``InputError`` (the arc does not lead out of this state).
        """
        with self._unit(actor) as act:
            return act.go(
                number,
                arc,
                version=version,
                form=form or {},
                note=note or {},
                comment=comment,
                attachments=attachments,
            )

    def go_many(
        self, actor: Actor, picked: Sequence[tuple[int, int]], arc: str, *, comment: str = "", note: Any = None
    ) -> list[tuple[int, Case | Exception]]:
        """The arc gone for each (case, version), one transaction each; a refusal of one does not stop the rest."""
        done: list[tuple[int, Case | Exception]] = []
        for number, version in picked:
            try:
                done.append((number, self.go(actor, number, arc, version=version, comment=comment, note=note)))
            except (Denied, InputError, NotFound, Stale) as refusal:
                done.append((number, refusal))
        return done

    def preview(
        self, actor: Actor, picked: Sequence[tuple[int, int]], arc: str, *, comment: str = "", note: Any = None
    ) -> list[tuple[int, str | Exception]]:
        """What ``go_many`` would do: the state each case would have, or why not. Nothing is written."""
        told: list[tuple[int, str | Exception]] = []
        for number, version in picked:
            try:
                with self._unit(actor) as act:
                    after = act.go(
                        number, arc, version=version, form={}, note=note or {}, comment=comment, attachments=()
                    )
                    raise _Undone(after.state)
            except _Undone as undone:
                told.append((number, undone.state))
            except (Denied, InputError, NotFound, Stale) as refusal:
                told.append((number, refusal))
        return told

    def possible(self, actor: Actor, case: Case) -> tuple[Arc, ...]:
        """The arcs that this actor could go from where the case stands; guards and forms are not asked yet."""
        machine = self.machine(case.machine)
        return tuple(arc for arc in machine.arcs_from(case.state) if rules.refusal(arc, actor, case, ()) is None)

    def check(self, actor: Actor, number: int, arc: str, *, version: int | None = None) -> tuple[Case, Machine, Arc]:
        """The case and the arc, when this actor could go it now: before a form is shown.

        Raises ``NotFound``, ``Stale`` (somebody decided since ``version``: it says who), ``Denied``, ``InputError``
        (the arc does not lead out of this state).
        """
        case = self.store.cases.get(number, scope=actor.scope)
        machine = self.machine(case.machine)
        if version is not None and version != case.version:
            raise rules.stale(machine, case, self.store.cases.steps(number, scope=actor.scope), version)
        found = machine.arc(arc)
        if found is None or case.state not in found.sources:
            raise rules.no_arc(machine, case, found, arc)
        rules.allowed(found, actor, case, self.store.cases.steps(number, scope=actor.scope))
        return case, machine, found

    def openable(self, actor: Actor) -> tuple[tuple[Machine, Arc], ...]:
        """What this actor could open."""
        return tuple(
            (machine, arc)
            for machine in self.machines.values()
            for arc in machine.openings()
            if not arc.automatic and actor.may(arc.permission)
        )

    def now(self) -> datetime:
        """The time by the desk's clock."""
        return self._clock()

    @contextmanager
    def looking(self) -> Iterator[Look]:
        """What guards may ask, for whoever prepares an act; nothing is written."""
        with self.store.deciding(SYSTEM, now=self._clock()) as unit:
            yield self.look(unit)

    @contextmanager
    def _unit(self, actor: Actor) -> Iterator[_Act]:
        now = self._clock()
        with self.store.deciding(actor, now=now) as unit:
            yield _Act(self, unit, actor, now, self.look(unit))


class _Undone(Exception):
    """Ends a preview: the transaction is undone."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class _Act:
    """One act with everything that follows from it, in one unit."""

    def __init__(self, desk: Desk, unit: Unit, actor: Actor, now: datetime, look: Look) -> None:
        self._desk, self.unit, self._actor, self._now, self._look = desk, unit, actor, now, look

    def open(
        self,
        machine: Machine,
        *,
        arc: str | None,
        form: Mapping[str, Any],
        note: Mapping[str, Any],
        owner: Organisation,
        comment: str,
        attachments: Sequence[str],
        subject: str | None = None,
        parent: int | None = None,
        actor: Actor | None = None,
        depth: int = 0,
    ) -> Case:
        actor = actor or self._actor
        opening = rules.opening(machine, arc)
        blank = Case(
            id=0,
            machine=machine.id,
            state="",
            version=0,
            owner=owner.id,
            region=owner.region,
            title="",
            subject=subject,
            parent=parent,
            opened=self._now,
            changed=self._now,
        )
        rules.allowed(opening, actor, blank, ())
        if not rules.is_system(actor) and not rules.reaches(actor, owner):
            raise Denied(
                f"You may not act for {owner.name}.", zh=f"您不能代表{owner.name}办理。", todo="Ask an administrator."
            )
        values, told = rules.form_of(machine, opening, blank, form, note)
        occasion = self._occasion(blank, values, told, actor, comment)
        change = rules.asked(machine, opening, occasion)
        draft = rules.changed(machine, opening, occasion=occasion, change=change)
        after = rows.add(self.unit, draft, owner_name=owner.name)
        self._write(machine, opening, after, occasion=occasion, change=change, attachments=attachments, depth=depth)
        return after

    def go(
        self,
        number: int,
        arc_id: str,
        *,
        version: int | None,
        form: Mapping[str, Any],
        note: Mapping[str, Any],
        comment: str,
        attachments: Sequence[str],
        actor: Actor | None = None,
        depth: int = 0,
    ) -> Case:
        actor = actor or self._actor
        case = rows.locked(self.unit, number, scope=actor.scope)
        machine = self._desk.machine(case.machine)
        steps = rows.walked(self.unit, number)
        if version is not None and version != case.version:
            raise rules.stale(machine, case, steps, version)
        arc = machine.arc(arc_id)
        if arc is None or case.state not in arc.sources:
            raise rules.no_arc(machine, case, arc, arc_id)
        rules.allowed(arc, actor, case, steps)
        values, told = rules.form_of(machine, arc, case, form, note)
        occasion = self._occasion(case, values, told, actor, comment)
        change = rules.asked(machine, arc, occasion)
        after = rules.changed(machine, arc, occasion=occasion, change=change)
        rows.change(self.unit, case, after)
        self._write(machine, arc, after, occasion=occasion, change=change, attachments=attachments, depth=depth)
        return after

    def _occasion(
        self, case: Case, values: Mapping[str, Any], note: Mapping[str, Any], actor: Actor, comment: str
    ) -> Occasion:
        return Occasion(
            case=case, form=values, note=note, actor=actor, now=self._now, comment=comment.strip(), look=self._look
        )

    def _write(
        self,
        machine: Machine,
        arc: Arc,
        after: Case,
        *,
        occasion: Occasion,
        change: Change,
        attachments: Sequence[str],
        depth: int,
    ) -> None:
        before, actor = occasion.case, occasion.actor
        done = Step(
            case=after.id,
            seq=after.version,
            arc=arc.id,
            before=before.state,
            after=after.state,
            person=actor.person,
            person_name=actor.name,
            organisation=actor.organisation.id,
            at=self._now,
            comment=occasion.comment,
            changes=rules.differences(before.form, after.form),
            attachments=tuple(attachments),
            note={**occasion.note, **change.note},
        )
        rows.record(self.unit, done)
        self.unit.journal(f"{machine.id}:{arc.id}", f"case:{after.id}", {"before": before.state, "after": after.state})
        self.unit.send(change.messages, case=after.id)
        for what, detail in change.vouch.items():
            self.unit.vouch(what, detail)
        for follow in change.follow:
            self._follow(follow, after, depth + 1)

    def _follow(self, follow: FollowUp, cause: Case, depth: int) -> None:
        if depth > DEPTH:
            raise InputError(f"Case {cause.id}: what follows from this follows itself.", zh="后续事项形成循环。")
        if follow.case is not None:
            self.go(
                follow.case,
                follow.arc,
                version=None,
                form=follow.form,
                note=follow.note,
                comment=follow.comment,
                attachments=(),
                actor=SYSTEM,
                depth=depth,
            )
            return
        owner = self._look.organisation(follow.owner or cause.owner)
        if owner is None:
            raise InputError(f"There is no organisation {follow.owner}.", zh=f"没有机构 {follow.owner}。")
        self.open(
            self._desk.machine(follow.machine),
            arc=follow.arc,
            form=follow.form,
            note=follow.note,
            owner=owner,
            comment=follow.comment,
            attachments=(),
            subject=follow.subject,
            parent=None if follow.detached else cause.id,
            actor=SYSTEM,
            depth=depth,
        )


__all__ = ["DEPTH", "SYSTEM", "Desk"]
