"""The command line as a stranger uses it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from finwatch.limits import PACKAGE
from finwatch.model.examination import Examination
from tests.journeys.conftest import FINWATCH, ROOT, Demo, environment

PACKAGES = ROOT / "samples" / "packages"
BANK = PACKAGES / "example.qinghe.bank_50200.apk"
LOAN = PACKAGES / "example.paperkite.loan_314.apk"


def finwatch(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line without a terminal."""
    command = [*FINWATCH, *map(str, arguments)]
    return subprocess.run(
        command, env=environment(home), cwd=home.parent, capture_output=True, text=True, timeout=120, check=False
    )


def test_examine_needs_no_database_and_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = finwatch("examine", BANK, home=home)
    assert run.returncode == 0, run.stderr
    assert "example.qinghe.bank" in run.stdout
    assert not home.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_high_finding_is_exit_code_1_with_class_clause_and_remedy(tmp_path: Path) -> None:
    run = finwatch("examine", LOAN, "--lang", "zh", home=tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "classes.dex · L" in run.stdout
    assert "§" in run.stdout
    assert "→" in run.stdout


def test_json_is_one_document_a_line_and_the_same_twice(tmp_path: Path) -> None:
    first = finwatch("examine", "--json", BANK, LOAN, home=tmp_path)
    again = finwatch("examine", "--json", BANK, LOAN, home=tmp_path)
    assert first.returncode == 1
    documents = [json.loads(line) for line in first.stdout.splitlines()]
    assert [document["schema"] for document in documents] == ["finwatch.examination/1"] * 2
    repeated = [json.loads(line) for line in again.stdout.splitlines()]
    for document, other in zip(documents, repeated, strict=True):
        Examination.model_validate(document)
        document["engine"].pop("took_ms")
        other["engine"].pop("took_ms")
        assert document == other


def test_what_is_no_file_to_examine_is_refused_at_once_and_the_rest_is_examined(tmp_path: Path) -> None:
    pipe, loop, endless, huge = (tmp_path / name for name in ("pipe.apk", "loop.apk", "endless.apk", "huge.apk"))
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    endless.symlink_to("/dev/zero")
    with huge.open("wb") as file:
        file.truncate(PACKAGE.file_bytes + 1)
    odd = tmp_path / os.fsdecode(b"two\nlines\xff.apk")
    odd.write_bytes(BANK.read_bytes())
    run = finwatch("examine", "--json", tmp_path, pipe, loop, endless, huge, odd, home=tmp_path / "home")
    assert run.returncode == 2
    reasons = [line for line in run.stderr.splitlines() if line.startswith("finwatch: ")]
    expected = ("is a folder", "no regular file", "cannot be opened", "no regular file", "over the limit file_bytes")
    assert len(reasons) == len(expected), run.stderr
    assert [word in line for word, line in zip(expected, reasons, strict=True)] == [True] * len(expected), run.stderr
    assert json.loads(run.stdout)["package"]["id"] == "example.qinghe.bank"


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "unreadable"), (b"not a package at all", "unreadable"), (b"PK\x03\x04" + b"\0" * 40, "unreadable")],
)
def test_an_unreadable_file_is_exit_code_2_and_the_others_are_examined(
    tmp_path: Path, content: bytes, word: str
) -> None:
    broken = tmp_path / "broken.apk"
    broken.write_bytes(content)
    run = finwatch("examine", broken, BANK, home=tmp_path / "home")
    assert run.returncode == 2
    assert "example.qinghe.bank" in run.stdout
    assert str(broken) in run.stderr
    assert word in run.stderr


def test_a_missing_file_says_so_and_the_others_are_examined(tmp_path: Path) -> None:
    run = finwatch("examine", tmp_path / "nowhere.apk", BANK, home=tmp_path / "home")
    assert run.returncode == 2
    assert "no such file" in run.stderr
    assert "example.qinghe.bank" in run.stdout


def test_a_misspelt_setting_is_an_error(tmp_path: Path) -> None:
    command = [*FINWATCH, "doctor"]
    surroundings = {**environment(tmp_path), "FINWATCH_LAEK": "x"}
    run = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert "FINWATCH_LAEK" in run.stderr
    assert "FINWATCH_LAKE" in run.stderr


def test_doctor_finds_this_machine_well(tmp_path: Path) -> None:
    run = finwatch("doctor", home=tmp_path / "home")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "PROBLEM" not in run.stdout


def test_the_demo_says_what_happened(demo: Demo) -> None:
    assert "red" in demo.printed
    assert "Traceback" not in demo.printed


def test_search_and_show_read_what_the_demo_published(demo: Demo) -> None:
    def ask(*arguments: str) -> str:
        command = [*FINWATCH, *arguments]
        run = subprocess.run(command, env=demo.environment, capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout

    assert "example.qinghe.bank" in ask("search", "青禾")
    assert "example.paperkite.loan" in ask("search", "--band", "red")
    shown = ask("show", "example.paperkite.loan")
    assert "UTC" in shown
    assert "classes.dex" in shown
    assert json.loads(ask("show", "example.paperkite.loan", "--json"))["row"]["app"] == "example.paperkite.loan"


def test_asking_for_what_is_not_there_is_exit_code_2(demo: Demo) -> None:
    command = [*FINWATCH, "show", "no.such.app"]
    run = subprocess.run(command, env=demo.environment, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert "no.such.app" in run.stderr
