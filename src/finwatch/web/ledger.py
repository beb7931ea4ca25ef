"""The ledger's pages: list and dashboard, duties by month, advice, markets, and a file in with its preview.

An entry's own page, and the forms of what can be done with it, are those of cases; ``besides`` adds what only a ledger
knows. Files come as a plain form; every error of a file is shown at its cell with a box to correct it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from finwatch.api.ledger import Reads, Writes, exported, import_of, institution_of
from finwatch.errors import FormError, InputError
from finwatch.limits import SHEET
from finwatch.model.access import Actor, Organisation
from finwatch.model.base import Text
from finwatch.model.case import Case
from finwatch.supervise.ledger import advisor, discovered, duties
from finwatch.supervise.ledger.duties import Duty, Standing
from finwatch.supervise.ledger.entry import COLUMNS, KINDS, LABELS, LedgerEntry
from finwatch.supervise.ledger.importing import IMPORT, digest
from finwatch.supervise.ledger.keeping import ENTRY, LEAVING
from finwatch.supervise.ledger.keeping import MACHINE as ENTRIES
from finwatch.supervise.ledger.ledger import Ledger, today_in_china
from finwatch.supervise.ledger.sheet import SheetProblem, UnreadableSheet
from finwatch.supervise.private import owns
from finwatch.web import query
from finwatch.web.cases import Beside
from finwatch.web.language import chosen
from finwatch.web.pages import Site
from finwatch.web.posted import posted

PAGE = 100
"""Entries on a page."""
SHOWN = 300
"""Rows of a preview."""
SECTION = "/ledger"
_CELL = "cell:"


def routes(pages: APIRouter, site: Site, ledger: Ledger) -> None:
    """Adds the pages to ``pages``."""
    _book(pages, site, ledger)
    _views(pages, site, ledger)
    _imports(pages, site, ledger)
    _acts(pages, site, ledger)


def besides(ledger: Ledger) -> dict[str, Beside]:
    """What the pages of the ledger's cases show beside the case."""

    def entry(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        today = today_in_china()
        due = ledger.duties([case], today=today)
        return "beside_entry.html", {"duties": due, "duty_names": duties.NAMES, "standings": duties.STANDINGS}

    def handed_in(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        return "beside_import.html", {}

    return {ENTRY: entry, IMPORT: handed_in}


def _book(pages: APIRouter, site: Site, ledger: Ledger) -> None:
    @pages.get("/ledger")
    def book(request: Request, actor: Reads) -> Response:
        asked = query.fields(request)
        owner = asked.get("owner")
        found = ledger.entries(actor, owner)
        living = [case for case in found if case.closed is None]
        due = ledger.duties(living, today=today_in_china())
        late: dict[int, int] = {}
        for duty in due:
            if duty.standing is Standing.OVERDUE:
                late[duty.entry] = late.get(duty.entry, 0) + 1
        rows = [case for case in (found if asked.get("state") else living) if _wanted(case, asked)]
        start = query.number(asked.get("after"), "after") or 0
        page = [case for case in rows if case.id > start][: PAGE + 1]
        language = chosen(request, site.language)
        imports = [case for case in ledger.imports(actor, owner) if owns(actor, case)]
        return site.render(
            request,
            "ledger.html",
            section=SECTION,
            actor=actor,
            rows=page[:PAGE],
            following=page[PAGE - 1].id if len(page) > PAGE else None,
            total=len(rows),
            living=living,
            leaving=sum(case.state in LEAVING for case in living),
            counts=duties.counted(due),
            late=late,
            machine=ENTRIES,
            kinds=KINDS,
            imports=[case for case in imports if case.state == "imported"][-5:],
            open_imports=[case for case in imports if case.closed is None],
            picked={**dict.fromkeys(("q", "state", "kind", "owner")), **asked},
            state_options=[(one.id, one.name.in_language(language)) for one in ENTRIES.states],
            kind_options=[(kind.value, name.in_language(language)) for kind, name in KINDS.items()],
        )


def _wanted(case: Case, asked: dict[str, str]) -> bool:
    words = (asked.get("q") or "").lower().split()
    told = " ".join(
        str(case.form.get(name) or "") for name in ("name", "package_id", "department", "responsible", "number")
    )
    return (
        all(word in told.lower() for word in words)
        and asked.get("state") in {None, "", case.state}
        and asked.get("kind") in {None, "", case.form.get("kind")}
    )


def _views(pages: APIRouter, site: Site, ledger: Ledger) -> None:
    @pages.get("/ledger/duties")
    def calendar(request: Request, actor: Reads) -> Response:
        asked = query.fields(request)
        due = ledger.duties(ledger.entries(actor, asked.get("owner"), living=True), today=today_in_china())
        return site.render(
            request,
            "ledger_duties.html",
            section=SECTION,
            counts=duties.counted(due),
            months=_months(due),
            unrecorded=[one for one in due if one.due is None],
            names=duties.NAMES,
            standings=duties.STANDINGS,
        )

    @pages.get("/ledger/advice")
    def advice(request: Request, actor: Reads) -> Response:
        owner = query.fields(request).get("owner")
        found = ledger.entries(actor, owner, living=True)
        home = institution_of(ledger, actor, owner)
        observed = ledger.observed(home, found) if home is not None else ()
        return site.render(
            request,
            "ledger_advice.html",
            section=SECTION,
            advice=ledger.advice(found, today=today_in_china(), observed=observed),
            entries=len(found),
            bounds=advisor,
            proposals=advisor.PROPOSALS,
        )

    @pages.get("/ledger/markets")
    def markets(request: Request, actor: Reads) -> Response:
        home = _institution(ledger, actor, query.fields(request).get("owner"))
        sightings, unseen = ledger.beside(home, ledger.entries(actor, home.id))
        return site.render(
            request, "ledger_markets.html", section=SECTION, home=home, sightings=sightings, unseen=unseen, kinds=_SEEN
        )

    @pages.get("/ledger/export")
    def export(request: Request, actor: Reads) -> Response:
        asked = query.fields(request)
        suffix = query.one_of(asked.get("suffix") or ".xlsx", (".xlsx", ".csv"), "suffix")
        same = query.number(asked["same"], "same") if asked.get("same") else None
        language = chosen(request, site.language)
        return exported(ledger, actor, owner=asked.get("owner"), same=same, suffix=suffix, language=language)


_SEEN = {
    "not_in_ledger": Text(zh="不在台账中", en="not in the ledger"),
    "ended": Text(zh="已终止仍可见", en="ended, still seen"),
    "differs": Text(zh="版本与台账不同", en="another version"),
}
assert set(_SEEN) == set(discovered.Sighting.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]


def _months(due: Sequence[Duty]) -> list[tuple[str, list[Duty]]]:
    dated = sorted((one for one in due if one.due is not None), key=lambda one: (one.due, one.entry, one.kind))
    return [(month, list(of)) for month, of in groupby(dated, key=lambda one: f"{one.due:%Y-%m}")]


def _institution(ledger: Ledger, actor: Actor, owner: str | None) -> Organisation:
    home = institution_of(ledger, actor, owner)
    if home is None:
        raise InputError("Which institution?", zh="请在地址中以 owner= 指明机构。", todo="Give owner= in the address.")
    return home


def _imports(pages: APIRouter, site: Site, ledger: Ledger) -> None:
    @pages.get("/ledger/import")
    def blank(request: Request, actor: Writes) -> Response:
        return _upload(site, request, None)

    @pages.post("/ledger/import")
    async def handed_in(request: Request, actor: Writes) -> Response:
        file = (await request.form()).get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            says = Text(zh="没有选择文件。", en="No file was chosen.")
            return _upload(site, request, (says, Text(zh="请选择台账文件。", en="Choose the ledger's file.")))
        data, name = await file.read(SHEET.file_bytes + 1), file.filename
        try:
            case = await run_in_threadpool(ledger.hand_in, actor, data, name=name)
        except UnreadableSheet as error:
            return _upload(site, request, (error.says, error.advice), name=name)
        return RedirectResponse(f"/ledger/import/{case.id}", status_code=303)

    @pages.get("/ledger/import/{number:int}")
    def preview(request: Request, actor: Reads, number: int) -> Response:
        return _preview(site, request, ledger, actor, import_of(ledger, actor, number))

    @pages.post("/ledger/import/{number:int}")
    def decided(request: Request, actor: Writes, number: int) -> Response:
        given = posted(request)
        case = import_of(ledger, actor, number).model_copy(update={"version": given.version})
        doing = given.plain.get("do")
        try:
            if doing == "correct":
                ledger.correct(actor, case, _typed(given.plain))
            elif doing == "confirm":
                ledger.confirm(actor, case, seen=given.plain.get("seen"))
                return RedirectResponse("/ledger", status_code=303)
            elif doing == "discard":
                ledger.desk.go(actor, number, "discard", version=given.version)
                return RedirectResponse("/ledger", status_code=303)
        except FormError as error:
            told = tuple(one.says for one in error.problems)
            return _preview(site, request, ledger, actor, import_of(ledger, actor, number), refused=told)
        return RedirectResponse(f"/ledger/import/{number}", status_code=303)


def _typed(plain: dict[str, Any]) -> dict[str, str]:
    """The boxes that were changed: each comes with what stood in it."""
    return {
        name.removeprefix(_CELL): value
        for name, value in plain.items()
        if name.startswith(_CELL) and value != plain.get(f"was:{name.removeprefix(_CELL)}", "")
    }


def _upload(site: Site, request: Request, wrong: tuple[Text, Text] | None, *, name: str = "") -> Response:
    status = 422 if wrong else 200
    return site.render(
        request,
        "ledger_import.html",
        section=SECTION,
        status=status,
        wrong=wrong,
        name=name,
        most=SHEET.file_bytes >> 20,
    )


def _preview(
    site: Site, request: Request, ledger: Ledger, actor: Actor, case: Case, *, refused: tuple[Text, ...] = ()
) -> Response:
    reading = ledger.reading(case)
    differences = ledger.differences(actor, case) if case.closed is None else ()
    what = {name: sum(one.what == name for one in differences) for name in ("new", "changed", "same", "ended")}
    wrong: dict[tuple[str, int], list[SheetProblem]] = {}
    for one in reading.errors:
        wrong.setdefault((one.sheet, one.row), []).append(one)
    columns = [name for name in COLUMNS if any(name in row.values for row in reading.rows)]
    return site.render(
        request,
        "ledger_preview.html",
        section=SECTION,
        status=422 if refused else 200,
        case=case,
        reading=reading,
        wrong=wrong,
        notices=[one for one in reading.problems if one.level == "notice"],
        rows=reading.rows[:SHOWN],
        left=max(0, len(reading.rows) - SHOWN),
        columns=columns,
        labels=LABELS,
        fields={one.name: one for one in LedgerEntry.shown()},
        differences=[one for one in differences if one.what in {"changed", "ended"}][:SHOWN],
        what=what,
        seen=digest(differences),
        absent=ledger.absent(actor, case) if case.closed is None else (),
        refused=refused,
    )


def _acts(pages: APIRouter, site: Site, ledger: Ledger) -> None:
    @pages.post("/ledger/{number:int}/markets")
    def looked(request: Request, actor: Writes, number: int) -> Response:
        ledger.watch(ledger.desk.store.cases.get(number, scope=actor.scope))
        return RedirectResponse(f"/cases/{number}", status_code=303)
