"""One examined package, put together again from its rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Table, or_, select

from finwatch.errors import InputError, NotFound
from finwatch.model.examination import Band, Collection, Endpoint, Engine, Examination, Match, SdkUse
from finwatch.model.fetch import MarketId
from finwatch.model.view import UnreadPackage, VersionRow, VersionView
from finwatch.store.published import app as apps
from finwatch.store.published.finding import findings_of
from finwatch.store.published.memory import SUBJECTS
from finwatch.store.published.publication import Snapshot
from finwatch.store.tables import collection, endpoint, listing, match, sdk_use, version

_SHORTEST = 8
"""Digits of a SHA-256 that are enough to look a package up."""
_FIELDS = tuple(VersionRow.model_fields)


def version_row(row: Row[Any]) -> VersionRow:
    """A row of the table as the screens read it."""
    return VersionRow(**{name: getattr(row, name) for name in _FIELDS})


def version_view(now: Snapshot, sha256: str) -> VersionView:
    """A package's page, see ``Store.version``."""
    return now.remembered("version", sha256.lower(), lambda: _view(now, sha256.lower()), most=SUBJECTS)


def _view(now: Snapshot, sha256: str) -> VersionView:
    row = _find(now, sha256)
    of = row.sha256
    examination = Examination(
        package=row.package,
        identity=row.identity,
        sdks=tuple(SdkUse.model_validate(one.detail) for one in _rows(now, sdk_use, of)),
        collection=tuple(Collection.model_validate(one.detail) for one in _rows(now, collection, of)),
        endpoints=tuple(Endpoint.model_validate(one.detail) for one in _rows(now, endpoint, of)),
        flows=tuple(row.flows),
        findings=findings_of(now, of),
        disclosure=row.disclosure,
        matches=tuple(Match.model_validate(one.detail) for one in _rows(now, match, of)),
        rating=row.rating,
        unreadable=tuple(row.unreadable),
        engine=Engine(version=row.engine, catalog_version=row.catalog, took_ms=row.took_ms),
    )
    return VersionView(
        row=version_row(row), examination=examination, listings=apps.listings_of(now, listing.c.sha256 == of)
    )


def unread_packages(now: Snapshot, market_id: MarketId, *, limit: int) -> tuple[UnreadPackage, ...]:
    """Packages listed now by the market whose rating is *limited* or of which not even the manifest was read."""
    asked = (
        select(version, listing.c.app.label("listed"), listing.c.app_id.label("owner"))
        .select_from(version)
        .join(listing, (listing.c.sha256 == version.c.sha256) & now.live(listing))
        .where(
            now.live(version),
            listing.c.market == market_id,
            listing.c.gone_at.is_(None),
            or_(version.c.band == Band.LIMITED, version.c.extent == "limited", version.c.app.is_(None)),
        )
        .order_by(listing.c.app, version.c.sha256)
        .limit(limit)
    )
    return tuple(
        UnreadPackage(
            sha256=row.sha256,
            app_id=row.owner,
            app=row.listed,
            version_name=row.version_name,
            band=row.band,
            unreadable=tuple(row.unreadable),
        )
        for row in now.connection.execute(asked)
    )


def _find(now: Snapshot, sha256: str) -> Row[Any]:
    if len(sha256) < _SHORTEST or not all(digit in "0123456789abcdef" for digit in sha256):
        raise InputError(
            f"{sha256!r} is not the start of a SHA-256.", zh="这不是 SHA-256 的开头。", todo="Give 8 to 64 hex digits."
        )
    asked = select(version).where(now.live(version), version.c.sha256 >= sha256, version.c.sha256 < sha256 + "g")
    rows = now.connection.execute(asked.limit(2)).all()
    if not rows:
        raise NotFound(
            f"No examined package {sha256} is published.", zh=f"没有已发布的安装包 {sha256}。", todo="Search by name."
        )
    if len(rows) > 1:
        raise InputError(
            f"Several packages begin with {sha256}.", zh=f"有多个安装包以 {sha256} 开头。", todo="Give more digits."
        )
    return rows[0]


def _rows(now: Snapshot, table: Table, sha256: str) -> list[Row[Any]]:
    asked = select(table).where(now.live(table), table.c.sha256 == sha256).order_by(table.c.position)
    return list(now.connection.execute(asked).all())
