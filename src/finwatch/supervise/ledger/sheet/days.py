"""Dates as ledgers hold them: 2024.3.5, 2024年3月, 20240305, serial numbers. A doubtful one is refused. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from finwatch.supervise.ledger.sheet.book import Value
from finwatch.supervise.ledger.sheet.words import Around, Wrong, plain

_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_FULL: Final = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH: Final = re.compile(r"(\d{4})\s*(?:年\s*(\d{1,2})\s*月份?|[-/]\s*(\d{1,2})|\.\s*(\d{2}))")
_ENGLISH: Final = re.compile(
    r"(\d{1,2})[-\s]+([A-Za-z]{3,9})\.?[-,\s]+(\d{4})|([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS: Final = {**{one: str(index) for index, one in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0"}


def day(value: Value, around: Around) -> date:
    """A date: a real one, a serial number, 2024.3.5, 2024年3月5日, 20240305, 5-Mar-2024, 二〇二四年三月五日."""
    found = _day_of(value, around)
    if not _EARLIEST <= found <= _LATEST:
        raise Wrong(
            f"日期 {found} 不在 {_EARLIEST.year} 至 {_LATEST.year} 年之间。",
            f"The date {found} is not between {_EARLIEST.year} and {_LATEST.year}.",
            todo_zh="请核对年份。",
            todo_en="Check the year.",
        )
    return found


def past(value: Value, around: Around) -> date:
    """The date of something that has happened."""
    found = day(value, around)
    if found > around.today:
        raise Wrong(
            f"日期 {found} 晚于今天（{around.today}），这件事还没有发生。",
            f"The date {found} is after today ({around.today}): it has not happened yet.",
            todo_zh="请填写最近一次实际完成的日期。",
            todo_en="Give the date on which it was last done.",
        )
    return found


def _day_of(value: Value, around: Around) -> date:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, bool):
        raise _no_day(value)
    if isinstance(value, int | float):
        return _day_of_number(value, around)
    return _day_of_text(value, around)


def _day_of_text(value: str, around: Around) -> date:
    said = "".join(_NUMERALS.get(one, one) for one in _chinese_tens(plain(value)))
    if whole := _FULL.fullmatch(said):
        return _made(value, *map(int, whole.groups()))
    if month := _MONTH.fullmatch(said):
        number = next(one for one in month.groups()[1:] if one)
        found = _made(value, int(month[1]), int(number), 1)
        around.say(
            f"只写到月份，按 {found} 计（到期较早）", f"only the month is given; taken as {found}, the earlier due date"
        )
        return found
    if english := _ENGLISH.fullmatch(said):
        number, name, year = (
            (english[1], english[2], english[3]) if english[1] else (english[5], english[4], english[6])
        )
        if name[:3].lower() in _MONTHS:
            return _made(value, int(year), _MONTHS.index(name[:3].lower()) + 1, int(number))
    if re.fullmatch(r"\d{5}(?:\.\d+)?|\d{8}", said):
        return _day_of_number(float(said), around)
    raise _no_day(value)


def _day_of_number(value: float, around: Around) -> date:
    """A serial number of Excel's calendar (ECMA-376 part 1 §18.17.4.1), or digits as 20240305."""
    if float(value).is_integer() and 19_000_101 <= value <= 21_001_231:
        number = int(value)
        return _made(number, number // 10_000, number // 100 % 100, number % 100)
    if 30_000 <= value <= 75_000:
        start = date(1904, 1, 1) if around.epoch_1904 else date(1899, 12, 30)
        found = start + timedelta(days=int(value))
        around.say(
            f"单元格是数字 {value:g}，按 Excel 日期序号读作 {found}",
            f"the cell holds the number {value:g}, read as Excel's serial date {found}",
        )
        return found
    raise _no_day(value)


def _chinese_tens(said: str) -> str:
    """十二月 → 一二月, 二十日 → 二〇日, 二十五 → 二五, so that digit by digit gives the number."""
    said = re.sub(r"([一二三])十([一二三四五六七八九])", r"\1\2", said)
    said = re.sub(r"([一二三])十", r"\g<1>零", said)
    return re.sub(r"十(?=[月日号])", "一零", re.sub(r"十([一二三四五六七八九])", r"一\1", said))


def _made(value: Value, year: int, month: int, number: int) -> date:
    try:
        return date(year, month, number)
    except ValueError:
        raise Wrong(
            f"“{plain(value)}”不是日历上的日期。",
            f"“{plain(value)}” is no day of the calendar.",
            todo_zh="请核对月份和日期，写成 2024-03-05。",
            todo_en="Check month and day; write 2024-03-05.",
        ) from None


def _no_day(value: Value) -> Wrong:
    return Wrong(
        f"“{plain(value)}”不能确定是哪一天。",
        f"It cannot be told which day “{plain(value)}” is.",
        todo_zh="请写成 2024-03-05（年份四位，月份和日期分开）。",
        todo_en="Write it as 2024-03-05, with a year of four digits.",
    )
