"""A folder that is watched: the market of what somebody hands in, packages and lists of addresses.

What comes in: a folder into which packages (``.apk .hap .ipa …``) and lists are dropped: ``.txt``, an address a line;
``.csv`` with the column ``url`` and, where known, ``app name developer version_name version_code sha256 bytes``. What
goes out: a ``Reading`` with a listing for each, and blobs of the packages; the files are moved to ``done/``, or to
``failed/`` with the reason beside them. A file that is still being written is left alone. What lies in ``done/`` stays
listed until it is taken away.

Nothing is asked of the network here; the addresses of a list are visited as every package address is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.sources.reading import Reading, visit_of
from finwatch.crawl.visit import Answer, Hop, VisitFailed
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind
from finwatch.model.listing import Listing

PACKAGES: Final = frozenset({".apk", ".apks", ".xapk", ".apkm", ".aab", ".hap", ".app", ".ipa", ".zip"})
LISTS: Final = frozenset({".txt", ".csv"})
_UNFINISHED: Final = frozenset({".part", ".tmp", ".crdownload", ".download", ".filepart"})
_LIST_BYTES: Final = 64 << 20
_SETTLED_S: Final = 60.0
"""A package that is not whole yet is taken for one that is still being copied until it has lain still for so long."""
_COLUMNS: Final = {
    "url": "package_url",
    "app": "app",
    "name": "name",
    "developer": "developer",
    "version_name": "version_name",
    "version_code": "version_code",
    "sha256": "package_sha256",
    "bytes": "package_bytes",
    "website": "website",
    "policy_url": "policy_url",
}


class _Refused(Exception):
    """A file that cannot be taken in, and why."""


@dataclass(frozen=True, slots=True)
class _Taken:
    listings: tuple[Listing, ...]
    packages: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class FolderReader:
    """A watched folder: packages and lists of addresses (``.txt``, ``.csv``) are taken in and moved to ``done/``, or to
    ``failed/`` with the reason."""

    def start(self, market: Market) -> str:
        """The folder's ``file:`` address."""
        return market.address if "://" in market.address else Path(market.address).absolute().as_uri()

    async def read(self, market: Market, task: FrontierTask, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Reading:
        """Takes in the folder. Raises ``VisitFailed`` when there is none, or it cannot be written to."""
        where = self.start(market)
        folder = _folder_of(where)
        try:
            return _Visit(market, task, where, fetcher, state).read()
        except OSError as error:
            raise VisitFailed(
                OutcomeKind.UNREACHABLE,
                f"{folder} cannot be taken in: {error.strerror or error}. Make the folder, or give the right to write "
                "there.",
            ) from error


class _Visit:
    def __init__(
        self, market: Market, task: FrontierTask, where: str, fetcher: Fetcher, state: Mapping[str, Any]
    ) -> None:
        self._market = market
        self._task = task
        self._where = where
        self._folder = _folder_of(where)
        self._fetcher = fetcher
        self._held: dict[str, Any] = dict(state.get("files", {}))
        self._now = fetcher.now()
        self._notes: list[str] = []

    def read(self) -> Reading:
        listings: list[Listing] = []
        packages: list[tuple[str, str]] = []
        files: dict[str, Any] = {}
        done = self._folder / "done"
        for path in _files(self._folder):
            taken = self._new(path)
            if taken is not None:
                target = _free(done, path.name)
                done.mkdir(exist_ok=True)
                os.replace(path, target)
                files[target.name] = _kept(target, taken)
                listings += taken.listings
                packages += taken.packages
        for path in _files(done) if done.is_dir() else ():
            if path.name in files:
                continue
            kept = self._held.get(path.name)
            if kept is None or kept["stamp"] != _stamp(path):
                taken = self._new(path)  # moved by a run that was killed before it could say so
                if taken is None:
                    continue
                files[path.name] = _kept(path, taken)
                packages += taken.packages
                listings += taken.listings
            else:
                files[path.name] = kept
                listings += [Listing.model_validate(one) for one in kept["listings"]]
        return self._reading(listings, packages, files)

    def _new(self, path: Path) -> _Taken | None:
        """What a file brings; ``None`` = it is left for later, or was moved to ``failed/``."""
        if path.suffix.lower() in _UNFINISHED:
            return None
        try:
            if path.suffix.lower() in LISTS:
                return self._list(path)
            if path.suffix.lower() in PACKAGES:
                return self._package(path)
            kinds = ", ".join(sorted(PACKAGES | LISTS))
            raise _Refused(f"its name ends in {path.suffix or 'nothing'}; what is taken in: {kinds}")
        except _Refused as refusal:
            self._reject(path, str(refusal))
            return None

    def _package(self, path: Path) -> _Taken | None:
        size = path.stat().st_size
        if size > self._fetcher.limits.package_bytes:
            raise _Refused(f"it has {size:,} bytes; the bound is {self._fetcher.limits.package_bytes:,}")
        if not zipfile.is_zipfile(path):
            age = self._now.timestamp() - path.stat().st_mtime
            if age < _SETTLED_S and path.parent == self._folder:
                self._notes.append(f"{path.name} is not whole yet and is left for the next reading")
                return None
            raise _Refused("it is no package: it does not end as a zip archive does")
        sha256 = self._adopted(path)
        listing = Listing(
            market=self._market.id,
            app=_named(path.stem),
            names={"und": path.stem},
            package_sha256=sha256,
            package_bytes=size,
            seen=self._now,
        )
        return _Taken((listing,), ((sha256, listing.app),))

    def _adopted(self, path: Path) -> str:
        """SHA-256 of the file, which is now a blob too: copied in pieces, adopted whole."""
        digest = hashlib.sha256()
        part = self._fetcher.blobs.partial(
            f"intake-{os.getpid()}-{hashlib.sha256(path.name.encode()).hexdigest()[:16]}"
        )
        with path.open("rb") as source, part.open("wb") as target:
            while piece := source.read(1 << 20):
                digest.update(piece)
                target.write(piece)
        self._fetcher.blobs.adopt(part, digest.hexdigest())
        return digest.hexdigest()

    def _list(self, path: Path) -> _Taken:
        if path.stat().st_size > _LIST_BYTES:
            raise _Refused(f"a list has at most {_LIST_BYTES:,} bytes")
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                text = data.decode("gb18030")
            except UnicodeDecodeError as error:
                raise _Refused(f"it is neither UTF-8 nor GB 18030 ({error})") from error
        rows = list(_rows(text) if path.suffix.lower() == ".csv" else _lines(text))
        listings: dict[str, Listing] = {}
        notes: list[str] = []
        for number, row in rows:
            try:
                listing = self._listing(row)
                listings.setdefault(str(listing.package_url), listing)
            except (ValidationError, ValueError) as error:
                notes.append(f"line {number}: {_reason(error)}")
        if not listings:
            raise _Refused("no line of it is an address: " + ("; ".join(notes[:5]) or "it is empty"))
        self._notes += [f"{path.name}, {note}" for note in notes]
        return _Taken(tuple(listings.values()), notes=tuple(notes))

    def _listing(self, row: Mapping[str, str]) -> Listing:
        values: dict[str, Any] = {
            field: row[column].strip() for column, field in _COLUMNS.items() if (row.get(column) or "").strip()
        }
        url = values.get("package_url", "")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url[:200]!r} is no http or https address")
        if "package_sha256" in values and not re.fullmatch(r"[0-9a-fA-F]{64}", values["package_sha256"]):
            raise ValueError(f"{values['package_sha256'][:80]!r} is no SHA-256")
        if "package_sha256" in values:
            values["package_sha256"] = values["package_sha256"].lower()
        name = values.pop("name", None)
        stem = Path(unquote(parts.path)).stem or str(parts.hostname)
        return Listing(
            market=self._market.id,
            app=_named(values.pop("app", "") or stem),
            names={"und": name} if name else {},
            seen=self._now,
            **values,
        )

    def _reject(self, path: Path, reason: str) -> None:
        failed = self._folder / "failed"
        failed.mkdir(exist_ok=True)
        target = _free(failed, path.name)
        os.replace(path, target)
        target.with_name(f"{target.name}.reason.txt").write_text(f"{path.name}: {reason}.\n", "utf-8")
        self._notes.append(f"{path.name} was moved to failed/: {reason}")

    def _reading(
        self, listings: Sequence[Listing], packages: Sequence[tuple[str, str]], files: Mapping[str, Any]
    ) -> Reading:
        ordered = sorted(listings, key=lambda one: (one.app, one.package_sha256 or "", one.package_url or ""))
        digest = hashlib.sha256(
            "\n".join(one.model_dump_json(exclude={"seen"}) for one in ordered).encode()
        ).hexdigest()
        changed = set(files) != set(self._held) or bool(packages) or not self._held
        hop = Hop(self._where, self._now, b"", 0, "", (), None)
        return Reading(
            listings=tuple(ordered) if changed else None,
            visit=visit_of(self._task, digest),
            answer=Answer(hop, digest, 0, b""),
            bytes_read=sum(one.package_bytes or 0 for one in ordered if (one.package_sha256, one.app) in set(packages)),
            state={"files": dict(files)},
            notes=tuple(self._notes),
            conditional=False,
            kind=OutcomeKind.OK if ordered else OutcomeKind.EMPTY,
            packages=tuple(packages),
        )


def _folder_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def _files(folder: Path) -> list[Path]:
    """The regular files of a folder by name, none whose name begins with a dot."""
    found = [
        Path(entry.path) for entry in os.scandir(folder) if stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
    ]
    return sorted(path for path in found if not path.name.startswith("."))


def _free(folder: Path, name: str) -> Path:
    """A path in ``folder`` that nobody has: the name itself, or with a number."""
    path = folder / name
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _stamp(path: Path) -> list[int]:
    told = path.stat()
    return [told.st_size, told.st_mtime_ns]


def _kept(path: Path, taken: _Taken) -> dict[str, Any]:
    return {"stamp": _stamp(path), "listings": [one.model_dump(mode="json") for one in taken.listings]}


def _named(text: str) -> str:
    """A name for an app that nobody has read yet: what was given, without control characters."""
    return "".join(one for one in text if one.isprintable()).strip()[:200] or "unnamed"


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.partition("#")[0].strip() if line.lstrip().startswith("#") else line.strip()
        if told:
            yield number, {"url": told}


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if "url" not in (reader.fieldnames or ()):
            raise _Refused(f"its first line has no column url; columns: {', '.join(_COLUMNS)}")
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if isinstance(value, str) and name}
    except csv.Error as error:
        raise _Refused(f"it is no CSV: {error}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
