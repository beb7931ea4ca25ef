"""The markets that are watched, as they were registered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select, update

from finwatch.errors import NotFound
from finwatch.model.fetch import Market, MarketId
from finwatch.store.dialect import reading, replace, retried, writing
from finwatch.store.tables import market


class Markets:
    """The registered markets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    @retried
    def disable(self, market_id: MarketId) -> None:
        """Stops visits to a market: its tasks are no longer leased, what was seen stays. Raises ``NotFound``."""
        descriptor = self.get(market_id).model_copy(update={"enabled": False})
        values = {"descriptor": descriptor.model_dump(mode="json"), "enabled": False}
        with writing(self._engine) as connection:
            connection.execute(update(market).where(market.c.id == market_id).values(**values))
