"""What a package holds: the facts that ``finwatch._native`` reads and nothing that anyone concludes from them.

The native core prints this very shape as JSON; ``PackageFacts.model_validate_json`` takes it in. Every list is in
the order of the file it was read from, so the same bytes give the same facts. Method references are dex
descriptors (``Lpkg/Class;->name(Args)Ret``), hashes are lower-case hex, offsets in code are 16-bit code units.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from finwatch.model.base import Model, UtcTime
from finwatch.model.locator import CodeAt, Locator


class Unreadable(Model):
    """A part that could not be read, why, and where: it is said, never called clean."""

    part: str
    """``archive``, ``manifest``, ``resources``, ``code``, ``signing``, ``native``, ``payload`` or a file's path."""
    reason: str
    """In English, as the native core says it."""
    reason_zh: str | None = None
    """The same in Chinese, where the reason is one of ours."""
    at: Locator | None = None

    def why(self, language: str) -> str:
        """The reason in ``language`` where it is worded, else in English."""
        return self.reason_zh if language == "zh" and self.reason_zh else self.reason


class ArchiveAnomaly(Model):
    """Something that an honest build tool does not write, and that was read as Android reads it."""

    kind: str
    """``duplicate_name``, ``local_header_differs``, ``unknown_method``, ``overlap``, ``data_before``, ``data_after``,
    ``encrypted_flag``, ``bad_crc``, ``size_differs``, ``unsafe_name``, …; ``odd_xml``: the manifest deviates from
    binary XML as build tools write it, and was read all the same."""
    path: str | None = None
    detail: str


class ArchiveEntry(Model):
    """A file in the package, as the central directory describes it."""

    path: str
    bytes: int
    packed_bytes: int
    method: int
    """0 stored, 8 deflated; anything else is read as Android reads it, and reported as an anomaly."""


class Archive(Model):
    """The zip container."""

    entries: tuple[ArchiveEntry, ...] = ()
    anomalies: tuple[ArchiveAnomaly, ...] = ()


class Permission(Model):
    """A permission the app asks for (``uses-permission`` and ``uses-permission-sdk-23``)."""

    name: str
    max_sdk: int | None = None
    line: int | None = None


class DeclaredPermission(Model):
    """A permission the app itself defines."""

    name: str
    protection_level: int | None = None
    line: int | None = None


class IntentFilter(Model):
    """Which intents reach a component."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    auto_verify: bool = False


class Component(Model):
    """An activity, activity-alias, service, receiver or provider."""

    kind: Literal["activity", "activity-alias", "service", "receiver", "provider"]
    name: str
    """Fully qualified class name, dots."""
    exported: bool
    """The effective value: as declared, else Android's default for the component and target SDK."""
    exported_declared: bool | None = None
    permission: str | None = None
    read_permission: str | None = None
    write_permission: str | None = None
    enabled: bool = True
    process: str | None = None
    target_activity: str | None = None
    authorities: str | None = None
    grant_uri_permissions: bool = False
    intent_filters: tuple[IntentFilter, ...] = ()
    element: str
    """Path of the element, as in ``ManifestAt.element``."""
    line: int | None = None


class MetaData(Model):
    """A ``meta-data`` pair of the application element."""

    name: str
    value: str | None = None
    line: int | None = None


class LocalLabel(Model):
    """The application label in one locale (``""`` is the default configuration; else a BCP 47 tag)."""

    locale: str
    label: str


class Manifest(Model):
    """AndroidManifest.xml, with the label and icon resolved through resources.arsc."""

    package: str
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    target_sdk: int | None = None
    max_sdk: int | None = None
    compile_sdk: int | None = None
    split: str | None = None
    label: str | None = None
    labels: tuple[LocalLabel, ...] = ()
    icon: str | None = None
    """Path in the package of the best raster icon, else of the icon as declared."""
    application: str | None = None
    """Application class, fully qualified, if one is declared."""
    app_component_factory: str | None = None
    debuggable: bool = False
    allow_backup: bool | None = None
    full_backup_content: str | None = None
    data_extraction_rules: str | None = None
    test_only: bool = False
    uses_cleartext_traffic: bool | None = None
    network_security_config: str | None = None
    """Path of the XML file in the package, when the manifest names one."""
    shared_user_id: str | None = None
    permissions: tuple[Permission, ...] = ()
    declared_permissions: tuple[DeclaredPermission, ...] = ()
    features: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    meta_data: tuple[MetaData, ...] = ()
    application_line: int | None = None


class NetworkRule(Model):
    """A ``base-config``, ``domain-config`` or ``debug-overrides`` of the network security configuration."""

    kind: Literal["base", "domain", "debug"]
    domains: tuple[str, ...] = ()
    cleartext: bool | None = None
    trusts_user: bool = False
    """User-installed certificate authorities are among the trust anchors."""
    pins: int = 0
    line: int | None = None


class NetworkSecurity(Model):
    """The parsed network security configuration."""

    path: str
    rules: tuple[NetworkRule, ...] = ()


class Signer(Model):
    """One signer under one scheme.

    ``verified`` says that the signature over the signed data and the digests over the package both hold;
    ``errors`` says in words what does not.
    """

    scheme: Literal["v1", "v2", "v3", "v3.1"]
    sha256: str
    """SHA-256 of the signer's certificate (DER)."""
    subject: str
    issuer: str
    serial: str
    not_before: UtcTime | None = None
    not_after: UtcTime | None = None
    key_algorithm: str | None = None
    key_bits: int | None = None
    signature_algorithm: str | None = None
    certificate_self_signed: bool | None = None
    min_sdk: int | None = None
    max_sdk: int | None = None
    lineage: tuple[str, ...] = ()
    """SHA-256 of earlier signers, oldest first (v3 proof of rotation)."""
    verified: bool
    errors: tuple[str, ...] = ()


class Signing(Model):
    """Every signature found. ``schemes`` lists those present, verified or not."""

    schemes: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()
    unsigned_entries: tuple[str, ...] = ()
    """Entries that v1 does not cover (capped, see limits)."""
    notes: tuple[str, ...] = ()


class DexFile(Model):
    """One dex file and how much of it there is."""

    name: str
    version: str
    """``035`` … ``041``."""
    bytes: int
    strings: int
    types: int
    protos: int
    fields: int
    methods: int
    classes: int
    code_items: int
    instructions: int
    invokes: int
    """Invoke instructions of every form, as ``dexdump -d`` prints them."""
    checksum_ok: bool


class Value(Model):
    """What a register holds at a call, as far as one method shows it without guessing.

    ``string``/``int``/``type``/``field``: ``value`` is the text, the number, the descriptor or ``L..;->NAME:T``.
    ``call``: ``value`` is the method reference whose result it is, ``of`` what went in. ``parameter``: the n-th.
    """

    kind: Literal["string", "int", "type", "field", "call", "parameter", "new", "null"]
    value: str
    of: tuple[Value | None, ...] = ()


class Reach(Model):
    """How start-up code (before any screen could ask for consent) gets to a call.

    ``certain`` means every step is an unconditional call whose target is fixed by the bytecode: no branch, no
    handler and no dynamic dispatch stands between. Otherwise a guard may exist, and nothing may be claimed.
    """

    entry: str
    """``Lapp/App;->onCreate()V`` of the Application, a ContentProvider, or ``attachBaseContext``."""
    certain: bool
    path: tuple[str, ...] = ()
    """Methods from the entry to the caller, both included."""


class CodeCall(Model):
    """A call on the watch list."""

    watch: str
    target: str
    at: CodeAt
    args: tuple[Value | None, ...] = ()
    """One per declared parameter (the receiver first for instance calls); ``None`` = not visible in the method."""
    reach: Reach | None = None
    """How start-up code gets here; ``None`` = no path was found."""


class FieldRead(Model):
    """A read of a watched field."""

    watch: str
    field: str
    at: CodeAt
    reach: Reach | None = None


class StringUse(Model):
    """A string of the pool that a pattern matched, and the instructions that load it."""

    watch: str
    value: str
    dex: str
    uses: tuple[CodeAt, ...] = ()
    """At most ``limits.string_uses``; empty when nothing loads it by ``const-string``."""
    uses_total: int = 0


class MethodShape(Model):
    """What a small method does, told from its whole body."""

    at: CodeAt
    shape: Literal["empty", "returns_true", "returns_false", "returns_null", "throws", "calls", "other"]
    """``empty`` returns at once; ``calls`` is straight-line code (no branch) that calls; ``other`` is the rest."""
    calls: tuple[str, ...] = ()
    instructions: int


class Implementation(Model):
    """A class that extends or implements a watched type, directly or through classes of the package."""

    watch: str
    class_name: str
    dex: str
    methods: tuple[MethodShape, ...] = ()


class PrefixHit(Model):
    """Classes of the package under a watched prefix (``com/tencent/mm/``)."""

    prefix: str
    classes: int
    example: str
    dex: str


class PackageCount(Model):
    """How many classes the package has below a Java package (first three segments)."""

    name: str
    classes: int


class Code(Model):
    """What the sweep over every instruction found."""

    dex: tuple[DexFile, ...] = ()
    calls: tuple[CodeCall, ...] = ()
    field_reads: tuple[FieldRead, ...] = ()
    strings: tuple[StringUse, ...] = ()
    implementations: tuple[Implementation, ...] = ()
    prefixes: tuple[PrefixHit, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    signature: tuple[int, ...] = ()
    """MinHash over the app's method shapes, see ``native/core/src/likeness.rs``; empty = too little code."""
    signature_version: int = 0
    truncated: tuple[str, ...] = ()
    """Names of the limits that cut a list above."""


class NativeLibrary(Model):
    """An ELF file of the package."""

    path: str
    abi: str
    bytes: int
    soname: str | None = None
    needed: tuple[str, ...] = ()
    hardening: dict[str, bool] = {}
    """``nx``, ``relro``, ``bind_now``, ``pie``, ``stack_canary``, ``fortify``, ``stripped``; a key that could not be
    decided is absent."""


class Icon(Model):
    """The launcher icon as a picture that can be compared."""

    path: str
    sha256: str
    width: int | None = None
    height: int | None = None
    phash: str | None = None
    """64-bit perceptual hash (hex) over luminance; ``None`` when the file is not a raster the core decodes, or is too
    flat for such a hash to mean anything."""
    colours: str | None = None
    """4x4 mean-colour layout, 96 hex digits."""


class PackageFacts(Model):
    """Everything read from one package."""

    schema_id: Literal["finwatch.package-facts/1"] = Field(default="finwatch.package-facts/1", alias="schema")
    sha256: str
    bytes: int
    format: Literal["apk", "apks", "aab", "ipa", "hap", "harmony-app", "wxapkg", "unknown"]
    archive: Archive = Archive()
    manifest: Manifest | None = None
    network_security: NetworkSecurity | None = None
    signing: Signing = Signing()
    code: Code = Code()
    native_libraries: tuple[NativeLibrary, ...] = ()
    icon: Icon | None = None
    unreadable: tuple[Unreadable, ...] = ()
