"""Documents on pages: those of a case, their numbers, and many return letters or notices in one file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.api.cases import Reader
from finwatch.api.letters import MOST, Named, Writer, parts, sent, zipped
from finwatch.errors import InputError
from finwatch.flow.letters import NAMES, Documents, Format
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.web import query
from finwatch.web.pages import Site
from finwatch.web.posted import posted

KINDS = {
    "return": CaseFilter(states=("review_returned", "certification_returned", "test_returned")),
    "notice": CaseFilter(machine="notice", open=True),
}
"""Which cases are offered for a batch of a kind."""


def routes(pages: APIRouter, site: Site, desk: Desk, documents: Documents) -> None:
    """Adds the pages. Before those of arcs: their addresses look like one of theirs."""

    @pages.get("/cases/{number:int}/documents")
    def listed(request: Request, actor: Reader, number: int) -> Response:
        case = desk.store.cases.get(number, scope=actor.scope)
        found = documents.of(number, scope=actor.scope)
        return site.render(
            request,
            "documents.html",
            section="/cases",
            case=case,
            machine=desk.machine(case.machine),
            documents=found,
            kinds=NAMES,
            mine=actor.organisation.id,
        )

    @pages.post("/cases/{number:int}/documents/{name}/number")
    def numbered(actor: Writer, number: int, name: Named) -> Response:
        kind, step = parts(name)
        documents.give_number(actor, number, kind, step)
        return RedirectResponse(f"/cases/{number}/documents", status_code=303)

    @pages.get("/cases/{number:int}/documents/{name}.{form}")
    def document(actor: Reader, number: int, name: Named, form: Format) -> Response:
        kind, step = parts(name)
        return sent(documents.letter(number, kind, step, scope=actor.scope), form)

    @pages.get("/documents")
    def offered(request: Request, actor: Reader) -> Response:
        kind = query.one_of(query.fields(request).get("kind", "return"), tuple(KINDS), "kind")
        cases = desk.store.cases.matching(KINDS[kind], scope=actor.scope, limit=MOST)
        found = [one for case in cases for one in documents.of(case.id, scope=actor.scope) if one.kind == kind]
        return site.render(request, "documents_many.html", section="/cases", documents=found, kind=kind, kinds=NAMES)

    @pages.post("/documents")
    def many(request: Request, actor: Writer) -> Response:
        given = posted(request)
        wanted = tuple(_picked(one) for one in given.picked)
        form: Format = "pdf" if given.plain.get("format") == "pdf" else "docx"
        return zipped(documents, actor, wanted, form=form, numbered=given.plain.get("numbered") == "on")

    @pages.get("/documents/weekly.{form}")
    def weekly(actor: Reader, form: Format) -> Response:
        return sent(documents.weekly(actor), form)


def _picked(text: str) -> tuple[int, str]:
    """``17:return-3`` as case and document."""
    number, _, name = text.partition(":")
    kind, _, step = name.partition("-")
    if not (number.isdecimal() and len(number) < 19 and kind.isalpha() and step.isdecimal() and len(step) < 10):
        raise InputError(f"{text!r} is no document.", zh="所选文书无效。", todo="Choose from the list.")
    return int(number), name
