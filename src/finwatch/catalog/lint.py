"""The catalogue's lint: small rules, each with a name and what to do. ``python -m finwatch.catalog.lint [FOLDER]``.

In: the built-in files and perhaps an operator's folder. Out: one line a problem, exit code 1 when there is any.
``load`` refuses what cannot be used; the rules here catch what could be used and would be wrong.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from finwatch.catalog import deadlines, files, knowledge
from finwatch.catalog.entries import build
from finwatch.catalog.files import File, Row
from finwatch.errors import CatalogError
from finwatch.model.clock import DayKind
from finwatch.model.knowledge import Knowledge

_KINDS = {
    "watch/": ("call", "field", "string", "type"),
    "sdks/": ("sdk",),
    "packers": ("packer",),
    "kinds": ("kind",),
    "institutions": ("institution",),
    "clocks": ("clock",),
    "calendars/": ("holiday",),
}
_TABLES = ("laws/", "items", "permissions")

_PREFIX = re.compile(r"^(?:[A-Za-z_$][\w$-]*/)+$")
_WHOLE_VENDORS = {
    "com/", "cn/", "org/", "net/", "io/", "com/android/", "com/google/", "com/tencent/", "com/alibaba/", "com/baidu/",
    "com/huawei/", "com/xiaomi/", "java/", "javax/", "android/",
}  # fmt: skip
_DESCRIPTOR = re.compile(r"^L[\w$/-]+;$")
_PROTO = re.compile(r"^\((?:\[*(?:[ZBSCIJFD]|L[\w$/-]+;))*\)\[*(?:[VZBSCIJFD]|L[\w$/-]+;)$")
_SATURDAY = 5
_NEAR = 15
"""Days between a holiday and a day worked for it; the farthest seen is 11 (2026-09-20 for 1 October)."""
_EVERY_YEAR = {"new_year", "spring", "qingming", "labour", "dragon_boat", "national"}
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


class Problem(NamedTuple):
    """A rule that an entry breaks: the rule's name, the entry's place, and what to do."""

    rule: str
    place: str
    todo: str


Rule = Callable[[Sequence[File], Knowledge], Iterator[Problem]]


def lint(extra: Path | None = None) -> tuple[Problem, ...]:
    """Every problem of the catalogue, in the order of the rules. Raises ``CatalogError`` when it cannot be loaded."""
    content = files.read(extra)
    known = knowledge.load(extra)
    return tuple(problem for rule in RULES for problem in rule(content, known))


def entry_has_source(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """Knowledge without a source cannot be checked by anybody."""
    for row in _rows(content):
        if not str(row.values.get("source", "")).strip():
            yield Problem("entry_has_source", row.place, "Say where it is known from.")


def id_is_unique(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """Of two built-in entries with one id, only the last would be used. (An operator's entry may replace one.)"""
    built_in = [file for file in content if file.origin.is_relative_to(files.BUILT_IN)]
    for kind, rows in _by_kind(built_in).items():
        counts = Counter(_key(row) for row in rows)
        for row in rows:
            if counts[_key(row)] > 1:
                yield Problem("id_is_unique", row.place, f"Rename or remove one {kind} of this id.")


def both_languages(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """The screens are in Chinese and English; an empty name is an empty cell."""
    for row in _rows(content):
        for key, value in row.values.items():
            named = key in {"zh", "en"} or key.endswith(("_zh", "_en"))
            if named and not key.startswith("synonyms") and not str(value).strip():
                yield Problem("both_languages", row.place, f"Fill in {key!r}.")


def prefix_is_a_package(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A prefix that ends inside a name, or names a whole vendor, accuses strangers."""
    for kind, entries in (("sdk", known.sdks), ("packer", known.packers)):
        for entry in entries:
            for prefix in entry.prefixes:
                if not _PREFIX.match(prefix):
                    yield Problem(
                        "prefix_is_a_package", f"{kind} {entry.id}", f"Write {prefix!r} as names and slashes."
                    )
                elif prefix in _WHOLE_VENDORS:
                    yield Problem(
                        "prefix_is_a_package", f"{kind} {entry.id}", f"{prefix!r} covers more than one product."
                    )


def mark_has_one_owner(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """One prefix, component or library of two SDKs would name whichever comes first."""
    for field in ("prefixes", "components", "libraries"):
        owners: dict[str, str] = {}
        for sdk in known.sdks:
            for mark in getattr(sdk, field):
                if owners.setdefault(mark, sdk.id) != sdk.id:
                    yield Problem("mark_has_one_owner", f"sdk {sdk.id}", f"{mark!r} is also one of {owners[mark]!r}.")


def mark_exists(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """An SDK or packer without any mark is never found."""
    for sdk in known.sdks:
        if not (sdk.prefixes or sdk.components or sdk.libraries):
            yield Problem("mark_exists", f"sdk {sdk.id}", "Give a prefix, a component or a library.")
    for packer in known.packers:
        if not (packer.files or packer.prefixes):
            yield Problem("mark_exists", f"packer {packer.id}", "Give a file name or a prefix.")


def item_is_known(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A data item that ``items.csv`` does not have would show as a bare id."""
    used: list[tuple[str, tuple[str, ...]]] = [
        *((f"call {call.id}", call.items) for call in known.watch.calls),
        *((f"field {field.id}", field.items) for field in known.watch.fields),
        *((f"sdk {sdk.id}", sdk.collects) for sdk in known.sdks),
        *((f"permission {entry.name}", entry.items) for entry in known.permissions.values()),
        *((f"kind {kind.id}", kind.necessary_items) for kind in known.kinds.values()),
        *((f"item {item.id}", (item.parent,) if item.parent else ()) for item in known.items.values()),
    ]
    for place, items in used:
        for item in items:
            if item not in known.items:
                yield Problem("item_is_known", place, f"{item!r} is not in items.csv.")


def clause_is_known(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A control that maps to a missing clause cites nothing."""
    for control in knowledge.controls().values():
        for clause in control.clauses:
            if clause not in known.clauses:
                yield Problem("clause_is_known", f"control {control.id}", f"{clause!r} is not in laws/clauses*.csv.")


def kind_is_known(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """An institution's kind is one of ``kinds.toml``."""
    for institution in known.institutions:
        if institution.kind not in known.kinds:
            yield Problem(
                "kind_is_known", f"institution {institution.id}", f"{institution.kind!r} is not in kinds.toml."
            )


def watched_name_is_exact(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A class that is no descriptor, or a prototype with a typing error, matches nothing and says nothing."""
    names = [
        *((f"call {call.id}", call.class_name) for call in known.watch.calls if call.class_name is not None),
        *((f"field {field.id}", field.class_name) for field in known.watch.fields),
        *((f"type {entry.id}", entry.type_name) for entry in known.watch.types),
    ]
    for place, name in names:
        if not _DESCRIPTOR.match(name):
            yield Problem("watched_name_is_exact", place, f"{name!r} is no class descriptor.")
    for call in known.watch.calls:
        if call.proto is not None and not _PROTO.match(call.proto):
            yield Problem("watched_name_is_exact", f"call {call.id}", f"{call.proto!r} is no prototype.")


def watched_name_is_watched_once(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """Two calls of one topic on one method and argument report the same place twice."""
    seen: dict[tuple[object, ...], str] = {}
    for call in known.watch.calls:
        key = (call.class_name, call.name, call.proto, call.argument, call.topic)
        if (first := seen.setdefault(key, call.id)) != call.id:
            yield Problem("watched_name_is_watched_once", f"call {call.id}", f"The same as {first!r}.")


def signer_is_a_digest(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A signer is SHA-256 in lower-case hex; anything else never equals one."""
    for institution in known.institutions:
        for app in institution.apps:
            for signer in app.signers:
                if not _SHA256.match(signer):
                    yield Problem("signer_is_a_digest", f"institution {institution.id}", f"{signer!r} is no SHA-256.")


def necessary_items_have_a_licence(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """Only licensed business may require personal information; a tool's list would excuse what it takes."""
    for kind in known.kinds.values():
        if kind.necessary_items and kind.licence is None:
            yield Problem("necessary_items_have_a_licence", f"kind {kind.id}", "Remove the items or name the licence.")


def clock_counts_days(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A deadline of no days is over before it begins; working days end on a working day and have nothing to roll."""
    for row in knowledge.rows(content, "clocks", "clock"):
        clock = build(deadlines.clock, row)
        if clock.days < 1:
            yield Problem("clock_counts_days", row.place, "Give at least one day.")
        if clock.rolls and clock.kind is DayKind.WORKING:
            yield Problem("clock_counts_days", row.place, "Only calendar days roll; remove 'rolls'.")


def holiday_is_taken_from_somewhere(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A day worked instead is a Saturday or Sunday near its holiday and no day off; anything else is a slip."""
    for row in knowledge.rows(content, "calendars/", "holiday"):
        holiday = build(deadlines.holiday, row)
        for day in holiday.work:
            weekend = day.weekday() >= _SATURDAY and not holiday.first <= day <= holiday.last
            near = abs((day - holiday.first).days) <= _NEAR or abs((day - holiday.last).days) <= _NEAR
            if not (weekend and near):
                yield Problem("holiday_is_taken_from_somewhere", row.place, f"{day} is no weekend day near it.")


def year_names_its_holidays(content: Sequence[File], known: Knowledge) -> Iterator[Problem]:
    """A year without New Year, Spring Festival, Qingming, Labour Day, Dragon Boat and National Day is half a year."""
    for file in content:
        if file.name.startswith("calendars/"):
            named = {str(row.values["id"]).partition(".")[2] for row in files.tables(file, "holiday")}
            for missing in sorted(_EVERY_YEAR - named):
                yield Problem("year_names_its_holidays", str(file.origin), f"Add {missing!r}.")


RULES: tuple[Rule, ...] = (
    entry_has_source,
    id_is_unique,
    both_languages,
    prefix_is_a_package,
    mark_has_one_owner,
    mark_exists,
    item_is_known,
    clause_is_known,
    kind_is_known,
    watched_name_is_exact,
    watched_name_is_watched_once,
    signer_is_a_digest,
    necessary_items_have_a_licence,
    clock_counts_days,
    holiday_is_taken_from_somewhere,
    year_names_its_holidays,
)


def main(arguments: Sequence[str]) -> int:
    """Prints the problems; 0 when there are none, 1 when there are, 2 when the catalogue cannot be loaded."""
    try:
        problems = lint(Path(arguments[0]) if arguments else None)
    except CatalogError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for problem in problems:
        print(f"{problem.rule}: {problem.place}: {problem.todo}")
    return 1 if problems else 0


def _by_kind(content: Sequence[File]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for start, kinds in _KINDS.items():
        for kind in kinds:
            found.setdefault(kind, []).extend(knowledge.rows(content, start, kind))
    for start in _TABLES:
        for file in content:
            if file.name.startswith(start) and file.name.endswith(".csv"):
                table = "clause" if file.name.startswith("laws/clauses") else file.name
                found.setdefault(table, []).extend(files.csv_rows(file))
    return found


def _rows(content: Sequence[File]) -> Iterator[Row]:
    for rows in _by_kind(content).values():
        yield from rows


def _key(row: Row) -> str:
    return str(row.values.get("id", row.values.get("name")))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
