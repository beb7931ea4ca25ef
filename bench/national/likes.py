"""What the packages of a country are compared by: icons, code signatures, and who is official or wears another's look.

What comes in: a ``Population``, apps and versions. What goes out: arrays, one line a package. Code is a share of slots
that all apps built on one stack of libraries have in common, and a rest of the app's own that drifts from version to
version, so that two releases of one app are as alike as releases measured by ``likeness.thresholds`` are.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bench.national.days import hexed, mix
from bench.national.population import Population, measured

SLOTS: Final = 128
STACKS: Final = 60
Ints = npt.NDArray[Any]


class Likes:
    """The looks and the code of a country's apps."""

    def __init__(self, population: Population) -> None:
        assumed = measured()["assumed"]
        apps = np.arange(population.shape.apps)
        drawn = mix(apps, 31) % 100_000
        self.official = drawn < round(100_000 * assumed["official"])
        """By app: the catalogue of an operator knows it as an institution's own."""
        fake = ~self.official & (drawn >= 100_000 - round(100_000 * assumed["imitators"]))
        models = np.flatnonzero(self.official)
        self.model = np.where(
            fake, models[(mix(apps, 33) % max(1, len(models))).astype(int)] if len(models) else -1, -1
        )
        """By app: whose icon and name it wears; -1 = its own."""

    def icons(self, apps: Ints) -> tuple[list[str], list[str]]:
        """Hash and colours of the icons of some apps; an imitator's differs from its model's in up to four bits."""
        worn = np.where(self.model[apps] >= 0, self.model[apps], apps)
        icon = mix(worn, 37)
        for turn in range(4):
            bit = np.uint64(1) << (mix(apps, 51 + turn) % 64)
            icon = np.where(self.model[apps] >= 0, icon ^ bit, icon)
        return [f"{one:016x}" for one in icon.tolist()], hexed(mix(worn, 41), 48).to_pylist()

    def codes(self, apps: Ints, versions: Ints) -> npt.NDArray[np.uint32]:
        """The code signatures of some versions, a line each."""
        assumed, slots = measured()["assumed"], np.arange(SLOTS)
        stack = (mix(apps, 61) % STACKS)[:, None]
        library = mix(stack * SLOTS + slots, 63) % 1_000 < 1_000 * assumed["library_code"]
        own = mix(apps, 65)[:, None] + slots.astype(np.uint64)
        drift = round(1_000 * assumed["code_drift"])
        age = ((mix(own, 67) % 1_000).astype(np.int64) + drift * versions[:, None]) // 1_000
        value = np.where(library, mix(stack * SLOTS + slots, 69), mix(own ^ mix(age, 71), 73))
        return np.asarray(value >> np.uint64(32), np.uint32)
