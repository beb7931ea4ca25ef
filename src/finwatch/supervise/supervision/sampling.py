"""Drawing a sample that anybody can draw again: strata, proportional shares, and an order made from a seed.

Pure: the population comes in, the sample goes out. Within a stratum the apps are ordered by SHA-256 of the seed and
their id, and the first ones are taken; so the same seed and the same population give the same sample on any machine,
and nobody can steer it without changing the seed, which is recorded before the draw. Shares are proportional by the
largest remainder (Hare quota), every stratum that has an app gets one as long as the sample has room.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from finwatch.errors import InputError
from finwatch.model.base import Model


class Unit(Model):
    """One app of the population."""

    app: str
    stratum: str


class Stratum(Model):
    """How many apps a stratum has, and how many of them are drawn."""

    name: str
    population: int
    drawn: int


class Sample(Model):
    """What was drawn, in the order of strata and draw; with what is needed to draw it again."""

    seed: str
    apps: tuple[str, ...]
    strata: tuple[Stratum, ...]
    population: int
    digest: str
    """SHA-256 of the population: ``app TAB stratum LF`` in the order of apps."""


def draw(population: Iterable[Unit], *, size: int, seed: str) -> Sample:
    """The sample of ``size`` apps; all of them where there are no more. Raises ``InputError`` when there is none."""
    units = sorted(set(population), key=lambda unit: (unit.app, unit.stratum))
    if not units:
        raise InputError(
            "No published app fits this campaign.", zh="没有符合条件的已发布应用。", todo="Widen kinds or markets."
        )
    if size < 1:
        raise InputError(f"A sample of {size} is none.", zh=f"样本量不能为{size}。", todo="Give 1 or more.")
    strata: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        strata[unit.stratum].append(unit.app)
    shares = allotted({name: len(apps) for name, apps in strata.items()}, size)
    chosen = [app for name in sorted(strata) for app in _ordered(strata[name], seed)[: shares[name]]]
    told = "".join(f"{unit.app}\t{unit.stratum}\n" for unit in units)
    return Sample(
        seed=seed,
        apps=tuple(chosen),
        strata=tuple(
            Stratum(name=name, population=len(apps), drawn=shares[name]) for name, apps in sorted(strata.items())
        ),
        population=len(units),
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )


def allotted(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum are drawn: together ``size``, or everything where there is no more."""
    total = sum(sizes.values())
    if size >= total:
        return dict(sizes)
    quotas = {name: count * size / total for name, count in sizes.items()}
    shares = {name: int(quota) for name, quota in quotas.items()}
    left = size - sum(shares.values())
    for name in sorted(sizes, key=lambda one: (-(quotas[one] - shares[one]), one))[:left]:
        shares[name] += 1
    return _nobody_left_out(shares)


def _nobody_left_out(shares: Mapping[str, int]) -> dict[str, int]:
    """Gives a stratum without any one of the largest, as long as that has more than one."""
    given = dict(shares)
    for name in sorted(name for name, count in given.items() if count == 0):
        largest = max(sorted(given), key=lambda one: given[one])
        if given[largest] <= 1:
            break
        given[largest] -= 1
        given[name] += 1
    return given


def _ordered(apps: Sequence[str], seed: str) -> list[str]:
    return sorted(apps, key=lambda app: hashlib.sha256(f"{seed}\n{app}".encode()).digest())
