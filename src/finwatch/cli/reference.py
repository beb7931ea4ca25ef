"""Writes the reference pages that follow from the code: settings, limits and markets.

``python -m finwatch.cli.reference`` rewrites them; ``--check`` exits with 1 when one is not current.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from finwatch import limits, settings
from finwatch.cli import markets_page
from finwatch.model.base import Model

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "reference"


def described(model: type[Model]) -> list[tuple[str, str, str]]:
    """Name, default and docstring of each field of ``model``, in order."""
    body = ast.parse(inspect.getsource(model)).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{model} is not written as a class")
    rows = []
    for statement, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            default = model.model_fields[name].default
            text = ""
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                text = inspect.cleandoc(str(after.value.value)).replace("\n", " ").replace("``", "`")
            rows.append((name, f"{default:,}" if isinstance(default, int) else str(default), text))
    return rows


def settings_page() -> str:
    """``docs/reference/settings.md``."""
    lines = [
        "# Settings",
        "",
        "Read from the environment once, at start. An unknown `FINWATCH_…` variable is an error: a misspelt one is",
        "never silently without effect. Written by `make docs`.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, default, text in described(settings.Settings):
        variable = f"FINWATCH_{name.upper()}"
        meaning = text.removeprefix(f"`{variable}`: ")
        lines.append(f"| `{variable}` | `{default or ' '}` | {meaning} |")
    return "\n".join(lines) + "\n"


def limits_page() -> str:
    """``docs/reference/limits.md``."""
    lines = [
        "# Limits",
        "",
        "Every bound in one place (`src/finwatch/limits.py`). A reader that meets one says so, names it, and goes on",
        "with what it has. Written by `make docs`.",
    ]
    titles = (
        (limits.PackageLimits, "Reading one package"),
        (limits.FetchLimits, "One visit to the outside"),
        (limits.EvidenceLimits, "Sealing and verifying captures"),
        (limits.WebLimits, "Following pages beyond stores"),
        (limits.SheetLimits, "Reading a ledger kept as a workbook"),
        (limits.UploadLimits, "Handing in files"),
        (limits.AccessLimits, "Logging in and staying logged in"),
    )
    for model, title in titles:
        lines += ["", f"## {title}", "", "| limit | value | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {default} | {text} |" for name, default, text in described(model)]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "limits.md": limits_page,
    "markets.md": partial(markets_page.page, described),
}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with ``--check`` says which are not current."""
    stale = []
    for name, page in PAGES.items():
        file = FOLDER / name
        text = page()
        if "--check" in arguments:
            if not file.is_file() or file.read_text("utf-8") != text:
                stale.append(name)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for name in stale:
        print(f"docs/reference/{name} is not current: run `make docs`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
