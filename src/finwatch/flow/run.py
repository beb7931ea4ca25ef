"""One daily run, step by step: each step is recorded as it begins and as it ends, so that a run can be gone on with.

Comes in: the store and what each step does. Goes out: a ``Run`` in the store. A process that is killed leaves its run;
the next one takes it up at the step in which it was cut off, and every step is one that may be begun again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, Self

import structlog

from finwatch.errors import FinwatchError, StoreError
from finwatch.model.base import Text
from finwatch.model.run import Run, RunReport, RunState, Step, StepName, StepState
from finwatch.store import Store
from finwatch.store.run import HOLD_SECONDS

log: Final = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Counts = Mapping[str, int]


class Stopped(Exception):
    """A step was told to stop; ``counts`` is what it had done."""

    def __init__(self, counts: Counts) -> None:
        super().__init__("told to stop")
        self.counts = counts


class Recorder:
    """Holds a run of the store while its steps are done. Use it as a context manager."""

    def __init__(self, store: Store, run: Run, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.run = run
        self._over = threading.Event()
        self._beat = threading.Thread(target=self._keep, name="run", daemon=True)

    def __enter__(self) -> Self:
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._beat.join()

    def _keep(self) -> None:
        while not self._over.wait(HOLD_SECONDS / 4):
            try:
                self._store.runs.keep(self.run.id, now=self._clock())
            except StoreError as error:
                log.warning("no sign of life given", run=self.run.id, error=str(error))

    def step(self, name: StepName, work: Callable[[], Counts]) -> None:
        """Does a step, unless it was done before. Raises ``Stopped``, or the ``FinwatchError`` of ``work``; both are
        recorded, with what had been done."""
        step = self.run.step(name)
        if step.state is StepState.DONE:
            return
        begun = {
            "state": StepState.RUNNING,
            "started": step.started or self._clock(),
            "attempts": step.attempts + 1,
            "notes": (),
        }
        self._save(self._with(step.model_copy(update=begun)))
        try:
            counts = work()
        except (KeyboardInterrupt, Stopped) as stop:
            self.end(RunState.STOPPED, counted=(name, stop.counts if isinstance(stop, Stopped) else {}))
            raise
        except FinwatchError as error:
            self._fail(f"{name}: {error}")
            raise
        except Exception as error:
            self._fail(f"{name}: {error!r}")
            raise
        self._save(self._counted(name, counts, {"state": StepState.DONE, "ended": self._clock()}))

    def note(self, name: StepName, said: Text) -> None:
        """Keeps what went otherwise than meant in a step, which goes on."""
        step = self.run.step(name)
        log.warning("step went otherwise than meant", run=self.run.id, step=name, said=said.en)
        self._save(self._with(step.model_copy(update={"notes": (*step.notes, said)})))

    def end(
        self,
        state: RunState,
        *,
        report: RunReport | None = None,
        counted: tuple[StepName, Counts] | None = None,
    ) -> Run:
        """Lets the run go."""
        run = self._counted(*counted, {}) if counted is not None else self.run
        changes = {"state": state, "report": report, "ended": self._clock() if state is RunState.DONE else None}
        self._save(run.model_copy(update=changes))
        return self.run

    def _fail(self, why: str) -> None:
        """Records why; where even that is impossible, the next start finds a run whose process is gone."""
        try:
            self._save(self.run.model_copy(update={"state": RunState.STOPPED, "error": why}))
        except StoreError as error:
            log.error("the run's failure could not be recorded", run=self.run.id, failure=why, error=str(error))

    def _counted(self, name: StepName, counts: Counts, changes: Mapping[str, object]) -> Run:
        step = self.run.step(name)
        total = {**step.counts, **{key: step.counts.get(key, 0) + value for key, value in counts.items()}}
        return self._with(step.model_copy(update={"counts": total, **changes}))

    def _with(self, step: Step) -> Run:
        steps = tuple(step if one.name == step.name else one for one in self.run.steps)
        return self.run.model_copy(update={"steps": steps})

    def _save(self, run: Run) -> None:
        if run.state is not RunState.RUNNING:
            run = run.model_copy(update={"holder": None})
        self._store.runs.save(run, now=self._clock())
        self.run = run
