"""Which language a reader gets: the query, else the cookie, else the browser's wish, else the setting."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from finwatch.web.language import chosen, translator


def request(*, query: str = "", cookie: str | None = None, accept: str | None = None) -> Request:
    headers = []
    if cookie is not None:
        headers.append((b"cookie", f"finwatch-language={cookie}".encode()))
    if accept is not None:
        headers.append((b"accept-language", accept.encode()))
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (request(query="lang=zh", cookie="en", accept="en"), "zh"),
        (request(query="lang=fr", cookie="zh", accept="en"), "zh"),
        (request(cookie="nonsense", accept="fr-FR,zh-CN;q=0.8,en;q=0.5"), "zh"),
        (request(accept="fr"), "en"),
        (request(), "en"),
    ],
)
def test_order_of_wishes(asked: Request, language: str) -> None:
    assert chosen(asked, "en") == language


def test_an_unknown_key_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(KeyError):
        translator("en")("no.such.key")
