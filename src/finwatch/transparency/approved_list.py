"""The bytes of the approved list: JSON with a row a line, its tree, and the same as CSV. Streams; nothing is held.

::

    {"head":{…},"apps":[
    {…},
    {…}
    ]}

It is one JSON document and, at the same time, lines: the first is the head, the last closes, each between is a row of
canonical JSON (keys sorted, no spaces, UTF-8), with a comma but for the last. The tree of RFC 9162 over the rows (in
their order, without commas and line feeds) gives ``root``, by which one row is proved without the whole file. Rows are
in the order of ``id``. A list without rows has the root of the empty tree.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from pydantic import ValidationError

from finwatch.errors import InputError
from finwatch.model.approved import ApprovedApp, ApprovedHead
from finwatch.model.base import Text
from finwatch.transparency.merkle import Tree, leaf_hash

NOTICE: Final = Text(
    zh="备案仅表示材料已按规则登记并公布，不构成对该应用其他合规事项或其业务的认可。",
    en="A filing says that the documents were registered and published under the rules; it endorses nothing else.",
)
_OPEN: Final = ',"apps":[\n'
_CLOSE: Final = "]}\n"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM: Final = "\ufeff".encode()
MAX_ROW: Final = 1 << 20
"""Characters of a row: no app has so many versions."""
COLUMNS: Final = (
    ("备案编号", "number"),
    ("应用名称", "name"),
    ("机构名称", "institution"),
    ("统一社会信用代码", "credit_code"),
    ("平台", "platform"),
    ("包名", "package"),
    ("签名证书SHA-256", "signers"),
    ("最新版本", "version"),
    ("安装包SHA-256", "package_sha256"),
    ("版本备案日期", "version_filed"),
    ("注册地区", "region"),
    ("备案日期", "filed"),
    ("状态", "state"),
    ("终止日期", "ended"),
    ("记录号", "id"),
)


@dataclass(frozen=True)
class Written:
    """What was written: enough to sign it and to vouch for it."""

    apps: int
    bytes: int
    sha256: str
    root: str
    csv_bytes: int
    csv_sha256: str


def row_text(app: ApprovedApp) -> str:
    """A row of the list: canonical JSON."""
    return canonical(app.model_dump(mode="json"))


def canonical(value: object) -> str:
    """``value`` as JSON in one way: keys sorted by code point, no spaces, nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write(head: ApprovedHead, rows: Iterable[str], *, document: BinaryIO, table: BinaryIO) -> Written:
    """Writes the list as JSON into ``document`` and as CSV into ``table``; ``rows`` are texts of ``row_text``."""
    text, sheet, tree = _Hashed(document), _Hashed(table), Tree()
    text.write(f'{{"head":{canonical(head.model_dump(mode="json"))}{_OPEN}'.encode())
    sheet.write(_BOM)
    sheet.write(csv_line(column for column, _ in COLUMNS))
    separator = ""
    for row in rows:
        text.write(f"{separator}{row}".encode())
        separator = ",\n"
        tree.add(leaf_hash(row.encode()))
        sheet.write(csv_line(cells(ApprovedApp.model_validate_json(row))))
    text.write(f"{'' if not tree.size else chr(10)}{_CLOSE}".encode())
    return Written(
        apps=tree.size,
        bytes=text.bytes,
        sha256=text.sha256.hexdigest(),
        root=tree.root().hex(),
        csv_bytes=sheet.bytes,
        csv_sha256=sheet.sha256.hexdigest(),
    )


def read(lines: Iterable[str]) -> tuple[ApprovedHead, Iterator[str]]:
    """The head of a list and, one after another, the texts of its rows.

    Raises ``InputError`` naming the line that is none of a list; rows after it were given already.
    """
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (1, ""))
    start, end = '{"head":', _OPEN
    if not first.startswith(start) or not first.endswith(end):
        raise _malformed(1)
    try:
        head = ApprovedHead.model_validate_json(first[len(start) : -len(end)])
    except ValidationError as error:
        raise _malformed(1) from error
    return head, _rows(numbered)


def _rows(numbered: Iterator[tuple[int, str]]) -> Iterator[str]:
    number, more = 1, True
    for number, line in numbered:
        if line == _CLOSE:
            if next(numbered, None) is None:
                return
            raise _malformed(number + 1)
        if not more or len(line) > MAX_ROW:
            raise _malformed(number)
        row = line.removesuffix("\n")
        more = row.endswith(",")
        yield row.removesuffix(",")
    raise _malformed(number)


def app_of(row: str) -> ApprovedApp:
    """The app of a row's text. Raises ``InputError``."""
    try:
        return ApprovedApp.model_validate_json(row)
    except ValidationError as error:
        raise InputError(f"This is no row of the approved list: {row[:80]!r}.", todo="Fetch the list again.") from error


def cells(app: ApprovedApp) -> tuple[str, ...]:
    """A row of the CSV, as ``COLUMNS``."""
    newest = app.versions[-1] if app.versions else None
    return (
        app.number or "",
        " / ".join(app.names),
        app.institution,
        app.credit_code or "",
        app.platform,
        app.package,
        " ".join(app.signers),
        newest.version if newest else "",
        (newest.sha256 or "") if newest else "",
        newest.day.isoformat() if newest else "",
        app.region,
        app.filed.isoformat() if app.filed else "",
        app.state.value,
        app.ended.isoformat() if app.ended else "",
        str(app.id),
    )


def csv_line(values: Iterable[str]) -> bytes:
    """A line of CSV (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(
        f"'{value}" if value.lstrip(" \u3000").startswith(_FORMULA) or value.startswith(_FORMULA) else value
        for value in values
    )
    return out.getvalue().encode()


class _Hashed:
    """Bytes on their way into a file, counted and hashed."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self.sha256.update(data)
        self.bytes += len(data)


def _malformed(line: int) -> InputError:
    return InputError(
        f"Line {line} is not that of an approved list.", zh=f"第 {line} 行不是备案名单的内容。", todo="Fetch it again."
    )
