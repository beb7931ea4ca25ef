"""Every table of the store: what is due and how visits went, the read model, and what people decide (decision 012).

A row of the read model is true from generation ``since`` until before generation ``until``; readers ask for one
generation and so never see half of a publication. ``part`` names the document a row came from (its owner in
``part_live``), which is what a publication replaces as a whole.
"""

from __future__ import annotations

from typing import Final

from finwatch.store.tables.access import (
    api_token,
    attempt,
    break_glass,
    credential,
    group_role,
    kept_form,
    oidc_start,
    organisation,
    person,
    role_grant,
    session,
    token_use,
    used_code,
)
from finwatch.store.tables.approved import approved_app, approved_list
from finwatch.store.tables.base import FOREVER, metadata
from finwatch.store.tables.beyond import chain, chain_link, lead, notice, notice_row, rating_point, review
from finwatch.store.tables.cases import case_file, case_party, counter, journal, log_leaf, outbox, step
from finwatch.store.tables.due import alert, frontier, host_day, job, market, market_state, outcome, run
from finwatch.store.tables.letter import letter
from finwatch.store.tables.log import log_head, log_key, log_node
from finwatch.store.tables.published import (
    aggregate,
    app,
    app_facet,
    collection,
    endpoint,
    event,
    evidence,
    finding,
    generation,
    listing,
    match,
    part_live,
    sdk_use,
    version,
    visited,
)
from finwatch.store.tables.reporter import reporter
from finwatch.store.tables.retention import legal_hold, retention_run
from finwatch.store.tables.upload import filed_examination, upload

APP_TABLES: Final = (app, app_facet, listing)
VERSION_TABLES: Final = (version, finding, evidence, sdk_use, collection, endpoint, match)
HISTORY_TABLES: Final = (event,)
BEYOND_TABLES: Final = (chain, chain_link, notice, notice_row, lead)
SERIES_TABLES: Final = (rating_point, review)
TOTAL_TABLES: Final = (visited, aggregate)
READ_MODEL: Final = (
    part_live,
    *TOTAL_TABLES,
    *APP_TABLES,
    *VERSION_TABLES,
    *HISTORY_TABLES,
    *BEYOND_TABLES,
    *SERIES_TABLES,
)
"""Everything that a rebuild makes again from the lake."""

DECIDED: Final = (
    reporter,
    case_file,
    case_party,
    counter,
    journal,
    step,
    organisation,
    person,
    role_grant,
    credential,
    api_token,
    break_glass,
    group_role,
    approved_app,
    approved_list,
    log_key,
    letter,
    legal_hold,
    retention_run,
)
"""What people decided: written through a ``Unit`` only, each row's digest stands in the log."""

__all__ = [
    "APP_TABLES",
    "BEYOND_TABLES",
    "DECIDED",
    "FOREVER",
    "HISTORY_TABLES",
    "READ_MODEL",
    "SERIES_TABLES",
    "TOTAL_TABLES",
    "VERSION_TABLES",
    "aggregate",
    "alert",
    "api_token",
    "app",
    "app_facet",
    "approved_app",
    "approved_list",
    "attempt",
    "break_glass",
    "case_file",
    "case_party",
    "chain",
    "chain_link",
    "collection",
    "counter",
    "credential",
    "endpoint",
    "event",
    "evidence",
    "filed_examination",
    "finding",
    "frontier",
    "generation",
    "group_role",
    "host_day",
    "job",
    "journal",
    "kept_form",
    "lead",
    "legal_hold",
    "letter",
    "listing",
    "log_head",
    "log_key",
    "log_leaf",
    "log_node",
    "market",
    "market_state",
    "match",
    "metadata",
    "notice",
    "notice_row",
    "oidc_start",
    "organisation",
    "outbox",
    "outcome",
    "part_live",
    "person",
    "rating_point",
    "reporter",
    "retention_run",
    "review",
    "role_grant",
    "run",
    "sdk_use",
    "session",
    "step",
    "token_use",
    "upload",
    "used_code",
    "version",
    "visited",
]
