"""Writes ``docs/reference/checks.md`` from the check folders: ``python -m finwatch.checks.catalogue [--check]``.

In: the checks and the clauses of the catalogue. Out: one page with a table of all checks, the items of 191号 with the
checks that answer them or why none does, and a section for each check: what it claims, why, what it needs, which
clauses, how its cases come out. A test says whether the page is current.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from finwatch import catalog
from finwatch.checks import cases, registry
from finwatch.checks.registry import Check
from finwatch.model.base import Text
from finwatch.model.knowledge import Clause, Knowledge, Severity

PAGE = Path("docs/reference/checks.md")
"""Where the page lies, from the root of the repository."""

ITEMS = "191-"
"""What the ids of 191号's items begin with."""

_HEAD = """# Checks

<!-- Written by `python -m finwatch.checks.catalogue`; edit the folders below `src/finwatch/checks/rules` instead. -->

A check answers one statement about a package: *yes*, *no*, or *not available* when the parts it needs could not be
seen. A *yes* is **certain**, **likely**, or **suspected**; a suspicion is for a person to confirm before anybody is
told. A *no* marked as suspected has a trace that a person should look at and that accuses nobody. A clause stands
without its number where the text behind it was not seen.
"""


def page(checks: Sequence[Check], knowledge: Knowledge) -> str:
    """The whole page, in Markdown."""
    order = list(Severity)
    ranked = sorted(checks, key=lambda check: (order.index(check.definition.severity), check.definition.id))
    lines = [_HEAD, f"{len(ranked)} checks.", "", "| check | 中文 | severity | how | needs |", "|---|---|---|---|---|"]
    for check in ranked:
        definition = check.definition
        lines.append(
            f"| [{definition.title.en}](#{definition.id}) | {definition.title.zh} | {definition.severity.value} "
            f"| {definition.determinism.replace('_', ' ')} | {', '.join(definition.needs)} |"
        )
    lines.extend(_coverage(ranked, knowledge))
    for check in ranked:
        lines.extend(_section(check, knowledge))
    return "\n".join(lines).rstrip() + "\n"


def untold() -> Mapping[str, Text]:
    """Clauses of 191号 that neither package nor policy tells, each with what it would take (``untold.toml``)."""
    written = tomllib.loads(Path(__file__).with_name("untold.toml").read_text("utf-8"))
    return {clause: Text(**entry) for clause, entry in written.items()}


def _coverage(checks: Sequence[Check], knowledge: Knowledge) -> Iterator[str]:
    """The items of 191号, each with the checks that answer it, or why none does."""
    reasons = untold()
    clauses = [clause for clause in knowledge.clauses if clause.startswith(ITEMS)]
    yield from ("", "## What 国信办秘字〔2019〕191号 asks, and what can be told from outside", "")
    yield (
        f"{len(clauses) - len(reasons)} of its {len(clauses)} items are answered, each in part, by checks of package "
        f"and policy. {len(reasons)} are not: they take a running app, the operator's servers, or a person."
    )
    yield from ("", "| item | 事项 | answered by, or why not |", "|---|---|---|")
    for name in clauses:
        clause = knowledge.clauses[name]
        answers = [f"[{one.definition.id}](#{one.definition.id})" for one in checks if name in one.definition.clauses]
        why = reasons.get(name)
        told = ", ".join(answers) or (f"*not from outside:* {why.en} {why.zh}" if why else "")
        yield f"| {name.removeprefix(ITEMS)} {clause.title.en} | {clause.title.zh} | {told} |"


def clause_words(clause: Clause) -> str:
    """A clause in words; its number only where its text was seen."""
    number = f" {clause.number}" if clause.numbered else ""
    return f"{clause.source}{number}：{clause.title.zh} ({clause.title.en})"


def _section(check: Check, knowledge: Knowledge) -> Iterator[str]:
    definition = check.definition
    yield from ("", f'<a id="{definition.id}"></a>', "", f"## {definition.title.en} · {definition.title.zh}", "")
    yield (
        f"`{definition.id}`, version {definition.version}, {definition.lifecycle} since {definition.since}. "
        f"Severity {definition.severity.value}, {definition.determinism.replace('_', ' ')}; "
        f"needs {', '.join(definition.needs)}."
    )
    yield from ("", definition.why.en, "", definition.why.zh, "")
    yield from (f"*Remedy:* {definition.remedy.en}", "", f"*整改建议：*{definition.remedy.zh}", "")
    if definition.when is not None:
        yield from (f"Condition: `{definition.when}`", "")
    yield "Clauses:"
    yield ""
    yield from (f"- {clause_words(knowledge.clauses[clause])}" for clause in definition.clauses)
    yield from ("", "| case | outcome |", "|---|---|")
    for case in cases.read(check.folder / "cases.toml", knowledge=knowledge):
        confidence = f", {case.confidence.value}" if case.confidence else ""
        yield f"| {case.name} | {case.outcome.value.replace('_', ' ')}{confidence} |"


def main(arguments: Sequence[str]) -> int:
    """Writes the page, or with ``--check`` says by status 1 that it is out of date."""
    text = page(registry.load(), catalog.load())
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text("utf-8") == text else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
