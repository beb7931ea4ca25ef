"""What a cell of a ledger means, other than dates: counts with units, √ for yes, telephone numbers, lists. Pure.

Every reader takes a cell's value and gives the typed one, or raises ``Wrong`` with what is wrong and what to write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Final

from finwatch.supervise.ledger.sheet.book import Value
from finwatch.supervise.ledger.sheet.words import Around, Wrong, bare, plain, words

_NUMBER: Final = re.compile(
    r"(约|近|超|大约|超过|>=?|≥)?\s*([+-]?\d+(?:\.\d+)?)\s*(千|万|十万|百万|千万|亿|k|w|m)?\s*(余|多|\+)?\s*(人|户|个|位|名|次|款|项|条|家|人次|人民币|users?)?(以上|左右)?"
)
_UNITS: Final = {
    "千": 1_000,
    "k": 1_000,
    "万": 10_000,
    "w": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
_MOST: Final = 10**15
"""No count in a ledger is larger; it fits the integers of every database and of a spreadsheet."""
_MOBILE: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE: Final = re.compile(r"(?:\+?86)?(0\d{2,3})[-]?(\d{7,8})(?:(?:-|转|x|ext\.?)(\d{1,6}))?")
_SHORT: Final = re.compile(r"(?:400|800)-?\d{3,4}-?\d{3,4}|9\d{4,5}|1[02]\d{3}|\d{7,8}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{2,254}")
_LEVELS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_SPLIT: Final = re.compile(r"[、,，;；\n\r|]+|\s/\s|(?<=[^\x00-\x7f])/|/(?=[^\x00-\x7f])")


def text(value: Value, around: Around) -> str:
    """Text as it stands; half of what people type is full-width, so letters and digits become one form."""
    return plain(value).strip("\n")


def decimal(value: Value, around: Around) -> float:
    """A number: 4.8, 4.8分, 1,234, full-width digits."""
    if isinstance(value, bool | date):
        raise _no_number(value)
    if isinstance(value, int | float):
        return _within(value, value, times=around.factor)
    said = re.sub(r"(?<=\d),(?=\d{3})", "", plain(value)).lower().removesuffix("分").removesuffix("星").strip()
    said = re.sub(r"\s*/\s*5(?:\.0)?$", "", said)
    found = _NUMBER.fullmatch(said)
    if found is None:
        raise _no_number(value)
    about, number, unit, more, _, around_word = found.groups()
    if about or more or around_word:
        around.say(
            f"“{plain(value)}”是约数，按 {number}{unit or ''} 计",
            f"“{plain(value)}” is approximate; taken as {number}{unit or ''}",
        )
    return _within(value, float(number), times=_UNITS[unit] if unit else around.factor)


def whole(value: Value, around: Around) -> int:
    """A count: 12000, 1.2万, 12,000, about 3万 (said so)."""
    found = decimal(value, around)
    nearest = round(found)
    if abs(found - nearest) > 1e-6:
        raise Wrong(
            f"“{plain(value)}”不是整数。",
            f"“{plain(value)}” is no whole number.",
            todo_zh="请填写整数，或注明单位（如 1.2万）。",
            todo_en="Give a whole number, or its unit (1.2万).",
        )
    if nearest < 0:
        raise Wrong(
            f"“{plain(value)}”是负数。",
            f"“{plain(value)}” is negative.",
            todo_zh="数量不能小于零。",
            todo_en="A count is not below zero.",
        )
    return int(nearest)


def _within(value: Value, number: float, *, times: int) -> float:
    if not math.isfinite(number) or abs(number) > _MOST / times:
        raise Wrong(
            f"“{plain(value)[:40]}”大得不可能。",
            f"“{plain(value)[:40]}” is larger than any count can be.",
            todo_zh="请核对数字和单位。",
            todo_en="Look at the number and at its unit again.",
        )
    return float(number) * times


def _no_number(value: Value) -> Wrong:
    return Wrong(
        f"“{plain(value)}”不是数字。",
        f"“{plain(value)}” is no number.",
        todo_zh="请只填数字，或数字加单位（万、亿）。",
        todo_en="Give digits, with a unit (万, 亿) if need be.",
    )


def flag(value: Value, around: Around) -> bool:
    """Yes or no: 是, √, Y, 有; 否, ×, N, 无."""
    if isinstance(value, bool):
        return value
    said = bare(plain(value))
    if said in words()["yes"]:
        return True
    if said in words()["no"]:
        return False
    raise Wrong(
        f"“{plain(value)}”看不出是“是”还是“否”。",
        f"“{plain(value)}” is neither yes nor no.",
        todo_zh="请填“是”或“否”。",
        todo_en="Write 是 or 否 (yes or no).",
    )


def phone(value: Value, around: Around) -> str:
    """Telephone numbers, joined by 、; a number that Excel made a float is put back into digits."""
    if isinstance(value, float) and not value.is_integer():
        raise _no_phone(value)
    said = re.sub(r"[\s()]", "", plain(value))
    if re.fullmatch(r"\d\.\d+e\+?\d+", said.lower()):
        raise Wrong(
            f"“{plain(value)}”是科学记数法，号码的末几位已经丢失。",
            f"“{plain(value)}” is in scientific notation: the last digits are lost.",
            todo_zh="请把该列设为文本格式后重新填写完整号码。",
            todo_en="Make the column text and write the whole number again.",
        )
    if isinstance(value, int | float):
        around.say("号码以数字形式存放，已还原为文本", "the number was stored as a figure and was put back into digits")
    return "、".join(_phone(one, value) for one in re.split(r"[/、,，;；]+", said) if one)


def _phone(said: str, value: Value) -> str:
    digits = said if _LANDLINE.fullmatch(said) else said.replace("-", "")
    if mobile := _MOBILE.fullmatch(digits):
        return mobile[1]
    if land := _LANDLINE.fullmatch(said):
        return f"{land[1]}-{land[2]}" + (f"-{land[3]}" if land[3] else "")
    if _SHORT.fullmatch(said):
        return said
    raise _no_phone(value)


def _no_phone(value: Value) -> Wrong:
    return Wrong(
        f"“{plain(value)}”不是完整的电话号码。",
        f"“{plain(value)}” is no complete telephone number.",
        todo_zh="手机 11 位；座机写成 010-12345678。",
        todo_en="A mobile number has 11 digits; a landline is written 010-12345678.",
    )


def identifier(value: Value, around: Around) -> str:
    """A package name, a bundle id or the id of a mini program."""
    said = plain(value)
    if not _IDENTIFIER.fullmatch(said):
        raise Wrong(
            f"“{said}”不是包名、Bundle ID 或 AppID。",
            f"“{said}” is no package name, bundle id or AppID.",
            todo_zh="形如 com.example.bank 或 wx0123456789abcdef；一格只写一个。",
            todo_en="It looks like com.example.bank or wx0123456789abcdef; one a cell.",
        )
    return said


def fingerprint(value: Value, around: Around) -> str:
    """A digest in lower-case hexadecimal: SHA-256 (64 digits), SHA-1 (40) or MD5 (32)."""
    said = re.sub(r"[\s:]", "", plain(value)).lower()
    if not re.fullmatch(r"[0-9a-f]+", said) or len(said) not in {32, 40, 64}:
        raise Wrong(
            f"“{plain(value)}”不是完整的指纹。",
            f"“{plain(value)}” is no complete fingerprint.",
            todo_zh="SHA-256 是 64 位十六进制；请从签名工具完整复制。",
            todo_en="A SHA-256 has 64 hexadecimal digits; copy all of it.",
        )
    if len(said) != 64:
        around.say("不是 SHA-256，无法与检测结果比对", "it is no SHA-256 and cannot be compared with what was examined")
    return said


def version(value: Value, around: Around) -> str:
    """A version as text; one that Excel made a number or a date is not guessed at."""
    if isinstance(value, date):
        raise Wrong(
            f"版本号被 Excel 变成了日期（{plain(value)}）。",
            f"Excel made a date of the version ({plain(value)}).",
            todo_zh="请把该列设为文本格式后重新填写，如 3.5.1。",
            todo_en="Make the column text and write it again, such as 3.5.1.",
        )
    said = plain(value)
    return said[1:] if re.fullmatch(r"[vV]\d.*", said) else said


def level(value: Value, around: Around) -> int:
    """A level of the multi-level protection scheme, 1 to 5: 三级, 第三级, 3级, 3."""
    said = bare(plain(value))
    found = re.fullmatch(r"(?:等保|第)?([一二三四五1-5])(?:级|\.0)?(?:等保|\(.*\))?", said)
    if found is None:
        raise Wrong(
            f"“{plain(value)}”不是等保级别。",
            f"“{plain(value)}” is no protection level.",
            todo_zh="请填一级至五级。",
            todo_en="Write 1 to 5, or 一级 to 五级.",
        )
    return _LEVELS.get(found[1]) or int(found[1])


def many(value: Value, around: Around) -> tuple[str, ...]:
    """A list in one cell, split at 、 , ; and line ends."""
    return tuple(dict.fromkeys(one.strip() for one in _SPLIT.split(plain(value)) if one.strip()))


def choices(name: str) -> Callable[[Value, Around], tuple[str, ...]]:
    """A reader of several meanings out of the word list ``name``."""

    def read(value: Value, around: Around) -> tuple[str, ...]:
        parts = re.split(r"[、,，;；\n\r|/+&和及]+", plain(value))
        found = [choice(name)(one, around) for one in parts if one.strip()]
        return tuple(dict.fromkeys(found))

    return read


def choice(name: str) -> Callable[[Value, Around], str]:
    """A reader of one meaning out of the word list ``name``."""

    def read(value: Value, around: Around) -> str:
        said = bare(plain(value))
        for meaning, known in words()[name].items():
            if said in known or said == bare(meaning):
                return str(meaning)
        raise Wrong(
            f"“{plain(value)}”不在可选范围内。",
            f"“{plain(value)}” is not one of the known words.",
            todo_zh=f"请填其中之一：{_shown(name, 'zh')}。",
            todo_en=f"Write one of: {_shown(name, 'en')}.",
        )

    return read


def _shown(name: str, language: str) -> str:
    if language == "en":
        return ", ".join(words()[name])
    known = [next((one for one in said if not one.isascii()), meaning) for meaning, said in words()[name].items()]
    return "、".join(known)
