"""The bytes of the approved list: one document and lines, its tree, its CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.errors import InputError
from finwatch.model.approved import ApprovedApp, ApprovedHead
from finwatch.transparency import merkle
from finwatch.transparency.approved_list import COLUMNS, NOTICE, Written, app_of, cells, csv_line, read, row_text, write
from tests.kit import transparency as kit

HEAD = ApprovedHead(origin=kit.ORIGIN, number=3, at=kit.DAY, notice=NOTICE)


def written(*apps: ApprovedApp) -> tuple[Written, str, bytes]:
    document, table = io.BytesIO(), io.BytesIO()
    made = write(HEAD, map(row_text, apps), document=document, table=table)
    return made, document.getvalue().decode(), table.getvalue()


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_a_list_is_json_and_lines_at_once(count: int) -> None:
    apps = [kit.app(number) for number in range(1, count + 1)]
    made, text, _ = written(*apps)
    whole = json.loads(text)
    assert whole["head"]["number"] == 3
    assert [ApprovedApp.model_validate(one) for one in whole["apps"]] == apps
    head, rows = read(io.StringIO(text, newline="\n"))
    kept = list(rows)
    assert head == HEAD
    assert [app_of(row) for row in kept] == apps
    tree = merkle.Tree()
    for row in kept:
        tree.add(merkle.leaf_hash(row.encode()))
    assert (made.apps, made.root, made.bytes) == (count, tree.root().hex(), len(text.encode()))
    assert made.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_the_empty_list_has_the_empty_root() -> None:
    made, text, table = written()
    assert made.root == hashlib.sha256(b"").hexdigest()
    assert text.endswith('"apps":[\n]}\n')
    assert len(list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))) == 1


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: "", 1),
        (lambda text: text.replace('"head"', '"tail"'), 1),
        (lambda text: text.replace('"number":3', '"number":"x"'), 1),
        (lambda text: text[:-4], 3),
        (lambda text: text.replace("},\n", "}\n", 1), 3),
        (lambda text: text + "more\n", 5),
    ],
)
def test_what_is_no_list_is_named_by_its_line(change: object, line: int) -> None:
    _, text, _ = written(kit.app(1), kit.app(2))
    broken = change(text)  # type: ignore[operator]
    with pytest.raises(InputError, match=f"Line {line} "):
        list(read(io.StringIO(broken, newline="\n"))[1])


def test_a_row_that_is_none_is_said() -> None:
    with pytest.raises(InputError, match="no row of the approved list"):
        app_of("{}")


def test_the_csv_opens_in_a_spreadsheet() -> None:
    names = ('=HYPERLINK("http://x.example")', "青禾，“银行”\n第二行")
    _, _, table = written(kit.app(1, names=names, institution="@sum", package="-x", region="+1"))
    assert table.startswith(b"\xef\xbb\xbf")
    heads, row = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    assert heads == [zh for zh, _ in COLUMNS]
    assert row[1] == "'" + " / ".join(names)
    assert (row[2], row[5], row[10]) == ("'@sum", "'-x", "'+1")
    assert b"\r\n" in table


@given(st.text(max_size=12))
def test_no_cell_begins_a_formula(value: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_line([value or "x"]).decode(), newline="")))[:1]
    assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_a_removal_stays_visible() -> None:
    gone = kit.app(1, state="cancelled", ended="2026-05-01")
    assert "cancelled" in cells(gone)
    assert "2026-05-01" in cells(gone)
