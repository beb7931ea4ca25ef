"""What the verbs share of the terminal: options with one wording, output that pipes well, progress bars."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from finwatch.flow.progress import Progress
    from finwatch.settings import Settings

PIPE_WIDTH = 240
"""Columns of a table that goes into a file or another program."""
Language = Annotated[
    str | None,
    typer.Option("--lang", help="Language of the output: zh or en. Default: FINWATCH_LANGUAGE, else the locale's."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one document a line, instead of a report.")]


def settings() -> Settings:
    """The settings of this process."""
    from finwatch.settings import load

    return load()


def language_of(chosen: str | None) -> str:
    """``zh`` or ``en``: as chosen, else FINWATCH_LANGUAGE, else the locale. Raises ``InputError`` for another."""
    if chosen is None:
        chosen = os.environ.get("FINWATCH_LANGUAGE")
    if chosen is None:
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        return "zh" if locale.lower().startswith("zh") else "en"
    if chosen not in {"zh", "en"}:
        from finwatch.errors import InputError

        raise InputError(f"{chosen!r} is not a language of Finwatch.", todo="Use zh or en.")
    return chosen


def console(*, stderr: bool = False) -> Console:
    """A console that wraps at the terminal's width and, in a pipe, is wide, never wraps and never colours."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(stderr=stderr, highlight=False)
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=PIPE_WIDTH)


def log_aside() -> None:
    """Sends what is logged to standard error, as it is then: standard output is what was asked for, and may be JSON."""
    import structlog

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar per stage on standard error; without a terminal, a line when a stage starts and ends."""
    log_aside()
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bars

    screen = console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    with Bars(*columns, console=screen) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int | None, message: str = "") -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, note="")
            bars.update(tasks[stage], completed=done, total=total, note=message[:60])

        yield report


class _Lines:
    """Progress for logs and pipes: one line when a stage begins, one when it is complete."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.ended: set[str] = set()

    def __call__(self, stage: str, done: int, total: int | None, message: str = "") -> None:
        if stage not in self.begun:
            self.begun.add(stage)
            print(f"{stage} …", file=sys.stderr, flush=True)
        if total is not None and done >= total and stage not in self.ended:
            self.ended.add(stage)
            print(f"{stage}: {done}/{total} {message}".rstrip(), file=sys.stderr, flush=True)
