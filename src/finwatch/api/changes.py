"""What changed between two releases of an app over the API: the document ``finwatch.changes/1``."""

from __future__ import annotations

from fastapi import APIRouter

from finwatch.api.access import ERRORS
from finwatch.api.acting import Observed
from finwatch.flow.release.kept import kept_changes
from finwatch.lake import Lake
from finwatch.model.knowledge import Knowledge
from finwatch.model.release import ReleaseChanges


def router(lake: Lake, knowledge: Knowledge) -> APIRouter:
    """``/api/v1/apps/{id}/changes``."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["apps"])

    @api.get("/apps/{app_id}/changes")
    def changes(
        store: Observed,
        app_id: str,
        before: str | None = None,
        after: str | None = None,
        policy_before: str | None = None,
        policy_after: str | None = None,
    ) -> ReleaseChanges:
        """What changed between two examined packages of an app and the policies beside them, both sides quoted.

        Packages and policies are named by their SHA-256; without any, the newest package and the one before it, each
        with the policy that it was examined beside.
        """
        return kept_changes(
            store,
            lake,
            app_id,
            knowledge=knowledge,
            before=before,
            after=after,
            policy_before=policy_before,
            policy_after=policy_after,
        ).changes

    return api
