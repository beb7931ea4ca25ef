"""F-Droid-type repositories: the signed entry point, then the difference to what is held, or the whole index.

What comes in: a market and what was remembered of it. What goes out: a ``Reading``. The order of trust: ``entry.jar``
is signed by a certificate that is given or pinned on first use; it names index and differences by SHA-256 and size; the
index names every package by SHA-256 and size. A time stamp that goes back is refused. A repository without
``entry.jar`` is read by its ``index-v1.jar``, unless an ``entry.jar`` was seen before.

What is remembered: ``fingerprint``, ``timestamp``, ``format`` (``v2``/``v1``), ``base`` (blob of a whole index) and
``patches`` (blobs of the differences applied to it since).

Source: fdroidserver ``index.py`` and ``signindex.py``, fdroidclient ``EntryV2``/``IndexV2``, RFC 7386.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.sources.cms import BadSignature
from finwatch.crawl.sources.fdroid_index import Context, listings_v1, listings_v2
from finwatch.crawl.sources.jar import NotAJar, SignedFile, signed_file
from finwatch.crawl.sources.merge_patch import merge
from finwatch.crawl.sources.reading import Reading
from finwatch.crawl.visit import Answer, Request, VisitFailed
from finwatch.errors import FinwatchError
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind

_ENTRY_BYTES: Final = 4 << 20
_PATCHES: Final = 16
"""After so many differences the whole index is written down anew, so that reading it stays quick."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    name: str = Field(pattern=r"^/[^?#]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    packages: int | None = Field(default=None, alias="numPackages")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    timestamp: int = Field(gt=0)
    index: _File
    diffs: dict[str, _File] = {}


class FdroidReader:
    """F-Droid-type repositories: the signed index, version 2 with differences, or version 1."""

    def start(self, market: Market) -> str:
        """The address of the repository's entry point."""
        return f"{market.address.rstrip('/')}/entry.jar"

    async def read(self, market: Market, task: FrontierTask, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Reading:
        """Reads the repository. Raises ``VisitFailed`` with what is wrong and what to do."""
        return await _Visit(market, fetcher, state).read(task)


class _Visit:
    """One visit to one repository."""

    def __init__(self, market: Market, fetcher: Fetcher, state: Mapping[str, Any]) -> None:
        self._market = market
        self._fetcher = fetcher
        self._state = state
        self._address = market.address.rstrip("/")
        self._bytes = 0
        self._notes: list[str] = []

    async def read(self, task: FrontierTask) -> Reading:
        try:
            answer = await self._ask("/entry.jar", _ENTRY_BYTES, etag=task.etag, last_modified=task.last_modified)
        except VisitFailed as failure:
            if failure.kind is OutcomeKind.GONE:
                return await self._read_v1(failure)
            raise
        if answer.status == 304:
            return self._unchanged(answer)
        signed = self._signed(answer, "entry.json", accept_sha1=False)
        entry = self._entry(signed.data, answer)
        self._not_older(entry.timestamp, answer)
        if self._holds(entry.timestamp, entry.index.sha256):
            return self._unchanged(answer)
        index, base, patches, capture = await self._index(entry)
        listings, notes = listings_v2(index, self._context(answer.hop.at, capture))
        return Reading(
            listings=tuple(listings),
            visit=f"{entry.timestamp}-{entry.index.sha256[:16]}",
            answer=answer,
            bytes_read=self._bytes,
            state={
                "fingerprint": signed.fingerprint,
                "timestamp": entry.timestamp,
                "format": "v2",
                "index": entry.index.sha256,
                "base": base,
                "patches": patches,
            },
            notes=(*self._notes, *notes),
        )

    async def _read_v1(self, gone: VisitFailed) -> Reading:
        """The reading of a repository that has no entry point, by its signed index-v1."""
        if self._state.get("format") == "v2":
            raise gone
        name = "/index-v1.jar"
        # the validators of the task belong to the entry point, never to this file
        answer = await self._ask(name, self._fetcher.limits.index_bytes, etag=self._state.get("etag"))
        if answer.status == 304:
            return self._unchanged(answer)
        signed = self._signed(answer, "index-v1.json", accept_sha1=self._market.accept_sha1)
        index = self._json(signed.data, answer)
        timestamp = (index.get("repo") or {}).get("timestamp") if isinstance(index.get("repo"), dict) else None
        if not isinstance(timestamp, int) or not isinstance(index.get("apps"), list):
            raise self._malformed(answer, "it has no repo.timestamp or no apps")
        if not isinstance(index.get("packages"), dict):
            raise self._malformed(answer, "it has no packages")
        self._not_older(timestamp, answer)
        if self._holds(timestamp, answer.sha256):
            return self._unchanged(answer)
        listings, notes = listings_v1(index, self._context(answer.hop.at, answer.capture))
        return Reading(
            listings=tuple(listings),
            visit=f"{timestamp}-{answer.sha256[:16]}",
            answer=answer,
            bytes_read=self._bytes,
            state={
                "fingerprint": signed.fingerprint,
                "timestamp": timestamp,
                "format": "v1",
                "index": answer.sha256,
                "etag": answer.hop.get("ETag"),
            },
            notes=tuple(notes),
            conditional=False,
        )

    async def _index(self, entry: _Entry) -> tuple[dict[str, Any], str, list[str], str | None]:
        """The index that ``entry`` names, the blobs it can be made from again, and the capture it was read from."""
        difference = entry.diffs.get(str(self._state.get("timestamp")))
        if difference is not None and self._state.get("format") == "v2":
            try:
                return await self._patched(entry, difference)
            except (FinwatchError, ValueError, LookupError, TypeError, AttributeError) as error:
                self._notes.append(f"The difference could not be used, so the whole index was read: {error}")
        answer = await self._named(entry.index)
        data = self._data(answer)
        index = self._json(data, answer)
        if not isinstance(index.get("packages"), dict):
            raise self._malformed(answer, "it has no packages")
        return index, self._fetcher.blobs.put(data), [], answer.capture

    async def _patched(self, entry: _Entry, difference: _File) -> tuple[dict[str, Any], str, list[str], str | None]:
        """The index held, with the difference applied. Raises ``ValueError`` when the result is not what is named."""
        base, patches = str(self._state["base"]), list(self._state["patches"])
        index: Any = json.loads(self._blob(base))
        for sha256 in patches:
            index = merge(index, json.loads(self._blob(sha256)))
        answer = await self._named(difference)
        data = self._data(answer)
        index = merge(index, self._json(data, answer))
        packages = index.get("packages")
        if not isinstance(packages, dict) or (index.get("repo") or {}).get("timestamp") != entry.timestamp:
            raise ValueError("with it the index is not of the time that the entry names")
        if entry.index.packages not in {None, len(packages)}:
            raise ValueError(f"with it there are {len(packages)} packages, not {entry.index.packages}")
        patches.append(self._fetcher.blobs.put(data))
        if len(patches) > _PATCHES:
            base, patches = self._fetcher.blobs.put(json.dumps(index, ensure_ascii=False).encode()), []
        return index, base, patches, answer.capture

    async def _named(self, file: _File) -> Answer:
        """The file that the entry names, of the size and hash it names."""
        answer = await self._ask(file.name, self._fetcher.limits.index_bytes)
        if answer.sha256 == file.sha256 and answer.length == file.size:
            return answer
        if _html(self._data(answer)):
            raise self._malformed(answer, "it is an HTML page where JSON belongs")
        if answer.length < file.size:
            raise self._failed(
                OutcomeKind.TRUNCATED,
                answer,
                f"it has {answer.length:,} of the {file.size:,} bytes that entry.jar names. It will be asked for again",
            )
        raise self._failed(
            OutcomeKind.HASH_MISMATCH,
            answer,
            f"its SHA-256 is {answer.sha256} ({answer.length:,} bytes), entry.jar names {file.sha256} "
            f"({file.size:,} bytes). What was kept before stays. Tell the operator to publish the repository again",
        )

    async def _ask(
        self, name: str, max_bytes: int, *, etag: str | None = None, last_modified: str | None = None
    ) -> Answer:
        conditions = []
        if self._state.get("timestamp") is not None:
            conditions += [("If-None-Match", etag)] if etag else []
            conditions += [("If-Modified-Since", last_modified)] if last_modified and not etag else []
        answer = await self._fetcher.page(
            Request(
                market=self._market.id,
                url=self._address + name,
                max_bytes=max_bytes,
                seconds=self._fetcher.limits.page_seconds,
                politeness=self._market.politeness,
                headers=tuple(conditions),
            )
        )
        self._bytes += answer.length
        return answer

    def _signed(self, answer: Answer, name: str, *, accept_sha1: bool) -> SignedFile:
        data = self._data(answer)
        try:
            signed = signed_file(data, name, max_bytes=self._fetcher.limits.index_bytes, accept_sha1=accept_sha1)
        except NotAJar as error:
            says = "it is an HTML page where a signed JAR belongs" if _html(data) else str(error)
            raise self._malformed(answer, says) from error
        except BadSignature as error:
            todo = (
                ". If you trust it anyway, register the market with accept_sha1 = true" if "SHA-1" in str(error) else ""
            )
            raise self._failed(
                OutcomeKind.BAD_SIGNATURE, answer, f"{error}. What was kept before stays{todo}"
            ) from error
        pinned = self._market.fingerprint or self._state.get("fingerprint")
        if pinned and signed.fingerprint != pinned.lower().replace(":", "").replace(" ", ""):
            raise self._failed(
                OutcomeKind.BAD_SIGNATURE,
                answer,
                f"it is signed by {signed.fingerprint}, not by {pinned}. What was kept before stays. If the operator "
                "confirms a new key, register the market with the new fingerprint",
            )
        return signed

    def _entry(self, data: bytes, answer: Answer) -> _Entry:
        try:
            return _Entry.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            raise self._malformed(answer, f"entry.json: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

    def _not_older(self, timestamp: int, answer: Answer) -> None:
        held = self._state.get("timestamp")
        if isinstance(held, int) and timestamp < held:
            raise self._failed(
                OutcomeKind.ROLLED_BACK,
                answer,
                f"it is of {_moment(timestamp)}, older than the one of {_moment(held)} seen before. What was kept "
                "before stays. A stale mirror does that, and so does somebody who hides an update",
            )

    def _holds(self, timestamp: int, sha256: str) -> bool:
        return self._state.get("timestamp") == timestamp and self._state.get("index") == sha256

    def _unchanged(self, answer: Answer) -> Reading:
        conditional = answer.hop.status != 304 and self._state.get("format") != "v1"
        return Reading(None, "", answer, self._bytes, dict(self._state), conditional=conditional)

    def _context(self, seen: datetime, capture: str | None) -> Context:
        return Context(self._market.id, self._address, seen, capture)

    def _data(self, answer: Answer) -> bytes:
        return answer.body if answer.body is not None else self._blob(answer.sha256)

    def _blob(self, sha256: str) -> bytes:
        return self._fetcher.blobs.path(sha256).read_bytes()

    def _json(self, data: bytes, answer: Answer) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            says = "it is an HTML page where JSON belongs" if _html(data) else f"it is no JSON ({error})"
            raise self._malformed(answer, says) from error
        if not isinstance(value, dict):
            raise self._malformed(answer, "it is no JSON object")
        return value

    def _malformed(self, answer: Answer, says: str) -> VisitFailed:
        return self._failed(OutcomeKind.MALFORMED, answer, f"{says}. What was kept before stays. Check the address")

    def _failed(self, kind: OutcomeKind, answer: Answer, says: str) -> VisitFailed:
        return VisitFailed(
            kind,
            f"{answer.hop.url}: {says}.",
            hop=answer.hop,
            bytes_read=answer.length,
            sha256=answer.sha256,
            capture=answer.capture,
        )


def _html(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _moment(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
