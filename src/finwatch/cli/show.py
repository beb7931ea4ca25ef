"""``finwatch show``: what is published about an app, a package or a market."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.examination import Examination
    from finwatch.model.view import AppView

HASH = re.compile("[0-9a-fA-F]{8,64}")
"""What is taken for a SHA-256 or its beginning; a package name has a dot."""


def run(
    subject: Annotated[str, typer.Argument(help="Package name, app id, or SHA-256 of a package (or its beginning).")],
    json: terminal.Json = False,
    language: terminal.Language = None,
    evidence: Annotated[int, typer.Option(help="Evidence shown per finding.", min=1)] = 5,
) -> None:
    """Show a published app: where it is listed, what happened to it, and the report of its current package."""
    from finwatch import catalog
    from finwatch.report.text import Report
    from finwatch.store import open_store

    settings = terminal.settings()
    tongue = terminal.language_of(language)
    screen = terminal.console()
    view: AppView | None = None
    document: Examination | None = None
    with open_store(settings.store_address) as store:
        if HASH.fullmatch(subject):
            document = store.version(subject).examination
        else:
            view = store.app(subject)
            if view.row.sha256:
                document = store.version(view.row.sha256).examination
    if json:
        shown = view if view is not None else document
        if shown is not None:
            sys.stdout.write(shown.model_dump_json() + "\n")
        return
    if view is not None:
        screen.print("\n".join(_history(view, tongue)), markup=False)
    if document is not None:
        report = Report(document, catalog.load(settings.catalog), language=tongue, evidence=evidence)
        for line in report.lines():
            screen.print(line)
    else:
        screen.print("尚未检测。" if tongue == "zh" else "No package of it was examined yet.")


def _history(view: AppView, language: str) -> list[str]:
    """Listings and events, a line each."""
    from finwatch.report.words import EVENTS

    lines = [f"{view.row.name(language)}  {view.row.app}  {view.row.id}"]
    for span in view.listings:
        gone = (
            "" if span.gone_at is None else f" · {'下架' if language == 'zh' else 'gone'} {span.gone_at:%Y-%m-%d %H:%M}"
        )
        lines.append(
            f"  {span.market}: {span.listing.version_name} ({span.listing.version_code})"
            f" {span.first_seen:%Y-%m-%d %H:%M} – {span.last_seen:%Y-%m-%d %H:%M} UTC{gone}"
        )
    for event in view.events:
        change = f" {event.before or '–'} → {event.after or '–'}" if event.before or event.after else ""
        lines.append(f"  {event.at:%Y-%m-%d %H:%M} {EVENTS[event.kind].in_language(language)} ({event.market}){change}")
    return [*lines, ""]
