"""An address → the market and app that it opens, where it is a link into a market. The table is data.

Such a link is not followed: it names a listing, which the market's own descriptor reads. It becomes a lead.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from urllib.parse import parse_qs, urlsplit

from finwatch.model.base import Model


class DeepLink(Model):
    """One way to write a link into a market."""

    market: str
    scheme: str | None = None
    host: str | None = None
    parameter: str | None = None
    path: str | None = None
    source: str


@functools.cache
def table() -> tuple[DeepLink, ...]:
    """The known ways, as the data file has them."""
    text = (resources.files("finwatch.crawl.beyond") / "deep_links.toml").read_text("utf-8")
    return tuple(DeepLink.model_validate(entry) for entry in tomllib.loads(text)["link"])


def market_of(url: str) -> tuple[str, str] | None:
    """The market's slug and the app's id, or ``None`` when ``url`` is no link into a market."""
    parts = urlsplit(url)
    for way in table():
        if way.scheme is not None and parts.scheme != way.scheme:
            continue
        if way.host is not None and (parts.hostname or "").lower() != way.host:
            continue
        if way.parameter is not None:
            values = parse_qs(parts.query).get(way.parameter)
            if values:
                return way.market, values[0]
        elif way.path is not None and (match := re.search(way.path, f"/{parts.netloc}{parts.path}")):
            return way.market, match[1]
    return None
