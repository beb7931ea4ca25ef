"""``finwatch selfcheck APP --policy FILE --profile KIND``: an owner's check before release, on this machine alone."""

from __future__ import annotations

import json as jsonlib
import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.knowledge import Knowledge
    from finwatch.model.selfcheck import SelfCheck

BLOCKED = 1


class Profile(StrEnum):
    """The kinds of business that an owner may state; ``flow.selfcheck.PROFILES`` says which kind of finance each is."""

    BANK = "bank"
    PAYMENT = "payment"
    LENDING = "lending"
    CONSUMER_FINANCE = "consumer-finance"
    INVESTMENT = "investment"
    SECURITIES = "securities"
    FUND = "fund"
    FUTURES = "futures"
    INSURANCE = "insurance"
    CREDIT_REPORTING = "credit-reporting"
    CRYPTO = "crypto"
    OTHER = "other"


class Gravity(StrEnum):
    """From which severity a finding blocks."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def run(
    app: Annotated[Path, typer.Argument(help="The package (.apk, .aab).", metavar="APP")],
    profile: Annotated[Profile, typer.Option(help="The kind of business.")],
    policy: Annotated[Path | None, typer.Option(help="The privacy policy: a page, a PDF or text.")] = None,
    waivers: Annotated[Path | None, typer.Option(help="TOML file of waivers.")] = None,
    fail_on: Annotated[Gravity, typer.Option(help="From which severity a finding blocks.")] = Gravity.HIGH,
    sarif: Annotated[Path | None, typer.Option(help="Write a SARIF 2.1.0 log here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page here.")] = None,
    previous: Annotated[Path | None, typer.Option(help="The release before, to compare with.")] = None,
    previous_policy: Annotated[
        Path | None, typer.Option(help="The policy of the release before; default: --policy.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(help="Day whose clauses apply; default today.", formats=["%Y-%m-%d"])
    ] = None,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Check an app and its privacy policy before release: no network, no database.

    Exit code 0: nothing blocks. 1: a finding blocks: a yes that is more than suspected, at least as grave as --fail-on
    and without a waiver that counts. 2: a file cannot be used. An expired waiver counts as none, and is said.
    """
    from finwatch import catalog, checks
    from finwatch.errors import UnreadablePackage
    from finwatch.flow.policies import policy_from_file
    from finwatch.flow.selfcheck import selfcheck
    from finwatch.flow.waivers import read_waivers
    from finwatch.model.knowledge import Severity
    from finwatch.package import Reader

    tongue = terminal.language_of(language)
    for file in (app, *([previous] if previous else [])):
        _openable(file)
    knowledge = catalog.load(terminal.settings().catalog)
    known = checks.load()
    waived = read_waivers(waivers, known={check.definition.id for check in known}) if waivers else ()
    seen = policy_from_file(policy, knowledge=knowledge) if policy else None
    older = policy_from_file(previous_policy, knowledge=knowledge) if previous_policy else seen
    with Reader() as reader:
        result = selfcheck(
            app,
            policy=seen,
            profile=profile.value,
            reader=reader,
            knowledge=knowledge,
            checks=known,
            on=date.today() if on is None else on.date(),  # noqa: DTZ011 - the user's own day decides which law applies
            waivers=waived,
            blocks_from=Severity(fail_on.value),
            before=(previous, older) if previous else None,
        )
    if result.examination.package.id is None:
        raise UnreadablePackage(f"{app}: no manifest could be read.", todo="Give the package as it will be released.")
    if sarif is not None:
        from finwatch.report.sarif import sarif as as_sarif

        log = as_sarif(result, knowledge, policy=seen, language=tongue)
        _write(sarif, jsonlib.dumps(log, ensure_ascii=False, indent=1) + "\n")
    if html is not None:
        from finwatch.report.selfcheck_page import selfcheck_page

        _write(html, selfcheck_page(result, knowledge, language=tongue))
    _show(result, knowledge, json=json, language=tongue)
    raise typer.Exit(BLOCKED if result.blocking else 0)


def _openable(file: Path) -> None:
    from finwatch.errors import InputError

    if not file.is_file():
        raise InputError(f"{file}: no such file.", todo="Name the package file.")


def _write(path: Path, text: str) -> None:
    from finwatch.errors import InputError

    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}).", todo="Name another file.") from error


def _show(result: SelfCheck, knowledge: Knowledge, *, json: bool, language: str) -> None:
    if json:
        sys.stdout.write(result.model_dump_json() + "\n")
        return
    from finwatch.report.selfcheck import lines

    screen = terminal.console()
    for line in lines(result, knowledge, language=language):
        screen.print(line)
