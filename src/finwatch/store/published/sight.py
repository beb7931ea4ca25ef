"""Row scope of the read model: which of its rows are in an actor's sight.

Every question about observed apps asks ``Snapshot.live`` for the condition on each table it touches, so the condition
stands there once for all of them. A table that is not named here is closed to whoever does not see the whole field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Alias, ColumnElement, Select, and_, false, or_, select, true

from finwatch.model.access import Sight
from finwatch.store.tables import app as apps
from finwatch.store.tables import case_file, case_party, chain_link, listing, organisation, version

Here = Callable[[Any], ColumnElement[bool]]
"""The condition that a row is of the generation that is read."""
_AFTER: Final = "\U0010ffff"


def condition(table: Any, sight: Sight, *, here: Here) -> ColumnElement[bool]:
    """The condition that a row of ``table`` (or an alias of it) is in ``sight``."""
    base: Any = table.element if isinstance(table, Alias) else table
    way = _WAYS.get(base.name)
    return way(table, sight, here) if way is not None else false()


def _open(_table: Any, _sight: Sight, _here: Here) -> ColumnElement[bool]:
    return true()


def _by_app(table: Any, sight: Sight, here: Here) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.app_id.in_(_visible(sight, here))
    return found


def _by_package(table: Any, sight: Sight, here: Here) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.sha256.in_(_packages(sight, here))
    return found


def _by_listing(table: Any, sight: Sight, here: Here) -> ColumnElement[bool]:
    """A store sees what it lists itself, and not where else an app is listed."""
    own = table.c.app_id.in_(_visible(sight.model_copy(update={"markets": ()}), here))
    return or_(own, table.c.market.in_(list(sight.markets)))


def _by_entry(table: Any, sight: Sight, here: Here) -> ColumnElement[bool]:
    """What a market says of a package name: in sight when a listing of it there is."""
    shown = listing.alias("seen_entry")
    same = and_(here(shown), shown.c.market == table.c.market, shown.c.app == table.c.app)
    own = shown.c.app_id.in_(_visible(sight.model_copy(update={"markets": ()}), here))
    return or_(table.c.market.in_(list(sight.markets)), select(shown.c.id).where(same, own).correlate(table).exists())


def _by_chain(table: Any, sight: Sight, here: Here) -> ColumnElement[bool]:
    """A chain that led to a package in sight."""
    link = chain_link.alias("seen_link")
    led = and_(here(link), link.c.sha256.in_(_packages(sight, here)))
    found: ColumnElement[bool] = table.c.chain.in_(select(link.c.chain).where(led))
    return found


def _visible(sight: Sight, here: Here) -> Select[Any]:
    """The ids of the apps in sight."""
    app = apps.alias("seen_app")
    ways: list[ColumnElement[bool]] = []
    if sight.institutions:
        ways.append(app.c.institution.in_(list(sight.institutions)))
    if sight.regions:
        inside = or_(
            *(and_(organisation.c.region >= one, organisation.c.region < one + _AFTER) for one in sight.regions)
        )
        named = select(organisation.c.institution).where(organisation.c.institution.is_not(None), inside)
        ways.append(app.c.institution.in_(named))
    if sight.markets:
        shown = listing.alias("seen_listing")
        ways.append(
            app.c.app_id.in_(select(shown.c.app_id).where(here(shown), shown.c.market.in_(list(sight.markets))))
        )
    if sight.organisations:
        part = select(case_file.c.subject).join(case_party, case_party.c.case_id == case_file.c.id)
        taken = part.where(case_party.c.organisation.in_(list(sight.organisations)), case_file.c.subject.is_not(None))
        ways.append(("app:" + app.c.app_id).in_(taken))
    return select(app.c.app_id).where(here(app), or_(*ways) if ways else false())


def _packages(sight: Sight, here: Here) -> Select[Any]:
    """The SHA-256 of the examined packages of apps in sight."""
    of = version.alias("seen_version")
    return select(of.c.sha256).where(here(of), of.c.app_id.in_(_visible(sight, here)))


_WAYS: Final[dict[str, Callable[[Any, Sight, Here], ColumnElement[bool]]]] = {
    **dict.fromkeys(("visited", "notice", "notice_row", "part_live"), _open),
    **dict.fromkeys(("app", "app_facet", "version", "finding", "match"), _by_app),
    **dict.fromkeys(("evidence", "sdk_use", "collection", "endpoint"), _by_package),
    **dict.fromkeys(("event", "rating_point", "review"), _by_entry),
    **dict.fromkeys(("chain", "chain_link"), _by_chain),
    "listing": _by_listing,
}
"""``visited`` says nothing about an app in particular; notices are a regulator's own publication."""
