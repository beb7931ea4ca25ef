"""What went wrong on a visit, as an outcome kind and a sentence: what happened, where, what to do.

What comes in: an exception of the network, or the head of an answer that is an error. What goes out: ``VisitFailed``.
"""

from __future__ import annotations

import ssl
from datetime import datetime

import aiohttp

from finwatch.crawl.connect import PrivateAddress
from finwatch.crawl.politeness.backoff import retry_after
from finwatch.crawl.visit import Hop, VisitFailed
from finwatch.model.fetch import OutcomeKind

_LATER = "It will be asked for again."


def of(error: BaseException, url: str, *, hop: Hop | None = None, seconds: float | None = None) -> VisitFailed:
    """The failure that ``error`` amounts to, met while visiting ``url``; ``hop`` = the head had arrived."""
    private = _private(error)
    if private is not None:
        return VisitFailed(
            OutcomeKind.PRIVATE_ADDRESS,
            f"{url} was not visited: {private}. If that is meant, add {private.host}:{private.port} to "
            "FINWATCH_ALLOW_PRIVATE.",
            final_url=url,
        )
    kind, says = _network(error, began=hop is not None, seconds=seconds)
    return VisitFailed(kind, f"{url}: {says}", hop=hop, final_url=url)


def _network(error: BaseException, *, began: bool, seconds: float | None) -> tuple[OutcomeKind, str]:  # noqa: PLR0911
    match error:
        case aiohttp.ConnectionTimeoutError():
            return OutcomeKind.TIMEOUT, f"no connection within the time allowed. {_LATER}"
        case aiohttp.ServerTimeoutError():
            return OutcomeKind.TIMEOUT, f"the server fell silent. {_LATER}"
        case TimeoutError():
            limit = f" {seconds:g} seconds" if seconds else " the time allowed"
            return OutcomeKind.TIMEOUT, f"the answer was not complete within{limit}. {_LATER}"
        case aiohttp.ClientConnectorDNSError():
            return OutcomeKind.UNREACHABLE, f"the name has no address ({error.os_error}). Check the market's address."
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            return OutcomeKind.UNREACHABLE, f"TLS failed ({error}). Check the server's certificate."
        case aiohttp.ClientPayloadError():
            return OutcomeKind.TRUNCATED, f"the body ended early ({_cause(error)}). {_LATER}"
        case aiohttp.ClientConnectorError():
            return OutcomeKind.UNREACHABLE, f"no connection ({error.strerror or error.os_error}). {_LATER}"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            if began:
                return OutcomeKind.TRUNCATED, f"the connection was cut in the body. {_LATER}"
            return OutcomeKind.UNREACHABLE, f"the connection was cut before an answer. {_LATER}"
        case aiohttp.InvalidURL() | ValueError():
            return OutcomeKind.MALFORMED, f"this is no address that can be visited ({error}). Correct the link."
        case aiohttp.ClientResponseError():
            return OutcomeKind.MALFORMED, f"the answer is not HTTP ({error.message}). Tell the operator."
        case _:
            return OutcomeKind.UNREACHABLE, f"{type(error).__name__}: {error}. {_LATER}"


def _private(error: BaseException) -> PrivateAddress | None:
    """The refusal at the bottom of ``error``; aiohttp wraps what a resolver or a socket raises."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, PrivateAddress):
            return seen
        inner = getattr(seen, "os_error", None)
        seen = inner if isinstance(inner, PrivateAddress) else seen.__cause__ or seen.__context__
    return None


def _cause(error: BaseException) -> str:
    inner = error.__cause__
    return str(inner or error).strip().splitlines()[0][:200]


def too_large(hop: Hop, found: str, limit: int) -> VisitFailed:
    """A body above its bound; ``found`` says how that was seen."""
    return VisitFailed(
        OutcomeKind.TOO_LARGE,
        f"{hop.url} {found}; the bound is {limit:,} bytes. Nothing of it was kept. Tell the operator.",
        hop=hop,
    )


def status(
    hop: Hop, now: datetime, *, capture: str | None = None, length: int = 0, sha256: str | None = None
) -> VisitFailed:
    """The failure that an answer's status amounts to."""
    wait = retry_after(hop.get("Retry-After"), now=now)
    kind, todo = _status(hop.status, wait)
    return VisitFailed(
        kind,
        f"{hop.url} answered {hop.status_line.partition(' ')[2]}. {todo}",
        hop=hop,
        bytes_read=length,
        sha256=sha256,
        capture=capture,
        retry_after_s=wait,
    )


def _status(code: int, wait: float | None) -> tuple[OutcomeKind, str]:
    if code in {404, 410}:
        return OutcomeKind.GONE, "It is not there; what was kept before stays."
    if code == 429 or (code == 503 and wait is not None):
        pause = f" in {wait:g} s" if wait is not None else ""
        return OutcomeKind.THROTTLED, f"It will be asked for again{pause}; lower requests_per_second if this goes on."
    if code >= 500:
        return OutcomeKind.SERVER_ERROR, _LATER
    if code >= 400:
        return OutcomeKind.REFUSED, "Ask the operator for access."
    return OutcomeKind.MALFORMED, "That is no answer to what was asked. Check the address."
