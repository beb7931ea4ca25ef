"""The parameters that several routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

After = Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]
Before = Annotated[int | None, Query(ge=0, lt=1 << 63, description="Rows with a smaller number")]
When = Annotated[AwareDatetime | None, Query(description="RFC 3339 time with its zone")]
