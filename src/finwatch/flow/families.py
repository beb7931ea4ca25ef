"""Which packages and listings are one app: one package name in the hands of one signer family.

A package name alone says nothing about who made an app: a repackaged copy keeps the name and has another signer. Two
packages of one name belong together when they share a certificate, directly or through others (v3 rotation proofs
bring the earlier ones along). An app id names the package and the family's certificate that was in use first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from finwatch.model.base import Model

UNSIGNED: Final = "unsigned"
UNKNOWN: Final = "unknown"
"""Listed, not examined, and the market does not say who signed it."""
_DIGITS: Final = 12


class Family(Model):
    """One app: its examined packages and its listings, by position in what ``families`` was given."""

    id: str
    app: str
    signer: str | None
    packages: tuple[str, ...]
    """SHA-256, newest version first."""
    listings: tuple[int, ...]


def families(examined: Sequence[dict[str, Any]], spans: Sequence[dict[str, Any]]) -> list[Family]:
    """Every app, by id. ``examined`` and ``spans`` are rows of the questions of the same names."""
    by_hash = {row["sha256"]: row for row in examined}
    groups: dict[str, _Names] = defaultdict(_Names)
    for row in sorted(examined, key=_age):
        groups[name_of(row)].join(_signers(row))
    for span in spans:
        if span["package_sha256"] not in by_hash:
            groups[span["app"]].join(span["signer_sha256"] or [UNKNOWN])
    packages: dict[tuple[str, str], list[str]] = defaultdict(list)
    listings: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in sorted(examined, key=_age, reverse=True):
        packages[name_of(row), groups[name_of(row)].first(_signers(row)[0])].append(row["sha256"])
    for at, span in enumerate(spans):
        known = by_hash.get(span["package_sha256"])
        name = name_of(known) if known is not None else span["app"]
        signers = _signers(known) if known is not None else span["signer_sha256"] or [UNKNOWN]
        listings[name, groups[name].first(signers[0])].append(at)
    return [
        Family(
            id=f"{name}~{signer[:_DIGITS]}",
            app=name,
            signer=None if signer in {UNSIGNED, UNKNOWN} else signer,
            packages=tuple(packages.get((name, signer), ())),
            listings=tuple(listings.get((name, signer), ())),
        )
        for name, signer in sorted({*packages, *listings})
    ]


def name_of(row: dict[str, Any]) -> str:
    """The package name of an examined package; one whose manifest could not be read goes by its hash."""
    return str(row["app"] or f"package-{row['sha256'][:_DIGITS]}")


def _signers(row: dict[str, Any]) -> list[str]:
    return list(row["signers"] or [UNSIGNED])


def _age(row: dict[str, Any]) -> tuple[int, str]:
    code = row["version_code"]
    return (-1 if code is None else code, row["sha256"])


class _Names:
    """Certificates joined into families; each family goes by the one that was joined first."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._order: dict[str, int] = {}

    def join(self, signers: Sequence[str]) -> None:
        for signer in signers:
            self._first.setdefault(signer, signer)
            self._order.setdefault(signer, len(self._order))
        roots = {self.first(signer) for signer in signers}
        oldest = min(roots, key=self._order.__getitem__)
        for root in roots:
            self._first[root] = oldest

    def first(self, signer: str) -> str:
        while self._first[signer] != signer:
            signer = self._first[signer]
        return signer
