"""A daily run: its steps, how far each is, and what it found. Kept in the store, shown on ``/runs``."""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.alert import AlertKind
from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.listing import EventKind


class StepName(StrEnum):
    """The steps of a daily run, in their order."""

    CRAWL = "crawl"
    EXAMINE = "examine"
    COMPARE = "compare"
    COMPUTE = "compute"
    PUBLISH = "publish"
    ALERTS = "alerts"
    APPROVED = "approved"
    """The approved list, and the head of the log."""
    TIDY = "tidy"


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    """Begun; when nobody holds the run, it was cut off and will be gone on with."""
    DONE = "done"


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    STOPPED = "stopped"
    """It was told to stop, or something failed; the next start goes on with it."""
    DONE = "done"


class Step(Model):
    """One step of a run."""

    name: StepName
    state: StepState = StepState.WAITING
    started: UtcTime | None = None
    ended: UtcTime | None = None
    attempts: int = 0
    """How often it was begun: more than once when a run was cut off in it."""
    counts: dict[str, int] = {}
    """What was done, added up over the attempts: visits, bytes, examined, …"""
    notes: tuple[Text, ...] = ()
    """What went otherwise than meant, although the step was done: time stamps that could not be had."""


class Change(Model):
    """How many market events of a kind a run found in a market."""

    market: MarketId
    kind: EventKind
    count: int


class Missed(Model):
    """How many visits to a market ended with a failure of a kind during a run."""

    market: MarketId
    kind: OutcomeKind
    count: int


class Raised(Model):
    """How many alerts of a kind a run told of."""

    kind: AlertKind
    count: int


class RunReport(Model):
    """What a run found: every number is the size of a list that can be opened with ``since`` and ``until``, and that of
    what got worse with the run's number."""

    since: UtcTime
    until: UtcTime
    new: int
    gone: int
    changed: int
    failed: int
    changes: tuple[Change, ...] = ()
    failures: tuple[Missed, ...] = ()
    worse: int = 0
    alerts: tuple[Raised, ...] = ()


class Run(Model):
    """One pass over everything: see ``StepName``."""

    id: int
    state: RunState
    started: UtcTime
    ended: UtcTime | None = None
    steps: tuple[Step, ...] = tuple(Step(name=name) for name in StepName)
    report: RunReport | None = None
    """There once all is published."""
    error: str | None = None
    """Why it stopped, when something failed."""
    holder: str | None = None
    """The process that is at it."""

    def step(self, name: StepName) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)
