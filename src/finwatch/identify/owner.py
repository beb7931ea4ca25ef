"""Whose code a class is: the app's, a named SDK's, or nobody's that anything ties it to.

In: facts, the SDKs found, the catalogue. Out: ``app``, ``sdk:<id>`` or ``unknown`` for a class descriptor. The rule
and the reasons for it are in ``docs/decisions/004-owner-of-a-class.md``: the longest prefix wins, the app's own
name wins a tie, and a class that nothing claims stays *unknown* rather than being put on the app.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from finwatch.identify.protection import is_launcher
from finwatch.identify.sdk import longest_prefix
from finwatch.model.examination import SdkUse
from finwatch.model.knowledge import Knowledge
from finwatch.model.package import Manifest, PackageFacts

APP = "app"
UNKNOWN = "unknown"

_DOMAIN_HALVES = {"com", "net", "org", "gov", "edu", "co", "ac"}
"""Second names that only complete a country's domain: ``cn.com.bank`` is named by its third."""
_SHARED_NAMES = {
    "android", "app", "apps", "company", "demo", "example", "github", "gmail", "google", "mobile", "mycompany", "sdk",
    "test", "www",
}  # fmt: skip
"""Second names that many unrelated makers use, so two names do not tie a class to the app."""


class Owners:
    """Tells the owner of a class, and remembers what it was asked."""

    def __init__(self, facts: PackageFacts, sdks: Sequence[SdkUse], knowledge: Knowledge) -> None:
        found = {use.id for use in sdks}
        self._prefixes: dict[str, str] = {
            prefix: f"sdk:{sdk.id}" for sdk in knowledge.sdks if sdk.id in found for prefix in sdk.prefixes
        }
        shells = {prefix for packer in knowledge.packers for prefix in packer.prefixes}
        for namespace in sorted(namespaces(facts, {*self._prefixes, *shells})):
            self._prefixes[namespace] = APP
        self._known: dict[str, str] = {}

    def of(self, descriptor: str) -> str:
        """``app``, ``sdk:<id>`` or ``unknown`` for ``Lpkg/Class;``."""
        if descriptor not in self._known:
            prefix = longest_prefix(descriptor[1:-1], self._prefixes)
            self._known[descriptor] = UNKNOWN if prefix is None else self._prefixes[prefix]
        return self._known[descriptor]


def namespaces(facts: PackageFacts, foreign: set[str]) -> frozenset[str]:
    """Prefixes (slashes) of the app's own code.

    They follow from the application id, and from the application class and the launcher activities where these lie
    below no prefix of ``foreign`` (SDKs and shells).
    """
    manifest = facts.manifest
    if manifest is None:
        return frozenset()
    own = set(_of_package(manifest.package))
    foreign_map = dict.fromkeys(foreign, "")
    for class_name in _entry_classes(manifest):
        path = class_name.replace(".", "/")
        if longest_prefix(path, foreign_map) is None and not _obfuscated(class_name):
            names = class_name.split(".")[:-1]
            own.update(_of_package(".".join(names)) if len(names) > 1 else ())
    return frozenset(own)


def _entry_classes(manifest: Manifest) -> Iterator[str]:
    if manifest.application is not None:
        yield manifest.application
    for component in manifest.components:
        if component.kind == "activity" and is_launcher(component):
            yield component.name


def _of_package(package: str) -> Iterator[str]:
    """The package itself, its first three names, and its first two where these name one maker."""
    names = package.split(".")
    yield "/".join(names) + "/"
    if len(names) > 3:
        yield "/".join(names[:3]) + "/"
    if len(names) > 2 and names[1] not in _DOMAIN_HALVES | _SHARED_NAMES:
        yield "/".join(names[:2]) + "/"


def _obfuscated(class_name: str) -> bool:
    return any(len(name) == 1 for name in class_name.split(".")[:-1])
