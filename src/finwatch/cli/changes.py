"""``finwatch changes``: what changed between two releases, of two files or of a published app."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.release import ReleaseChanges


def run(
    subject: Annotated[
        str, typer.Argument(help="The newer package file; or a published app: package name or app id.", metavar="APP")
    ],
    previous: Annotated[
        str | None, typer.Option(help="The release before: a package file; of a published app its SHA-256.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="Policy of the newer release: a file; of a published app its SHA-256.")
    ] = None,
    previous_policy: Annotated[
        str | None, typer.Option(help="Policy of the release before; of files default: --policy.")
    ] = None,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Show what changed between two releases: the policy's statements beside what the package takes, asks for, holds.

    Of a published app the newest package is set beside the one before it, each with the policy that it was examined
    beside; where there is one package alone, its policy then beside its policy now. Exit code 2: a file cannot be used.
    """
    from finwatch import catalog

    tongue = terminal.language_of(language)
    settings = terminal.settings()
    knowledge = catalog.load(settings.catalog)
    if previous is not None and Path(previous).is_file():
        from finwatch import checks
        from finwatch.flow.policies import policy_from_file
        from finwatch.flow.release.files import file_changes
        from finwatch.package import Reader

        _openable(subject)
        seen = policy_from_file(Path(policy), knowledge=knowledge) if policy else None
        older = policy_from_file(Path(previous_policy), knowledge=knowledge) if previous_policy else seen
        with Reader() as reader:
            found = file_changes(
                (Path(previous), older),
                (Path(subject), seen),
                reader=reader,
                knowledge=knowledge,
                checks=checks.load(),
                on=datetime.now(UTC).date(),
            )
    else:
        _published(subject, previous)
        from finwatch.flow.release.kept import kept_changes
        from finwatch.lake import open_lake
        from finwatch.store import open_store

        with open_store(settings.store_address) as store:
            found = kept_changes(
                store,
                open_lake(settings.lake_address),
                subject,
                knowledge=knowledge,
                before=previous,
                policy_before=previous_policy,
                policy_after=policy,
            ).changes
    _show(found, json=json, language=tongue)


def _openable(file: str) -> None:
    from finwatch.errors import InputError

    if not Path(file).is_file():
        raise InputError(f"{file}: no such file.", zh=f"{file} 不存在。", todo="Name the newer package file.")


def _published(subject: str, previous: str | None) -> None:
    """Refuses what looks like files and is none."""
    from finwatch.errors import InputError

    if previous is not None and ("." in previous or "/" in previous):
        raise InputError(f"{previous}: no such file.", zh=f"{previous} 不存在。", todo="Name the package before.")
    if Path(subject).is_file():
        raise InputError(
            f"{subject} has nothing to be compared with.",
            zh=f"{subject} 没有可比较的对象。",
            todo="Give the release before with --previous.",
        )


def _show(found: ReleaseChanges, *, json: bool, language: str) -> None:
    if json:
        sys.stdout.write(found.model_dump_json() + "\n")
        return
    from finwatch.report.changes import lines

    screen = terminal.console()
    for line in lines(found, language=language):
        screen.print(line)
