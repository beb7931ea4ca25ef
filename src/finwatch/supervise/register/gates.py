"""What the register refuses, said at the field: codes, files, packages that are not the filed ones, who may file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from finwatch.model.access import Organisation, OrganisationKind
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import MISSING, Form
from finwatch.supervise.machine import Look, Occasion
from finwatch.supervise.register import credit_code

Problems = tuple[FieldProblem, ...]
SUSPENDING: Final = frozenset({"suspended", "blacklisted"})
"""Measures while which are in force nothing new of an institution is filed."""
YEAR: Final = timedelta(days=365)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_CASE: Final = re.compile(r"case:([1-9][0-9]{0,17})")


def at(name: str, zh: str, en: str) -> Problems:
    """One problem, at the field ``name``."""
    return (FieldProblem(field=name, says=Text(zh=zh, en=en)),)


def needed(form: Mapping[str, Any], *names: str) -> Problems:
    """The fields among ``names`` that are empty."""
    return tuple(FieldProblem(field=name, says=MISSING) for name in names if form.get(name) in (None, "", [], ()))


def codes(form: Mapping[str, Any], *names: str) -> Problems:
    """Credit codes that cannot be any (GB 32100-2015)."""
    found = ((name, credit_code.wrong(str(form[name]))) for name in names if form.get(name))
    return tuple(FieldProblem(field=name, says=says) for name, says in found if says is not None)


def files(occasion: Occasion, model: type[Form]) -> Problems:
    """Files that a form names and nobody has uploaded."""
    return tuple(
        problem
        for name, sha256 in _named(occasion.form, model)
        if not occasion.look.knows_blob(sha256)
        for problem in at(
            name,
            f"系统中没有该文件（{sha256[:12]}…），请重新上传。",
            f"No such file is here ({sha256[:12]}…): upload it again.",
        )
    )


def _named(form: Mapping[str, Any], model: type[Form]) -> Iterable[tuple[str, str]]:
    for one in model.shown():
        value = form.get(one.name)
        if one.widget == "file" and value:
            yield one.name, value
        if one.widget == "rows":
            for number, row in enumerate(value or ()):
                for column in one.columns:
                    if column.widget == "file" and row.get(column.name):
                        yield f"{one.name}.{number}.{column.name}", row[column.name]


def differs(form: Mapping[str, Any], name: str, *, given: Any, filed: Any) -> Problems:
    """Two digests that must be the same, both shown; nothing while one of them is missing."""
    if not given or not filed or given == filed:
        return ()
    return at(
        name,
        f"文件与备案填报的不一致：填报为 {filed}，实际为 {given}。",
        f"This is not the package that is filed: filed {filed}, given {given}.",
    )


def package(form: Mapping[str, Any]) -> Problems:
    """A package that is not the declared one; on Android also whether file, digest and signers are there."""
    found = differs(form, "package_sha256", given=form.get("package_file"), filed=form.get("package_sha256"))
    if form.get("platform") == "android":
        found += needed(form, "package_file", "package_sha256", "package_size", "signers")
    for number, signer in enumerate(form.get("signers") or (), 1):
        if not _SHA256.fullmatch(signer):
            found += at("signers", f"第{number}行不是SHA-256摘要。", f"Line {number} is no SHA-256.")
    return found


def named_organisation(look: Look, kind: OrganisationKind, given: str) -> Organisation | None:
    """The active organisation of ``kind`` whose id or name is ``given``."""
    return next((one for one in look.organisations(kind) if given in (one.id, one.name)), None)


def organisation(occasion: Occasion, name: str, kind: OrganisationKind) -> Problems:
    """Whether the field ``name`` names an active organisation of ``kind``."""
    given = occasion.form.get(name)
    if not given or named_organisation(occasion.look, kind, given) is not None:
        return needed(occasion.form, name)
    known = "、".join(one.name for one in occasion.look.organisations(kind)) or "—"
    return at(name, f"没有“{given}”。可选：{known}。", f"There is no “{given}”. Known: {known}.")


def registered(occasion: Occasion) -> Problems:
    """Only an institution that is filed itself, and whose filings are not suspended, may file an app."""
    look, owner = occasion.look, occasion.case.owner
    if not any(case.state == "filed" for case in look.cases(CaseFilter(machine="institution", owner=owner))):
        return at(
            "",
            "本机构尚未完成机构备案（须为“已备案”），不能办理软件备案。",
            "The institution itself is not filed (it must stand at “filed”), so that no app of it can be.",
        )
    return not_suspended(occasion)


def not_suspended(occasion: Occasion) -> Problems:
    """Whether a sanction suspends the institution's filings."""
    for case in occasion.look.cases(CaseFilter(machine="sanction", owner=occasion.case.owner)):
        if in_force(case) & SUSPENDING:
            return at(
                "",
                f"协会已暂停受理本机构的备案（事项 {case.id}）。",
                f"The association has suspended filings of this institution (case {case.id}).",
            )
    return ()


def in_force(sanction: Case) -> set[str]:
    """The measures of a sanction case that were taken and not lifted."""
    if sanction.state == "withdrawn":
        return set()
    measures = sanction.form.get("measures") or ()
    return {str(one["measure"]) for one in measures if not one.get("lifted_on")}


def recent(occasion: Occasion, name: str) -> Problems:
    """An assessment counts for a year (Art. 19): the day must be there, over, and not older."""
    told = occasion.form.get(name)
    if not told:
        return needed(occasion.form, name)
    day = date.fromisoformat(told)
    if day > occasion.day:
        return at(name, "该日期在今天之后。", "This day is still to come.")
    if day + YEAR < occasion.day:
        return at(
            name,
            f"外部评估须每年进行（第十九条），{day}距今已超过一年。",
            f"An assessment counts for a year (Art. 19); {day} is longer ago.",
        )
    return ()


def evidence(occasion: Occasion, name: str, told: Iterable[str] | None) -> Problems:
    """Every step against somebody names evidence that can be opened: a file of the lake, or a case."""
    lines = list(told or ())
    if not lines:
        return at(name, "没有证据不得作出该决定。", "Without evidence there is no such decision.")
    found: Problems = ()
    for number, line in enumerate(lines, 1):
        case = _CASE.fullmatch(line)
        if case is not None:
            known = bool(occasion.look.steps(int(case[1])))
        else:
            known = _SHA256.fullmatch(line) is not None and occasion.look.knows_blob(line)
        if not known:
            found += at(
                name,
                f"第{number}行“{line[:80]}”无法打开：请填写已上传文件的SHA-256或“case:编号”。",
                f"Line {number}, “{line[:80]}”, cannot be opened: give an uploaded file's SHA-256, or case:number.",
            )
    return found
