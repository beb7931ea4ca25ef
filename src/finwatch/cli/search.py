"""``finwatch search``: lists published apps, narrowed as on the page ``/apps``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from finwatch.cli import terminal


def run(
    words: Annotated[
        list[str] | None, typer.Argument(help="Words in an app's name, package, developer or operator.")
    ] = None,
    band: Annotated[str | None, typer.Option(help="red, orange, yellow, green or limited.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of finance, such as lending.")] = None,
    market: Annotated[str | None, typer.Option(help="Id of a market.")] = None,
    check: Annotated[str | None, typer.Option(help="Only apps with a yes of this check.")] = None,
    sdk: Annotated[str | None, typer.Option(help="Only apps that contain this SDK (id).")] = None,
    permission: Annotated[str | None, typer.Option(help="Only apps that ask for this permission.")] = None,
    event: Annotated[str | None, typer.Option(help="Only apps with such an event, such as new_version.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """List published apps, the most serious first."""
    from pydantic import ValidationError
    from rich.table import Table

    from finwatch.errors import InputError
    from finwatch.model.view import AppFilter
    from finwatch.report.words import BANDS
    from finwatch.store import open_store

    tongue = terminal.language_of(language)
    fields = {"band": band, "kind": kind, "market": market, "check": check, "sdk": sdk, "permission": permission}
    try:
        where = AppFilter.model_validate({"q": " ".join(words or []) or None, "event": event, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"--{first['loc'][0]} {first['input']!r}: {first['msg']}.") from error
    with open_store(terminal.settings().store_address) as store:
        page = store.apps(where, limit=limit)
    if json:
        for row in page.rows:
            sys.stdout.write(row.model_dump_json() + "\n")
        return
    headings = (
        ("评级", "应用", "包名", "主体", "版本", "高", "市场")
        if tongue == "zh"
        else (
            "rating",
            "app",
            "package",
            "operator",
            "version",
            "high",
            "markets",
        )
    )
    table = Table(*headings, box=None, pad_edge=False)
    for row in page.rows:
        rating = "–" if row.band is None else f"{BANDS[row.band].in_language(tongue)} {row.score:g}"
        operator = row.operator or row.developer or "–"
        where_listed = ", ".join(row.markets) or "–"
        table.add_row(rating, row.name(tongue), row.app, operator, row.version_name or "–", str(row.high), where_listed)
    screen = terminal.console()
    screen.print(table)
    screen.print(f"{len(page.rows)} / {page.total}", style="dim")
