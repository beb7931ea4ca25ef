"""What a filing form states, as the comparison reads it: the only place that knows the form's field names.

The names are those of ``register.forms`` (the association's app record, ``facts/workflow.md`` §7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DeclaredSdk:
    """A row of the form's list of components."""

    name: str
    version: str | None = None
    package: str | None = None
    """Its Java package, where told."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The statements of a form that something can be set beside."""

    package: str | None
    name: str | None
    version: str | None
    platform: str | None
    ipv6: bool | None
    developer: str | None
    hardening: str | None
    icp: str | None
    permissions: tuple[str, ...]
    sdks: tuple[DeclaredSdk, ...]
    signers: tuple[str, ...]
    file: str | None
    """SHA-256 under which the package was handed in."""
    file_size: int | None
    file_sha256: str | None
    """As it was typed."""
    file_md5: str | None
    icon: str | None
    """SHA-256 of the icon's file."""
    policy: str | None
    """SHA-256 of the privacy policy's file."""


def read(form: Mapping[str, Any]) -> Declared:
    """The statements of a filing form; what is not there, or is no text, is ``None``."""
    size = form.get("package_size")
    return Declared(
        package=_text(form, "package"),
        name=_text(form, "name"),
        version=_text(form, "version"),
        platform=_text(form, "platform"),
        ipv6=form.get("ipv6") if isinstance(form.get("ipv6"), bool) else None,
        developer=_text(form, "developer"),
        hardening=_text(form, "protection_vendor"),
        icp=_text(form, "icp"),
        permissions=tuple(str(one) for one in form.get("permissions") or ()),
        sdks=tuple(_sdks(form.get("sdks") or ())),
        signers=tuple(str(one).strip().lower().replace(":", "") for one in form.get("signers") or ()),
        file=_text(form, "package_file"),
        file_size=size if isinstance(size, int) else None,
        file_sha256=_text(form, "package_sha256"),
        file_md5=_text(form, "package_md5"),
        icon=_text(form, "icon"),
        policy=_text(form, "policy_file"),
    )


def _text(form: Mapping[str, Any], name: str) -> str | None:
    value = form.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _sdks(rows: Any) -> list[DeclaredSdk]:
    found = []
    for row in rows:
        name = _text(row, "name") if isinstance(row, Mapping) else None
        if name is not None:
            found.append(DeclaredSdk(name=name, version=_text(row, "version"), package=_text(row, "package")))
    return found
