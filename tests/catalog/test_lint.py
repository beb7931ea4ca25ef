"""Each rule of the catalogue's lint finds what it is there for, and the built-in catalogue breaks none."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch.catalog import lint

SDK = "[[sdk]]\nid='{id}'\nzh='甲'\nen='a'\nvendor_zh='乙'\nvendor_en='b'\npurpose='push'\nsource='{source}'\n"
CALL = "[[call]]\nid='x.y'\nclass='{name}'\nname='m'\ntopic='x'\nsource='s'\n"
INSTITUTION = "[[institution]]\nid='i'\nzh='甲'\nen='a'\nkind='{kind}'\nsource='s'\n"


def test_the_built_in_catalogue_is_clean() -> None:
    assert lint.lint() == ()
    assert lint.main([]) == 0


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        ("entry_has_source", "sdks/a.toml", SDK.format(id="a", source=" ") + "prefixes=['x/y/z/']\n"),
        ("both_languages", "sdks/a.toml", SDK.format(id="a", source="s").replace("'甲'", "''") + "prefixes=['x/y/']\n"),
        ("prefix_is_a_package", "sdks/a.toml", SDK.format(id="a", source="s") + "prefixes=['com/foo']\n"),
        ("prefix_is_a_package", "sdks/a.toml", SDK.format(id="a", source="s") + "prefixes=['com/tencent/']\n"),
        ("mark_has_one_owner", "sdks/a.toml", SDK.format(id="a", source="s") + "prefixes=['cn/jpush/']\n"),
        ("mark_exists", "sdks/a.toml", SDK.format(id="a", source="s")),
        ("item_is_known", "sdks/a.toml", SDK.format(id="a", source="s") + "libraries=['liba.so']\ncollects=['soul']\n"),
        ("kind_is_known", "institutions.toml", INSTITUTION.format(kind="cobbler")),
        ("signer_is_a_digest", "institutions.toml",
         INSTITUTION.format(kind="bank") + "[[institution.app]]\npackage='a.b'\nsigners=['AB']\n"),
        ("watched_name_is_exact", "watch/a.toml", CALL.format(name="a b")),
        ("watched_name_is_exact", "watch/a.toml", CALL.format(name="a.B") + "proto='(Q)V'\n"),
        ("watched_name_is_watched_once", "watch/a.toml",
         CALL.format(name="a.B") + CALL.format(name="a.B").replace("x.y", "x.z")),
        ("necessary_items_have_a_licence", "kinds.toml",
         "[[kind]]\nid='k'\nzh='甲'\nen='a'\nwords=['x']\nnecessary_items=['name']\nsource='s'\n"),
    ],
)  # fmt: skip
def test_a_rule_finds_its_fault_and_nothing_else(tmp_path: Path, rule: str, file: str, text: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    problems = lint.lint(tmp_path)
    assert {problem.rule for problem in problems} == {rule}
    assert lint.main([str(tmp_path)]) == 1


def test_two_built_in_entries_of_one_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = SDK.format(id="a", source="s") + "prefixes=['x/y/']\n"
    (tmp_path / "sdks").mkdir()
    (tmp_path / "sdks/a.toml").write_text(text + text.replace("x/y/", "x/z/"), "utf-8")
    monkeypatch.setattr(lint.files, "BUILT_IN", tmp_path)
    assert [problem.rule for problem in lint.id_is_unique(lint.files.read(), lint.knowledge.load())] == [
        "id_is_unique",
        "id_is_unique",
    ]


def test_a_control_of_a_missing_clause() -> None:
    known = lint.knowledge.load()
    cut = known.model_copy(update={"clauses": {}})
    assert {problem.rule for problem in lint.clause_is_known((), cut)} == {"clause_is_known"}


def test_an_unusable_catalogue_ends_with_its_own_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kinds.toml").write_text("[[kind]]\nid='x'\n", "utf-8")
    assert lint.main([str(tmp_path)]) == 2
    assert "is missing" in capsys.readouterr().err
