"""The markets that are watched, as they were registered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select, update

from finwatch.errors import NotFound
from finwatch.model.base import Text
from finwatch.model.fetch import Market, MarketId
from finwatch.store.dialect import reading, replace, retried, writing
from finwatch.store.tables import market


class Markets:
    """The registered markets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._named: tuple[tuple[Any, ...], list[tuple[MarketId, Text]]] | None = None

    @retried
    def register(self, descriptor: Market, *, now: datetime) -> None:
        """Keeps a market's descriptor; one already there is replaced, its history stays."""
        row = {
            "id": descriptor.id,
            "descriptor": descriptor.model_dump(mode="json"),
            "enabled": descriptor.enabled,
            "registered": now,
        }
        with writing(self._engine) as connection:
            replace(connection, market, row, ("id",))

    def get(self, market_id: MarketId) -> Market:
        """The market of that id. Raises ``NotFound`` naming those that are known."""
        with reading(self._engine) as connection:
            row = connection.execute(select(market.c.descriptor).where(market.c.id == market_id)).scalar()
        if row is None:
            names = ", ".join(one.id for one in self.all()) or "none yet"
            raise NotFound(
                f"No market {market_id!r} is registered.", zh=f"没有登记市场 {market_id}。", todo=f"Known: {names}."
            )
        return Market.model_validate(row)

    def all(self, *, enabled: bool | None = None) -> list[Market]:
        """Every market by id; only the (dis)abled ones when ``enabled`` is given."""
        asked = select(market.c.descriptor).order_by(market.c.id)
        if enabled is not None:
            asked = asked.where(market.c.enabled == enabled)
        with reading(self._engine) as connection:
            return [Market.model_validate(row) for row in connection.execute(asked).scalars()]

    def names(self) -> list[tuple[MarketId, Text]]:
        """Id and name of every market, by id. Read again only when a market was registered since."""
        with reading(self._engine) as connection:
            state = tuple(connection.execute(select(func.count(), func.max(market.c.registered))).one())
            if self._named is None or self._named[0] != state:
                rows = connection.execute(select(market.c.id, market.c.descriptor).order_by(market.c.id))
                told = [(MarketId(row.id), Text.model_validate(row.descriptor["name"])) for row in rows]
                self._named = (state, told)
            return self._named[1]

    @retried
    def disable(self, market_id: MarketId) -> None:
        """Stops visits to a market: its tasks are no longer leased, what was seen stays. Raises ``NotFound``."""
        descriptor = self.get(market_id).model_copy(update={"enabled": False})
        values = {"descriptor": descriptor.model_dump(mode="json"), "enabled": False}
        with writing(self._engine) as connection:
            connection.execute(update(market).where(market.c.id == market_id).values(**values))
