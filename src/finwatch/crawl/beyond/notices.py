"""A regulator's notice or penalty table, as a page, a PDF or a workbook → a ``Notice``. Pure.

Every row that names an app or a party becomes a row with the place of each cell; everything else is said in
``faults``. The form is told from the bytes; names and headers may lie.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from finwatch.crawl.beyond.decode import text_of
from finwatch.crawl.beyond.grid import rows_of
from finwatch.crawl.beyond.pdf_table import pdf_tables
from finwatch.crawl.beyond.sheets import Table, UnreadableDocument, html_tables, workbook_tables
from finwatch.limits import WEB, WebLimits
from finwatch.model.web import CellAt, Notice, NoticeFault, NoticeRow

Form = Literal["html", "pdf", "xlsx"]


def form_of(data: bytes) -> Form:
    """What the bytes are."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "xlsx" if data.startswith(b"PK\x03\x04") else "html"


def read_notice(
    data: bytes,
    *,
    market: str,
    url: str,
    capture: str | None,
    seen: datetime,
    content_type: str | None = None,
    limits: WebLimits = WEB,
) -> Notice:
    """The rows of a notice and what could not be read of it. Malformed input is a fault in it, never an error."""
    form = form_of(data)
    title: str | None = None
    tables: list[Table] = []
    faults: list[NoticeFault] = []
    try:
        if form == "pdf":
            tables = pdf_tables(data, url=url, capture=capture, limits=limits)
        elif form == "xlsx":
            tables = workbook_tables(data, url=url, capture=capture, limits=limits)
        else:
            text = text_of(data, content_type)
            title = title_of(text)
            tables = html_tables(text, url=url, capture=capture, limits=limits)
    except UnreadableDocument as error:
        faults.append(NoticeFault(at=None, reason=str(error)))
    rows: list[NoticeRow] = []
    headed = False
    for table in tables:
        read = rows_of(table.grid)
        headed = headed or read.columns is not None
        rows += read.rows
        faults += read.faults
        place = CellAt(url=url, capture=capture, table=table.name, row=0, column=0)
        faults += [NoticeFault(at=place, reason=reason) for reason in table.left_out]
    if not headed and not faults:
        faults.append(
            NoticeFault(at=None, reason="no table with a heading for an app or a party and one more field was found")
        )
    return Notice(
        market=market,
        url=url,
        capture=capture,
        sha256=hashlib.sha256(data).hexdigest(),
        form=form,
        title=title,
        seen=seen,
        rows=tuple(rows),
        faults=tuple(faults),
    )


def title_of(text: str) -> str | None:
    """The title of a page: its first heading, else what ``<title>`` says."""
    tree = LexborHTMLParser(text)
    for selector in ("h1", "title"):
        node = tree.css_first(selector)
        shown = " ".join(node.text(deep=True, separator="").split()) if node is not None else ""
        if shown:
            return shown[:500]
    return None
