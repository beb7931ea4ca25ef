"""Chains, notices and leads: their rows, and what the screens ask of them."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from sqlalchemy import Engine, Row, and_, func, select

from finwatch.errors import NotFound
from finwatch.model.access import Sight
from finwatch.model.beyond import (
    BeyondOverview,
    ChainPage,
    ChainRow,
    ChainView,
    LeadPage,
    LeadRow,
    LeadsDocument,
    NoticeEntry,
    NoticeEntryPage,
    NoticeHead,
    NoticePage,
    NoticeView,
    ReasonCount,
)
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.web import Chain, Lead, LeadReason, LinkEnd, Notice, NoticeRow
from finwatch.store import tables
from finwatch.store.dialect import reading
from finwatch.store.published import paging
from finwatch.store.published.documents import Rows
from finwatch.store.published.publication import ALL, Snapshot, snapshot
from finwatch.store.tables import chain, chain_link, frontier, lead, notice, notice_row, version

_UNSEEN: Final = frozenset({LinkEnd.FAILED, LinkEnd.NOT_DECODED, LinkEnd.TOO_DEEP, LinkEnd.TOO_MANY})
_DIGITS: Final = 24
_CHAIN: Final = tuple(name for name in ChainRow.model_fields if name != "id")


def notice_id(url: str, sha256: str) -> str:
    """The id of a notice: the same document at the same address is the same notice."""
    return _digest(url, sha256)


def chain_rows(one: Chain) -> Rows:
    """The rows of a chain: itself and its links."""
    head = {
        "chain": one.id,
        "market": one.market,
        "start": one.start,
        "at": one.at,
        "links": len(one.links),
        "packages": len(one.packages),
        "unseen": sum(link.end in _UNSEEN for link in one.links),
        "capture": one.links[0].capture if one.links else None,
        "notes": list(one.notes),
    }
    links = [
        {
            "chain": one.id,
            "number": link.number,
            "sha256": link.sha256 if link.end is LinkEnd.PACKAGE else None,
            "detail": link.model_dump(mode="json"),
        }
        for link in one.links
    ]
    return {tables.chain: [head], tables.chain_link: links}


def notice_rows(one: Notice) -> Rows:
    """The rows of a notice: the document and every row of its table."""
    of = notice_id(one.url, one.sha256)
    head = {
        "notice": of,
        "market": one.market,
        "url": one.url,
        "seen": one.seen,
        "rows": len(one.rows),
        "faults": len(one.faults),
        "detail": one.model_dump(mode="json", exclude={"rows"}),
    }
    entries = [
        {
            "entry": f"{of}/{position:06}",
            "notice": of,
            "seen": one.seen,
            "position": position,
            "app": row.app,
            "search": " ".join(str(value) for value in row.model_dump(exclude={"at"}).values() if value).lower(),
            "detail": row.model_dump(mode="json"),
        }
        for position, row in enumerate(one.rows, start=1)
    ]
    return {tables.notice: [head], tables.notice_row: entries}


def lead_rows(document: LeadsDocument) -> Rows:
    """The rows of leads, one each."""
    return {
        tables.lead: [
            {
                "lead": _digest(one.model_dump_json()),
                "market": one.market,
                "kind": one.kind,
                "url": one.url,
                "reason": one.reason,
                "at": one.at,
                "detail": one.model_dump(mode="json"),
            }
            for one in document.leads
        ]
    }


class Beyond:
    """The named questions."""

    def __init__(self, engine: Engine, sight: Sight = ALL) -> None:
        self._engine = engine
        self._sight = sight

    def overview(self) -> BeyondOverview:
        """What there is, in numbers."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)

            def size(table: Any, *where: Any) -> int:
                asked = select(func.count()).select_from(table).where(now.live(table), *where)
                return connection.execute(asked).scalar_one()

            reasons = connection.execute(
                select(lead.c.reason, func.count()).where(now.live(lead)).group_by(lead.c.reason)
            ).all()
            counts = {LeadReason(reason): count for reason, count in reasons}
            return BeyondOverview(
                chains=size(chain),
                chains_with_packages=size(chain, chain.c.packages > 0),
                notices=size(notice),
                entries=size(notice_row),
                leads=sum(counts.values()),
                reasons=tuple(ReasonCount(reason=one, leads=counts[one]) for one in LeadReason if one in counts),
            )

    def chains(
        self,
        *,
        market: MarketId | None = None,
        start: str | None = None,
        package: str | None = None,
        packages: bool | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> ChainPage:
        """A page of chains. ``package`` = those that led to it (SHA-256); ``packages`` = that led to any, or none.

        Raises ``InputError`` for an ``after`` that is no key of this list.
        """
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            asked = select(chain).where(now.live(chain))
            if market is not None:
                asked = asked.where(chain.c.market == market)
            if start is not None:
                asked = asked.where(chain.c.start == start)
            if packages is not None:
                asked = asked.where(chain.c.packages > 0 if packages else chain.c.packages == 0)
            if package is not None:
                led = and_(now.live(chain_link), chain_link.c.sha256 == package.lower())
                asked = asked.where(chain.c.chain.in_(select(chain_link.c.chain).where(led)))
            rows, following, total = paging.newest_first(
                connection, asked, at=chain.c.at, key=chain.c.chain, after=after, limit=limit
            )
        return ChainPage(rows=tuple(_chain_row(row) for row in rows), next=following, total=total)

    def chain(self, chain_id: str) -> ChainView:
        """One chain with every link. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            row = connection.execute(select(chain).where(now.live(chain), chain.c.chain == chain_id)).first()
            if row is None:
                raise NotFound(f"There is no chain {chain_id!r}.", zh=f"没有链路 {chain_id!r}。", todo="See /chains.")
            asked = select(chain_link.c.detail).where(now.live(chain_link), chain_link.c.chain == chain_id)
            links = tuple(connection.execute(asked.order_by(chain_link.c.number)).scalars())
            found = Chain.model_validate(
                {
                    "id": row.chain,
                    "market": row.market,
                    "start": row.start,
                    "at": row.at,
                    "links": links,
                    "notes": row.notes,
                }
            )
            examined = select(version.c.sha256, version.c.app_id).where(
                now.live(version), version.c.sha256.in_(found.packages)
            )
            return ChainView(chain=found, examined={one[0]: one[1] for one in connection.execute(examined)})

    def notices(
        self,
        *,
        market: MarketId | None = None,
        url: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> NoticePage:
        """A page of notices. Raises ``InputError`` for an ``after`` that is no key of this list."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            asked = select(notice).where(now.live(notice))
            if market is not None:
                asked = asked.where(notice.c.market == market)
            if url is not None:
                asked = asked.where(notice.c.url == url)
            rows, following, total = paging.newest_first(
                connection, asked, at=notice.c.seen, key=notice.c.notice, after=after, limit=limit
            )
        return NoticePage(rows=tuple(_head(row) for row in rows), next=following, total=total)

    def notice(self, notice: str) -> NoticeView:
        """One notice with its rows. Raises ``NotFound``."""
        table = tables.notice
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            row = connection.execute(select(table).where(now.live(table), table.c.notice == notice)).first()
            if row is None:
                raise NotFound(f"There is no notice {notice!r}.", zh=f"没有通报 {notice!r}。", todo="See /notices.")
            asked = select(notice_row.c.detail).where(now.live(notice_row), notice_row.c.notice == notice)
            rows = list(connection.execute(asked.order_by(notice_row.c.position)).scalars())
        return NoticeView(head=_head(row), notice=Notice.model_validate(row.detail | {"rows": rows}))

    def entries(
        self,
        *,
        q: str | None = None,
        market: MarketId | None = None,
        app: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> NoticeEntryPage:
        """A page of rows of notices: ``q`` = words that all occur in a row, ``app`` = its app's name to the letter."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            joined = and_(notice.c.notice == notice_row.c.notice, now.live(notice))
            asked = select(
                notice,
                notice_row.c.entry,
                notice_row.c.position,
                notice_row.c.detail.label("entry_detail"),
            ).join(notice_row, joined)
            asked = asked.where(now.live(notice_row))
            for word in (q or "").lower().split():
                asked = asked.where(notice_row.c.search.contains(word, autoescape=True))
            if market is not None:
                asked = asked.where(notice.c.market == market)
            if app is not None:
                asked = asked.where(notice_row.c.app == app)
            rows, following, total = paging.newest_first(
                connection, asked, at=notice.c.seen, key=notice_row.c.entry, after=after, limit=limit
            )
        found = tuple(
            NoticeEntry(head=_head(row), position=row.position, row=NoticeRow.model_validate(row.entry_detail))
            for row in rows
        )
        return NoticeEntryPage(rows=found, next=following, total=total)

    def leads(
        self,
        *,
        market: MarketId | None = None,
        reason: LeadReason | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> LeadPage:
        """A page of leads, each with what became of it."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            asked = select(lead).where(now.live(lead))
            if market is not None:
                asked = asked.where(lead.c.market == market)
            if reason is not None:
                asked = asked.where(lead.c.reason == reason)
            rows, following, total = paging.newest_first(
                connection, asked, at=lead.c.at, key=lead.c.lead, after=after, limit=limit
            )
            found = tuple(_lead_row(now, row) for row in rows)
        return LeadPage(rows=found, next=following, total=total)


def _chain_row(row: Row[Any]) -> ChainRow:
    return ChainRow(id=row.chain, **{name: getattr(row, name) for name in _CHAIN})


def _head(row: Row[Any]) -> NoticeHead:
    told = {name: row.detail[name] for name in ("market", "url", "capture", "sha256", "form", "title", "seen")}
    return NoticeHead.model_validate(told | {"id": row.notice, "rows": row.rows, "faults": row.faults})


def _lead_row(now: Snapshot, row: Row[Any]) -> LeadRow:
    asked = select(frontier.c.last_kind, frontier.c.due).where(
        frontier.c.market == row.market, frontier.c.kind == row.kind, frontier.c.url_key == row.url
    )
    task = now.connection.execute(asked).first()
    visited = OutcomeKind(task.last_kind) if task is not None and task.last_kind is not None else None
    due = task.due if task is not None else None
    return LeadRow(lead=Lead.model_validate(row.detail), visited=visited, due=due)


def _digest(*told: str) -> str:
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
