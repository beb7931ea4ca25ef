"""Keeps what was found beyond stores in the lake: chains, notices, policies, leads.

What comes in: the nouns that a visit gave. What goes out: rows of ``chains``, ``notices``, ``notice_rows``,
``policies`` and ``leads``. A noun is written as a whole under a key of its own, so nothing is
half imported and nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from finwatch.errors import UnreadablePolicy
from finwatch.lake import Lake
from finwatch.lake.web_rows import chain_rows, lead_row, notice_row, notice_rows, policy_row
from finwatch.model.base import Model
from finwatch.model.fetch import MarketId
from finwatch.model.web import Chain, Lead, Notice, PolicyPage


def keep(lake: Lake, market: MarketId, nouns: Sequence[Model], *, at: datetime) -> None:
    """Adds ``nouns`` to the lake. A document or policy that is there already, byte for byte, is not added again."""
    tables, day = lake.tables, at.date()
    leads = [noun for noun in nouns if isinstance(noun, Lead)]
    for noun in nouns:
        match noun:
            case Chain():
                tables.append("chains", chain_rows(noun), key=f"chain {noun.id}", dt=day, market=market)
            case Notice():
                key = f"notice {noun.url} {noun.sha256}"
                if noun.rows:
                    tables.append("notice_rows", notice_rows(noun), key=key, dt=day, market=market)
                tables.append("notices", [notice_row(noun)], key=key, dt=day, market=market)
            case PolicyPage():
                key = f"policy {noun.app or ''} {noun.url} {noun.sha256}"
                if not tables.has("policies", key):
                    tables.append("policies", [_policy(lake, noun)], key=key, dt=day, market=market)
    if leads:
        told = "\n".join(sorted(f"{one.kind} {one.url} {one.reason} {one.of}" for one in leads))
        key = f"leads {market} {hashlib.sha256(told.encode()).hexdigest()}"
        tables.append("leads", [lead_row(one) for one in leads], key=key, dt=day, market=market)


def _policy(lake: Lake, page: PolicyPage) -> dict[str, object]:
    from finwatch.policy import read_policy_text  # noqa: PLC0415 - it opens PDFs; most crawls see no policy

    try:
        text = read_policy_text(lake.blobs.read(page.sha256), name=page.url, content_type=page.content_type)
    except UnreadablePolicy as error:
        return policy_row(page, None, error=str(error))
    return policy_row(page, text, error=None)
