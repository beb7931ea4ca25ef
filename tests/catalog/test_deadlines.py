"""The working days of the catalogue against an independent list, and what a wrong calendar says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from finwatch import catalog
from finwatch.catalog import lint
from finwatch.errors import CatalogError

HOLIDAY = "[[holiday]]\nid='{id}'\nzh='甲'\nen='a'\nfirst={first}\nlast={last}\nwork=[{work}]\n"
HEAD = "year = 2027\npublished = 2026-11-30\nsource = 's'\n"


def a_year(folder: Path, text: str, *, year: int = 2027) -> Path:
    (folder / "calendars").mkdir(exist_ok=True)
    (folder / f"calendars/cn-{year}.toml").write_text(text, "utf-8")
    return folder


def test_every_day_of_four_years_agrees_with_an_independent_list() -> None:
    known = catalog.working_calendar()
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(4 * 365 + 1)]
    assert days[-1] == date(2026, 12, 31)
    assert [day for day in days if known.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_working_days_of_each_year() -> None:
    """Weekdays of the year, less the weekdays given off, more the weekend days taken: counted on paper."""
    known = catalog.working_calendar()
    counts = [
        sum(
            known.is_working(date(year, 1, 1) + timedelta(days=number))
            for number in range(366 if year == 2024 else 365)
        )
        for year in (2023, 2024, 2025, 2026)
    ]
    assert counts == [249, 251, 248, 248]


def test_a_year_is_settled_but_for_the_days_the_next_may_take() -> None:
    known = catalog.working_calendar()
    assert known.is_settled(date(2025, 12, 31))
    assert known.is_settled(date(2026, 12, 25))
    assert not known.is_settled(date(2026, 12, 26))
    assert not known.is_settled(date(2027, 3, 1))


def test_an_operator_adds_a_year(tmp_path: Path) -> None:
    text = HEAD + HOLIDAY.format(id="2027.spring", first="2027-02-05", last="2027-02-12", work="2027-01-31")
    known = catalog.working_calendar(a_year(tmp_path, text))
    assert known.is_working(date(2027, 1, 31))
    assert not known.is_working(date(2027, 2, 9))
    assert known.is_settled(date(2026, 12, 31))
    assert known.version != catalog.working_calendar().version


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("year = 2027\n", "'year' is missing"),
        (HEAD.replace("2027", "2028") + HOLIDAY.format(id="x", first="2028-01-01", last="2028-01-01", work=""), "name"),
        (HEAD + HOLIDAY.format(id="x", first="2027-01-03", last="2027-01-01", work=""), "is no holiday"),
        (HEAD + HOLIDAY.format(id="x", first="2027-01-01", last="2027-03-01", work=""), "is no holiday"),
        (HEAD + HOLIDAY.format(id="x", first="'new year'", last="2027-01-01", work=""), "first"),
    ],
)
def test_a_wrong_calendar_names_its_file(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogError, match=says) as caught:
        catalog.working_calendar(a_year(tmp_path, text))
    assert "cn-2027.toml" in str(caught.value)


WHOLE = HEAD + "".join(
    HOLIDAY.format(id=f"2027.{name}", first=day, last=day, work="")
    for name, day in (
        ("new_year", "2027-01-01"),
        ("spring", "2027-02-06"),
        ("qingming", "2027-04-05"),
        ("labour", "2027-05-01"),
        ("dragon_boat", "2027-06-09"),
        ("national", "2027-10-01"),
    )
)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("year_names_its_holidays", WHOLE.replace("2027.qingming", "2027.other")),
        ("holiday_is_taken_from_somewhere", WHOLE.replace("work=[]", "work=[2027-01-05]", 1)),
        ("holiday_is_taken_from_somewhere", WHOLE.replace("work=[]", "work=[2027-03-06]", 1)),
        ("entry_has_source", WHOLE.replace("'s'", "' '")),
    ],
)
def test_a_rule_of_the_lint_finds_its_fault(tmp_path: Path, rule: str, text: str) -> None:
    assert lint.lint(a_year(tmp_path, WHOLE)) == ()
    assert {problem.rule for problem in lint.lint(a_year(tmp_path, text))} == {rule}


@pytest.mark.parametrize("change", [("days = 10", "days = 0"), ("kind = 'working'", "kind = 'working'\nrolls = true")])
def test_a_clock_that_cannot_be(tmp_path: Path, change: tuple[str, str]) -> None:
    text = "[[clock]]\nid='x'\nzh='甲'\nen='a'\ndays = 10\nkind = 'working'\nsource='s'\n"
    (tmp_path / "clocks.toml").write_text(text.replace(*change), "utf-8")
    assert {problem.rule for problem in lint.lint(tmp_path)} == {"clock_counts_days"}
