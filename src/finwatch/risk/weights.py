"""The published table of points (``weights.toml``), read once and held as values that ``rating`` adds up."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from finwatch.model.base import Model, Text
from finwatch.model.examination import Confidence, Verdict
from finwatch.model.knowledge import Severity


class Topic(Model):
    """A group of checks whose points share a cap."""

    id: str
    cap: float
    zh: str
    en: str
    reason: str
    checks: tuple[str, ...]

    @property
    def name(self) -> Text:
        """The topic's name in both languages."""
        return Text(zh=self.zh, en=self.en)


class Diminishing(Model):
    """The share of the previous finding's weight that the next one of a topic carries."""

    share: float = Field(gt=0, lt=1)


class Bands(Model):
    """The lowest score of each band; below ``yellow`` is green."""

    red: float
    orange: float
    yellow: float


class Suspicion(Model):
    """What suspected evidence can reach."""

    suspected_cap: float
    red_needs_firm: float


class Trend(Model):
    """When a rise is pointed out."""

    rise: float


class Limits(Model):
    """Which unreadable parts forbid a good rating."""

    parts: tuple[str, ...]


class Weights(Model):
    """The whole table."""

    version: int
    severity: dict[Severity, float]
    confidence: dict[Confidence, float]
    diminishing: Diminishing
    bands: Bands
    suspicion: Suspicion
    verdict: dict[Verdict, float]
    trend: Trend
    limits: Limits
    topic: tuple[Topic, ...]

    def topic_of(self, check: str) -> Topic:
        """The topic that names the check, else ``other``."""
        return next((topic for topic in self.topic if check in topic.checks), self.named("other"))

    def named(self, topic: str) -> Topic:
        """The topic of this id."""
        return next(entry for entry in self.topic if entry.id == topic)


@cache
def published() -> Weights:
    """The table that comes with the program."""
    return Weights.model_validate(tomllib.loads(Path(__file__).with_name("weights.toml").read_text("utf-8")))
