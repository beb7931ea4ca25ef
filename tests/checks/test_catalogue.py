"""The page of checks follows from the folders, and shows no number of a clause whose text nobody saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.checks import catalogue

ROOT = Path(__file__).resolve().parents[2]
TEXT = catalogue.page(checks.load(), catalog.load())


def test_the_page_is_current() -> None:
    page = ROOT / catalogue.PAGE
    assert page.read_text("utf-8") == TEXT, "run: python -m finwatch.checks.catalogue"


def test_every_check_has_its_section() -> None:
    for check in checks.load():
        assert f'<a id="{check.definition.id}"></a>' in TEXT


def test_an_unverified_clause_stands_without_its_number() -> None:
    clauses = catalog.load().clauses
    assert not clauses["GBT41391-perm"].numbered
    assert catalogue.clause_words(clauses["GBT41391-perm"]).startswith("GB/T 41391-2022：")
    assert catalogue.clause_words(clauses["JRT0092-5.4.1"]).startswith("JR/T 0092-2019 5.4.1：")


def test_the_command_writes_the_page_and_tells_when_it_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert catalogue.main(["--check"]) == 1
    assert catalogue.main([]) == 0
    assert catalogue.main(["--check"]) == 0


def test_every_item_of_191_is_answered_by_a_check_or_said_to_be_untold() -> None:
    items = {clause for clause in catalog.load().clauses if clause.startswith(catalogue.ITEMS)}
    assert len(items) == 31
    answered = {clause for check in checks.load() for clause in check.definition.clauses} & items
    assert answered & set(catalogue.untold()) == set(), "what a check answers is not untold"
    assert answered | set(catalogue.untold()) == items
    for why in catalogue.untold().values():
        assert why.zh != why.en
