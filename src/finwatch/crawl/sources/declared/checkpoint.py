"""How far a reading of many pages has come, so that a process that was killed does not begin again at page 1.

What comes in: each page that was asked for and judged good. What goes out: the same answer, when a later attempt of the
same reading asks for that page. Only the question and the capture's id are written down, one line a page, in a partial
file of the lake; the answer itself is read again from the captures, where it was synced before. A line that is cut off,
or names what is not there any more, is as if it had never been written: the page is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, ValidationError

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Answer, Request, VisitFailed
from finwatch.errors import LakeError
from finwatch.model.base import Model
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind

KEPT: Final = timedelta(hours=24)
"""A reading that began longer ago than this begins anew: its first pages may have changed since."""
_PASSING: Final = frozenset(
    {
        OutcomeKind.THROTTLED,
        OutcomeKind.UNREACHABLE,
        OutcomeKind.TIMEOUT,
        OutcomeKind.TRUNCATED,
        OutcomeKind.SERVER_ERROR,
        OutcomeKind.OVER_BUDGET,
    }
)
"""Failures that say nothing against the pages before."""


class _Line(Model):
    asked: str
    """Digest of method, address and body of the request."""
    at: AwareDatetime
    capture: str


class Checkpoint:
    """The pages that one reading of a market has so far."""

    def __init__(self, market: Market, task: FrontierTask, fetcher: Fetcher) -> None:
        """Goes on with what an earlier attempt of ``task`` left; its first attempt begins anew."""
        key = hashlib.sha256(f"{market.id} {task.url}".encode()).hexdigest()
        self._path = fetcher.blobs.partial(f"reading-{key}")
        self._fetcher = fetcher
        self._held: dict[str, str] = {}
        self.recalled = 0
        """Pages that were not asked for again."""
        if task.attempts > 1:  # a good outcome sets it back, so this attempt goes on with the one before
            self._held = _held(self._path, fetcher.now())
        if not self._held:
            self.forget()

    def recall(self, request: Request) -> Answer | None:
        """The answer that an earlier attempt had to ``request``; ``None`` = it has to be asked for."""
        capture = self._held.get(_asked(request))
        answer = self._fetcher.captured(capture) if capture is not None else None
        self.recalled += answer is not None
        return answer

    def keep(self, request: Request, answer: Answer) -> None:
        """Writes down that ``request`` has a good answer. Raises ``LakeError`` when the disk refuses."""
        asked = _asked(request)
        if answer.capture is None or self._held.get(asked) == answer.capture:
            return
        self._held[asked] = answer.capture
        line = _Line(asked=asked, at=answer.hop.at, capture=answer.capture).model_dump_json()
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
        except OSError as error:
            raise LakeError(
                f"How far a reading came cannot be written to {self._path}: {error.strerror or error}.",
                todo="Free space or check the rights of that folder, then run it again: it goes on where it stood.",
            ) from error

    def failed(self, failure: VisitFailed) -> None:
        """Drops the pages when ``failure`` says that something is wrong with them, not with the moment."""
        if failure.kind not in _PASSING:
            self.forget()

    def forget(self) -> None:
        """Drops what is written down: the reading is complete, or begins anew."""
        self._held = {}
        self._path.unlink(missing_ok=True)


def _held(path: Path, now: datetime) -> dict[str, str]:
    """Captures by question; empty when the first is too old."""
    held: dict[str, str] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    for number, line in enumerate(lines):
        try:
            one = _Line.model_validate_json(line)
        except ValidationError:
            continue
        if number == 0 and now - one.at > KEPT:
            return {}
        held[one.asked] = one.capture
    return held


def _asked(request: Request) -> str:
    body = hashlib.sha256(request.body or b"").hexdigest()
    told = json.dumps([request.method, request.url, request.headers, body], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()
