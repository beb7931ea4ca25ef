"""One package, downloaded into the lake: resumed where it stopped, hashed on the way, adopted only when it is right.

What comes in: an address, and the SHA-256 and size that the market's index names. What goes out: an ``Answer`` whose
blob is in the lake. The partial file and a note of what it is part of survive the process; the rest is asked for with
``Range`` and ``If-Range`` (RFC 9110 §13.1.5, §14.2), and what is there already is hashed again before it is relied on.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from finwatch.crawl import faults
from finwatch.crawl.body import Body, GrowingBody
from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Answer, Hop, Request, VisitFailed
from finwatch.model.base import Model
from finwatch.model.fetch import OutcomeKind

_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)\Z")
_UNSATISFIED: Final = 416


class _Note(Model):
    """What a partial file is part of."""

    url: str
    validator: str | None
    """A strong entity tag or a modification date (RFC 9110 §8.8); ``None`` = only the expected hash tells."""
    expected_sha256: str | None


async def package(
    fetcher: Fetcher, request: Request, *, expected_sha256: str | None, expected_bytes: int | None
) -> Answer:
    """The package at ``request.url``, whole, in the lake, captured.

    Raises ``VisitFailed``: ``hash_mismatch`` when size or SHA-256 are not what the index names (nothing is kept but the
    capture), and any other kind that a visit can end in. A download that breaks off stays for the next attempt.
    """
    return await _Download(fetcher, request, expected_sha256, expected_bytes).run()


class _Download:
    def __init__(
        self, fetcher: Fetcher, request: Request, expected_sha256: str | None, expected_bytes: int | None
    ) -> None:
        self._fetcher = fetcher
        self._request = request
        self._sha256 = expected_sha256
        self._bytes = expected_bytes
        key = hashlib.sha256(f"{request.market} {request.url}".encode()).hexdigest()
        self._part = fetcher.blobs.partial(key)
        self._note = fetcher.blobs.partial(f"{key}.note")
        self._body: GrowingBody | None = None

    async def run(self) -> Answer:
        held = self._held()
        try:
            hop, body = await self._visit(held)
            if held and hop.status in {206, _UNSATISFIED} and body is not self._body:
                body.discard()
                self._forget()  # the server will not go on from here: begin again
                hop, body = await self._visit(0)
        except VisitFailed as failure:
            if failure.kind not in {OutcomeKind.TRUNCATED, OutcomeKind.TIMEOUT, OutcomeKind.UNREACHABLE}:
                self._forget()
            raise self._named(failure) from failure
        finally:
            if self._body is not None:
                self._body.close()
        if hop.status not in {200, 206}:
            capture = self._fetcher.record(self._request.market, hop, body)
            sha256, length = body.sha256, body.length
            body.discard()
            raise faults.status(hop, self._fetcher.now(), capture=capture, length=length, sha256=sha256)
        return self._judged(hop, body)

    def _named(self, failure: VisitFailed) -> VisitFailed:
        """``failure``, told as a mismatch where only the index's own size was the bound that was passed."""
        passed = failure.kind is OutcomeKind.TOO_LARGE and self._body is not None
        if not passed or self._limit() == self._request.max_bytes:
            return failure
        return VisitFailed(
            OutcomeKind.HASH_MISMATCH,
            f"{failure.final_url} goes on after the {self._limit():,} bytes that the market's index names. It was "
            "thrown away; what was kept before stays. Tell the operator to publish the repository again.",
            hop=failure.hop,
            bytes_read=failure.bytes_read,
            sha256=failure.sha256,
            capture=failure.capture,
        )

    def _limit(self) -> int:
        bound = self._request.max_bytes
        return bound if self._bytes is None else min(self._bytes, bound)

    async def _visit(self, offset: int) -> tuple[Hop, Body]:
        headers = list(self._request.headers)
        if offset:
            headers.append(("Range", f"bytes={offset}-"))
            validator = self._read_note().validator
            headers += [("If-Range", validator)] if validator else []
        request = Request(
            market=self._request.market,
            url=self._request.url,
            max_bytes=self._request.max_bytes,
            seconds=self._request.seconds,
            politeness=self._request.politeness,
            headers=tuple(headers),
            coded=False,
            passed=self._request.passed,
        )
        return await self._fetcher.visit(request, lambda hop: self._begin(hop, offset))

    def _begin(self, hop: Hop, offset: int) -> Body:
        """Where the body of this answer goes. Raises ``VisitFailed`` when its declared size cannot be right."""
        if hop.status == 206 and offset:
            span = _RANGE.match((hop.get("Content-Range") or "").strip())
            total = int(span[3]) if span and span[3] != "*" else None
            if span and int(span[1]) == offset and not hop.get("Content-Encoding"):
                self._fits(hop, total)
                self._body = GrowingBody(self._part, offset=offset, max_bytes=self._limit())
                return self._body
        elif hop.status == 200:
            declared = hop.get("Content-Length")
            if declared and declared.isdigit() and not hop.get("Content-Encoding"):
                self._fits(hop, int(declared))
            self._body = GrowingBody(self._part, offset=0, max_bytes=self._limit())
            self._write_note(hop)
            return self._body
        return Body(max_bytes=256 << 10, spill=lambda: self._part.with_suffix(".error"))

    def _fits(self, hop: Hop, total: int | None) -> None:
        if total is None:
            return
        if total > self._request.max_bytes:
            raise faults.too_large(hop, f"declares {total:,} bytes", self._request.max_bytes)
        if self._bytes is not None and total != self._bytes:
            raise VisitFailed(
                OutcomeKind.HASH_MISMATCH,
                f"{hop.url} declares {total:,} bytes, the market's index {self._bytes:,}. It was not downloaded; what "
                "was kept before stays. Tell the operator to publish the repository again.",
                hop=hop,
            )

    def _judged(self, hop: Hop, body: Body) -> Answer:
        """The answer, adopted into the lake, if it is what the index names."""
        assert body.path is not None
        if self._bytes is not None and body.length < self._bytes and self._sha256 != body.sha256:
            capture = self._fetcher.record(self._request.market, hop, body)
            raise VisitFailed(
                OutcomeKind.TRUNCATED,
                f"{hop.url} ended after {body.length:,} of {self._bytes:,} bytes. The rest will be asked for again.",
                hop=hop,
                bytes_read=body.length,
                sha256=body.sha256,
                capture=capture,
            )
        if self._sha256 is not None and body.sha256 != self._sha256:
            capture = self._fetcher.record(self._request.market, hop, body)
            self._forget()
            raise VisitFailed(
                OutcomeKind.HASH_MISMATCH,
                f"{hop.url} has SHA-256 {body.sha256} ({body.length:,} bytes), the market's index names "
                f"{self._sha256}. It was thrown away; what was kept before stays. Tell the operator.",
                hop=hop,
                bytes_read=body.length,
                sha256=body.sha256,
                capture=capture,
            )
        self._fetcher.blobs.adopt(body.path, body.sha256)
        self._forget()
        capture = self._fetcher.record(self._request.market, hop, body)
        return Answer(hop, body.sha256, body.length, None, capture)

    def _held(self) -> int:
        """How many bytes an earlier attempt left that can be gone on from."""
        note = self._read_note()
        size = self._part.stat().st_size if self._part.is_file() else 0
        known = note.url == self._request.url and note.expected_sha256 == self._sha256
        usable = known and (note.validator is not None or self._sha256 is not None)
        if not usable or (self._bytes is not None and size > self._bytes):
            return 0
        # all is there but was not adopted: one byte is asked for again, so that there is an answer to keep
        return size - 1 if size and size == self._bytes else size

    def _read_note(self) -> _Note:
        try:
            return _Note.model_validate_json(self._note.read_bytes())
        except (OSError, ValidationError):
            return _Note(url="", validator=None, expected_sha256=None)

    def _write_note(self, hop: Hop) -> None:
        tag = hop.get("ETag")
        strong = tag if tag and not tag.startswith("W/") else None
        validator = None if hop.get("Content-Encoding") else strong or hop.get("Last-Modified")
        if hop.get("Content-Encoding"):
            self._note.unlink(missing_ok=True)  # a range would count coded bytes
            return
        note = _Note(url=self._request.url, validator=validator, expected_sha256=self._sha256)
        self._note.write_text(note.model_dump_json(), "utf-8")

    def _forget(self) -> None:
        if self._body is not None:
            self._body.close()
        for path in (self._part, self._note):
            Path(path).unlink(missing_ok=True)
