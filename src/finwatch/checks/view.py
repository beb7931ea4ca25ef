"""The subject as the checks ask it: indexed once, so that no check walks a long list again.

In: a ``Subject`` and the catalogue. Out: calls by watch id, classes by watched type, permissions by name, owners of
classes, and for every part what of it could not be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

from finwatch.checks.decision import Unseen
from finwatch.checks.ownership import BUILDING_BLOCKS, FRAMEWORK, LIBRARY, Ownership
from finwatch.checks.policy.text import PolicyView, policy_gaps
from finwatch.model.base import Text
from finwatch.model.examination import Collection, Identity, SdkUse, Subject
from finwatch.model.knowledge import Knowledge
from finwatch.model.locator import ManifestAt, SearchedAt
from finwatch.model.package import (
    CodeCall,
    Component,
    FieldRead,
    Implementation,
    Manifest,
    PackageFacts,
    StringUse,
)

PARTS = ("manifest", "code", "signing", "resources", "native", "listing", "policy", "official")
"""What ``needs`` of a check may name."""

Made = TypeVar("Made")

_READABLE_FORMATS = frozenset({"apk", "apks", "aab", "unknown"})


class View:
    """One subject, ready to be asked."""

    def __init__(self, subject: Subject, *, knowledge: Knowledge, on: date) -> None:
        self.subject = subject
        self.knowledge = knowledge
        self.on = on
        self._made: dict[str, object] = {}
        self._ownership = Ownership(subject.sdks, subject.facts.manifest.package if subject.facts.manifest else None)

    def once(self, name: str, make: Callable[[View], Made]) -> Made:
        """What ``make`` gives of this subject, made when first asked for under ``name``."""
        if name not in self._made:
            self._made[name] = make(self)
        return cast(Made, self._made[name])

    @property
    def facts(self) -> PackageFacts:
        """Everything read from the package."""
        return self.subject.facts

    @property
    def identity(self) -> Identity:
        """Whether it is finance, and which kind."""
        return self.subject.identity

    @property
    def manifest(self) -> Manifest:
        """The manifest. Raises ``Unseen`` when there is none to look at."""
        if self.subject.facts.manifest is None:
            raise Unseen("manifest")
        return self.subject.facts.manifest

    @property
    def min_sdk(self) -> int:
        """The lowest API level the app installs on; Android reads a missing value as 1."""
        return self.manifest.min_sdk or 1

    @property
    def target_sdk(self) -> int:
        """The API level the app is written for; a missing value means the lowest one."""
        return self.manifest.target_sdk or self.min_sdk

    def calls(self, *watches: str) -> tuple[CodeCall, ...]:
        """Calls of these watch ids, outside general-purpose libraries, in the order of the sweep."""
        found = (call for watch in watches for call in self._calls.get(watch, ()))
        return tuple(call for call in found if self.accusable(call.at.method.partition("->")[0]))

    def calls_below(self, *prefixes: str) -> tuple[CodeCall, ...]:
        """Calls whose watch id begins with one of ``prefixes`` (``sink.log.``), outside general-purpose libraries."""
        return self.calls(*(watch for watch in self._calls if watch.startswith(prefixes)))

    def any_call_below(self, *prefixes: str) -> bool:
        """Whether any code at all, libraries included, makes such a call."""
        return any(watch.startswith(prefixes) for watch in self._calls)

    def field_reads(self, *watches: str) -> tuple[FieldRead, ...]:
        """Reads of these watched fields, outside general-purpose libraries."""
        found = (read for watch in watches for read in self._fields.get(watch, ()))
        return tuple(read for read in found if self.accusable(read.at.class_name))

    def strings(self, prefix: str) -> Iterator[StringUse]:
        """Strings whose watch id begins with ``prefix`` and that are loaded outside general-purpose libraries.

        A string that nothing loads counts too: it may sit in a static field's initial value.
        """
        for watch, uses in self._strings.items():
            if watch.startswith(prefix):
                for use in uses:
                    if not use.uses or any(self.accusable(at.class_name) for at in use.uses):
                        yield use

    def implementations(self, *watches: str) -> tuple[Implementation, ...]:
        """Classes that implement these watched types, outside general-purpose libraries."""
        found = (entry for watch in watches for entry in self._implementations.get(watch, ()))
        return tuple(entry for entry in found if self.accusable(entry.class_name))

    def collections(self, *items: str) -> tuple[Collection, ...]:
        """Places that take one of these data items, outside general-purpose libraries; frameworks count here."""
        found = (taken for item in items for taken in self._collections.get(item, ()))
        return tuple(taken for taken in found if not self.owner(taken.at.class_name).startswith(LIBRARY))

    def targets_below(self, prefix: str, items: Iterable[str]) -> frozenset[str]:
        """References of the watched calls below ``prefix`` in this package that take one of ``items``."""
        wanted = set(items)
        watches = {call.id for call in self.knowledge.watch.calls if wanted.intersection(call.items)}
        return frozenset(
            call.target
            for watch, calls in self._calls.items()
            if watch.startswith(prefix) and watch in watches
            for call in calls
        )

    def asks_for(self, name: str) -> bool:
        """Whether the manifest asks for this permission (full name)."""
        return name in self._permissions

    def asked_among(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of ``names`` that the manifest asks for, in the order given."""
        return tuple(name for name in names if name in self._permissions)

    def components(self, *kinds: str) -> tuple[Component, ...]:
        """Components of these kinds that are enabled; every kind when none is named."""
        return tuple(
            component
            for component in self.manifest.components
            if component.enabled and (not kinds or component.kind in kinds)
        )

    def owner(self, class_name: str) -> str:
        """``app``, ``sdk:<id>``, ``framework:<id>``, ``library:<prefix>`` or ``unknown``: see ``ownership``."""
        return self._ownership.of_class(class_name)

    def accusable(self, class_name: str) -> bool:
        """Whether what this class does may be held against the app: not so for libraries and frameworks."""
        return not self._ownership.of_class(class_name).startswith((LIBRARY, FRAMEWORK))

    def is_building_block(self, sdk: SdkUse) -> bool:
        """Whether the component is a framework or library rather than a vendor's service."""
        return sdk.purpose in BUILDING_BLOCKS

    def sdk_name(self, sdk: str) -> Text:
        """The SDK's name, else its id."""
        return self._sdk_names.get(sdk) or Text(zh=sdk, en=sdk)

    def gaps(self, part: str) -> tuple[Text, ...]:
        """Why this part was not seen whole; empty = it was."""
        return self._gaps.get(part, ())

    def searched(self, part: str) -> SearchedAt | ManifestAt:
        """The extent that an answer *no* rests on."""
        if part == "manifest":
            return ManifestAt(element="manifest")
        return SearchedAt(extent=self._extent(part))

    @cached_property
    def policy(self) -> PolicyView:
        """The privacy policy. Raises ``Unseen`` when there is no text to look at."""
        seen = self.subject.policy
        if seen is None or seen.text is None or seen.reading is None:
            raise Unseen("policy")
        return PolicyView(
            seen.text, seen.reading, origin=seen.origin, items=self.knowledge.items, mentions=seen.mentions
        )

    @cached_property
    def _gaps(self) -> dict[str, tuple[Text, ...]]:
        gaps: defaultdict[str, list[Text]] = defaultdict(list)
        for entry in self.facts.unreadable:
            for part in parts_of(entry.part):
                gaps[part].append(Text(zh=f"{entry.part} 无法读取：{entry.reason}", en=f"{entry.part}: {entry.reason}"))
        if self.facts.manifest is None and not gaps["manifest"]:
            gaps["manifest"].append(Text(zh="没有清单文件", en="there is no manifest"))
        if self.facts.format not in _READABLE_FORMATS:
            gaps["code"].append(
                Text(zh=f"尚不读取 {self.facts.format} 的代码", en=f"code of {self.facts.format} is not read")
            )
        protection = self.subject.protection
        if protection.extent == "limited":
            name = protection.packer or "?"
            hidden = Text(zh=f"代码经加固隐藏（{name}）", en=f"the code is hidden by a packer ({name})")
            seen = None if protection.packer or not protection.evidence else protection.evidence[0].says
            gaps["code"].append(seen or hidden)
        for limit in self.facts.code.truncated:
            gaps["code"].append(Text(zh=f"达到上限 {limit}，未全部列出", en=f"the limit {limit} cut the list"))
        if self.subject.listing is None:
            gaps["listing"].append(Text(zh="没有商店页面", en="no market listing was given"))
        gaps["policy"].extend(policy_gaps(self.subject.policy))
        return {part: tuple(reasons) for part, reasons in gaps.items() if reasons}

    def _extent(self, part: str) -> str:
        if part == "code":
            dex = self.facts.code.dex
            names = dex[0].name if len(dex) == 1 else f"{dex[0].name}..{dex[-1].name}" if dex else "no dex file"
            return f"{names}, {sum(file.code_items for file in dex):,} methods"
        if part == "signing":
            return f"signature schemes: {', '.join(self.facts.signing.schemes) or 'none'}"
        if part == "native":
            return f"{len(self.facts.native_libraries):,} native libraries"
        if part == "policy" and self.subject.policy is not None and self.subject.policy.text is not None:
            return self.policy.extent
        return f"{part} of the package"

    @cached_property
    def _calls(self) -> dict[str, list[CodeCall]]:
        found: defaultdict[str, list[CodeCall]] = defaultdict(list)
        for call in self.facts.code.calls:
            found[call.watch].append(call)
        return found

    @cached_property
    def _fields(self) -> dict[str, list[FieldRead]]:
        found: defaultdict[str, list[FieldRead]] = defaultdict(list)
        for read in self.facts.code.field_reads:
            found[read.watch].append(read)
        return found

    @cached_property
    def _strings(self) -> dict[str, list[StringUse]]:
        found: defaultdict[str, list[StringUse]] = defaultdict(list)
        for use in self.facts.code.strings:
            found[use.watch].append(use)
        return found

    @cached_property
    def _implementations(self) -> dict[str, list[Implementation]]:
        found: defaultdict[str, list[Implementation]] = defaultdict(list)
        for entry in self.facts.code.implementations:
            found[entry.watch].append(entry)
        return found

    @cached_property
    def _collections(self) -> dict[str, list[Collection]]:
        found: defaultdict[str, list[Collection]] = defaultdict(list)
        for taken in self.subject.collection:
            found[taken.item].append(taken)
        return found

    @cached_property
    def _permissions(self) -> frozenset[str]:
        return frozenset(permission.name for permission in self.manifest.permissions)

    @cached_property
    def _sdk_names(self) -> dict[str, Text]:
        return {sdk.id: sdk.name for sdk in self.subject.sdks}


def parts_of(unreadable: str) -> tuple[str, ...]:
    """The needed parts that an ``unreadable`` entry touches: its own name, or what its file belongs to."""
    if unreadable in PARTS:
        return (unreadable,)
    if unreadable in _TOUCHED:
        return _TOUCHED[unreadable]
    return next((parts for ending, parts in _ENDINGS.items() if unreadable.endswith(ending)), ())


_TOUCHED: dict[str, tuple[str, ...]] = {
    "archive": ("manifest", "code", "signing", "resources", "native"),
    "payload": ("code",),
    "AndroidManifest.xml": ("manifest",),
}
_ENDINGS: dict[str, tuple[str, ...]] = {
    ".dex": ("code",),
    ".arsc": ("resources",),
    ".xml": ("resources",),
    ".so": ("native",),
    ".RSA": ("signing",),
    ".DSA": ("signing",),
    ".EC": ("signing",),
    ".SF": ("signing",),
    ".MF": ("signing",),
}
