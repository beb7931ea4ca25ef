"""Examinations of a share of a country's packages, as the worker leaves them in the lake.

What comes in: the sample packages, which are examined once for real, and what ``days`` shows. What goes out: rows of
``examinations``. Each is a sample's document, made the app's own (names, hashes, signer, version, icon, code), with
SDKs drawn by their measured frequency and lists of calls and addresses drawn out to the measured lengths.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.national.days import Days, hexed, mix
from bench.national.likes import Likes
from bench.national.population import decile, measured
from finwatch import catalog, checks
from finwatch.flow.examine import examine
from finwatch.flow.examine_batches import examination_row
from finwatch.lake import Lake
from finwatch.model.base import Text
from finwatch.model.examination import Examination, SdkUse, SignerSummary
from finwatch.model.package import Code, Icon, Manifest, PackageFacts, Signer, Signing
from finwatch.package import Reader

PACKAGES: Final = Path(__file__).resolve().parents[2] / "samples" / "packages"
EVERY: Final = 16
"""Each how manieth app has its packages examined."""
_BATCH: Final = 64
ON: Final = date(2026, 10, 24)


def templates() -> list[Examination]:
    """What the sample packages are found to be, by file name."""
    knowledge, rules, found = catalog.load(), checks.load(), []
    with Reader() as reader:
        for path in sorted(PACKAGES.glob("*.apk")):
            found.append(examine(path, reader=reader, knowledge=knowledge, checks=rules, on=ON))
    return [one for one in found if one.package.id]


class Examined:
    """Makes examinations of packages of a country."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._templates = templates()
        self._knowledge = catalog.load()
        self._sdks = {sdk.id: sdk for sdk in self._knowledge.sdks}
        self._done: set[str] = set()
        self._likes = Likes(days.population)

    def packages(self, day: int) -> list[tuple[int, str, str, int]]:
        """App, hash, signer and version of packages that are shown on a day, of apps whose number is a multiple of
        ``EVERY``, and that were not given before."""
        of = self._days.population
        rows = np.flatnonzero(of.shown(day) & (of.app % EVERY == 0) & (of.protocol[of.market] < 2))
        hashes = hexed(self._days.hashes(day, rows), 32).to_pylist()
        signers = hexed(self._days.signers(rows), 32).to_pylist()
        versions = self._days.versions(day, rows).tolist()
        new = {}
        for app, sha256, signer, version in zip(of.app[rows].tolist(), hashes, signers, versions, strict=True):
            if sha256 not in self._done and not of_channel(sha256):
                new[sha256] = (app, sha256, signer, version)
        self._done |= new.keys()
        return [new[sha256] for sha256 in sorted(new)]

    def keep(self, lake: Lake, day: int, at: datetime) -> int:
        """Puts the examinations of a day's new packages into a lake; returns how many there are."""
        new = self.packages(day)
        for begin in range(0, len(new), _BATCH):
            rows = []
            for app, sha256, signer, version in new[begin : begin + _BATCH]:
                examination = self.examination(app, sha256, signer, version)
                facts = self.facts(examination, app, version)
                rows.append(examination_row(examination, facts, at=at, listing=None))
            key = f"rehearsed-{day:02}-{begin:06}"
            lake.tables.append("examinations", rows, key=key, dt=at.date(), market="-")
        return len(new)

    def examination(self, app: int, sha256: str, signer: str, version: int) -> Examination:
        """The examination of a package: the same package has the same one."""
        of, told = self._days.population, measured()["measured"]
        draw = np.random.default_rng(int(sha256[:12], 16))
        base = self._templates[app // EVERY % len(self._templates)]
        sdks, weight = list(told["sdk_packages"]), np.array(list(told["sdk_packages"].values()), float)
        count = min(int(decile(told["sdks"], draw.random(1))[0]), len(sdks))
        chosen = sorted(draw.choice(len(sdks), count, replace=False, p=weight / weight.sum()).tolist())
        package = base.package.model_copy(
            update={
                "sha256": sha256,
                "bytes": int(of.size[app]),
                "id": of.packages[app],
                "label": self._label(app),
                "version_name": f"{version // 10 + 1}.{version % 10}.0",
                "version_code": 100 + version,
                "signers": (SignerSummary(scheme="v2", sha256=signer, subject="CN=Reed Bank", verified=True),),
            }
        )
        return base.model_copy(
            update={
                "package": package,
                "identity": base.identity.model_copy(
                    update={
                        "finance": True,
                        "kind": list(measured()["assumed"]["kinds"])[of.kind[app]],
                        "institution": f"institution-{app}" if self._is_official(app, signer) else None,
                    }
                ),
                "sdks": tuple(self._sdk(sdks[at]) for at in chosen),
                "collection": _drawn(base.collection, told["collection"], draw),
                "endpoints": _drawn(base.endpoints, told["endpoints"], draw),
            }
        )

    def facts(self, examination: Examination, app: int, version: int) -> PackageFacts:
        """What a comparison takes of a package: names, signer, icon, code."""
        package, at = examination.package, np.array([app])
        (icon,), (colours,) = self._likes.icons(at)
        signers = [
            Signer(scheme="v2", sha256=one.sha256, subject=one.subject, issuer=one.subject, serial="1", verified=True)
            for one in package.signers
        ]
        return PackageFacts(
            sha256=package.sha256,
            bytes=package.bytes,
            format="apk",
            manifest=Manifest(package=package.id or "", label=package.label, version_code=package.version_code),
            signing=Signing(schemes=("v2",), signers=tuple(signers)),
            icon=Icon(path="res/icon.png", sha256=package.sha256, phash=icon, colours=colours),
            code=Code(signature=tuple(self._likes.codes(at, np.array([version]))[0].tolist()), signature_version=1),
        )

    def _label(self, app: int) -> str:
        model, names = int(self._likes.model[app]), self._days.population.names_zh
        return names[app] if model < 0 else f"{names[model]}官方版"

    def _is_official(self, app: int, signer: str) -> bool:
        """A copy that somebody else signed is not official."""
        own = hexed(mix(self._days.population.developer[[app]], 17), 32)[0].as_py()
        return bool(self._likes.official[app]) and signer == own

    def _sdk(self, name: str) -> SdkUse:
        known = self._sdks.get(name)
        text = known.name if known else Text(zh=name, en=name)
        return SdkUse(id=name, name=text, vendor=text, purpose="analytics", prefixes=(f"com/{name}/",))


def of_channel(sha256: str) -> bool:
    """Whether a package is left out of the share: three of four, so that not every channel's package is examined."""
    return int(sha256[-2:], 16) >= 64


def _drawn(found: tuple[Any, ...], deciles: list[int], draw: np.random.Generator) -> tuple[Any, ...]:
    """As many as the deciles say, in turn from what was found."""
    count = int(decile(deciles, draw.random(1))[0])
    return tuple(found[at % len(found)] for at in range(count)) if found else ()
