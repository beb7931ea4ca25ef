"""F1 with confidence intervals: counts a group, so that a resample of groups is a sum of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000

Counts = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and the interval that 95 % of the resamples of groups fall into."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def counts(wanted: Bools, given: Bools, groups: Sequence[str]) -> Counts:
    """Right yes, wrong yes, wrong no and right no; shape (groups, 4, labels). Inputs have shape (sentences, labels)."""
    index = np.unique(np.array(groups), return_inverse=True)[1]
    outcomes = np.stack([wanted & given, ~wanted & given, wanted & ~given, ~wanted & ~given], axis=1)
    sums = np.zeros((int(index.max()) + 1, 4, wanted.shape[1]))
    np.add.at(sums, index, outcomes)
    return sums


def f1(sums: Counts) -> Counts:
    """F1 of yes for each label from counts of shape (4, labels); 0 where a label neither occurs nor is given."""
    right, wrong_yes, wrong_no, _ = sums
    return 2 * right / np.maximum(1, 2 * right + wrong_yes + wrong_no)


def of_both(sums: Counts) -> Counts:
    """For each label the mean of the F1 of yes and the F1 of no."""
    return (f1(sums) + f1(sums[::-1])) / 2


def micro(sums: Counts) -> float:
    """F1 over all labels taken together."""
    return float(f1(sums.sum(axis=1, keepdims=True))[0])


def figure(by_group: Counts, measure: Callable[[Counts], float], seed: int = 0) -> Figure:
    """A measure of all groups with its interval, by drawing as many groups with replacement."""
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(len(by_group), np.full(len(by_group), 1 / len(by_group)), size=RESAMPLES)
    resampled = np.tensordot(draws, by_group, axes=1)
    low, high = np.percentile([measure(sums) for sums in resampled], [2.5, 97.5])
    return Figure(measure(by_group.sum(axis=0)), float(low), float(high))
