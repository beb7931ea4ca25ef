"""The checks, read from their folders once per process and put in the order of their ids.

In: ``checks/rules/<id>/check.toml`` with either ``when`` or a ``check.py`` that has ``decide(view) -> Decision``.
Out: ``Check`` values that ``run`` applies. A folder that is wrong raises ``CatalogError`` naming it.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from finwatch.checks import evidence, when
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.errors import CatalogError
from finwatch.model.examination import Confidence
from finwatch.model.knowledge import CheckDefinition

_SURE = {
    "deterministic": Confidence.CERTAIN,
    "heuristic": Confidence.LIKELY,
    "needs_review": Confidence.SUSPECTED,
}
"""How sure a *yes* of a declarative condition is."""

FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Check:
    """A check: what it claims, and how it decides."""

    definition: CheckDefinition
    decide: Callable[[View], Decision]
    folder: Path


@cache
def load(folder: Path = FOLDER) -> tuple[Check, ...]:
    """Every check that is not retired, in the order of ids. Raises ``CatalogError`` naming the folder that is wrong."""
    return tuple(check for check in read(folder) if check.definition.lifecycle != "retired")


def read(folder: Path = FOLDER) -> tuple[Check, ...]:
    """Every check of the folder, retired ones too."""
    return tuple(_check(path.parent) for path in sorted(folder.glob("*/check.toml")))


def _check(folder: Path) -> Check:
    place = f"checks/rules/{folder.name}"
    try:
        definition = CheckDefinition.model_validate(tomllib.loads((folder / "check.toml").read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{place}/check.toml: {error}.", todo="Correct the file.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CatalogError(f"{place}/check.toml: {where}: {first['msg']}.", todo="Correct the entry.") from error
    if definition.id != folder.name:
        raise CatalogError(f"{place}/check.toml: id is {definition.id!r}.", todo="A check is named as its folder.")
    return Check(definition, _decide(definition, folder, place), folder)


def _decide(definition: CheckDefinition, folder: Path, place: str) -> Callable[[View], Decision]:
    coded = (folder / "check.py").is_file()
    if (definition.when is not None) == coded:
        raise CatalogError(f"{place}: needs either `when` or check.py.", todo="Keep one of the two.")
    if definition.when is not None:
        return _declared(definition, when.parse(definition.when, f"{place}/check.toml"))
    module = importlib.import_module(f"finwatch.checks.rules.{folder.name}.check")
    decide: object = getattr(module, "decide", None)
    if not callable(decide):
        raise CatalogError(f"{place}/check.py has no function decide(view).", todo="Add it.")
    return decide


def _declared(definition: CheckDefinition, condition: when.Condition) -> Callable[[View], Decision]:
    sure = _SURE[definition.determinism]
    summary = definition.summary or definition.title

    def decide(view: View) -> Decision:
        held = condition(view)
        if not held.value:
            return no(evidence=held.shown)
        pieces = evidence.first(held.evidence)
        figures = {
            "count": str(len(dict.fromkeys(held.evidence))),
            "first": (pieces[0].quote or "") if pieces else "",
            "package": view.manifest.package if view.facts.manifest else "",
        }
        zh, en = summary.zh.format_map(figures), summary.en.format_map(figures)
        return yes(zh, en, pieces, confidence=sure, from_absence=held.absence)

    return decide
