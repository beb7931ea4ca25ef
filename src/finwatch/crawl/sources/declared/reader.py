"""The protocol ``pages``: a market read as its descriptor says: lists, then the page of each app.

What comes in: a market with a ``source`` and what was remembered of it. What goes out: a ``Reading`` with every
listing. A list that cannot be had ends the reading, so that nothing seems gone that was not looked at; one app's page
that cannot be had leaves that app as it was seen last.

A reading that was broken off, by ``kill -9`` too, goes on after the last page that it had: see ``checkpoint``.

What is remembered: ``digest`` of the listings and ``listings``, the blob that holds them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.sources.declared.asking import Unnamed
from finwatch.crawl.sources.declared.checkpoint import Checkpoint
from finwatch.crawl.sources.declared.document import Node
from finwatch.crawl.sources.declared.fields import Context, listing_of, values_of
from finwatch.crawl.sources.declared.paging import Items, pages
from finwatch.crawl.sources.declared.visiting import Visitor, failed
from finwatch.crawl.sources.reading import Reading, visit_of
from finwatch.crawl.visit import Answer, VisitFailed
from finwatch.errors import NotFound
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind
from finwatch.model.listing import Listing
from finwatch.model.source import ListPage

_ENDS: Final = frozenset({OutcomeKind.THROTTLED, OutcomeKind.CHALLENGE, OutcomeKind.REFUSED, OutcomeKind.UNREACHABLE})
"""After such an answer to one app's page no more are asked for."""


class PagesReader:
    """Any market whose pages are JSON or HTML, read as its descriptor says; see below."""

    def start(self, market: Market) -> str:
        """The market's own address: it stays the same whatever the descriptor comes to ask for."""
        return market.address

    async def read(self, market: Market, task: FrontierTask, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Reading:
        """Reads the market. Raises ``VisitFailed`` with what is wrong and what to do."""
        checkpoint = Checkpoint(market, task, fetcher)
        try:
            reading = await _Reading(market, task, fetcher, state, checkpoint).read()
        except VisitFailed as failure:
            checkpoint.failed(failure)
            raise
        return replace(reading, finished=checkpoint.forget)


class _Reading:
    """One reading of one market."""

    def __init__(
        self, market: Market, task: FrontierTask, fetcher: Fetcher, state: Mapping[str, Any], checkpoint: Checkpoint
    ) -> None:
        source = market.source
        assert source is not None, "parse() sees to it"
        self._market = market
        self._task = task
        self._source = source
        self._fetcher = fetcher
        self._state = state
        self._visitor = Visitor(market, source, fetcher, checkpoint=checkpoint)
        self._checkpoint = checkpoint
        self._notes: list[str] = []
        self._found: dict[tuple[str, ...], tuple[dict[str, Any], Context]] = {}
        self._first: Answer | None = None
        self._said = False

    async def read(self) -> Reading:
        for listed in self._source.lists:
            for values in combinations(listed):
                await self._list(listed, values)
        assert self._first is not None, "a source has at least one list, and a list a page"
        listings = await self._detailed() if self._source.detail is not None else self._plain()
        listings.sort(key=lambda one: (one.app, one.version_code or 0, one.version_name or "", one.package_url or ""))
        if not listings:
            self._may_be_empty()
        return self._reading(tuple(listings))

    async def _list(self, listed: ListPage, values: Mapping[str, Any]) -> None:
        """Takes down the items of a list, until a page brings none that is new."""
        read = 0
        async for items in pages(self._visitor, self._market, listed, values):
            read += 1
            self._first = self._first or items.answer
            self._said = self._said or items.said
            self._notes += items.notes
            if not self._take(listed, items, values):
                return
        if listed.paging is not None and items.nodes and read == listed.paging.pages:
            self._notes.append(f"{items.answer.hop.url}: there may be more pages than the {read} read")

    def _take(self, listed: ListPage, items: Items, values: Mapping[str, Any]) -> int:
        """How many items of a page were new. Raises ``VisitFailed`` when none of them tells which app it is."""
        context = self._context(items.answer)
        new = named = 0
        for node in items.nodes:
            fields = self._values(node, listed, context, known=values)
            if not fields.get("app"):
                continue
            named += 1
            key = tuple(str(fields.get(name)) for name in ("app", "version_code", "version_name", "package_url"))
            if key not in self._found:
                self._found[key] = (fields, context)
                new += 1
        if items.nodes and not named:
            paths = " or ".join(listed.fields["app"].at)
            raise failed(
                OutcomeKind.CHANGED_SHAPE, items.answer, f"none of {len(items.nodes)} items names its app at {paths}"
            )
        if named < len(items.nodes):
            self._notes.append(f"{items.answer.hop.url}: {len(items.nodes) - named} items name no app")
        return new

    def _values(self, node: Node, page: Any, context: Context, *, known: Mapping[str, Any]) -> dict[str, Any]:
        found = values_of(node, page.fields, context, known=known)
        self._notes += [f"{found.fields.get('app') or known.get('app') or context.url}: {note}" for note in found.notes]
        return found.fields

    def _plain(self) -> list[Listing]:
        """The listings as the lists alone tell them."""
        made = (self._made(fields, context) for fields, context in self._found.values())
        return [listing for listing in made if listing is not None]

    async def _detailed(self) -> list[Listing]:
        """The listings with what each app's own page says. Raises ``VisitFailed`` when most of them cannot be had."""
        before = self._before()
        listings: list[Listing] = []
        troubles: list[VisitFailed] = []
        asked: set[str] = set()
        for fields, context in self._found.values():
            app = str(fields["app"])
            if app in asked:
                continue
            if len(asked) >= self._source.details:
                self._notes.append(f"only {len(asked):,} of {len(self._found):,} app pages were read")
                break
            asked.add(app)
            try:
                listing = await self._detail(fields, context)
            except VisitFailed as failure:
                if failure.kind is OutcomeKind.GONE:
                    self._notes.append(f"{app} is listed, but its page is gone")
                    continue
                if failure.kind in _ENDS:
                    raise
                troubles.append(failure)
                self._notes.append(f"{app} stays as it was seen last: {failure.message}")
                listing = before.get(app) or self._made(fields, context)
            if listing is not None:
                listings.append(listing)
        if len(troubles) * 2 > len(asked):
            raise troubles[0]
        return listings

    async def _detail(self, fields: dict[str, Any], context: Context) -> Listing | None:
        detail = self._source.detail
        assert detail is not None, "asked for only where there is one"
        try:
            seen = await self._visitor.page(detail, fields)
        except Unnamed as error:
            self._notes.append(f"{fields['app']}: its page cannot be asked for, {error}")
            return self._made(fields, context)
        if seen.node is None:
            self._notes.append(f"{fields['app']} is listed, but its page says nothing of it")
            return None
        self._notes += seen.notes
        parts = seen.node.nodes(detail.item) if detail.item is not None else [seen.node]
        if not parts:
            raise failed(OutcomeKind.CHANGED_SHAPE, seen.answer, f"nothing is at {detail.item}")
        here = self._context(seen.answer)
        more = self._values(parts[0], detail, here, known=fields)
        if not more:
            raise failed(OutcomeKind.CHANGED_SHAPE, seen.answer, "none of the fields of the app's page is there")
        if more.get("app", fields["app"]) != fields["app"]:
            self._notes.append(f"{fields['app']}: its page is about {more['app']}")
        return self._made({**fields, **more, "app": fields["app"]}, here)

    def _made(self, fields: Mapping[str, Any], context: Context) -> Listing | None:
        try:
            return listing_of(fields, context)
        except ValueError as error:
            self._notes.append(f"{fields['app']}: {error}")
            return None

    def _may_be_empty(self) -> None:
        """Sees to it that a market is empty only where it says so, or never had anything."""
        assert self._first is not None
        if self._found:
            raise failed(
                OutcomeKind.CHANGED_SHAPE, self._first, "no item makes a listing: " + "; ".join(self._notes[:3])
            )
        if not self._said and self._before():
            raise failed(
                OutcomeKind.CHANGED_SHAPE,
                self._first,
                "it has nothing, though it had listings before and no sign of the descriptor says that it is empty",
            )

    def _reading(self, listings: tuple[Listing, ...]) -> Reading:
        assert self._first is not None
        told = [one.model_dump(mode="json") for one in listings]
        same = [{name: value for name, value in one.items() if name not in {"seen", "capture"}} for one in told]
        digest = hashlib.sha256(_canonical(same)).hexdigest()
        changed = digest != self._state.get("digest")
        state = dict(self._state)
        if changed:
            state = {"digest": digest, "listings": self._fetcher.blobs.put(_canonical(told))}
        return Reading(
            listings=listings if changed else None,
            visit=visit_of(self._task, digest),
            answer=self._first,
            bytes_read=self._visitor.bytes,
            state=state,
            notes=tuple(dict.fromkeys(self._told())),
            conditional=False,
            kind=OutcomeKind.OK if listings else OutcomeKind.EMPTY,
        )

    def _told(self) -> list[str]:
        if self._checkpoint.recalled:
            return [f"{self._checkpoint.recalled} pages are from the attempt before, which broke off", *self._notes]
        return self._notes

    def _before(self) -> dict[str, Listing]:
        """What was listed last, by app; empty where that cannot be had any more."""
        try:
            held = json.loads(self._fetcher.blobs.path(str(self._state["listings"])).read_bytes())
            return {one["app"]: Listing.model_validate(one) for one in held}
        except (KeyError, NotFound, OSError, ValueError, ValidationError):
            return {}

    def _context(self, answer: Answer) -> Context:
        return Context(
            market=self._market.id,
            url=answer.hop.url,
            seen=answer.hop.at,
            capture=answer.capture,
            locale=self._source.locale,
            zone=self._source.zone,
        )


def combinations(listed: ListPage) -> Iterator[dict[str, Any]]:
    """Every combination of the values of ``each``."""
    for chosen in itertools.product(*listed.each.values()):
        yield dict(zip(listed.each, chosen, strict=True))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
