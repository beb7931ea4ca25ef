"""The ledger over the API: entries, duties, advice, what markets show, a file in and a file out.

Entries, reviews and incidents are cases: ``/cases`` opens and moves them. Here is what only a ledger has.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from finwatch.api.acting import needs
from finwatch.errors import Denied, InputError
from finwatch.limits import SHEET
from finwatch.model.access import Actor, Organisation, OrganisationKind, Permission
from finwatch.model.base import Model
from finwatch.model.case import Case, FieldChange
from finwatch.supervise.ledger.advisor import Advice
from finwatch.supervise.ledger.discovered import Sighting, Unseen
from finwatch.supervise.ledger.duties import Duty
from finwatch.supervise.ledger.importing import IMPORT, digest
from finwatch.supervise.ledger.keeping import ENTRY
from finwatch.supervise.ledger.ledger import Ledger, today_in_china
from finwatch.supervise.ledger.sheet import SheetReading
from finwatch.supervise.private import owns, veiled

Reads = Annotated[Actor, Depends(needs(Permission.LEDGER_READ))]
Writes = Annotated[Actor, Depends(needs(Permission.LEDGER_READ, Permission.LEDGER_WRITE))]
Owner = Annotated[str | None, Query(max_length=64, description="Id of the institution; default: everything in scope")]
Number = Annotated[int, Path(ge=1, lt=1 << 63, description="Number of the case")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class EntryPage(Model):
    """Entries by number of their case; ``next`` is the ``after`` of the following page."""

    rows: tuple[Case, ...]
    next: int | None = None


class Beside(Model):
    """What markets show beside a ledger."""

    sightings: tuple[Sighting, ...]
    unseen: tuple[Unseen, ...]


class DifferenceView(Model):
    """What confirming an import would do with one row."""

    sheet: str
    row: int
    name: str
    key: str
    what: Literal["new", "changed", "same", "ended"]
    case: int | None
    changes: tuple[FieldChange, ...]


class ImportView(Model):
    """An import: its case, what its file says, and what confirming it would do."""

    case: Case
    reading: SheetReading
    differences: tuple[DifferenceView, ...]
    seen: str
    """Give it with the confirmation: it is refused when the ledger changed since."""
    absent: tuple[int, ...]


class Corrections(Model):
    """What takes the place of cells: ``sheet!D7`` → text."""

    version: int
    cells: Annotated[dict[str, Annotated[str, Field(max_length=4_000)]], Field(max_length=2_000)]


class Confirming(Model):
    """The version of the import and the differences that were looked at."""

    version: int
    seen: str


def routes(api: APIRouter, ledger: Ledger) -> None:
    """Adds the routes to ``api``."""
    _entries(api, ledger)
    _imports(api, ledger)


def _entries(api: APIRouter, ledger: Ledger) -> None:
    @api.get("/ledger/entries", tags=["ledger"])
    def entries(
        actor: Reads,
        owner: Owner = None,
        living: bool = True,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> EntryPage:
        """Entries in the actor's scope."""
        found = [case for case in ledger.entries(actor, owner, living=living) if case.id > after]
        machine = ledger.desk.machine(ENTRY)
        rows = tuple(veiled(machine, case, actor) for case in found[:limit])
        return EntryPage(rows=rows, next=rows[-1].id if len(found) > limit else None)

    @api.get("/ledger/duties", tags=["ledger"])
    def duties(
        actor: Reads, owner: Owner = None, on: date | None = None, limit: Annotated[int, Query(ge=1, le=5_000)] = 500
    ) -> tuple[Duty, ...]:
        """What is due, the most pressing first."""
        return ledger.duties(ledger.entries(actor, owner, living=True), today=on or today_in_china())[:limit]

    @api.get("/ledger/advice", tags=["ledger"])
    def advice(
        actor: Reads, owner: Owner = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> tuple[Advice, ...]:
        """Which entries speak for being merged, mended or ended, and why."""
        found = ledger.entries(actor, owner, living=True)
        home = institution_of(ledger, actor, owner)
        observed = ledger.observed(home, found) if home is not None else ()
        return ledger.advice(found, today=today_in_china(), observed=observed)[:limit]

    @api.get("/ledger/beside", tags=["ledger"])
    def beside(actor: Reads, owner: Owner = None) -> Beside:
        """What markets show and the ledger does not say, and the other way round."""
        home = institution_of(ledger, actor, owner)
        if home is None:
            raise InputError("Which institution?", zh="请指明机构。", todo="Give owner=.")
        sightings, unseen = ledger.beside(home, ledger.entries(actor, home.id))
        return Beside(sightings=sightings, unseen=unseen)

    @api.get("/ledger/export", tags=["ledger"], response_class=Response)
    def export(
        actor: Reads,
        owner: Owner = None,
        same: Annotated[int | None, Query(ge=1, description="Import whose file is given back in its own shape")] = None,
        suffix: Annotated[Literal[".xlsx", ".csv"], Query()] = ".xlsx",
        language: Annotated[Literal["zh", "en"], Query()] = "zh",
    ) -> Response:
        """The ledger as a file."""
        return exported(ledger, actor, owner=owner, same=same, suffix=suffix, language=language)


def _imports(api: APIRouter, ledger: Ledger) -> None:
    @api.post("/ledger/imports", tags=["ledger"], status_code=201)
    async def hand_in(
        request: Request, actor: Writes, name: Annotated[str, Query(min_length=1, max_length=300)]
    ) -> ImportView:
        """A ledger's file as the body; nothing is in the ledger before it is confirmed."""
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > SHEET.file_bytes:
                break
        return await run_in_threadpool(lambda: view(ledger, actor, ledger.hand_in(actor, bytes(data), name=name)))

    @api.get("/ledger/imports/{number}", tags=["ledger"])
    def one(actor: Reads, number: Number) -> ImportView:
        """An import as it stands."""
        return view(ledger, actor, import_of(ledger, actor, number))

    @api.post("/ledger/imports/{number}/corrections", tags=["ledger"])
    def correct(actor: Writes, number: Number, given: Corrections) -> ImportView:
        """The import after these texts took the place of cells."""
        case = _seen(import_of(ledger, actor, number), given.version)
        return view(ledger, actor, ledger.correct(actor, case, given.cells))

    @api.post("/ledger/imports/{number}/confirmation", tags=["ledger"])
    def confirm(actor: Writes, number: Number, given: Confirming) -> Case:
        """Every row into the ledger, or none."""
        return ledger.confirm(actor, _seen(import_of(ledger, actor, number), given.version), seen=given.seen)


def view(ledger: Ledger, actor: Actor, case: Case) -> ImportView:
    """An import with what its file says and what confirming it would do."""
    differences = ledger.differences(actor, case)
    return ImportView(
        case=case,
        reading=ledger.reading(case),
        differences=tuple(
            DifferenceView(**{name: getattr(one, name) for name in DifferenceView.model_fields}) for one in differences
        ),
        seen=digest(differences),
        absent=tuple(one.id for one in ledger.absent(actor, case)),
    )


def import_of(ledger: Ledger, actor: Actor, number: int) -> Case:
    """An import by number, of the actor's own institution. Raises ``NotFound``, ``InputError``, ``Denied``."""
    case = ledger.desk.store.cases.get(number, scope=actor.scope)
    if case.machine != IMPORT:
        raise InputError(f"Case {number} is no import.", zh=f"事项 {number} 不是台账导入。", todo="See /ledger.")
    if not owns(actor, case):
        raise Denied(
            "A ledger's file is seen by its institution alone: it holds names and telephones.",
            zh="台账原始文件含姓名和电话，仅所属机构可以查看。",
            todo="See the ledger itself, or its plain export.",
        )
    return ledger.read(case) if case.state == "handed_in" else case


def institution_of(ledger: Ledger, actor: Actor, owner: str | None) -> Organisation | None:
    """The institution whose ledger is meant: the one asked for if it is in scope, else the actor's own."""
    if owner and (owner in actor.scope.organisations or actor.scope.everything):
        return ledger.desk.store.accounts.organisation(owner)
    if owner:
        home = ledger.desk.store.accounts.organisation(owner)
        return home if any(home.region.startswith(region) for region in actor.scope.regions) else None
    return actor.organisation if actor.organisation.kind is OrganisationKind.INSTITUTION else None


def exported(
    ledger: Ledger, actor: Actor, *, owner: str | None, same: int | None, suffix: str, language: str
) -> Response:
    """The ledger as a download."""
    if same is not None:
        data, name = ledger.same(actor, import_of(ledger, actor, same))
    else:
        data = ledger.plain(actor, owner, language=language, suffix=suffix)
        name = f"{'移动应用台账' if language == 'zh' else 'ledger'}{suffix}"
    kind = "text/csv; charset=utf-8" if name.endswith(".csv") else XLSX
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    )


def _seen(case: Case, version: int) -> Case:
    """The case as the actor saw it: the desk refuses when it has moved since."""
    return case.model_copy(update={"version": version})


__all__ = ["exported", "import_of", "institution_of", "routes", "view"]
