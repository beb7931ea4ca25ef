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
    names = names_of(examined, spans)
    groups: dict[str, _Names] = defaultdict(_Names)
    for row in sorted(examined, key=_age):
        groups[names[row["sha256"]]].join(_signers(row))
    for span in spans:
        if span["package_sha256"] not in by_hash:
            groups[span["app"]].join(span["signer_sha256"] or [UNKNOWN])
    packages: dict[tuple[str, str], list[str]] = defaultdict(list)
    listings: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in sorted(examined, key=_age, reverse=True):
        name = names[row["sha256"]]
        packages[name, groups[name].first(_signers(row)[0])].append(row["sha256"])
    for at, span in enumerate(spans):
        known = by_hash.get(span["package_sha256"])
        name = names[known["sha256"]] if known is not None else span["app"]
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


def names_of(examined: Sequence[dict[str, Any]], spans: Sequence[dict[str, Any]]) -> dict[str, str]:
    """SHA-256 of each examined package → its package name.

    One whose manifest could not be read goes by the name that a market lists it under, the least where several do;
    one that none lists goes by its hash (``AppRow.nameless``).
    """
    listed: dict[str, str] = {}
    for span in spans:
        sha256 = span["package_sha256"]
        if sha256 is not None:
            listed[sha256] = min(listed.get(sha256, span["app"]), span["app"])
    return {
        row["sha256"]: str(row["app"] or listed.get(row["sha256"]) or f"package-{row['sha256'][:_DIGITS]}")
        for row in examined
    }


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
