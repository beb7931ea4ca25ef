"""The base of every noun: immutable, no unknown fields, aware UTC times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )


class Text(Model):
    """One statement in the two languages of the screens."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The statement in ``language`` (``zh`` or ``en``; anything else reads as ``en``)."""
        return self.zh if language == "zh" else self.en


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone; give UTC")
    return value.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An aware time, normalised to UTC."""
