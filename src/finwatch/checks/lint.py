"""Judges the check folders: tiny rules, each with a name and what to do instead. ``python -m finwatch.checks.lint``.

In: the folders, the catalogue and its controls. Out: one line per offence; exit status 1 when there is any.
"""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from finwatch import catalog
from finwatch.checks import cases, registry
from finwatch.checks.registry import Check
from finwatch.checks.view import PARTS
from finwatch.model.base import Text
from finwatch.model.examination import Answer
from finwatch.model.knowledge import Knowledge


@dataclass(frozen=True)
class Context:
    """What the rules compare with."""

    knowledge: Knowledge
    controls: Mapping[str, object]


class Lint(ABC):
    """A rule over one check. ``complaints`` yields what is wrong; ``recommendation`` says what to do."""

    name = ""
    recommendation = ""

    @abstractmethod
    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        """What is wrong with the check, one sentence each."""


class StatementIsTheName(Lint):
    """The id reads as a statement that is true or false, in snake case, and the folder bears it."""

    name = "statement-is-the-name"
    recommendation = "Name the folder, `id` and `statement` alike: a verb in the third person, then what it does."

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        definition = check.definition
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", definition.id):
            yield f"id {definition.id!r} is not snake_case of at least two words"
        if definition.statement != definition.id:
            yield f"statement {definition.statement!r} differs from the id"


class ClausesExist(Lint):
    """Every clause cited is in the catalogue, and every check cites at least one."""

    name = "clauses-exist"
    recommendation = "Cite ids of catalog/data/laws/clauses.csv; add the clause there first if it is missing."

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        if not check.definition.clauses:
            yield "no clause is cited"
        for clause in check.definition.clauses:
            if clause not in context.knowledge.clauses:
                yield f"clause {clause!r} is not in the catalogue"


class ControlsExist(Lint):
    """Every control named is one of the survey of rules."""

    name = "controls-exist"
    recommendation = "Use ids of catalog/data/laws/controls.csv."

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        for control in check.definition.controls:
            if control not in context.controls:
                yield f"control {control!r} is not in the catalogue"


class NeedsAreParts(Lint):
    """``needs`` names parts that a package has, at least one."""

    name = "needs-are-parts"
    recommendation = f"Choose among: {', '.join(PARTS)}."

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        if not check.definition.needs:
            yield "needs is empty"
        for need in check.definition.needs:
            if need not in PARTS:
                yield f"{need!r} is no part"


class TextsInBothLanguages(Lint):
    """Title, reason and remedy are written in Chinese and in English, and each is a sentence of some length."""

    name = "texts-in-both-languages"
    recommendation = (
        "Write zh with Chinese characters and en in Latin letters; end reasons and remedies with a full stop."
    )

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        definition = check.definition
        texts = {"title": definition.title, "why": definition.why, "remedy": definition.remedy}
        if definition.summary:
            texts["summary"] = definition.summary
        for field, text in texts.items():
            yield from self._text(field, text)

    def _text(self, field: str, text: Text) -> Iterator[str]:
        if not re.search(r"[一-鿿]{2}", text.zh):
            yield f"{field}.zh has no Chinese"
        if re.search(r"[一-鿿]", text.en):
            yield f"{field}.en has Chinese characters"
        if field in {"why", "remedy"} and not (text.zh.endswith("。") and text.en.endswith(".")):
            yield f"{field} does not end with a full stop in both languages"
        if field == "title" and text.en.endswith("."):
            yield "title.en ends with a full stop"


class CasesShowEveryOutcome(Lint):
    """``cases.toml`` has at least one yes, one no and one not-available, each with a name of its own."""

    name = "cases-show-every-outcome"
    recommendation = "Add the missing case; the forms are in checks/cases.py."

    def complaints(self, check: Check, context: Context) -> Iterator[str]:
        path = check.folder / "cases.toml"
        if not path.is_file():
            yield "cases.toml is missing"
            return
        found = cases.read(path, knowledge=context.knowledge)
        for answer in Answer:
            if not any(case.outcome is answer for case in found):
                yield f"no case comes out as {answer.value}"
        names = [case.name for case in found]
        if len(set(names)) != len(names):
            yield "two cases have one name"


LINTS: tuple[Lint, ...] = (
    StatementIsTheName(),
    ClausesExist(),
    ControlsExist(),
    NeedsAreParts(),
    TextsInBothLanguages(),
    CasesShowEveryOutcome(),
)


def offences(checks: tuple[Check, ...], context: Context) -> list[str]:
    """Every offence as a line: check, rule, what is wrong, what to do."""
    return [
        f"{check.definition.id}: {lint.name}: {complaint}. {lint.recommendation}"
        for check in checks
        for lint in LINTS
        for complaint in lint.complaints(check, context)
    ]


def main() -> int:
    """Prints the offences; 1 when there is any."""
    context = Context(catalog.load(), catalog.controls())
    found = offences(registry.read(), context)
    for line in found:
        sys.stdout.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
