"""A check's cases as data: ``cases.toml`` turned into subjects, with what must come out of each.

A case names only what matters to it; the rest is an ordinary package (``cn.example.app``, API 24 to 34, one readable
dex file, signed with v2). Keys of a ``[[case]]``:

``name``, ``outcome``, ``confidence?``, ``severity?``   what is told, and what must come out
``manifest``      fields of ``Manifest``; ``components`` and ``permissions`` are written apart
``permissions``   names, Android's own in short
``components``    ``{kind, name, exported, …}``
``calls``         ``{watch, in, args?, reach?}``: ``in`` is the calling method; an argument is a string, a number, a
                  truth value, or ``{kind = value}`` such as ``{new = "La/B;"}``, ``{call = "La/B;->c()V", of = […]}``,
                  ``{unknown = true}``
``reads``         ``{watch, in}``
``strings``       ``{watch, value, in?}``
``implementations``  ``{watch, class, methods = [{name, shape, calls?}]}``
``collection``    ``{item, api?, in, owner?, before_consent?}``; before_consent: ``yes``,
                  ``maybe`` (a path with a condition), ``open`` (the search was cut), ``no``
``endpoints``     ``{url, owner?}``
``sdks``          ``{id, prefixes}``
``signing``       ``{schemes?, signers = [fields of Signer]}``
``identity``      ``{finance?, kind?}``; without the key: no finance app; ``{}``: nobody knows
``network``       rules of the network security configuration
``libraries``     ``{path, hardening}``; ``anomalies`` ``{kind, path}``
``policy``        the privacy policy: ``checks/policy/cases.py``; without the key an ordinary one that tells everything
``listing``       ``{policy_url?, names?}``: the market's page; without the key there is none
``labels``        locale to label, beside ``manifest.label``
``packer``        name of a packer: the code counts as hidden
``unreadable``    parts that could not be read; ``manifest`` also takes the manifest away
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finwatch.checks.policy import cases as policy_cases
from finwatch.errors import CatalogError
from finwatch.model.base import Text
from finwatch.model.examination import (
    Answer,
    Collection,
    Confidence,
    Endpoint,
    Identity,
    Protection,
    SdkUse,
    Subject,
)
from finwatch.model.knowledge import Knowledge, Severity
from finwatch.model.listing import Listing
from finwatch.model.locator import CodeAt
from finwatch.model.package import (
    Archive,
    ArchiveAnomaly,
    Code,
    CodeCall,
    Component,
    DexFile,
    FieldRead,
    Implementation,
    LocalLabel,
    Manifest,
    MethodShape,
    NativeLibrary,
    NetworkRule,
    NetworkSecurity,
    PackageFacts,
    Permission,
    Reach,
    Signer,
    Signing,
    StringUse,
    Unreadable,
    Value,
)

_KEYS = {
    *(
        "name",
        "outcome",
        "confidence",
        "severity",
        "manifest",
        "permissions",
        "components",
        "calls",
        "reads",
        "strings",
    ),
    *("implementations", "collection", "endpoints", "sdks", "signing", "identity", "network", "libraries", "anomalies"),
    *("packer", "unreadable", "format", "policy", "listing", "labels"),
}
_DEX = "classes.dex"
_HERE = "Lcn/example/app/Main;->run()V"


@dataclass(frozen=True)
class Case:
    """A subject and what a check must say of it."""

    name: str
    subject: Subject
    outcome: Answer
    confidence: Confidence | None
    severity: Severity | None


def read(path: Path, *, knowledge: Knowledge) -> tuple[Case, ...]:
    """The cases of a ``cases.toml``. Raises ``CatalogError`` naming the case and the key that is wrong."""
    document = tomllib.loads(path.read_text("utf-8"))
    return tuple(_case(entry, f"{path.parent.name}/cases.toml", knowledge) for entry in document.get("case", ()))


def _case(entry: Mapping[str, Any], place: str, knowledge: Knowledge) -> Case:
    name = str(entry.get("name", "?"))
    unknown = set(entry) - _KEYS
    if unknown or "outcome" not in entry:
        raise CatalogError(f"{place}: case {name!r}: {sorted(unknown) or 'outcome'}.", todo="See checks/cases.py.")
    watched = _Watched(knowledge, f"{place}: case {name!r}")
    confidence, severity = entry.get("confidence"), entry.get("severity")
    return Case(
        name=name,
        subject=_subject(entry, watched),
        outcome=Answer(entry["outcome"]),
        confidence=Confidence(confidence) if confidence else None,
        severity=Severity(severity) if severity else None,
    )


class _Watched:
    """The watch list by id, so that a case cannot name a call that nobody looks for."""

    def __init__(self, knowledge: Knowledge, place: str) -> None:
        watch = knowledge.watch
        self.place = place
        self._calls = {call.id: f"{call.class_name or 'L?;'}->{call.name}{call.proto or '()'}" for call in watch.calls}
        self._fields = {field.id: f"{field.class_name}->{field.name}" for field in watch.fields}
        self._strings = {string.id: string.pattern for string in watch.strings}
        self._types = {entry.id: entry.type_name for entry in watch.types}
        self._items = set(knowledge.items)

    def call(self, watch: str) -> str:
        return self._known(self._calls, watch)

    def field(self, watch: str) -> str:
        return self._known(self._fields, watch)

    def string(self, watch: str) -> str:
        self._known(self._strings, watch)
        return watch

    def type(self, watch: str) -> str:
        self._known(self._types, watch)
        return watch

    def item(self, item: str) -> str:
        if item not in self._items:
            raise CatalogError(f"{self.place}: no data item {item!r}.", todo="Use an id of items.csv.")
        return item

    def _known(self, table: Mapping[str, str], watch: str) -> str:
        if watch not in table:
            raise CatalogError(f"{self.place}: nothing watches {watch!r}.", todo="Use an id of catalog/data/watch.")
        return table[watch]


def _subject(entry: Mapping[str, Any], watched: _Watched) -> Subject:
    packer = entry.get("packer")
    return Subject(
        facts=_facts(entry, watched),
        identity=Identity(**({"finance": None, **entry["identity"]} if "identity" in entry else {"finance": False})),
        sdks=tuple(_sdk(sdk) for sdk in entry.get("sdks", ())),
        collection=tuple(_collection(taken, watched) for taken in entry.get("collection", ())),
        endpoints=tuple(_endpoint(endpoint) for endpoint in entry.get("endpoints", ())),
        protection=Protection(packer=packer, extent="limited" if packer else "full"),
        listing=_listing(entry["listing"]) if "listing" in entry else None,
        policy=policy_cases.seen(entry.get("policy"), place=watched.place),
    )


def _listing(written: Mapping[str, Any]) -> Listing:
    ordinary = {"market": "example", "app": "cn.example.app", "seen": datetime(2026, 11, 1, tzinfo=UTC)}
    return Listing.model_validate({**ordinary, **written})


def _facts(entry: Mapping[str, Any], watched: _Watched) -> PackageFacts:
    unreadable = tuple(entry.get("unreadable", ()))
    rules = tuple(NetworkRule(**rule) for rule in entry.get("network", ()))
    return PackageFacts(
        sha256="0" * 64,
        bytes=100_000,
        format=entry.get("format", "apk"),
        archive=Archive(
            anomalies=tuple(ArchiveAnomaly(**{"detail": "", **anomaly}) for anomaly in entry.get("anomalies", ()))
        ),
        manifest=None if "manifest" in unreadable else _manifest(entry),
        network_security=NetworkSecurity(path="res/xml/network.xml", rules=rules) if rules else None,
        signing=_signing(entry.get("signing", {})),
        code=_code(entry, watched),
        native_libraries=tuple(
            NativeLibrary(**{"abi": "arm64-v8a", "bytes": 10_000, **library}) for library in entry.get("libraries", ())
        ),
        unreadable=tuple(Unreadable(part=part, reason="damaged in this case") for part in unreadable),
    )


def _manifest(entry: Mapping[str, Any]) -> Manifest:
    components = [
        Component(**{"element": f"manifest/application/{written['kind']}[{position}]", "exported": False, **written})
        for position, written in enumerate(entry.get("components", ()), start=1)
    ]
    permissions = [
        Permission(name=name if "." in name else f"android.permission.{name}") for name in entry.get("permissions", ())
    ]
    ordinary = {"package": "cn.example.app", "version_code": 1, "min_sdk": 24, "target_sdk": 34, "allow_backup": False}
    written = {**ordinary, **entry.get("manifest", {})}
    absent = {key for key, value in written.items() if value == "none"}
    fields = {key: value for key, value in written.items() if key not in absent}
    labels = tuple(LocalLabel(locale=locale, label=label) for locale, label in entry.get("labels", {}).items())
    return Manifest(**fields, components=tuple(components), permissions=tuple(permissions), labels=labels)


def _code(entry: Mapping[str, Any], watched: _Watched) -> Code:
    dex = DexFile(
        name=_DEX, version="035", bytes=9_000, strings=900, types=90, protos=90, fields=90, methods=300, classes=40,
        code_items=250, instructions=4_000, invokes=900, checksum_ok=True,
    )  # fmt: skip
    return Code(
        dex=(dex,),
        calls=tuple(
            CodeCall(
                watch=call["watch"],
                target=watched.call(call["watch"]),
                at=_at(call, offset),
                args=tuple(_value(argument) for argument in call.get("args", ())),
                reach=_reach(call.get("reach")),
            )
            for offset, call in enumerate(entry.get("calls", ()))
        ),
        field_reads=tuple(
            FieldRead(watch=read["watch"], field=watched.field(read["watch"]), at=_at(read, offset))
            for offset, read in enumerate(entry.get("reads", ()))
        ),
        strings=tuple(_string(string, watched) for string in entry.get("strings", ())),
        implementations=tuple(_implementation(written, watched) for written in entry.get("implementations", ())),
    )


def _string(written: Mapping[str, Any], watched: _Watched) -> StringUse:
    uses = (_at(written, 0),) if "in" in written else ()
    watch = watched.string(written["watch"])
    return StringUse(watch=watch, value=written["value"], dex=_DEX, uses=uses, uses_total=len(uses))


def _implementation(written: Mapping[str, Any], watched: _Watched) -> Implementation:
    name = written["class"]
    methods = tuple(
        MethodShape(
            at=CodeAt(dex=_DEX, method=f"{name}->{method['name']}()V", offset=0),
            shape=method["shape"],
            calls=tuple(method.get("calls", ())),
            instructions=method.get("instructions", 3),
        )
        for method in written.get("methods", ())
    )
    return Implementation(watch=watched.type(written["watch"]), class_name=name, dex=_DEX, methods=methods)


def _at(written: Mapping[str, Any], offset: int) -> CodeAt:
    return CodeAt(dex=_DEX, method=written.get("in", _HERE), offset=offset)


def _value(written: object) -> Value | None:
    if isinstance(written, str):
        return Value(kind="string", value=written)
    if isinstance(written, int):
        return Value(kind="int", value=str(int(written)))
    if not isinstance(written, dict) or "unknown" in written:
        return None
    of = tuple(_value(part) for part in written.get("of", ()))
    return next(Value(kind=kind, value=str(value), of=of) for kind, value in written.items() if kind != "of")


def _reach(written: str | None) -> Reach | None:
    entry = "Lcn/example/app/App;->onCreate()V"
    return None if written is None else Reach(entry=entry, certain=written == "certain", path=(entry,))


def _collection(written: Mapping[str, Any], watched: _Watched) -> Collection:
    where = written.get("in", _HERE)
    return Collection(
        item=watched.item(written["item"]),
        api=written.get("api", "Landroid/example/Api;->get()Ljava/lang/String;"),
        caller=where,
        owner=written.get("owner", "app"),
        before_consent={"yes": True, "maybe": None, "open": None, "no": False}[written.get("before_consent", "no")],
        at=CodeAt(dex=_DEX, method=where, offset=0),
        path=() if written.get("before_consent", "no") in {"no", "open"} else (where,),
    )


def _endpoint(written: Mapping[str, Any]) -> Endpoint:
    host = written["url"].split("://")[-1].split("/")[0].split(":")[0]
    return Endpoint(url=written["url"], host=host, owner=written.get("owner", "app"), at=_at(written, 0))


def _sdk(written: Mapping[str, Any]) -> SdkUse:
    name = Text(zh=written.get("name", written["id"]), en=written.get("name", written["id"]))
    purpose = written.get("purpose", "push")
    return SdkUse(id=written["id"], name=name, vendor=name, purpose=purpose, prefixes=tuple(written["prefixes"]))


def _signing(written: Mapping[str, Any]) -> Signing:
    ordinary = {
        "scheme": "v2", "sha256": "ab" * 32, "subject": "CN=Example Bank", "issuer": "CN=Example Bank", "serial": "1",
        "key_algorithm": "RSA", "key_bits": 3072, "signature_algorithm": "SHA256withRSA", "verified": True,
    }  # fmt: skip
    signers = tuple(Signer(**{**ordinary, **signer}) for signer in written.get("signers", ({},)))
    schemes = tuple(written.get("schemes", tuple(_ordered(signer.scheme for signer in signers))))
    return Signing(schemes=schemes, signers=signers)


def _ordered(schemes: Iterator[str]) -> list[str]:
    return sorted(set(schemes))
