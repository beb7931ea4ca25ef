"""``finwatch verify APP.apk|NUMBER``: is it filed, and is it the package that was filed? Offline, by a signed list."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.flow.verify import Listed
    from finwatch.model.approved import Verified
    from finwatch.transparency.keys import Trusted

GENUINE, SUSPECTED, UNREADABLE, OTHER_VERSION, NOT_FILED, ENDED = 0, 1, 2, 4, 5, 6


def run(
    what: Annotated[str, typer.Argument(help="A package (.apk) or a filing number.", metavar="APP.apk|NUMBER")],
    approved: Annotated[
        Path | None,
        typer.Option("--list", help="The approved list (JSON), its signature beside it. Default: this store's newest."),
    ] = None,
    signed: Annotated[
        Path | None, typer.Option("--signature", help="The list's signature file. Default: the list's name with .sig.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The keys you trust: a key file, or key texts, one a line. Default: this store's."),
    ] = None,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Say whether an app is filed and whether a package is the one that was filed. Nothing leaves the machine.

    Exit code 0: genuine, and its filing holds. 1: suspected to imitate a filed app; a person must confirm it.
    2: the package, the list or its signature cannot be used. 4: the app is filed, this version is not.
    5: not filed. 6: registered only, expired or cancelled.
    """
    tongue = terminal.language_of(language)
    with tempfile.TemporaryDirectory() as folder:
        answers = _answers(what, _opened(approved, signed, key, Path(folder)))
    for one in answers:
        show(one, json=json, language=tongue)
    raise typer.Exit(max(map(exit_code, answers)))


def _opened(approved: Path | None, signed: Path | None, key: Path | None, folder: Path) -> Listed:
    from finwatch.errors import InputError
    from finwatch.flow.verify import open_list, open_own

    if approved is not None:
        if key is None:
            raise InputError(
                "Whose signature is to be believed?",
                zh="须指定您信任的公钥。",
                todo="Name the key file with --key; take it from where the association publishes it.",
            )
        return open_list(approved, signed=signed, trusted=trusted(key))
    from finwatch.flow.signing import trusted_of
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings = terminal.settings()
    with open_store(settings.store_address) as store:
        known = trusted(key) if key is not None else trusted_of(store.heads.keys())
        return open_own(store, open_lake(settings.lake_address), trusted=known, folder=folder)


def trusted(key: Path) -> tuple[Trusted, ...]:
    """The keys of a file. Raises ``InputError``."""
    from finwatch.errors import InputError
    from finwatch.transparency.keys import pinned

    try:
        return pinned(key.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The key file {key} cannot be read.", todo="Name the file with the keys.") from error


def _answers(what: str, listed: Listed) -> tuple[Verified, ...]:
    from finwatch.cli.examine import _unopenable
    from finwatch.errors import InputError
    from finwatch.flow.verify import by_number, by_package

    path = Path(what)
    if not path.exists() and not _names_a_file(what):
        return by_number(what, listed)
    if problem := _unopenable(path):
        raise InputError(f"{what}: {problem}", todo="")
    from finwatch import catalog
    from finwatch.package import Reader

    with Reader() as reader:
        return (by_package(path, listed, reader=reader, knowledge=catalog.load(terminal.settings().catalog)),)


def _names_a_file(what: str) -> bool:
    return "/" in what or what.lower().endswith((".apk", ".apks", ".aab", ".ipa", ".hap"))


def exit_code(answer: Verified) -> int:
    """The exit code of an answer."""
    from finwatch.model.approved import Answered

    if answer.answer is Answered.SUSPECTED_COUNTERFEIT:
        return SUSPECTED
    if answer.answer is Answered.UNREADABLE:
        return UNREADABLE
    if answer.answer is Answered.NOT_FILED:
        return NOT_FILED
    if not answer.holds:
        return ENDED
    return GENUINE if answer.answer is Answered.GENUINE else OTHER_VERSION


def show(answer: Verified, *, json: bool, language: str) -> None:
    """Prints an answer with what it rests on."""
    if json:
        sys.stdout.write(answer.model_dump_json() + "\n")
        return
    from finwatch.report.verified import lines

    screen = terminal.console()
    for line in lines(answer, language):
        screen.print(line, markup=False)
