"""What the documents say exists, and what exists is in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finwatch.cli import reference
from finwatch.cli.main import app
from finwatch.errors import FinwatchError

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [
        link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link and not link.startswith("mailto:")
    ]
    broken = [link for link in links if not (page.parent / link).exists()]
    assert not broken


def test_readme_names_both_commands_and_every_verb() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in readme
    assert "make test" in readme
    verbs = [command.name for command in app.registered_commands]
    assert [verb for verb in verbs if f"finwatch {verb}" not in readme and verb != "demo"] == []


def test_every_folder_of_the_house_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rooms = [path.name for path in (ROOT / "src/finwatch").iterdir() if (path / "__init__.py").is_file()]
    hidden = {"report"}  # shown through the faces that render with it
    assert [room for room in rooms if f"src/finwatch/{room}" not in readme and room not in hidden] == []


def test_reference_pages_are_current_and_say_something() -> None:
    assert reference.main(["--check"]) == 0
    for name, page in reference.PAGES.items():
        assert "| |" not in page().replace("|  |", "| |"), f"{name} has an entry without a meaning"


def test_every_error_is_in_the_tree_of_its_module() -> None:
    drawn = __import__("finwatch.errors", fromlist=["__doc__"]).__doc__ or ""

    def below(kind: type[FinwatchError]) -> list[type[FinwatchError]]:
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    known = [kind for kind in below(FinwatchError) if kind.__module__ == "finwatch.errors"]
    for kind in known[1:]:
        row = next((line for line in drawn.splitlines() if f" {kind.__name__} " in line), None)
        assert row is not None, f"{kind.__name__} is not drawn"
        assert kind.code in row.split(), f"{kind.__name__}: code {kind.code} is not in its row"
        assert str(kind.exit_code) in row.split()
        assert str(kind.status) in row.split()


def test_workflow_calls_what_the_readme_calls() -> None:
    ci = (ROOT / ".ci/run").read_text("utf-8")
    assert "make check" in ci
    assert "make test" in ci
