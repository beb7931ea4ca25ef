"""Package facts in a few words, for the tests of ``identify``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from finwatch.model.fetch import MarketId
from finwatch.model.listing import Listing
from finwatch.model.locator import CodeAt
from finwatch.model.package import (
    Archive,
    ArchiveEntry,
    Code,
    CodeCall,
    Component,
    DexFile,
    FieldRead,
    IntentFilter,
    Manifest,
    PackageCount,
    PackageFacts,
    Permission,
    PrefixHit,
    Reach,
    Signer,
    Signing,
    StringUse,
    Unreadable,
    Value,
)

LAUNCHER = IntentFilter(actions=("android.intent.action.MAIN",), categories=("android.intent.category.LAUNCHER",))


def dex(classes: int = 10) -> DexFile:
    """A dex file of which only the number of classes matters."""
    return DexFile(
        name="classes.dex",
        version="035",
        bytes=1000,
        strings=1,
        types=1,
        protos=1,
        fields=1,
        methods=1,
        classes=classes,
        code_items=1,
        instructions=1,
        invokes=1,
        checksum_ok=True,
    )


def component(name: str, kind: str = "activity", *, launcher: bool = False, **more: Any) -> Component:
    """A declared component."""
    filters = (LAUNCHER,) if launcher else ()
    element = f"manifest/application/{kind}[1]"
    return Component.model_validate(
        {"kind": kind, "name": name, "exported": launcher, "intent_filters": filters, "element": element, "line": 7}
        | more
    )


def at(class_name: str, method: str = "m()V", offset: int = 3) -> CodeAt:
    """An instruction in a method of ``class_name`` (with slashes)."""
    return CodeAt(dex="classes.dex", method=f"L{class_name};->{method}", offset=offset)


def call(watch: str, target: str, caller: str, *, reach: Reach | None = None, args: tuple[Value, ...] = ()) -> CodeCall:
    """A watched call from a class with slashes."""
    return CodeCall(watch=watch, target=target, at=at(caller), args=args, reach=reach)


def read(watch: str, field: str, caller: str, *, reach: Reach | None = None) -> FieldRead:
    """A watched read from a class with slashes."""
    return FieldRead(watch=watch, field=field, at=at(caller), reach=reach)


def string(value: str, *users: str, watch: str = "endpoint.url") -> StringUse:
    """A string of the pool, loaded by classes with slashes."""
    uses = tuple(at(user, offset=number) for number, user in enumerate(users))
    return StringUse(watch=watch, value=value, dex="classes.dex", uses=uses, uses_total=len(uses))


def hit(prefix: str, classes: int, example: str | None = None) -> PrefixHit:
    """Classes below a watched prefix."""
    return PrefixHit(prefix=prefix, classes=classes, example=example or f"L{prefix}A;", dex="classes.dex")


def signer(sha256: str = "ab" * 32, subject: str = "CN=Dev, O=Dev House", *, verified: bool = True) -> Signer:
    """A v2 signer."""
    return Signer(scheme="v2", sha256=sha256, subject=subject, issuer=subject, serial="1", verified=verified)


def facts(
    package: str | None = "cn.fictional.bank",
    *,
    label: str | None = "某应用",
    components: tuple[Component, ...] = (),
    permissions: tuple[str, ...] = (),
    packages: tuple[str, ...] = ("cn.fictional.bank",),
    entries: tuple[ArchiveEntry, ...] = (),
    signers: tuple[Signer, ...] = (),
    unreadable: tuple[Unreadable, ...] = (),
    file_format: str = "apk",
    dexes: int = 1,
    manifest: dict[str, Any] | None = None,
    **code: Any,
) -> PackageFacts:
    """Facts of an APK; ``code`` takes fields of ``Code``, ``manifest`` more fields of ``Manifest``."""
    declared = None
    if package is not None:
        asked = tuple(Permission(name=f"android.permission.{name}") for name in permissions)
        declared = Manifest(
            package=package, label=label, components=components, permissions=asked, application_line=5, **manifest or {}
        )
    return PackageFacts.model_validate(
        {
            "sha256": "00" * 32,
            "bytes": 1,
            "format": file_format,
            "archive": Archive(entries=entries),
            "manifest": declared,
            "signing": Signing(schemes=("v2",) if signers else (), signers=signers),
            "code": Code(
                dex=tuple(dex() for _ in range(dexes)),
                packages=tuple(PackageCount(name=name, classes=3) for name in packages),
                **code,
            ),
            "unreadable": unreadable,
        }
    )


def entry(path: str, size: int = 10, *, packed: int | None = None) -> ArchiveEntry:
    """A file of the package."""
    return ArchiveEntry(path=path, bytes=size, packed_bytes=size if packed is None else packed, method=8)


def listing(name: str = "某应用", **more: Any) -> Listing:
    """A listing in a market."""
    return Listing(
        market=MarketId("m"),
        app="cn.fictional.bank",
        names={"zh-CN": name},
        seen=datetime(2026, 1, 1, tzinfo=UTC),
        **more,
    )
