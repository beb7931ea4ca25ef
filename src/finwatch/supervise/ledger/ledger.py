"""The ledger as its keepers use it: entries, a file in, a file out, what is due, what is advised, what markets show.

Everything is read under the actor's scope and changed through the desk. Files lie in the lake under their SHA-256.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from finwatch.catalog import deadlines
from finwatch.errors import InputError
from finwatch.model.access import Actor, Organisation
from finwatch.model.case import Case
from finwatch.model.knowledge import Institution
from finwatch.model.view import AppFilter, AppRow
from finwatch.store.case import CaseFilter
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.ledger import advisor, discovered, duties, importing
from finwatch.supervise.ledger.entry import subject_of
from finwatch.supervise.ledger.importing import IMPORT, Difference, compare, taken_rows
from finwatch.supervise.ledger.keeping import ALIVE, ENTRY
from finwatch.supervise.ledger.sheet import (
    SheetReading,
    open_book,
    plain_sheet,
    plain_text,
    read_book,
    same_sheet,
)
from finwatch.supervise.private import veiled

_BATCH: Final = 500
SIGHTINGS: Final = 5_000
"""Observed apps looked at for one institution."""


class Files(Protocol):
    """Where files lie: the lake's blobs."""

    def put(self, data: bytes) -> str:
        """Keeps a file; its SHA-256."""

    def read(self, sha256: str) -> bytes:
        """A file. Raises ``NotFound``."""


class Ledger:
    """The ledgers of institutions. Shared between threads."""

    def __init__(
        self, desk: Desk, files: Files, *, institutions: Sequence[Institution] = (), catalog: Path | None = None
    ) -> None:
        self.desk = desk
        self.files = files
        self._institutions = {one.id: one for one in institutions}
        self._catalog = catalog

    # Entries --------------------------------------------------------------------------------------------------------

    def entries(self, actor: Actor, owner: str | None = None, *, living: bool = False) -> tuple[Case, ...]:
        """The entries in the actor's scope, by number of their case; of one institution, or those that live."""
        where = CaseFilter(machine=ENTRY, owner=owner, states=ALIVE if living else ())
        return self._all(actor, where)

    def _all(self, actor: Actor, where: CaseFilter) -> tuple[Case, ...]:
        found: list[Case] = []
        while True:
            more = self.desk.store.cases.following(found[-1].id if found else 0, where, scope=actor.scope, limit=_BATCH)
            found += more
            if len(more) < _BATCH or len(found) >= importing.PAGE:
                return tuple(found)

    # A file in ------------------------------------------------------------------------------------------------------

    def hand_in(self, actor: Actor, data: bytes, *, name: str, owner: Organisation | None = None) -> Case:
        """Opens an import of the file and reads it. Raises ``UnreadableSheet`` before anything is kept."""
        open_book(data, name=name)
        form = {"file": name[-300:] or "?", "sha256": self.files.put(data)}
        case = self.desk.open(actor, IMPORT, arc="hand_in", form=form, owner=owner)
        return self.read(case)

    def read(self, case: Case) -> Case:
        """The import after the system read its file with the corrections that people made."""
        reading = self.reading(case)
        form = {"errors": len(reading.errors), "rows": len(reading.rows), "taken": taken_rows(reading)}
        return self.desk.go(SYSTEM, case.id, "read", version=case.version, form=form)

    def reading(self, case: Case) -> SheetReading:
        """What an import's file says, on the day it was handed in, with its corrections. Nothing is written."""
        form = case.form
        book = open_book(self.files.read(form["sha256"]), name=form.get("file") or "")
        return read_book(book, today=day_in_china(case.opened), corrections=_corrections(form))

    def correct(self, actor: Actor, case: Case, typed: Mapping[str, str]) -> Case:
        """The import after ``typed`` (``sheet!D7`` → text) took the place of cells, read again."""
        merged = {**_corrections(case.form), **typed}
        rows = [{"place": place, "value": value} for place, value in sorted(merged.items())]
        after = self.desk.go(actor, case.id, "correct", version=case.version, form={"corrections": rows})
        return self.read(after)

    def differences(self, actor: Actor, case: Case) -> tuple[Difference, ...]:
        """What confirming an import would do, row by row."""
        return compare(case.form.get("taken") or (), self.entries(actor, case.owner))

    def absent(self, actor: Actor, case: Case) -> tuple[Case, ...]:
        """Living entries that an import's file has no row for; they stay."""
        return importing.missing(case.form.get("taken") or (), self.entries(actor, case.owner, living=True))

    def confirm(self, actor: Actor, case: Case, *, seen: str | None = None) -> Case:
        """The import after every row of it is in the ledger. Raises ``FormError``, and then none of them is."""
        return self.desk.go(actor, case.id, "confirm", version=case.version, note={"seen": seen})

    def imports(self, actor: Actor, owner: str | None = None) -> tuple[Case, ...]:
        """Imports in the actor's scope, oldest first."""
        return self._all(actor, CaseFilter(machine=IMPORT, owner=owner))

    # A file out -----------------------------------------------------------------------------------------------------

    def same(self, actor: Actor, case: Case) -> tuple[bytes, str]:
        """The file of a confirmed import in its own shape, with the ledger as it stands; and its name.

        Raises ``InputError`` when the import was not confirmed.
        """
        if case.machine != IMPORT or case.state != "imported":
            raise InputError(
                f"Case {case.id} is no confirmed import.", zh=f"事项 {case.id} 不是已确认的导入。", todo="Choose one."
            )
        known: dict[str, Case] = {}
        for entry in self.entries(actor, case.owner):
            if entry.subject and entry.state not in {"refused", "withdrawn"}:
                known[entry.subject] = entry
        places = {}
        told = set()
        for row in case.form["taken"]:
            there = known.get(subject_of(row["key"]))
            if there is not None:
                told.add(there.id)
                places[row["sheet"], row["row"]] = there.form
        added = [entry.form for entry in known.values() if entry.id not in told and entry.state in ALIVE]
        data, suffix = same_sheet(
            self.files.read(case.form["sha256"]),
            today=day_in_china(case.opened),
            places=places,
            added=added,
        )
        return data, f"{Path(case.form['file']).stem}{suffix}"

    def plain(self, actor: Actor, owner: str | None, *, language: str, suffix: str = ".xlsx") -> bytes:
        """All living entries as one plain table, ``.xlsx`` or ``.csv``; telephones only for the institution itself."""
        machine = self.desk.machine(ENTRY)
        forms = [veiled(machine, case, actor).form for case in self.entries(actor, owner, living=True)]
        if suffix == ".csv":
            return plain_text(forms, language=language)
        return plain_sheet(forms, language=language, title="移动应用台账" if language == "zh" else "Ledger of apps")

    # What follows from it -------------------------------------------------------------------------------------------

    def duties(self, entries: Sequence[Case], *, today: date) -> tuple[duties.Duty, ...]:
        """What is due for these entries, the most pressing first."""
        rules, calendar = deadlines.clocks(self._catalog), deadlines.working_calendar(self._catalog)
        return duties.duties_of(entries, today=today, rules=rules, calendar=calendar)

    def advice(
        self, entries: Sequence[Case], *, today: date, observed: Sequence[AppRow] = ()
    ) -> tuple[advisor.Advice, ...]:
        """What speaks for merging, mending or ending entries."""
        return advisor.advise(entries, today=today, duties=self.duties(entries, today=today), observed=observed)

    def observed(self, owner: Organisation, entries: Sequence[Case]) -> tuple[AppRow, ...]:
        """Observed apps that the catalogue gives to the institution, that claim its name, or that its ledger names."""
        known = self._institutions.get(owner.institution or "")
        names = {owner.name, owner.short_name, *((known.name.zh, known.name.en, *known.aliases) if known else ())}
        names = {name for name in names if len(name) > 1}
        written = {official.package for official in known.apps} if known else set()
        written |= {str(case.form["package_id"]) for case in entries if case.form.get("package_id")}
        packages = {package.lower() for package in written}
        rows = self.desk.store.apps_of(packages={*written, *packages}, names=names, limit=SIGHTINGS)
        return tuple(row for row in rows if _concerns(row, known, names, packages))

    def beside(
        self, owner: Organisation, entries: Sequence[Case]
    ) -> tuple[tuple[discovered.Sighting, ...], tuple[discovered.Unseen, ...]]:
        """What markets show beside the ledger of an institution, and what of it none shows."""
        apps = self.observed(owner, entries)
        return discovered.beside(apps, entries), discovered.unseen(apps, entries)

    def watch(self, case: Case) -> Case:
        """An entry that was taken down, after the markets were asked whether they show it still."""
        if case.machine != ENTRY or case.state != "exit_delisted":
            raise InputError(
                f"Entry {case.id} is not taken down.", zh="该条目尚未完成四步中的下架。", todo="Take it down first."
            )
        package = (case.form.get("package_id") or "").lower()
        listed = []
        page = self.desk.store.apps(AppFilter(q=package), order="name", after=None) if package else None
        for row in page.rows if page else ():
            if row.app.lower() == package and not row.gone:
                day = row.last_seen.date().isoformat() if row.last_seen else None
                listed += [{"market": str(market), "seen": day, "capture": None} for market in row.markets]
        return self.desk.go(SYSTEM, case.id, "watch_markets", form={"still_listed": listed})


def _concerns(row: AppRow, known: Institution | None, names: set[str], packages: set[str]) -> bool:
    if known is not None and row.institution == known.id:
        return True
    if row.app.lower() in packages:
        return True
    return any(name == claimed for claimed in (row.operator, row.developer) for name in names)


def _corrections(form: Mapping[str, Any]) -> dict[str, str]:
    return {one["place"]: one.get("value") or "" for one in form.get("corrections") or ()}


def today_in_china() -> date:
    """The day it is in China now."""
    return day_in_china(datetime.now(UTC))
