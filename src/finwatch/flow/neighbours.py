"""Which examined packages each package has to be compared with: those that it could resemble, found by index.

Part of ``compare``. What comes in: the question ``examined`` and the catalogue. What goes out: for each package its
candidates. By the rules of ``likeness.verdict`` two packages can only match when they share a signer or a package name,
when their code is equal to ``CODE_COPY`` or more, or when the other is official and their icons differ in no more than
``ICON_BITS`` bits. Each of these has an index that misses nothing, so the answers are those of comparing all with all.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from finwatch.likeness.signer import PUBLIC_KEYS
from finwatch.likeness.thresholds import CODE_COPY, ICON_BITS
from finwatch.model.examination import Candidate
from finwatch.model.knowledge import Knowledge

_BAND: Final = 4
"""Slots of a code signature that are looked at together."""
_PIECES: Final = 4
_PIECE_BITS: Final = 64 // _PIECES
_COLUMNS: Final = ("sha256", "app", "label", "names", "institution", "official", "signers", "icon_phash",
                   "icon_colours", "code_signature_version", "version_code")  # fmt: skip

if TYPE_CHECKING:
    Signatures: TypeAlias = pa.ListArray[Any]

Rows = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint32]


class Neighbours:
    """The examined packages, by position, with their indexes. Holds about 2 KB for each."""

    def __init__(self, examined: pa.Table, knowledge: Knowledge) -> None:
        """``examined`` has the columns of the question of that name, one row a package, sorted by hash."""
        self._columns: dict[str, list[Any]] = {name: examined.column(name).to_pylist() for name in _COLUMNS}
        self._signatures = cast("Signatures", examined.column("code_signature").combine_chunks())
        self.hashes: list[str] = self._columns["sha256"]
        self._by_app = _grouped([[app] if app else [] for app in self._columns["app"]])
        self._by_signer = _grouped([_telling(signers) for signers in self._columns["signers"]])
        official = [at for at, is_official in enumerate(self._columns["official"]) if is_official]
        self._icons = Icons((at, self._columns["icon_phash"][at]) for at in official)
        self._codes = [
            Codes(rows, values, version)
            for rows, values, version in _signatures(self._signatures, self._columns["code_signature_version"])
        ]
        self._code_of = {row: codes for codes in self._codes for row in codes.rows.tolist()}
        held = {self._columns["app"][at] for at in official}
        self._catalogue = [candidate for candidate in catalogue_candidates(knowledge) if candidate.app not in held]
        self._catalogue_by = _grouped([[one.app, *_telling(one.signers)] for one in self._catalogue])
        self.catalogue_digest = hashlib.sha256(
            "\n".join(candidate.model_dump_json() for candidate in self._catalogue).encode()
        ).hexdigest()

    def digests(self) -> list[str]:
        """By position, a digest of everything that a comparison takes of a package as a candidate."""
        offsets, values = self._signatures.offsets.to_pylist(), self._signatures.values.to_numpy(zero_copy_only=False)
        found = []
        for at, row in enumerate(zip(*self._columns.values(), strict=True)):
            told = hashlib.sha256(repr(row).encode("utf-8", "surrogatepass"))
            told.update(values[offsets[at] : offsets[at + 1]].tobytes())
            found.append(told.hexdigest())
        return found

    def near(self, at: int) -> list[int]:
        """The positions of the packages that the one at ``at`` may resemble, in order."""
        near: set[int] = set(self._by_app.get(self._columns["app"][at], ()))
        for signer in _telling(self._columns["signers"][at]):
            near.update(self._by_signer[signer])
        near.update(self._icons.alike(self._columns["icon_phash"][at]))
        if (codes := self._code_of.get(at)) is not None:
            near.update(codes.alike(at))
        near.discard(at)
        return sorted(near)

    def of(self, at: int) -> list[Candidate]:
        """Every candidate for the package at ``at``: official apps of the catalogue, then examined packages by hash."""
        named = [self._columns["app"][at], *_telling(self._columns["signers"][at])]
        known = sorted({one for name in named for one in self._catalogue_by.get(name, ())})
        return [*(self._catalogue[one] for one in known), *(self.candidate(one) for one in self.near(at))]

    def of_stranger(self, one: Candidate) -> list[Candidate]:
        """Every candidate for a package that is not among the examined, as ``of`` would give it if it were."""
        signers = _telling(one.signers)
        near: set[int] = set(self._by_app.get(one.app, ()))
        for signer in signers:
            near.update(self._by_signer.get(signer, ()))
        near.update(self._icons.alike(one.icon_phash))
        for codes in self._codes:
            near.update(codes.alike_to(one.code_signature, one.code_signature_version))
        known = sorted({at for name in (one.app, *signers) for at in self._catalogue_by.get(name, ())})
        others = [at for at in sorted(near) if self.hashes[at] != one.sha256]
        return [*(self._catalogue[at] for at in known), *(self.candidate(at) for at in others)]

    def candidate(self, at: int) -> Candidate:
        """The package at ``at`` as others are compared with it."""
        row = {name: values[at] for name, values in self._columns.items()}
        return Candidate(
            app=row["app"] or "",
            sha256=row["sha256"],
            label=row["label"],
            names=tuple(row["names"] or ()),
            institution=row["institution"],
            official=row["official"],
            signers=tuple(row["signers"] or ()),
            icon_phash=row["icon_phash"],
            icon_colours=row["icon_colours"],
            code_signature=tuple(self._signatures.slice(at, 1).to_pylist()[0] or ()),
            code_signature_version=row["code_signature_version"] or 0,
            version_code=row["version_code"],
        )


class Codes:
    """Code signatures of one version and length: which are equal in ``CODE_COPY`` of their slots or more.

    Of 128 slots at most 25 may differ. They lie in 32 bands of four, so at least seven bands are equal; of any seven
    bands two lie in the same of six groups. Each pair of bands in a group is looked up at once: eight slots that two
    strangers hardly ever share, though parts of their code come from the same library.
    """

    def __init__(self, rows: Rows, values: Numbers, version: int = 0) -> None:
        """``values``: one line for each of ``rows``, the positions by which they are asked for."""
        self.rows = rows
        self._version = version
        self._values = values
        self._at = {int(row): at for at, row in enumerate(rows)}
        self._least = least_equal(values.shape[1])
        self._tables = [_Table(values[:, list(slots)]) for slots in looked_up(values.shape[1])]

    def alike(self, row: int) -> list[int]:
        """The positions whose code is the same as that of ``row``, itself among them."""
        at = self._at[row]
        parts = [found for table in self._tables if (found := table.sharing(at)) is not None]
        if not parts:
            return []
        near = np.unique(np.concatenate(parts))
        same = (self._values[near] == self._values[at]).sum(axis=1)
        return [int(one) for one in self.rows[near[same >= self._least]]]

    def alike_to(self, signature: Sequence[int], version: int) -> list[int]:
        """The positions whose code is the same as that of a package that is not among the rows."""
        if version != self._version or len(signature) != self._values.shape[1]:
            return []
        asked = _folded(np.array(signature, np.uint64))
        same = (self._values == asked).sum(axis=1)
        return [int(one) for one in self.rows[same >= self._least]]


class _Table:
    """Lines that are equal in some columns; who is alone there is not kept."""

    def __init__(self, columns: Numbers) -> None:
        keys = np.zeros(len(columns), np.uint64)
        for column in columns.T:  # a hash: two keys that fall together only cost a look
            keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(29)
        order = np.argsort(keys, kind="stable").astype(np.int32)
        ranked = keys[order]
        first = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
        counts = np.diff(np.append(first, len(ranked)))
        shared = np.repeat(counts > 1, counts)
        self._lines = order[shared]
        sizes = counts[counts > 1]
        self._ends = np.concatenate([[0], sizes.cumsum()]).astype(np.int64)
        self._run = np.full(len(columns), -1, np.int32)
        self._run[self._lines] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def sharing(self, at: int) -> npt.NDArray[np.int32] | None:
        run = self._run[at]
        return None if run < 0 else self._lines[self._ends[run] : self._ends[run + 1]]


class Icons:
    """Hashes of icons, asked for those that differ in no more than ``ICON_BITS`` of 64 bits.

    In four pieces of 16 bits: where ten bits differ, one piece differs in two at most (multi-index hashing, Norouzi,
    Punjani and Fleet 2012), so each piece is looked up with every two bits of it turned.
    """

    def __init__(self, icons: Iterable[tuple[int, str | None]]) -> None:
        self._icons = {at: int(icon, 16) for at, icon in icons if icon}
        self._pieces: dict[tuple[int, int], list[int]] = defaultdict(list)
        for at, icon in self._icons.items():
            for place, piece in _pieces(icon):
                self._pieces[place, piece].append(at)

    def alike(self, icon: str | None) -> list[int]:
        """The positions of the icons that are as near as that to ``icon``."""
        if not icon or not self._icons:
            return []
        asked = int(icon, 16)
        near: set[int] = set()
        for place, piece in _pieces(asked):
            for mask in _MASKS:
                near.update(self._pieces.get((place, piece ^ mask), ()))
        return [at for at in near if (self._icons[at] ^ asked).bit_count() <= ICON_BITS]


def _pieces(icon: int) -> Iterator[tuple[int, int]]:
    for place in range(_PIECES):
        yield place, icon >> (place * _PIECE_BITS) & ((1 << _PIECE_BITS) - 1)


_MASKS: Final = tuple(
    sum(1 << bit for bit in bits)
    for turned in range(ICON_BITS // _PIECES + 1)
    for bits in combinations(range(_PIECE_BITS), turned)
)


def least_equal(slots: int) -> int:
    """In how many of so many slots two signatures of the same code are equal at least."""
    return next(same for same in range(slots + 1) if same / slots >= CODE_COPY)


def looked_up(slots: int) -> list[tuple[int, ...]]:
    """Choices of slots of which two signatures of the same code share at least one whole choice."""
    bands = [tuple(range(begin, min(begin + _BAND, slots))) for begin in range(0, slots, _BAND)]
    whole = len(bands) - (slots - least_equal(slots))
    if whole < 1:  # too few slots to tell: every two are looked at
        return [()]
    if whole == 1:
        return bands
    groups = [bands[begin :: whole - 1] for begin in range(whole - 1)]
    return [one + other for group in groups for one, other in combinations(group, 2)]


def _folded(values: npt.NDArray[np.uint64]) -> Numbers:
    """Numbers beyond 32 bits, which version 1 has not, are folded: what is equal stays equal."""
    return (values ^ (values >> np.uint64(32))).astype(np.uint32)


def _signatures(signatures: Signatures, versions: Sequence[int | None]) -> Iterator[tuple[Rows, Numbers, int]]:
    """Positions, signatures and their version: those that can be compared with each other together."""
    lengths = np.array([length or 0 for length in signatures.value_lengths().to_pylist()], np.int64)
    told = np.array([version or 0 for version in versions], np.int64)
    offsets = np.asarray(signatures.offsets.to_numpy(), np.int64)
    folded = _folded(signatures.values.to_numpy(zero_copy_only=False).astype(np.uint64))
    for version, length in sorted({(int(v), int(n)) for v, n in zip(told, lengths, strict=True) if n}):
        rows = np.flatnonzero((told == version) & (lengths == length))
        yield rows, folded[offsets[rows][:, None] + np.arange(length)], version


def _telling(signers: Sequence[str] | None) -> list[str]:
    """The signers that tell one hand from another."""
    return [signer for signer in signers or () if signer not in PUBLIC_KEYS]


def _grouped(names: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Positions by name."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, of_one in enumerate(names):
        for name in of_one:
            groups[name].append(at)
    return dict(groups)


def catalogue_candidates(knowledge: Knowledge) -> list[Candidate]:
    """The official apps that the catalogue knows, none of which need have been examined."""
    return [
        Candidate(
            app=app.package,
            sha256=None,
            label=app.names[0] if app.names else institution.name.zh,
            names=app.names,
            institution=institution.id,
            official=True,
            signers=app.signers,
        )
        for institution in sorted(knowledge.institutions, key=lambda one: one.id)
        for app in sorted(institution.apps, key=lambda one: one.package)
    ]
