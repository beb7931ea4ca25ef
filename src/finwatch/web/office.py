"""The pages of what people decide: each workflow's folder adds its own."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from finwatch.access.secrets import Sealer
from finwatch.flow.bench import Bench
from finwatch.flow.letters import Documents
from finwatch.flow.upload import Receiver
from finwatch.supervise.complaint.complaint import COMPLAINT
from finwatch.supervise.desk import Desk
from finwatch.supervise.ledger.ledger import Ledger
from finwatch.web import bench as reviewing
from finwatch.web import cases, complaints, ledger, letters, private, register, risks, supervision, uploads
from finwatch.web.pages import Site


def router(site: Site, desk: Desk, sealer: Sealer, bench: Bench, books: Ledger) -> APIRouter:
    """Every page of the desk. What has an address of its own comes before the pages of any arc."""
    pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    complaints.routes(pages, site, desk, sealer)
    private.routes(pages, site, desk)
    risks.routes(pages, site, desk)
    uploads.routes(pages, site, desk, Receiver(store=site.store, lake=site.lake))
    reviewing.routes(pages, site, desk, bench)
    letters.routes(pages, site, desk, Documents(desk=desk, knowledge=site.knowledge))
    ledger.routes(pages, site, books)
    supervision.routes(pages, site, desk)
    besides = {COMPLAINT: complaints.beside(desk), **ledger.besides(books)}
    besides |= supervision.besides(desk) | register.besides(desk) | risks.besides(desk)
    cases.routes(pages, site, desk, besides=besides)
    return pages
