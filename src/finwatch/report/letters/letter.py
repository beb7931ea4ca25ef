"""An official letter as data, before it is set: what every kind of document is made of.

Texts come out of packages, markets and forms that nobody checked: ``safe`` takes away what would not print or would
print as something else. Nothing of a text is ever read as markup: both setters take it as characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from finwatch.model.base import Model

_UNPRINTED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
MOST: Final = 20_000
"""Characters of one text; the rest is left out, and the mark says so."""


def safe(value: str) -> str:
    """The text as it may be printed: no control characters, no marks that turn reading order round."""
    kept = _UNPRINTED.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    return kept if len(kept) <= MOST else f"{kept[:MOST]}……（其余略）"


def _safe(value: Any) -> Any:
    return safe(value) if isinstance(value, str) else value


Printed = Annotated[str, BeforeValidator(_safe)]
"""A text that went through ``safe``."""


class Heading(Model):
    """A heading: 1 = 一、 2 = （一） 3 = 1."""

    kind: Literal["heading"] = "heading"
    level: Literal[1, 2, 3] = 1
    text: Printed


class Paragraph(Model):
    """A paragraph of the body."""

    kind: Literal["paragraph"] = "paragraph"
    text: Printed


class Points(Model):
    """Numbered points."""

    kind: Literal["points"] = "points"
    items: tuple[Printed, ...]


class Table(Model):
    """A table whose head is repeated on every page."""

    kind: Literal["table"] = "table"
    title: Printed = ""
    heads: tuple[Printed, ...]
    widths: tuple[int, ...]
    """Relative widths of the columns."""
    rows: tuple[tuple[Printed, ...], ...]


Block = Annotated[Heading | Paragraph | Points | Table, Field(discriminator="kind")]


class Letter(Model):
    """A document of one organisation, in the layout of GB/T 9704-2012."""

    layout: Literal["letter", "file"]
    """``letter`` = 信函格式 (§10.1): double red lines; ``file`` = 文件格式 (§7): one red line."""
    issuer: Printed
    number: Printed | None
    """发文字号; ``None`` = a draft, and said to be one."""
    title: Printed
    addressee: Printed | None = None
    """主送机关, without the colon."""
    body: tuple[Block, ...]
    enclosures: tuple[Printed, ...] = ()
    signed: Printed
    day: date
    note: Printed | None = None
    """附注, in brackets below the date."""
    copied: tuple[Printed, ...] = ()
    """抄送机关."""


DRAFT: Final = "（草稿，未编号）"


def chinese_day(day: date) -> str:
    """成文日期: 2026年3月2日 (§7.3.5.4: Arabic digits, no leading noughts)."""
    return f"{day.year}年{day.month}月{day.day}日"


_DIGITS: Final = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """A number from 1 to 99 as headings count: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def mark(level: int, number: int) -> str:
    """What stands before a heading: 一、 （一） 1. (§7.3.3)."""
    return {1: f"{numeral(number)}、", 2: f"（{numeral(number)}）"}.get(level, f"{number}.")


def marked(blocks: Sequence[Block]) -> list[tuple[Block, str]]:
    """Each block with the mark of its heading, empty for others; lower levels begin again below a higher one."""
    counts = [0, 0, 0]
    found = []
    for block in blocks:
        told = ""
        if isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (3 - block.level)
            told = mark(block.level, counts[block.level - 1])
        found.append((block, told))
    return found
