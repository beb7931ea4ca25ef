"""A filing form set beside package, policy and markets: pure, the same input gives the same lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finwatch.model.base import Text
from finwatch.model.knowledge import Knowledge
from finwatch.supervise.bench import components, market, package, policy
from finwatch.supervise.bench.declared import Declared, read
from finwatch.supervise.bench.line import Comparison, Line, Seen, Side, Standing
from finwatch.supervise.bench.wording import cited

_ORDER = tuple(Standing)


def compare(form: Mapping[str, Any], seen: Seen, *, knowledge: Knowledge) -> Comparison:
    """Every line, mismatches first; each proposed sentence ends with the texts that it rests on."""
    declared = read(form)
    lines = [_with_basis(line, knowledge) for line in _lines(declared, seen, knowledge)]
    lines.sort(key=lambda line: (not line.mismatch, _ORDER.index(line.standing)))
    examined = seen.examination
    return Comparison(
        package=examined.package.sha256 if examined else None, lines=tuple(lines), gaps=tuple(_gaps(declared, seen))
    )


def _lines(declared: Declared, seen: Seen, knowledge: Knowledge) -> Iterator[Line]:
    yield from package.lines(declared, seen, knowledge)
    if seen.examination is not None:
        yield from components.permission_lines(declared, seen.examination, knowledge)
        yield from components.component_lines(declared, seen.examination, knowledge)
    elif declared.file is None:
        yield Line(
            key="package:file",
            side=Side.PACKAGE,
            field="package_file",
            label=Text(zh="安装包", en="package"),
            standing=Standing.UNDECLARED,
            clauses=package.MATERIALS,
            sentence=Text(zh="未提交安装包，请补充提交。", en="No package was handed in; please hand it in."),
        )
    yield from policy.lines(declared, seen, knowledge)
    yield from market.lines(declared, seen)


def _with_basis(line: Line, knowledge: Knowledge) -> Line:
    if line.sentence is None or not line.clauses:
        return line
    return line.model_copy(update={"sentence": cited(line.sentence, line.clauses, knowledge.clauses)})


def _gaps(declared: Declared, seen: Seen) -> Iterator[Text]:
    if seen.examination is None:
        yield seen.unexamined or Text(zh="安装包尚未检查。", en="The package was not examined yet.")
    elif seen.examination.package.protection.extent == "limited":
        yield Text(
            zh="安装包代码未能读全，未见到的不作为差异。",
            en="The package's code was not read whole: what was not seen is not held against the filing.",
        )
    if not market.newest(seen.listings):
        yield Text(zh="没有市场在架信息可供比对。", en="No market lists this package name now.")
