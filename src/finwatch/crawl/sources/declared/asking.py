"""Addresses and bodies of a descriptor's pages, with the names in braces filled in.

What comes in: a page's description and values. What goes out: a ``Request``. Values from the outside are
percent-encoded, so that an app's id cannot change where a request goes. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin

from finwatch.crawl.visit import Request
from finwatch.limits import FetchLimits
from finwatch.model.fetch import Market
from finwatch.model.source import Page

_NAME: Final = re.compile(r"\{(\w+)\}")


class Unnamed(ValueError):
    """A name in braces that has no value."""


def names(template: str) -> list[str]:
    """The names in braces."""
    return _NAME.findall(template)


def filled(template: str, values: Mapping[str, Any], *, coded: bool = False) -> str:
    """``template`` with the values in place. Raises ``Unnamed``. ``coded`` percent-encodes them."""

    def one(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None or value == "":
            raise Unnamed(f"there is no {found[1]!r}")
        return quote(str(value), safe="") if coded else str(value)

    return _NAME.sub(one, template)


def address(template: str, values: Mapping[str, Any], *, base: str) -> str:
    """The address that ``template`` stands for, relative to ``base``. Raises ``Unnamed``, ``ValueError``.

    A template that is nothing but one name holds an address already.
    """
    whole = _NAME.fullmatch(template)
    return urljoin(base, quoted(filled(template, values)) if whole else quoted(filled(template, values, coded=True)))


def quoted(url: str) -> str:
    """An address in ASCII: what a page wrote in Chinese or with spaces is percent-encoded, the rest stays."""
    return quote(url.strip(), safe="%/:?#[]@!$&'()*+,;=~-._")


def request(page: Page, values: Mapping[str, Any], *, url: str, market: Market, limits: FetchLimits) -> Request:
    """The request for ``page`` at ``url``. Raises ``Unnamed``."""
    headers = [(name, filled(value, values)) for name, value in page.headers.items()]
    body: bytes | None = None
    if page.json_body is not None:
        told = {
            name: filled(value, values) if isinstance(value, str) else value for name, value in page.json_body.items()
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers.append(("Content-Type", "application/json"))
    elif page.form_body is not None:
        body = urlencode({name: filled(value, values) for name, value in page.form_body.items()}).encode()
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    return Request(
        market=market.id,
        url=url,
        max_bytes=limits.page_bytes,
        seconds=limits.page_seconds,
        politeness=market.politeness,
        headers=tuple(headers),
        method=page.method,
        body=body,
    )
