"""What a file is by its bytes, whatever its name says; then the reader that fits, or a message with what to do."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from finwatch.errors import InputError
from finwatch.limits import SHEET, SheetLimits
from finwatch.model.base import Text
from finwatch.supervise.ledger.sheet.book import Book

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""MS-CFB §2.2: the header of an OLE compound file; .xls is one, an encrypted .xlsx too."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""MS-OFFCRYPTO §2.3.4.4: the stream that an encrypted workbook keeps its bytes in."""
_BOOKS: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<style", b"<div")
_NAMES: Final = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "csv": (".csv", ".txt", ".tsv")}


class UnreadableSheet(InputError):
    """A file from which no sheet can be read; nothing of it was imported."""

    code = "sheet"

    def __init__(self, says: Text, todo: Text) -> None:
        super().__init__(f"{says.en} {todo.en}", zh=f"{says.zh}{todo.zh}", todo="")
        self.says = says
        self.advice = todo


def open_book(data: bytes, *, name: str = "", limits: SheetLimits = SHEET) -> Book:
    """The workbook in ``data``: ``.xlsx``, ``.xls`` or CSV, told by content and never by ``name``.

    Raises ``UnreadableSheet`` with what is wrong and what to do about it.
    """
    if len(data) > limits.file_bytes:
        raise UnreadableSheet(
            Text(
                zh=f"文件有 {len(data):,} 字节，超过上限 {limits.file_bytes:,} 字节（sheet.file_bytes）。",
                en=f"The file has {len(data):,} bytes, more than {limits.file_bytes:,} (limit sheet.file_bytes).",
            ),
            Text(
                zh="请删除图片和表格以外的空行后另存，或拆成多个文件。",
                en="Remove pictures and empty rows, save it again, or split it.",
            ),
        )
    book = _read(data, limits)
    suffix = PurePath(name).suffix.lower()
    if suffix and suffix not in _NAMES[book.format]:
        book.notes.append(
            Text(
                zh=f"文件名以 {suffix} 结尾，但内容是 {book.format} 格式；已按内容读取。",
                en=f"The name ends in {suffix}, but the content is {book.format}; it was read by its content.",
            )
        )
    return book


def _read(data: bytes, limits: SheetLimits) -> Book:
    from finwatch.supervise.ledger.sheet import delimited, xls, xlsx  # noqa: PLC0415 - they raise what is defined here

    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableSheet(
            Text(zh="文件是空的。", en="The file is empty."),
            Text(zh="请选择台账文件。", en="Choose the ledger's file."),
        )
    if data.startswith(_ZIP):
        return xlsx.read(data, limits)
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise encrypted()
        if not any(stream in data for stream in _BOOKS):
            raise UnreadableSheet(
                Text(
                    zh="这是旧版 Office 文件，但其中没有工作簿（可能是 .doc 或 .ppt）。",
                    en="This is an old Office file without a workbook in it (a .doc or .ppt, perhaps).",
                ),
                Text(zh="请选择 Excel 文件。", en="Choose an Excel file."),
            )
        return xls.read(data, limits)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise UnreadableSheet(
            Text(
                zh="这是一个网页（HTML），只是文件名像 Excel；系统导出的“假 .xls”常是这样。",
                en="This is a web page (HTML) with the name of an Excel file, as some systems export it.",
            ),
            Text(
                zh="请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”再上传。",
                en="Open it in Excel or WPS, save it as “Excel workbook (.xlsx)”, and upload that.",
            ),
        )
    if start.startswith(b"<?xml"):
        raise UnreadableSheet(
            Text(zh="这是 XML 文件，不是工作簿。", en="This is an XML file, not a workbook."),
            Text(
                zh="若是“XML 电子表格 2003”，请用 Excel 另存为 .xlsx。",
                en="If it is an “XML Spreadsheet 2003”, save it as .xlsx in Excel.",
            ),
        )
    return delimited.read(data, limits)


def encrypted() -> UnreadableSheet:
    """The message for a workbook that needs a password."""
    return UnreadableSheet(
        Text(
            zh="工作簿设有打开密码，内容已加密，无法读取。",
            en="The workbook is encrypted: it opens with a password only.",
        ),
        Text(
            zh="请在 Excel 中打开，取消“用密码进行加密”，保存后再上传。不要把密码写进台账系统。",
            en="Open it in Excel, take the password off, save, and upload it again. Give the password to nobody.",
        ),
    )


def damaged(why: str) -> UnreadableSheet:
    """The message for a workbook that breaks off or contradicts itself."""
    return UnreadableSheet(
        Text(
            zh=f"文件不完整或已损坏，无法打开（{why}）。",
            en=f"The file is cut off or damaged and cannot be opened ({why}).",
        ),
        Text(
            zh="请确认上传完整；在 Excel 中打开（必要时选择“修复”），另存为 .xlsx 再上传。",
            en="Check that it was copied whole; open it in Excel (“repair” if asked), save it as .xlsx, upload that.",
        ),
    )


def too_large(what: Text, limit: str) -> UnreadableSheet:
    """The message for a workbook that passes a bound."""
    return UnreadableSheet(
        Text(zh=f"{what.zh}（上限 sheet.{limit}）。", en=f"{what.en} (limit sheet.{limit})."),
        Text(
            zh="请删除台账以外的工作表和格式化的空行空列，另存后再上传。",
            en="Delete other sheets and formatted empty rows and columns, save it again, and upload that.",
        ),
    )
