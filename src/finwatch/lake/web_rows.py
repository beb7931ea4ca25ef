"""What was found beyond stores as rows of the lake's tables, and rows as nouns again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from finwatch.lake.rows import canonical
from finwatch.model.policy import PolicyText
from finwatch.model.web import Chain, Lead, Link, Notice, NoticeFault, NoticeRow, PolicyPage


def chain_rows(chain: Chain) -> list[dict[str, Any]]:
    """Rows of ``chains``: one a link, each with its chain."""
    head = {"chain": chain.id, "market": chain.market, "start": chain.start, "at": chain.at}
    notes = canonical(chain.notes)
    return [
        {
            **head,
            **link.model_dump(mode="json", exclude={"found"}),
            "found": canonical(link.found.model_dump(mode="json")) if link.found is not None else None,
            "notes": notes if link.number == 0 else None,
        }
        for link in chain.links
    ]


def chain_of(rows: Sequence[Mapping[str, Any]]) -> Chain:
    """The chain of its rows, in any order."""
    ordered = sorted(rows, key=lambda row: int(row["number"]))
    first = ordered[0]
    links = [
        Link.model_validate(
            {name: row[name] for name in Link.model_fields if name != "found"}
            | {"found": json.loads(row["found"]) if row["found"] else None}
        )
        for row in ordered
    ]
    return Chain(
        id=first["chain"],
        market=first["market"],
        start=first["start"],
        at=first["at"],
        links=tuple(links),
        notes=tuple(json.loads(first["notes"] or "[]")),
    )


def notice_row(notice: Notice) -> dict[str, Any]:
    """A row of ``notices``: the document, and what of it gave no row."""
    faults = [fault.model_dump(mode="json") for fault in notice.faults]
    return {
        **notice.model_dump(exclude={"rows", "faults"}),
        "rows": len(notice.rows),
        "faults": canonical(faults),
    }


def notice_rows(notice: Notice) -> list[dict[str, Any]]:
    """Rows of ``notice_rows``: one an app or party, each with its document."""
    head = {"market": notice.market, "url": notice.url, "sha256": notice.sha256, "seen": notice.seen}
    return [
        {
            **head,
            "position": position,
            **row.model_dump(exclude={"at"}),
            "places": canonical({name: at.model_dump(mode="json") for name, at in row.at.items()}),
        }
        for position, row in enumerate(notice.rows, start=1)
    ]


def notice_of(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Notice:
    """The notice of its row and the rows of its table."""
    read = [
        NoticeRow.model_validate(
            {name: one[name] for name in NoticeRow.model_fields if name != "at"} | {"at": json.loads(one["places"])}
        )
        for one in sorted(rows, key=lambda one: int(one["position"]))
    ]
    faults = tuple(NoticeFault.model_validate(fault) for fault in json.loads(row["faults"]))
    return Notice.model_validate({**row, "rows": tuple(read), "faults": faults})


def policy_row(page: PolicyPage, text: PolicyText | None, *, error: str | None) -> dict[str, Any]:
    """A row of ``policies``; ``text`` ``None`` = it could not be read, and ``error`` says why."""
    return {
        **page.model_dump(),
        "format": text.format.value if text else None,
        "title": text.title if text else None,
        "language": text.language if text else None,
        "text": text.text if text else None,
        "document": canonical(text.model_dump(mode="json", exclude={"text"})) if text else None,
        "error": error,
    }


def policy_of(row: Mapping[str, Any]) -> PolicyText | None:
    """The text of a row of ``policies``; ``None`` where it could not be read."""
    if row["document"] is None:
        return None
    return PolicyText.model_validate(json.loads(row["document"]) | {"text": row["text"]})


def lead_row(lead: Lead) -> dict[str, Any]:
    """A row of ``leads``."""
    return {**lead.model_dump(), "reason": lead.reason.value}


def lead_of(row: Mapping[str, Any]) -> Lead:
    """The lead of a row of ``leads``."""
    return Lead.model_validate(dict(row))
