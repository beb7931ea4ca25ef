"""Warm processes that take batches one at a time, and survive what a package does to them.

What comes in: batches, asked for as a process becomes free. What goes out: each with its result or the reason why it
has none. A process that dies takes nothing with it but its batch, which gets one more try in a fresh process: a kill
from outside is then harmless, and a package that kills its reader kills two processes and no more. When this process
itself is killed, its children are killed with it (``PR_SET_PDEATHSIG``, prctl(2)) or end when their pipe closes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, Self

import pyarrow as pa

from finwatch.engine.protocol import Problem, Ran, Stage

_TRIES: Final = 2
_PR_SET_PDEATHSIG: Final = 1
_ANSWER: Final = b"+"
_RAISED: Final = b"!"
_IDLE: Final = 1.0
"""Seconds until a source that had nothing is asked again."""
_PATIENCE: Final = 5.0
"""Seconds that a process has to end when it is asked to."""


class _Child:
    """One warm process and what it is doing."""

    def __init__(self, stage: Stage) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.pipe: Connection = ours
        # Not a daemon: the stage may itself keep a confined child, which multiprocessing forbids to daemons.
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, os.getpid(), stage.process, stage.input), name=stage.name, daemon=False
        )
        self.process.start()
        theirs.close()
        self.batch: pa.RecordBatch | None = None
        self.since = 0.0
        self.tries = 0

    def give(self, batch: pa.RecordBatch, tries: int) -> None:
        """Sends a batch; a child that is dead already is noticed when its answer is waited for."""
        self.batch, self.tries, self.since = batch, tries, time.monotonic()
        try:
            self.pipe.send_bytes(packed(batch))
        except (BrokenPipeError, ConnectionResetError):
            self.process.join(_PATIENCE)

    def end(self) -> None:
        """Closes the pipe and waits; kills what does not end."""
        self.pipe.close()
        self.process.join(_PATIENCE)
        self.kill()

    def kill(self) -> None:
        """Ends the process at once and takes its place in the process table away."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.process.close()


class Pool:
    """The processes of one stage, kept warm from ``run`` to ``run``."""

    def __init__(self, stage: Stage, *, processes: int, seconds: float) -> None:
        self._stage = stage
        self._processes = processes
        self._seconds = seconds
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        """The pool; processes start when there is work for them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends every process; one that is in the middle of a batch is killed."""
        for child in self._children:
            if child.batch is None:
                child.pipe.close()
            else:
                child.process.kill()
        for child in self._children:
            child.end()
        self._children.clear()

    def run(self, batches: Iterable[pa.RecordBatch | None]) -> Iterator[Ran]:
        """Each batch as it ends. The iterable is asked for the next batch only when a process is free."""
        source = iter(batches)
        more = True
        while True:
            idle = False
            while more and not idle and self._room():
                try:
                    batch = next(source)
                except StopIteration:
                    more = False
                    break
                if batch is None:
                    idle = True
                else:
                    self._free().give(batch, 1)
            busy = [child for child in self._children if child.batch is not None]
            if not busy and not more:
                return
            yield from self._ended(busy, _IDLE if idle else None)

    def _room(self) -> bool:
        return len(self._children) < self._processes or any(child.batch is None for child in self._children)

    def _free(self) -> _Child:
        """A process without work; a new one is started only when there is work for it."""
        for child in self._children:
            if child.batch is None:
                return child
        self._children.append(_Child(self._stage))
        return self._children[-1]

    def _ended(self, busy: list[_Child], idle: float | None) -> Iterator[Ran]:
        """Waits until at least one busy child answered, died or ran out of time, or ``idle`` seconds passed."""
        now = time.monotonic()
        rest = min((max(0.0, child.since + self._seconds - now) for child in busy), default=_IDLE)
        rest = min(rest, idle) if idle is not None else rest
        ready = set(wait([child.pipe for child in busy] + [child.process.sentinel for child in busy], timeout=rest))
        for child in busy:
            batch = child.batch
            assert batch is not None
            if child.pipe in ready or child.process.sentinel in ready:
                answer = self._answer(child, batch)
                if answer is not None:
                    yield answer
            elif time.monotonic() >= child.since + self._seconds:
                self._replace(child)
                yield Ran(batch, None, Problem("hung", f"No answer within {self._seconds:g} s."))

    def _answer(self, child: _Child, batch: pa.RecordBatch) -> Ran | None:
        try:
            data = child.pipe.recv_bytes()
        except (EOFError, ConnectionResetError):
            return self._died(child, batch)
        child.batch = None
        if data[:1] == _RAISED:
            self._replace(child)
            return Ran(batch, None, Problem("raised", data[1:].decode()))
        output = unpacked(data[1:])
        if not output.schema.equals(self._stage.output):
            return Ran(batch, None, Problem("raised", f"{self._stage.name} answered {output.schema}, not its schema."))
        return Ran(batch, output)

    def _died(self, child: _Child, batch: pa.RecordBatch) -> Ran | None:
        child.process.join()
        code = child.process.exitcode
        fresh = self._replace(child)
        if child.tries < _TRIES:
            fresh.give(batch, child.tries + 1)
            return None
        how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
        return Ran(batch, None, Problem("died", f"Its process ended {how}, twice."))

    def _replace(self, child: _Child) -> _Child:
        fresh = _Child(self._stage)
        self._children[self._children.index(child)] = fresh
        child.pipe.close()
        child.kill()
        return fresh


def _serve(pipe: Connection, parent: int, process: object, schema: pa.Schema) -> None:
    """What a child does: hands the batches of the pipe to the stage and its answers back, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with(parent)
    assert callable(process)
    try:
        for output in process(_incoming(pipe, schema)):
            pipe.send_bytes(_ANSWER + packed(output))
    except (BrokenPipeError, ConnectionResetError):
        return
    except Exception:  # noqa: BLE001 - told to the parent in words, which decides
        pipe.send_bytes(_RAISED + traceback.format_exc().encode(errors="backslashreplace"))


def _die_with(parent: int) -> None:
    """Lets the kernel kill this process when its parent dies, also in the middle of a batch; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit()


def _incoming(pipe: Connection, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while True:
        try:
            yield unpacked(pipe.recv_bytes()).cast(schema)
        except (EOFError, ConnectionResetError):
            return


def packed(batch: pa.RecordBatch) -> bytes:
    """The batch as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked(data: bytes) -> pa.RecordBatch:
    """The batch of an Arrow IPC stream that ``packed`` wrote."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()
