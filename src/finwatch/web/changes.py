"""The page of what changed between two releases of an app: policy beside package, and what may be chosen instead."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from finwatch.api.acting import Observed
from finwatch.flow.release.kept import kept_changes
from finwatch.report import changes as change_words
from finwatch.web import query
from finwatch.web.pages import Site

FIELDS = ("before", "after", "policy_before", "policy_after")


def routes(pages: APIRouter, site: Site) -> None:
    """``/apps/{id}/changes``."""

    @pages.get("/apps/{app_id}/changes")
    def changes(request: Request, store: Observed, app_id: str) -> Response:
        asked = {name: value for name, value in query.fields(request).items() if name in FIELDS}
        chosen = kept_changes(store, site.lake, app_id, knowledge=site.knowledge, **asked)
        found = chosen.changes
        picked = {
            "before": found.before.sha256,
            "after": found.after.sha256,
            "policy_before": found.before.policy,
            "policy_after": found.after.policy,
        }
        return site.render(
            request,
            "changes.html",
            section="/apps",
            app_id=app_id,
            found=found,
            versions=chosen.versions,
            policies=chosen.policies,
            picked=picked,
            say_change=change_words,
            sdk_names={sdk.id: sdk.name for sdk in site.knowledge.sdks},
        )
