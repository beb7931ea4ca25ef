"""A list page by page until it ends: where no items are left, where none is new, or where no next page is named.

What comes in: a list's description and the values of its names. What goes out: each page's items with the context they
stand in. An answer that the market means as *nothing* is told from one in which the items cannot be found any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finwatch.crawl.sources.declared import asking
from finwatch.crawl.sources.declared.document import Node
from finwatch.crawl.sources.declared.visiting import Seen, Visitor, failed
from finwatch.crawl.visit import Answer, VisitFailed
from finwatch.model.fetch import Market, OutcomeKind
from finwatch.model.source import ListPage

ITEMS: Final = 20_000
"""Items of one page that are read; a page with more is cut, and the reading says so."""


@dataclass(frozen=True, slots=True)
class Items:
    """One page of a list. ``said`` = the market itself says that there is nothing."""

    answer: Answer
    nodes: tuple[Node, ...]
    said: bool
    notes: tuple[str, ...] = ()


async def pages(visitor: Visitor, market: Market, listed: ListPage, values: Mapping[str, Any]) -> AsyncIterator[Items]:
    """The pages of a list, the first one always. Raises ``VisitFailed`` when one of them cannot be had."""
    paging = listed.paging
    number, cursor, link = (paging.first if paging else 0), str(paging.first if paging else ""), None
    asked: set[str] = set()
    for turn in range(paging.pages if paging else 1):
        filled = {**values, "page": number, "offset": number, "cursor": cursor}
        try:
            seen = await visitor.page(listed, filled, url=link)
        except VisitFailed as failure:
            if turn and failure.kind is OutcomeKind.GONE:
                return  # past its last page the market has none
            raise
        items = _items(seen, listed, first=turn == 0)
        yield items
        if paging is None or not items.nodes:
            return
        number += paging.step
        if paging.at is not None:
            found = seen.node.values(paging.at) if seen.node is not None else []
            told = str(found[0]) if found and found[0] is not False else ""
            if not told or told in asked:
                return
            asked.add(told)
            cursor = told
            link = asking.address("{next}", {"next": told}, base=seen.answer.hop.url) if paging.by == "link" else None


def _items(seen: Seen, listed: ListPage, *, first: bool) -> Items:
    """The items of a page. Raises ``VisitFailed`` (changed shape) when a first page does not lead to any."""
    if seen.node is None:
        return Items(seen.answer, (), said=True)
    missing = next((path for path in listed.signs.required if not seen.node.there(path)), None)
    if missing is not None:
        raise failed(OutcomeKind.CHANGED_SHAPE, seen.answer, f"nothing is at {missing}, which every good answer has")
    found = seen.node.nodes(listed.items)
    if found is None:
        if not first:
            return Items(seen.answer, (), said=False)
        raise failed(OutcomeKind.CHANGED_SHAPE, seen.answer, f"no items are at {listed.items}")
    if not found and first and listed.form == "html" and not listed.signs.required:
        raise failed(
            OutcomeKind.CHANGED_SHAPE,
            seen.answer,
            f"no items are at {listed.items}, and no sign tells an empty list from a new page: write signs.empty or "
            "signs.required",
        )
    notes = seen.notes
    if len(found) > ITEMS:
        notes = (*notes, f"{seen.answer.hop.url}: only {ITEMS:,} of {len(found):,} items were read")
    return Items(seen.answer, tuple(found[:ITEMS]), said=bool(listed.signs.required), notes=notes)
