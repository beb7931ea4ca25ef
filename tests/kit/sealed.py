"""A lake with a few segments of captures, sealed; and ways to tamper with it."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from finwatch.lake.captures import LocalCaptures
from finwatch.lake.evidence import Sealed, Verification, seal, verify
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import Capture, MarketId
from finwatch.settings import Settings
from tests.kit.authority import LocalAuthority

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


class SealedLake:
    """A lake whose time stamps come from ``authority`` (``None`` = there is none)."""

    def __init__(self, root: Path, authority: LocalAuthority | None = None) -> None:
        self.root = root
        self.lake = LocalLake(root)
        self.authority = authority
        self.captures: list[Capture] = []
        """Those of the newest segment."""
        self._minutes = self._clock()

    @staticmethod
    def _clock() -> Iterator[datetime]:
        minute = 0
        while True:
            yield AT + timedelta(minutes=minute)
            minute += 1

    @property
    def settings(self) -> Settings:
        if self.authority is None:
            return Settings()
        return Settings(tsa_url=self.authority.url, tsa_certificate=self.authority.certificate)

    def segment(self, *pages: bytes, day: int = 0, blob: bytes | None = None) -> list[Capture]:
        """One complete segment with a capture for each page, ``day`` days after ``AT``."""
        captures = LocalCaptures(
            self.root, blobs=self.lake.blobs, tables=self.lake.tables, now=lambda: next(self._minutes)
        )
        made = [
            captures.append(
                market=MarketId("shop"),
                url=f"https://shop.example/{day}/{number}",
                at=AT + timedelta(days=day, seconds=number),
                request=b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
                status_line="HTTP/1.1 200 OK",
                headers=[("Content-Type", "text/html")],
                payload=None if blob is not None else page,
                blob_sha256=self.lake.blobs.put(blob) if blob is not None else None,
                payload_bytes=len(blob if blob is not None else page),
                peer="192.0.2.7",
            )
            for number, page in enumerate(pages)
        ]
        captures.close()
        self.captures = made
        return made

    def seal(self) -> Sealed:
        return seal(self.lake, self.settings, clock=lambda: AT + timedelta(days=30))

    def verify(self, **how: object) -> Verification:
        return verify(LocalLake(self.root), self.settings, **how)  # type: ignore[arg-type]

    def statement(self, number: int) -> Path:
        return self.root / "evidence" / f"{number:08d}.json"

    def leaves(self, number: int) -> Path:
        return self.root / "evidence" / f"{number:08d}.leaves.jsonl"

    def stamp(self, number: int) -> Path:
        return self.root / "evidence" / f"{number:08d}.tsr"

    def segment_of(self, capture: Capture) -> Path:
        (path,) = (self.root / "captures").glob(f"*/{capture.id.partition('#')[0]}")
        return path


def flip(path: Path, at: int, bit: int = 1) -> None:
    """Changes one bit of a file."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def checked(target: Path, folder: Path) -> str:
    """What the commands of the text in the export print; each of them must succeed."""
    with zipfile.ZipFile(target) as archive:
        archive.extractall(folder)
    text = (folder / "README.txt").read_text("utf-8")
    commands = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
    bash = ["bash", "-eu", "-o", "pipefail", "-c", commands]
    done = subprocess.run(bash, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
