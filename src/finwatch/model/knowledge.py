"""What the catalogue knows: laws, data items, interfaces of Android, SDKs, packers, kinds of finance, institutions.

``catalog`` loads these from its data files; the stages take them as arguments and never look anything up.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from finwatch.model.base import Model, Text


class Clause(Model):
    """A numbered demand of a law, rule or standard."""

    id: str
    source: str
    """Title or document number in the original language."""
    number: str
    title: Text
    status: str
    """How far the text was verified; see ``numbered``."""

    @property
    def numbered(self) -> bool:
        """The number may be shown: the text behind it was seen."""
        return self.status in {"verified_text_seen", "verified_partly"}


class DataItem(Model):
    """A kind of personal information."""

    id: str
    name: Text
    synonyms_zh: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    parent: str | None = None
    sensitive: bool
    permissions: tuple[str, ...] = ()
    """Android permissions that guard it, short names."""
    source: str


class WatchedCall(Model):
    """A method whose call is worth knowing. ``class_name`` ``None`` = any class with that method."""

    id: str
    class_name: str | None
    name: str
    proto: str | None = None
    """``(Args)Ret`` in descriptors; ``None`` = every overload."""
    argument: str | None = None
    """A substring (case-sensitive) that some visible constant argument (string, field, type, nested call argument)
    must contain for the call to count; ``None`` = always counts."""
    result: bool = False
    """Counts only when some argument is itself the result of a call: of a constant log line nothing is said."""
    items: tuple[str, ...] = ()
    """Data items that the call collects."""
    topic: str
    """``collect``, ``sink``, ``tls``, ``webview``, ``crypto``, ``storage``, ``dynamic``, ``consent``, …"""
    source: str


class WatchedField(Model):
    """A static or instance field whose read is worth knowing."""

    id: str
    class_name: str
    name: str
    items: tuple[str, ...] = ()
    topic: str
    source: str


class WatchedString(Model):
    """A pattern over the string pool (Rust ``regex`` syntax, UTF-8)."""

    id: str
    pattern: str
    topic: str


class WatchedType(Model):
    """A type whose implementations are worth knowing, with the methods to look into (empty = none)."""

    id: str
    type_name: str
    methods: tuple[str, ...] = ()
    topic: str


class WatchList(Model):
    """Everything the sweep looks for, in the JSON that ``finwatch._native`` takes."""

    calls: tuple[WatchedCall, ...] = ()
    fields: tuple[WatchedField, ...] = ()
    strings: tuple[WatchedString, ...] = ()
    types: tuple[WatchedType, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Class-name prefixes with slashes (``com/tencent/mm/``), those of SDKs and packers."""


class Sdk(Model):
    """A third-party component and how to recognise it by exact names and prefixes, never by substrings."""

    id: str
    name: Text
    vendor: Text
    purpose: str
    """``payment``, ``push``, ``analytics``, ``ads``, ``map``, ``face``, ``risk``, ``login``, ``im``, …"""
    country: str | None = None
    prefixes: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    collects: tuple[str, ...] = ()
    """Data items that the vendor's own documents say it collects."""
    source: str


class Packer(Model):
    """A packer or shell, by files and classes that only it brings."""

    id: str
    name: Text
    files: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    source: str


class AndroidPermission(Model):
    """A permission of the platform (or of a phone maker), with the data items it opens."""

    name: str
    title: Text
    level: Literal["normal", "dangerous", "signature", "special"]
    items: tuple[str, ...] = ()
    source: str


class FinanceKind(Model):
    """A line of financial business and the words that point to it."""

    id: str
    name: Text
    words: tuple[str, ...] = ()
    negative_words: tuple[str, ...] = ()
    """Words that, near the others, speak against it (a wallpaper that shows money, a game bank)."""
    licence: Text | None = None
    necessary_items: tuple[str, ...] = ()
    """Data items that the law lets this kind require (国信办秘字〔2021〕14号)."""
    source: str


class OfficialApp(Model):
    """An app that an institution itself publishes."""

    package: str
    names: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    """SHA-256 of the certificates it is known to be signed with."""


class Institution(Model):
    """A financial institution and the apps it claims."""

    id: str
    name: Text
    aliases: tuple[str, ...] = ()
    kind: str
    fictional: bool = False
    apps: tuple[OfficialApp, ...] = ()
    source: str


class Severity(StrEnum):
    """How much a *yes* matters. ``high`` makes ``finwatch examine`` exit with 1."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class CheckDefinition(Model):
    """``check.toml`` of a check's folder."""

    id: str
    version: int
    statement: str
    """The name as a statement that can be true or false: ``trusts_any_certificate``."""
    title: Text
    why: Text
    remedy: Text
    severity: Severity
    clauses: tuple[str, ...]
    controls: tuple[str, ...] = ()
    """Ids in the facts' ``controls.csv`` that this check answers, wholly or in part."""
    needs: tuple[str, ...]
    """Parts of the subject that must be readable, else the outcome is ``not_available``: ``manifest``, ``code``,
    ``signing``, ``resources``, ``native``, ``listing``, ``policy``, ``official``."""
    determinism: Literal["deterministic", "heuristic", "needs_review"]
    lifecycle: Literal["trial", "stable", "retired"] = "stable"
    since: str
    when: str | None = None
    """A declarative condition; ``None`` = ``check.py`` decides. Grammar: ``checks/when.py``."""
    summary: Text | None = None
    """What a *yes* of a declarative condition says; ``{count}``, ``{first}`` and ``{package}`` are filled in."""


class Knowledge(Model):
    """The catalogue as one value."""

    version: str
    """Content hash prefix: two catalogues with one version are the same."""
    clauses: dict[str, Clause]
    items: dict[str, DataItem]
    watch: WatchList
    permissions: dict[str, AndroidPermission]
    sdks: tuple[Sdk, ...]
    packers: tuple[Packer, ...]
    kinds: dict[str, FinanceKind]
    institutions: tuple[Institution, ...]
