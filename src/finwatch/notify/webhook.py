"""Webhooks: a signed POST (Standard Webhooks 1.0.0) to the address an institution gave, to no private address.

The receiver checks ``webhook-signature``: HMAC-SHA256 over ``id.timestamp.body`` under the secret it was shown, and
knows a message that comes again by ``webhook-id``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from finwatch.crawl import connect
from finwatch.crawl.politeness.scope import Scope
from finwatch.limits import FETCH
from finwatch.notify.deliver import Refused
from finwatch.store.outbox import Outgoing

SECONDS: Final = 20.0


class Webhook:
    """A channel. ``address_of`` tells an organisation's address (``None`` = it has none), ``secret_of`` its secret."""

    def __init__(
        self,
        address_of: Callable[[str], str | None],
        secret_of: Callable[[str], bytes],
        *,
        allow_private: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address_of, self._secret_of = address_of, secret_of
        self._allow = tuple(allow_private)
        self._clock = clock

    def send(self, message: Outgoing) -> None:
        """Posts the message. Raises ``Refused``: for good when there is no address any more or it answers 410."""
        url = self._address_of(message.address)
        if url is None:
            raise Refused(f"{message.address} has arranged no webhook.", for_good=True)
        told = {"key": message.key, "subject": message.subject.model_dump(), "body": message.body.model_dump()}
        body = json.dumps({**told, "case": message.case}, ensure_ascii=False, sort_keys=True).encode()
        headers = signed(message.key, body, secret=self._secret_of(message.address), at=int(self._clock()))
        try:
            status = asyncio.run(self._post(url, body, headers))
        except (OSError, aiohttp.ClientError, TimeoutError) as error:
            raise Refused(f"{url} cannot be reached ({error}).") from error
        if not 200 <= status < 300:
            raise Refused(f"{url} answered {status}.", for_good=status == 410)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        resolver = connect.ScopedResolver({}, Scope(self._allow))
        async with connect.session(resolver, limits=FETCH, parallel=1) as session:
            parts = urlsplit(url)
            resolver.literal(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
            limit = aiohttp.ClientTimeout(total=SECONDS)
            async with session.post(url, data=body, headers=headers, timeout=limit, allow_redirects=False) as answer:
                return answer.status


def signed(key: str, body: bytes, *, secret: bytes, at: int) -> dict[str, str]:
    """The headers of a webhook."""
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    content = f"msg_{name}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": f"msg_{name}",
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
