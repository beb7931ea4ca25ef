"""What markets write, in normal units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.crawl.sources.declared import units

CN = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (50616995, None, (50616995, False)),
        ("477456384", None, (477456384, False)),
        ("36.5MB", None, (round(36.5 * 1024**2), True)),
        ("36.5 M", None, (round(36.5 * 1024**2), True)),
        ("大小：1,024 KB", None, (1024 * 1024, True)),
        ("1.2GiB", None, (round(1.2 * 1024**3), True)),
        ("12兆", None, (12 * 1024**2, True)),
        ("123 字节", None, (123, False)),
        (88011, "kB", (88011000, True)),
        ("88011", "KiB", (88011 * 1024, True)),
        ("36,5 MB", None, (round(36.5 * 1024**2), True)),
        ("477\u00a0456\u202f384 bytes", None, (477456384, False)),
    ],
)
def test_sizes(value: Any, unit: str | None, expected: tuple[int, bool]) -> None:
    assert units.size(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8978511793, 8978511793),
        ("1.2亿次下载", 120_000_000),
        ("500万+", 5_000_000),
        ("3.5万人安装", 35_000),
        ("5千万次", 50_000_000),
        ("10K+", 10_000),
        ("1,234,567", 1_234_567),
        ("１２３次", 123),
        ("2.5M downloads", 2_500_000),
        ("12 members", 12),
        ("12,3万次下载", 123_000),
        ("1\u00a0234\u00a0567 загрузок", 1_234_567),
    ],
)
def test_counts(value: Any, expected: int) -> None:
    assert units.count(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026年11月2日", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        ("更新时间：2026年06月12日 14:41", datetime(2026, 6, 12, 6, 41, tzinfo=UTC)),
        ("2026-11-2", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        ("2026/11/02 09:30:05", datetime(2026, 11, 2, 1, 30, 5, tzinfo=UTC)),
        ("2026.11.02", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        ("2021-02-02T08:15:22Z", datetime(2021, 2, 2, 8, 15, 22, tzinfo=UTC)),
        ("2026-11-02T01:30:00-07:00", datetime(2026, 11, 2, 8, 30, tzinfo=UTC)),
        ("2026-11-02T01:30:00.123+0800", datetime(2026, 11, 1, 17, 30, tzinfo=UTC)),
        ("Nov 2, 2026", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        ("2 November 2026", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        (1789722200, datetime(2026, 9, 18, 9, 3, 20, tzinfo=UTC)),
        ("1591006104718", datetime(2020, 6, 1, 10, 8, 24, 718000, tzinfo=UTC)),
    ],
)
def test_times(value: Any, expected: datetime) -> None:
    made = units.moment(value, zone=CN)
    assert made == expected
    assert made.tzinfo is UTC


def test_a_stated_unit_is_believed() -> None:
    assert units.moment(1000, zone=CN, unit="ms") == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "scale", "expected"), [(4.36329999, None, 4.3633), ("9.2分", 10, 4.6), (0, None, None)]
)
def test_stars(value: Any, scale: float | None, expected: float | None) -> None:
    assert units.stars(value, scale) == expected


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (units.size, "很大"),
        (units.size, -1),
        (units.size, float("nan")),
        (units.count, "没有"),
        (units.count, "1.234.567"),
        (units.count, "1200abc"),
        (units.count, "1,23,456"),
        (units.size, "1.234.567 MB"),
        (units.size, "1,2345 MB"),
        (units.count, True),
        (units.stars, 7),
        (units.stars, "好"),
    ],
)
def test_what_cannot_be_understood_is_said(make: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"no |not between|cannot be counted"):
        make(value)


@pytest.mark.parametrize("value", ["昨天", "2026年13月1日", "2026-02-30", 10**30, ""])
def test_what_is_no_time_is_said(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        units.moment(value, zone=CN)


def test_text_is_clean() -> None:
    assert units.text(" 灯笼\u0000贷\r\n好\ud800 ") == "灯笼贷\n好"
    assert units.text("\u0000 ") is None
    assert units.text(414) == "414"


@given(st.one_of(st.text(max_size=60), st.integers(), st.floats()))
def test_nothing_but_value_error_is_raised(value: Any) -> None:
    for make in (units.size, units.count, units.stars, lambda one: units.moment(one, zone=CN), units.text):
        try:
            made = make(value)
        except ValueError:
            continue
        if isinstance(made, datetime):
            assert made.tzinfo is UTC
        if isinstance(made, str):
            made.encode("utf-8")
            assert "\x00" not in made
