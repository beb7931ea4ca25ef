"""Files that people hand in, from the first byte to a blob of the lake: cut, resumed, hashed on the way.

A file grows in the lake's folder of partial files; its row in the store says how much of it is safely on disk. After a
cut, also of this process (kill -9), it goes on from there. SHA-256 and MD5 are taken while bytes arrive; after a
restart what is on disk is hashed once more, so nothing depends on memory. One sender at a time holds a file (flock).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO, Final

from finwatch.errors import BadPart, FormError, Held, NotFound, Stale, TooMany
from finwatch.lake import Lake
from finwatch.limits import UPLOAD, UploadLimits
from finwatch.model.access import Actor
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem
from finwatch.model.upload import Upload
from finwatch.store import Store

_READ: Final = 1 << 20
ALGORITHMS: Final = ("sha1", "sha256", "md5")
"""Of the checksum that may come with a part (tus: sha1 must be among them)."""


class Receiver:
    """Takes files in. Shared between threads; several processes may serve one lake on one machine."""

    def __init__(
        self,
        *,
        store: Store,
        lake: Lake,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: UploadLimits = UPLOAD,
    ) -> None:
        self._store = store
        self._lake = lake
        self._clock = clock
        self.limits = limits

    def begin(self, actor: Actor, *, name: str, length: int) -> Upload:
        """A new, empty upload of ``length`` bytes. Raises ``FormError`` at the field, ``TooMany``."""
        limits = self.limits
        if not 0 < length <= limits.file_bytes:
            says = Text(
                zh=f"文件大小须在1至{limits.file_bytes:,}字节之间，所给为{length:,}字节。",
                en=f"A file has 1 to {limits.file_bytes:,} bytes, this one {length:,}.",
            )
            raise FormError((FieldProblem(field="file", says=says),))
        self.sweep()
        if self._store.uploads.growing(actor.person) >= limits.growing:
            raise TooMany(
                f"{limits.growing} files of yours are on their way already.",
                zh=f"您已有{limits.growing}个文件正在上传。",
                todo="Finish or remove one of them.",
            )
        now = self._clock()
        new = Upload(
            id=secrets.token_urlsafe(24),
            person=actor.person,
            organisation=actor.organisation.id,
            name=_name(name, limits.name),
            length=length,
            begun=now,
            touched=now,
        )
        self._store.uploads.begin(new)
        return new

    def get(self, actor: Actor, number: str) -> Upload:
        """An upload of the actor as it stands; what a killed process left undone is done. Raises ``NotFound``."""
        found = self._store.uploads.get(number, person=actor.person)
        if found is None:
            raise NotFound("There is no such upload.", zh="没有这个上传。", todo="Begin again.")
        if found.sha256 is not None:
            if not self._lake.blobs.has(found.sha256) and (partial := self._partial(number)).is_file():
                self._lake.blobs.adopt(partial, found.sha256)
            return found
        on_disk = self._size(number)
        if on_disk < found.received:
            self._store.uploads.grew(number, on_disk, now=self._clock())
            found = found.model_copy(update={"received": on_disk})
        if found.received == found.length:
            with self.growing(actor, number, offset=found.length) as growth:
                return growth.finish()
        return found

    def of(self, actor: Actor) -> tuple[Upload, ...]:
        """The actor's uploads, newest first."""
        return self._store.uploads.of(actor.person)

    @contextmanager
    def growing(self, actor: Actor, number: str, *, offset: int) -> Iterator[Growth]:
        """The upload, held for one sender who goes on at ``offset``.

        Raises ``NotFound``, ``Held``, ``Stale`` (it stands at another offset).
        """
        with self._hold(number) as stream:
            found = self._store.uploads.get(number, person=actor.person)
            if found is None:
                raise NotFound("There is no such upload.", zh="没有这个上传。", todo="Begin again.")
            stands = found.length if found.sha256 else min(found.received, os.fstat(stream.fileno()).st_size)
            if offset != stands or found.sha256 is not None:
                raise Stale(
                    f"The upload stands at {stands:,} of {found.length:,} bytes, not at {offset:,}.",
                    zh=f"上传已到第{stands:,}字节（共{found.length:,}字节），而非{offset:,}。",
                    todo="Ask where it stands and go on from there.",
                )
            yield Growth(self, actor, found, stream, stands)

    def drop(self, actor: Actor, number: str) -> None:
        """Forgets an upload; a file that became whole stays in the lake. Raises ``NotFound``, ``Held``."""
        found = self._store.uploads.get(number, person=actor.person)
        if found is None:
            raise NotFound("There is no such upload.", zh="没有这个上传。")
        if found.sha256 is not None:
            raise Stale(
                "The file is whole; what was handed in is kept.", zh="文件已上传完成，不能移除。", todo="Leave it."
            )
        with self._hold(number):
            self._store.uploads.drop(number)
            self._partial(number).unlink(missing_ok=True)

    def sweep(self) -> int:
        """How many abandoned uploads were forgotten."""
        before = self._clock() - timedelta(seconds=self.limits.keep_seconds)
        gone = 0
        for number in self._store.uploads.abandoned(before=before):
            with suppress(Held), self._hold(number):
                self._store.uploads.drop(number)
                self._partial(number).unlink(missing_ok=True)
                gone += 1
        return gone

    def expires(self, of: Upload) -> datetime:
        """When it is forgotten if nobody adds to it."""
        return of.touched + timedelta(seconds=self.limits.keep_seconds)

    # For ``Growth`` ------------------------------------------------------------------------------------------------

    def _partial(self, number: str) -> Path:
        return self._lake.blobs.partial(f"upload-{number}")

    def _size(self, number: str) -> int:
        try:
            return self._partial(number).stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def _hold(self, number: str) -> Iterator[BinaryIO]:
        """The growing file, opened and locked for this sender; the lock goes with the process."""
        partial = self._partial(number)
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Held(
                    "Another connection is sending this file.",
                    zh="该文件正由另一连接上传。",
                    todo="Wait a minute and go on.",
                ) from error
            try:
                yield stream
            finally:
                if not os.fstat(stream.fileno()).st_size:
                    partial.unlink(missing_ok=True)

    def grew(self, number: str, received: int) -> None:
        """Says that ``received`` bytes are safely on disk."""
        self._store.uploads.grew(number, received, now=self._clock())

    def take(self, actor: Actor, of: Upload, *, sha256: str, md5: str) -> Upload:
        """The upload, whole: the row first, then the blob; what a kill between the two leaves, ``get`` finishes."""
        now = self._clock()
        self._store.uploads.finish(of.id, sha256=sha256, md5=md5, now=now)
        self._lake.blobs.adopt(self._partial(of.id), sha256)
        with self._store.deciding(actor, now=now) as unit:
            unit.journal("document:upload", f"blob:{sha256}", {"bytes": of.length, "upload": of.id})
        return of.model_copy(update={"sha256": sha256, "md5": md5, "received": of.length, "touched": now})


class Growth:
    """One sender's turn at an upload: bytes in, a checkpoint now and then, whole at the end."""

    def __init__(self, receiver: Receiver, actor: Actor, of: Upload, stream: BinaryIO, at: int) -> None:
        self.upload = of
        self.at = at
        """Bytes that are here, safe or not."""
        self._receiver = receiver
        self._actor = actor
        self._stream = stream
        self._start = self._safe = at
        self._part: Any = None
        self._hashes: tuple[Any, Any] | None = None
        stream.truncate(at)
        stream.seek(at)

    def expect(self, algorithm: str, digest: bytes) -> None:
        """This turn's bytes must have a checksum; none of them is kept before they are known to have it."""
        self._part = (hashlib.new(algorithm, usedforsecurity=False), digest)

    def write(self, data: bytes) -> None:
        """Adds bytes. Raises ``FormError`` when there are more than were announced."""
        if self.at + len(data) > self.upload.length:
            says = Text(zh="发送的内容超出所声明的长度。", en="More was sent than was announced.")
            raise FormError((FieldProblem(field="file", says=says),))
        hashes = self._hashing()
        view = memoryview(data)
        while view:
            view = view[self._stream.write(view) :]
        for one in hashes:
            one.update(data)
        if self._part is not None:
            self._part[0].update(data)
        self.at += len(data)
        if self._part is None and self.at - self._safe >= self._receiver.limits.sync_bytes:
            self.checkpoint()

    def checkpoint(self) -> None:
        """What is here is on disk, and the row says so."""
        if self.at > self._safe:
            os.fdatasync(self._stream.fileno())
            self._receiver.grew(self.upload.id, self.at)
            self._safe = self.at

    def end(self, *, complete: bool = True) -> Upload:
        """The upload after this turn; ``complete=False`` = the connection broke.

        Raises ``BadPart`` when the turn had a checksum that does not hold; then it stands where the turn began.
        """
        if self._part is not None:
            digest, expected = self._part
            if not complete or digest.digest() != expected:
                self._stream.truncate(self._start)
                self.at = self._start
                if complete:
                    raise BadPart(
                        "The part does not have the checksum that came with it.",
                        zh="该分段与所附校验值不符。",
                        todo="Send it again.",
                    )
        self.checkpoint()
        if self.at == self.upload.length:
            return self.finish()
        return self.upload.model_copy(update={"received": self.at})

    def finish(self) -> Upload:
        """The whole upload, under its hash."""
        sha256, md5 = self._hashing()
        return self._receiver.take(self._actor, self.upload, sha256=sha256.hexdigest(), md5=md5.hexdigest())

    def _hashing(self) -> tuple[Any, Any]:
        """The running hashes; what is on disk already is read once."""
        if self._hashes is None:
            self._hashes = (hashlib.sha256(), hashlib.md5(usedforsecurity=False))
            self._stream.seek(0)
            left = self.at
            while left:
                data = self._stream.read(min(_READ, left))
                if not data:
                    raise Stale(
                        "The file on disk is shorter than it was.", zh="磁盘上的文件变短了。", todo="Begin again."
                    )
                left -= len(data)
                for one in self._hashes:
                    one.update(data)
        return self._hashes


def _name(name: str, most: int) -> str:
    """A file's name without its folders, of printable characters."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return "".join(mark if mark.isprintable() else "·" for mark in last)[:most] or "file"
