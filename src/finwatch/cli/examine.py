"""``finwatch examine FILE…``: examines packages here and now, without a database; nothing leaves the machine."""

from __future__ import annotations

import stat
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.disclosure import PolicySeen
    from finwatch.model.examination import Examination
    from finwatch.model.knowledge import Knowledge

FOUND, UNREADABLE = 1, 2


def run(
    files: Annotated[list[Path], typer.Argument(help="Packages (.apk).", metavar="FILE…")],
    json: terminal.Json = False,
    language: terminal.Language = None,
    evidence: Annotated[int, typer.Option(help="Evidence shown per finding in the report.", min=1)] = 5,
    policy: Annotated[
        Path | None, typer.Option(help="The privacy policy of these packages: a page, a PDF or text.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(help="Day whose clauses apply; default today.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Examine packages on this machine: no database, no network.

    Exit code 0: no high finding. 1: at least one high finding (suspected ones, which a person must confirm first, do
    not count). 2: a file could not be read; the others are examined all the same.
    """
    from finwatch import catalog, checks
    from finwatch.flow.examine import examine
    from finwatch.package import Reader

    tongue = terminal.language_of(language)
    day = date.today() if on is None else on.date()  # noqa: DTZ011 - the user's own day decides which law applies
    knowledge = catalog.load(terminal.settings().catalog)
    known_checks = checks.load()
    seen = _policy(policy, knowledge) if policy else None
    code = 0
    with Reader() as reader, terminal.progress() as progress:
        for done, file in enumerate(files):
            if len(files) > 1:
                progress("examine", done, len(files), file.name)
            problem = _unopenable(file)
            if problem:
                print(f"finwatch: {file}: {problem}", file=sys.stderr)
                code = UNREADABLE
                continue
            document = examine(file, reader=reader, knowledge=knowledge, checks=known_checks, on=day, policy=seen)
            code = max(code, exit_code(document))
            show(document, knowledge, json=json, language=tongue, evidence=evidence)
            if document.package.id is None:
                print(f"finwatch: {file}: {reason(document)}", file=sys.stderr)
        if len(files) > 1:
            progress("examine", len(files), len(files), "")
    raise typer.Exit(code)


def _policy(file: Path, knowledge: Knowledge) -> PolicySeen:
    from finwatch.flow.policies import policy_from_file

    return policy_from_file(file, knowledge=knowledge)


def _unopenable(file: Path) -> str | None:
    """Why a path cannot be examined at all, or ``None``."""
    from finwatch.limits import PACKAGE

    try:
        about = file.stat()
        if stat.S_ISDIR(about.st_mode):
            return "is a folder; name the packages in it, such as FOLDER/*.apk."
        if not stat.S_ISREG(about.st_mode):  # opening a pipe would wait for a writer, a device might never end
            return "is no regular file; copy what it gives into a file first."
        if about.st_size > PACKAGE.file_bytes:
            return f"over the limit file_bytes ({PACKAGE.file_bytes}); no package is that large."
        with file.open("rb"):
            return None
    except FileNotFoundError:
        return "no such file."
    except OSError as error:
        return f"cannot be opened ({error.strerror}); check its permissions."


def exit_code(document: Examination) -> int:
    """2 for a package that could not be read, 1 for a high finding that is more than a suspicion, else 0."""
    from finwatch.model.examination import Answer, Confidence
    from finwatch.model.knowledge import Severity

    if document.package.id is None:
        return UNREADABLE
    high = any(
        finding.outcome is Answer.YES
        and finding.severity is Severity.HIGH
        and finding.confidence is not Confidence.SUSPECTED
        for finding in document.findings
    )
    return FOUND if high else 0


def reason(document: Examination) -> str:
    """Why a package counts as unreadable, in one line."""
    parts = [f"{entry.part}: {entry.reason}" for entry in document.unreadable if entry.part != "flows"]
    return "unreadable. " + ("; ".join(parts) or "no manifest was found in it.")


def show(document: Examination, knowledge: Knowledge, *, json: bool, language: str, evidence: int) -> None:
    """Prints the document as JSON or as a report."""
    if json:
        sys.stdout.write(document.model_dump_json() + "\n")
        sys.stdout.flush()
        return
    from finwatch.report.text import Report

    screen = terminal.console()
    for line in Report(document, knowledge, language=language, evidence=evidence).lines():
        screen.print(line)
    screen.print()
