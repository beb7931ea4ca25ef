"""``finwatch policy``: privacy policies read, and their sentences labelled.

``finwatch policy FILE`` reads a policy; ``finwatch policy label FILE.jsonl`` labels sentences. The name of a verb comes
first, and everything else is a policy to read: a file that is called like a verb is given as ``./label``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from finwatch.cli import terminal

READ = "read"
"""The verb that is meant where none is named."""


class _ReadUnlessNamed(TyperGroup):
    """A group whose verb ``read`` need not be written: ``finwatch policy FILE`` is ``finwatch policy read FILE``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [READ, *args])


app = typer.Typer(
    cls=_ReadUnlessNamed,
    help="Privacy policies: what they state, and what each sentence is about.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(name=READ)
def read(
    source: Annotated[str, typer.Argument(help="A policy: a file or an address.", metavar="FILE|URL")],
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Read a policy: who does what with which data item, its third-party components, the rights it grants.

    A file is read on this machine alone. Exit code 2: no text could be read.
    """
    from json import dumps

    from finwatch import catalog
    from finwatch.flow.policy import read_policy
    from finwatch.policy import Grammar
    from finwatch.report import policy as report

    tongue = terminal.language_of(language)
    settings = terminal.settings()
    items = catalog.data_items(settings.catalog)
    policy, reading = read_policy(source, grammar=Grammar(items), settings=settings)
    if json:
        print(dumps(report.document(policy, reading), ensure_ascii=False))
        return
    for line in report.lines(policy, reading, items, language=tongue):
        print(line)


@app.command()
def label(
    file: Annotated[
        Path,
        typer.Argument(help='Lines of {"doc", "text"}, the sentences of a document in order.', metavar="FILE.jsonl"),
    ],
) -> None:
    """Label the sentences of policies: topics, important, risk.

    Writes one line {"labels": [...]} for each line read, in the same order.
    """
    from finwatch.policy.label import label_lines

    try:
        with file.open("rb") as lines:
            for labelled in label_lines(lines, name=str(file)):
                sys.stdout.write(labelled + "\n")
    except OSError as error:
        from finwatch.errors import InputError

        raise InputError(
            f"{file}: cannot be read ({error.strerror}).", todo="Name a readable file of lines."
        ) from error
