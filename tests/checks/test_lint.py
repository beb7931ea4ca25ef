"""The linter of check folders: silent on ours, and each rule speaks up when it is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.checks import lint, registry
from finwatch.model.base import Text

CONTEXT = lint.Context(catalog.load(), catalog.controls())
CHECK = next(check for check in registry.read() if check.definition.id == "is_debuggable")


def test_our_own_checks_are_in_order() -> None:
    assert lint.offences(registry.read(), CONTEXT) == []
    assert lint.main() == 0


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("statement-is-the-name", {"statement": "something_else"}),
        ("statement-is-the-name", {"id": "Debuggable", "statement": "Debuggable"}),
        ("clauses-exist", {"clauses": ("JRT0092-99",)}),
        ("clauses-exist", {"clauses": ()}),
        ("controls-exist", {"controls": ("nobody-says-so",)}),
        ("needs-are-parts", {"needs": ("brain",)}),
        ("needs-are-parts", {"needs": ()}),
        ("texts-in-both-languages", {"why": Text(zh="Only English.", en="Only English.")}),
        ("texts-in-both-languages", {"remedy": Text(zh="没有句号", en="No full stop")}),
        ("texts-in-both-languages", {"title": Text(zh="中文标题", en="中文标题")}),
    ],
)
def test_each_rule_can_fail(rule: str, changed: dict[str, object]) -> None:
    broken = replace(CHECK, definition=CHECK.definition.model_copy(update=changed))
    assert any(f": {rule}: " in line for line in lint.offences((broken,), CONTEXT))


def test_missing_cases_are_named(tmp_path: Path) -> None:
    assert any("cases.toml is missing" in line for line in lint.offences((replace(CHECK, folder=tmp_path),), CONTEXT))
    one = '[[case]]\nname = "a"\noutcome = "yes"\n[[case]]\nname = "a"\noutcome = "no"\n'
    (tmp_path / "cases.toml").write_text(one, "utf-8")
    lines = lint.offences((replace(CHECK, folder=tmp_path),), CONTEXT)
    assert any("not_available" in line for line in lines)
    assert any("one name" in line for line in lines)
