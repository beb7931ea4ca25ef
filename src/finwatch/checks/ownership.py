"""Whose code a class is: a named SDK's, a general-purpose library's, the app's, or nobody's that is known.

A library that every second app links in (AndroidX, OkHttp, Bouncy Castle) accuses nobody: its classes hold test
helpers and options that the app never switches on. An SDK is named, because the app's owner chose it and answers for
it (JR/T 0092-2019 5.3.1 b). Prefixes are compared by whole path segments, never as substrings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from finwatch.model.examination import SdkUse

APP = "app"
UNKNOWN = "unknown"
LIBRARY = "library:"
"""General-purpose libraries of ``libraries.toml``."""
FRAMEWORK = "framework:"
"""Catalogue entries that are building blocks: their code accuses nobody of a weakness, but may collect data."""
SDK = "sdk:"

BUILDING_BLOCKS = frozenset({"crypto", "framework", "media", "network", "storage", "testing", "ui"})
"""Purposes of catalogue entries that are building blocks rather than a vendor's service."""


@cache
def libraries() -> tuple[str, ...]:
    """Class-name prefixes (slashes) of general-purpose libraries, from ``libraries.toml``."""
    document = tomllib.loads(Path(__file__).with_name("libraries.toml").read_text("utf-8"))
    return tuple(prefix for group in document["library"] for prefix in group["prefixes"])


class Ownership:
    """Tells the owner of a class by its longest known prefix; remembers what it was asked."""

    def __init__(self, sdks: Iterable[SdkUse], package: str | None) -> None:
        owners: dict[str, str] = {}
        if package and "." in package:
            owners[package.replace(".", "/")] = APP
        for sdk in sdks:
            kind = FRAMEWORK if sdk.purpose in BUILDING_BLOCKS else SDK
            owners.update({prefix.strip("/"): f"{kind}{sdk.id}" for prefix in sdk.prefixes})
        owners.update({prefix.strip("/"): f"{LIBRARY}{prefix.strip('/')}" for prefix in libraries()})
        self._owners = owners
        self._known: dict[str, str] = {}

    def of_class(self, descriptor: str) -> str:
        """``sdk:<id>``, ``framework:<id>``, ``library:<prefix>``, ``app`` (the package's own name) or ``unknown``."""
        known = self._known.get(descriptor)
        if known is None:
            known = self._known[descriptor] = self._longest(descriptor[1:-1])
        return known

    def _longest(self, name: str) -> str:
        while name:
            owner = self._owners.get(name)
            if owner is not None:
                return owner
            name = name.rpartition("/")[0]
        return UNKNOWN
