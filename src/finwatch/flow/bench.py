"""What a filing is set beside, gathered: the files that were handed in, their examination, what markets list.

The comparison itself is pure (``supervise.bench``); here are its edges: lake, store, the confined reader. A package
that was handed in is examined once for each catalogue, with the policy that came with it, and kept.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from PIL import Image, ImageChops, ImageStat, UnidentifiedImageError

from finwatch import __version__
from finwatch.checks import Check
from finwatch.engine import LocalEngine
from finwatch.errors import FinwatchError, InputError, NotFound, UnreadablePackage
from finwatch.flow.examine import conclude
from finwatch.flow.neighbours import Neighbours
from finwatch.flow.policies import policy_from_bytes
from finwatch.lake import Lake
from finwatch.likeness import candidate_of
from finwatch.limits import FETCH, PACKAGE, POLICY
from finwatch.model.access import Scope
from finwatch.model.base import Text
from finwatch.model.case import Case
from finwatch.model.disclosure import PolicySeen
from finwatch.model.knowledge import Knowledge
from finwatch.model.upload import FiledExamination
from finwatch.model.view import AppFilter, ListingSpan
from finwatch.package import Reader
from finwatch.store import Store
from finwatch.store.queue import FILED, Job, Standing
from finwatch.supervise.bench import Comparison, FiledFile, IconSeen, Seen, compare
from finwatch.supervise.bench.declared import Declared, read
from finwatch.supervise.register.forms import FilingForm

SIDE: Final = 64
"""Pixels of an icon's edge when two are compared."""
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
_APPS: Final = 20
"""Apps of one package name that are looked at."""


class Bench:
    """Sets filings beside what was seen. Shared between threads."""

    def __init__(
        self,
        *,
        store: Store,
        lake: Lake,
        knowledge: Knowledge,
        checks: Callable[[], Sequence[Check]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._lake = lake
        self.knowledge = knowledge
        self._checks = checks
        self._clock = clock
        self.asked: Callable[[], None] = lambda: None
        """Told when an examination was asked for: wakes who works in this process."""

    def case(self, number: int, *, scope: Scope) -> Case:
        """A case in the scope that a filing form belongs to. Raises ``NotFound``, ``InputError``."""
        case = self._store.cases.get(number, scope=scope)
        if not {"package_file", "policy_file"} & set(case.form) and not set(case.form) <= set(FilingForm.model_fields):
            raise InputError(
                f"Case {number} is no filing of an app: there is nothing to set beside it.",
                zh=f"事项 {number} 不是App备案，没有可比对的内容。",
            )
        return case

    def compared(self, case: Case) -> Comparison:
        """The filing set beside everything that is there to be looked at now."""
        return compare(case.form, self.seen(case), knowledge=self.knowledge)

    def seen(self, case: Case) -> Seen:
        """What the filing of ``case`` can be set beside."""
        declared = read(case.form)
        policy = self._policy(declared)
        kept = self._store.uploads.examination(self._key(declared)) if declared.file else None
        return Seen(
            file=self._file(declared),
            examination=kept.examination if kept else None,
            unexamined=None if kept else self._why(declared),
            labels=kept.labels if kept else (),
            markets={market.id: market.name for market in self._store.markets.all()},
            icon=IconSeen(path=kept.icon_path, likeness=kept.icon_likeness) if kept and kept.icon_path else None,
            policy=policy,
            listings=self._listings(declared.package),
            institution=self._names(case.owner),
        )

    def examinable(self, case: Case) -> bool:
        """Whether a package was handed in that is here and was not examined with this catalogue."""
        declared = read(case.form)
        here = declared.file is not None and self._has(declared.file)
        return here and self._store.uploads.examination(self._key(declared)) is None

    def ask(self, case: Case) -> None:
        """Asks the work queue for the examination of a filing's package; asked for again, it changes nothing, but what
        was given up is tried anew. Raises ``InputError`` when there is no package here."""
        declared = read(case.form)
        if declared.file is None or not self._has(declared.file):
            raise InputError("There is no package to examine.", zh="没有可检查的安装包。", todo="Ask for it.")
        key, now = self._key(declared), self._clock()
        if self._store.uploads.examination(key) is None:
            told = {"file": declared.file, "policy": declared.policy, "icon": declared.icon}
            if not self._store.queue.add([Job(kind=FILED, key=key, payload=told, due=now)]):
                self._store.queue.again(FILED, now=now, keys=[key])
        self.asked()

    def standing(self, case: Case) -> Standing | None:
        """How the examination that was asked for stands; ``None`` = none was, or it has its result."""
        declared = read(case.form)
        if declared.file is None or self._store.uploads.examination(self._key(declared)) is not None:
            return None
        return self._store.queue.standing(FILED, self._key(declared), now=self._clock())

    def work(self, key: str, told: Mapping[str, Any]) -> None:
        """Does what a job asks for: examines the package and keeps the result under ``key``; nothing when it is there.

        Raises ``InputError`` when the package is not here, or when it was asked for by another version or catalogue.
        """
        if self._store.uploads.examination(key) is not None:
            return
        declared = read({"package_file": told["file"], "policy_file": told["policy"], "icon": told["icon"]})
        if self._key(declared) != key:
            raise InputError(
                "The examination was asked for by another version or with another catalogue.",
                zh="检查由其他版本或目录提出。",
                todo="Run one version everywhere, with one FINWATCH_CATALOG.",
            )
        if declared.file is None or not self._has(declared.file):
            raise InputError("There is no package to examine.", zh="没有可检查的安装包。", todo="Ask for it.")
        path = self._lake.blobs.path(declared.file)
        now = self._clock()
        with Reader() as reader:
            facts = reader.read(path, watch=self.knowledge.watch)
            examination = conclude(
                facts,
                knowledge=self.knowledge,
                checks=self._checks(),
                on=now.date(),
                candidates=self._neighbours().of_stranger(candidate_of(facts)),
                policy=self._policy(declared),
            )
            labels = tuple(dict.fromkeys(one.label for one in facts.manifest.labels)) if facts.manifest else ()
            icon = facts.icon.path if facts.icon else None
            likeness = self._icon(declared, reader, path, icon) if icon else None
        made = FiledExamination(examination=examination, labels=labels, icon_path=icon, icon_likeness=likeness)
        self._store.uploads.keep_examination(key, made, now=now)

    # Parts of it --------------------------------------------------------------------------------------------------

    def _key(self, declared: Declared) -> str:
        told = (declared.file, declared.policy, declared.icon, self.knowledge.version, __version__)
        return hashlib.sha256("|".join(str(part) for part in told).encode()).hexdigest()

    def _has(self, sha256: str) -> bool:
        try:
            return self._lake.blobs.has(sha256)
        except NotFound:
            return False

    def _why(self, declared: Declared) -> Text:
        if declared.file is None:
            return Text(zh="未提交安装包。", en="No package was handed in.")
        if not self._has(declared.file):
            return Text(zh="所提交的安装包不在库中。", en="The package that the form names is not here.")
        return Text(zh="安装包尚未检查。", en="The package was not examined yet.")

    def _neighbours(self) -> Neighbours:
        """Every examined package, to be compared with. Made for one examination: filings are few, packages many."""
        return Neighbours(LocalEngine(processes=1).ask("examined", self._lake.tables), self.knowledge)

    def _file(self, declared: Declared) -> FiledFile | None:
        if declared.file is None or not self._has(declared.file):
            return None
        uploaded = self._store.uploads.file(declared.file)
        if uploaded is not None and uploaded.md5 is not None:
            return FiledFile(name=uploaded.name, bytes=uploaded.length, md5=uploaded.md5, sha256=declared.file)
        with self._lake.blobs.open(declared.file) as stream:
            size, md5 = _digest(stream)
        return FiledFile(name=declared.file[:12], bytes=size, md5=md5, sha256=declared.file)

    def _policy(self, declared: Declared) -> PolicySeen | None:
        if declared.policy is None or not self._has(declared.policy):
            return None
        with self._lake.blobs.open(declared.policy) as stream:
            data = stream.read(POLICY.file_bytes + 1)
        uploaded = self._store.uploads.file(declared.policy)
        origin = uploaded.name if uploaded else declared.policy[:12]
        if len(data) > POLICY.file_bytes:
            over = Text(
                zh=f"文件超过{POLICY.file_bytes:,}字节。", en=f"The file is larger than {POLICY.file_bytes:,} bytes."
            )
            return PolicySeen(origin=origin, problem=over)
        try:
            return policy_from_bytes(data, origin=origin, knowledge=self.knowledge)
        except FinwatchError as error:
            return PolicySeen(origin=origin, problem=Text(zh=error.zh, en=error.en))

    def _listings(self, package: str | None) -> tuple[ListingSpan, ...]:
        """What markets list under a package name, in whoever's hands."""
        if package is None:
            return ()
        found: list[ListingSpan] = []
        for row in self._store.apps(AppFilter(q=package), limit=_APPS).rows:
            if row.app == package:
                found.extend(self._store.app(row.id).listings)
        return tuple(found)

    def _names(self, owner: str) -> tuple[str, ...]:
        try:
            organisation = self._store.accounts.organisation(owner)
        except NotFound:
            return ()
        return tuple(name for name in (organisation.name, organisation.short_name) if name)

    def _icon(self, declared: Declared, reader: Reader, package: Path, path: str) -> float | None:
        if declared.icon is None or not self._has(declared.icon):
            return None
        with self._lake.blobs.open(declared.icon) as stream:
            filed = stream.read(FETCH.icon_bytes + 1)
        try:
            own = reader.entry(package, path)
        except (OSError, UnreadablePackage):
            return None
        return alike(filed, own)


def _digest(stream: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.md5(usedforsecurity=False), 0
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def alike(one: bytes, other: bytes) -> float | None:
    """How alike the pixels of two pictures are, 0 to 1, whatever their size; ``None`` = one cannot be decoded."""
    first, second = _pixels(one), _pixels(other)
    if first is None or second is None:
        return None
    difference = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return round(1 - sum(difference) / (255 * len(difference)), 4)


def _pixels(data: bytes) -> Image.Image | None:
    if len(data) > FETCH.icon_bytes:
        return None
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > PACKAGE.icon_pixels:
                return None
            full = picture.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError, *_BROKEN):
        return None
    flat = Image.alpha_composite(Image.new("RGBA", full.size, "white"), full)
    return flat.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
