"""The command line: one verb a file, each a thin face over ``flow``, ``store`` and ``report``.

Exit codes are the same for every verb: 0 done, 1 a high finding (``examine``), 2 input or setting that cannot be used,
3 something outside failed. Heavy imports happen inside the verbs, so ``finwatch --help`` stays quick.
"""

from __future__ import annotations

import itertools
import sys

import typer

from finwatch.cli import (
    access,
    approved,
    changes,
    crawl,
    deliver,
    demo,
    doctor,
    evidence,
    examine,
    expand,
    ledger,
    log,
    nightly,
    policy,
    publish,
    search,
    selfcheck,
    serve,
    show,
    store,
    terminal,
    tick,
    tidy,
    verify,
    watch,
    work,
)
from finwatch.errors import FinwatchError

app = typer.Typer(
    name="finwatch",
    help="Watches internet-finance apps: crawl, examine, rate, publish, with evidence for every answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
VERBS = (
    crawl,
    expand,
    nightly,
    watch,
    examine,
    selfcheck,
    changes,
    verify,
    show,
    search,
    publish,
    serve,
    work,
    deliver,
    tick,
    tidy,
    demo,
    doctor,
)
for verb in VERBS:
    app.command(name=verb.__name__.rsplit(".", 1)[-1])(verb.run)
app.add_typer(access.app, name="access")
app.add_typer(evidence.app, name="evidence")
app.add_typer(store.app, name="store")
app.add_typer(policy.app, name="policy")
app.add_typer(ledger.app, name="ledger")
app.add_typer(approved.app, name="approved")
app.add_typer(log.app, name="log")


def _said(error: FinwatchError) -> str:
    """The message in the language of the output: as ``--lang`` or its settings say."""
    given = [after for before, after in itertools.pairwise(sys.argv) if before == "--lang"]
    try:
        chinese = terminal.language_of(given[-1] if given else None) == "zh"
    except FinwatchError:
        chinese = False
    return f"{error.zh} {error.todo}".rstrip() if chinese and error.zh != error.en else str(error)


def main() -> None:
    """Runs the command line; a ``FinwatchError`` becomes one clear message and its exit code."""
    try:
        app()
    except FinwatchError as error:
        print(f"finwatch: {_said(error)}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("finwatch: stopped; what was finished is kept, run the same command again to go on.", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
