"""What an address holds, told from the head of its answer and its first four bytes, before anything is downloaded.

The bytes are asked for with ``Range`` (RFC 9110 §14.2). A server that does not know ranges sends everything; then the
connection is closed after the first bytes. A ZIP file begins with a local file header (APPNOTE 4.3.7).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from finwatch.crawl import faults
from finwatch.crawl.beyond.links import PACKAGE_NAME
from finwatch.crawl.body import Body
from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Hop, Request, VisitFailed
from finwatch.model.fetch import OutcomeKind

ZIP: Final = b"PK\x03\x04"
_PACKAGE_TYPES: Final = frozenset(
    {
        "application/vnd.android.package-archive",
        "application/octet-stream",
        "application/zip",
        "application/x-zip-compressed",
        "application/java-archive",
        "application/x-authorware-bin",
        "application/force-download",
        "application/x-download",
    }
)
_ERROR_BYTES: Final = 256 << 10

What = Literal["package", "image", "page", "manifest", "other"]


@dataclass(frozen=True, slots=True)
class First:
    """The first bytes of what an address holds."""

    magic: bytes
    hop: Hop
    capture: str

    @property
    def is_zip(self) -> bool:
        """Whether it may be a package."""
        return self.magic == ZIP


def what(hop: Hop) -> What:
    """What the head of an answer says that the body is: its file name first, then its type, then its address."""
    disposition = (hop.get("Content-Disposition") or "").lower()
    named = "filename" in disposition and PACKAGE_NAME.search(disposition.replace('"', ";"))
    kind = (hop.get("Content-Type") or "").partition(";")[0].strip().lower()
    unknown = kind in {"", "text/plain"} and PACKAGE_NAME.search(hop.url)  # servers that do not know the type
    if named or kind in _PACKAGE_TYPES or unknown:
        return "package"
    if kind.startswith("image/"):
        return "image"
    if kind in {"application/x-plist", "application/xml", "text/xml"}:
        return "manifest"
    if kind.startswith("text/") or kind in {"", "application/xhtml+xml"}:
        return "page"
    return "other"


async def first_bytes(fetcher: Fetcher, request: Request) -> First:
    """The first four bytes at ``request.url``, captured. Raises ``VisitFailed``."""

    def begin(hop: Hop) -> Body:
        return Body(max_bytes=_ERROR_BYTES, spill=_nowhere) if hop.status >= 300 else _Four()

    asked = replace(request, headers=(*request.headers, ("Range", "bytes=0-3")), coded=False)
    try:
        hop, body = await fetcher.visit(asked, begin)
    except _EnoughRead as enough:
        if enough.hop is None or enough.capture is None:
            raise
        return First(enough.magic, enough.hop, enough.capture)
    capture = fetcher.record(request.market, hop, body)
    if hop.status >= 300:
        raise faults.status(hop, fetcher.now(), capture=capture, length=body.length, sha256=body.sha256)
    return First(body.inline or b"", hop, capture)


class _EnoughRead(VisitFailed):
    """Ends a visit after the first bytes; it is no failure of the server's."""

    def __init__(self, magic: bytes) -> None:
        super().__init__(OutcomeKind.OK, "The first bytes are enough.")
        self.magic = magic


class _Four(Body):
    """A body of which four bytes are kept and the rest is not read."""

    def __init__(self) -> None:
        super().__init__(max_bytes=sys.maxsize, spill=_nowhere)

    def write(self, piece: bytes) -> None:
        """Keeps what is missing of four bytes. Raises ``_EnoughRead`` when there is more."""
        missing = 4 - self.length
        super().write(piece[:missing])
        if len(piece) > missing:
            raise _EnoughRead(self.inline or b"")


def _nowhere() -> Path:
    raise AssertionError("a few bytes never leave the memory")
