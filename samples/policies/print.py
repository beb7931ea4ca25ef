"""Prints the policies of ``sources/`` to PDF with Debian's Chromium: ``python -m samples.policies.print``.

The PDFs are kept in the repository; a print differs from the last in its time stamp alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from samples.recipe.tools import run

HERE = Path(__file__).resolve().parent


def print_policy(page: Path) -> Path:
    """The PDF of ``page`` beside this file. Raises ``SettingError`` with Chromium's words when it fails."""
    out = HERE / f"{page.stem}.pdf"
    with tempfile.TemporaryDirectory() as profile:
        command: list[str | Path] = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
        ]
        command += [f"--user-data-dir={profile}", f"--print-to-pdf={out}", page.as_uri()]
        run(command, about=page.name, makes=out)
    return out


def main() -> None:
    """Prints every source."""
    for page in sorted((HERE / "sources").glob("*.html")):
        out = print_policy(page)
        print(f"{out.stat().st_size:7d}  {out.name}")


if __name__ == "__main__":
    main()
