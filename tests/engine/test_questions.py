"""Questions over the lake's tables: what consecutive visits show, and which rows are the newest."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import engine
from finwatch.engine import LocalEngine
from finwatch.engine.questions import lists_of, tables_of, text_of
from finwatch.errors import LakeError, NotFound
from finwatch.lake import Lake, open_lake
from finwatch.lake.schemas import SCHEMAS
from tests.kit.observed import examined, visit
from tests.kit.store import START, examination, later, listing, sha

ENGINE = LocalEngine(processes=1)
QUESTIONS = sorted(path.stem for path in Path(engine.__file__).parent.glob("sql/*.sql"))
A, A2, B = examination("cn.a"), examination("cn.a", version=2), examination("cn.b")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(str(tmp_path / "lake"))


def events(lake: Lake) -> list[tuple[str, str, int | None]]:
    rows = ENGINE.ask("events", lake.tables).to_pylist()
    return [(row["app"], row["kind"], row["version_code"]) for row in rows]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_lake_has_an_answer(lake: Lake, question: str) -> None:
    parameters = {name: [sha("a")] for name in lists_of(text_of(question))}
    if "$engine_version" in text_of(question):
        parameters = {"engine_version": "1", "catalog_version": "1"}  # type: ignore[dict-item]
    if "$round" in text_of(question):
        parameters = {"round": 1}  # type: ignore[dict-item]
    assert ENGINE.ask(question, lake.tables, parameters).num_rows == 0
    assert set(tables_of(text_of(question))) <= SCHEMAS.keys()


def test_there_are_questions() -> None:
    assert len(QUESTIONS) >= 6


def test_the_first_visit_shows_no_events(lake: Lake) -> None:
    visit(lake, [listing(A), listing(B)], START)
    assert events(lake) == []


def test_apps_come_and_go(lake: Lake) -> None:
    visit(lake, [listing(A)], START)
    visit(lake, [listing(A), listing(B)], later(1))
    visit(lake, [], later(2))
    visit(lake, [listing(B)], later(3))
    assert events(lake) == [
        ("cn.a", "app_gone", 1),
        ("cn.b", "new_app", 1),
        ("cn.b", "app_gone", 1),
        ("cn.b", "new_app", 1),
    ]


def test_an_app_with_two_versions_is_one_new_app(lake: Lake) -> None:
    visit(lake, [], START)
    visit(lake, [listing(A), listing(A2)], later(1))
    visit(lake, [], later(2))
    assert events(lake) == [("cn.a", "new_app", 2), ("cn.a", "app_gone", 2)]


def test_versions_come_and_go(lake: Lake) -> None:
    visit(lake, [listing(A)], START)
    visit(lake, [listing(A), listing(A2)], later(1))
    visit(lake, [listing(A2)], later(2))
    assert events(lake) == [("cn.a", "new_version", 2), ("cn.a", "version_gone", 1)]
    row = ENGINE.ask("events", lake.tables).to_pylist()[0]
    assert (row["before_name"], row["after_name"], row["at"]) == ("1.0", "2.0", later(1))


@pytest.mark.parametrize(
    "fields",
    [{"package_sha256": sha("x")}, {"names": {"zh": "别名"}}, {"developer": None}, {"version_name": "1.0.1"}],
)
def test_the_same_version_may_change(lake: Lake, fields: dict[str, object]) -> None:
    visit(lake, [listing(A)], START)
    visit(lake, [listing(A, **fields)], later(1))
    visit(lake, [listing(A, **fields)], later(2))
    assert events(lake) == [("cn.a", "changed", 1)]


def test_markets_do_not_mix_and_a_missing_version_code_counts(lake: Lake) -> None:
    bare = listing(A, version_code=None)
    visit(lake, [bare], START)
    visit(lake, [listing(B, market="other")], later(1), market="other")
    visit(lake, [bare], later(2))
    visit(lake, [], later(3), market="other")
    assert events(lake) == [("cn.b", "app_gone", 1)]
    visit(lake, [], later(4))
    assert ("cn.a", "app_gone", None) in events(lake)


def test_spans_say_since_when_and_until_when(lake: Lake) -> None:
    visit(lake, [listing(A)], START)
    visit(lake, [listing(A, names={"zh": "新名"}), listing(A2)], later(1))
    visit(lake, [listing(A2)], later(2))
    visit(lake, [listing(A2)], later(3))
    rows = ENGINE.ask("spans", lake.tables).to_pylist()
    shown = [(row["version_code"], row["first_seen"], row["last_seen"], row["gone_at"], row["names"]) for row in rows]
    assert shown == [
        (1, START, later(1), later(2), '{"zh":"新名"}'),
        (2, later(1), later(3), None, rows[1]["names"]),
    ]


def test_versions_without_code_and_hash_are_told_by_their_names(lake: Lake) -> None:
    """Apple's market gives neither."""
    bare: dict[str, object] = {"version_code": None, "package_sha256": None}
    old, new = listing(A, version_name="3.0", **bare), listing(A, version_name="3.1", rating=4.5, **bare)
    visit(lake, [old], START)
    visit(lake, [old], later(1))
    visit(lake, [new], later(2))
    rows = ENGINE.ask("spans", lake.tables).to_pylist()
    shown = [(row["version_name"], row["first_seen"], row["last_seen"], row["gone_at"], row["rating"]) for row in rows]
    assert shown == [("3.0", START, later(1), later(2), None), ("3.1", later(2), later(2), None, 4.5)]
    (event,) = ENGINE.ask("events", lake.tables).to_pylist()
    assert (event["kind"], event["before_name"], event["after_name"]) == ("new_version", "3.0", "3.1")


def test_a_description_has_every_column_of_a_listing(lake: Lake) -> None:
    visit(lake, [listing(A)], START)
    (row,) = ENGINE.ask("spans", lake.tables).to_pylist()
    assert set(SCHEMAS["listings"].names) - {"visit"} <= row.keys()


def test_the_newest_examination_holds(lake: Lake) -> None:
    newer = A.model_copy(update={"engine": A.engine.model_copy(update={"catalog_version": "c2"})})
    examined(lake, [A, B], START)
    examined(lake, [newer], later(1))
    rows = ENGINE.ask("examined", lake.tables).to_pylist()
    assert {row["sha256"]: row["catalog_version"] for row in rows} == {
        A.package.sha256: "c2",
        B.package.sha256: "c1",
    }
    (row,) = ENGINE.ask("documents", lake.tables, {"hashes": [A.package.sha256]}).to_pylist()
    assert '"catalog_version":"c2"' in row["document"]
    known = ENGINE.ask("examined_with", lake.tables, {"engine_version": "0.1.0", "catalog_version": "c2"})
    assert known["sha256"].to_pylist() == [A.package.sha256]


def test_a_damaged_file_is_named(lake: Lake) -> None:
    examined(lake, [A], START)
    (file,) = lake.tables.files("examinations")
    Path(file).write_bytes(b"no parquet")
    with pytest.raises(LakeError, match=r"\.parquet"):
        ENGINE.ask("examined", lake.tables)


def test_an_unknown_question_is_named(lake: Lake) -> None:
    with pytest.raises(NotFound, match="whatever"):
        ENGINE.ask("whatever", lake.tables)
