"""How a long stage says how far it is: one callable, rendered by whoever calls (the CLI draws bars)."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told as often as there is news; cheap to call."""

    def __call__(self, stage: str, done: int, total: int | None, message: str = "") -> None:
        """``stage`` (``crawl``, ``examine``, ``compare``, ``publish``) has done ``done`` of ``total`` (``None`` = not
        known yet); ``message`` names what is being worked on."""
        ...


def silent(stage: str, done: int, total: int | None, message: str = "") -> None:
    """A progress that nobody watches."""
