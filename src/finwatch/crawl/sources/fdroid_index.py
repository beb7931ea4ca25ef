"""An F-Droid index as listings: ``index-v2.json`` and the older ``index-v1.json``.

What comes in: a parsed index whose origin has been verified. What goes out: one ``Listing`` a version, in normal units,
and a note for each entry that is not of the prescribed shape; such an entry is left out, the rest stands. Pure.

Source: fdroidserver ``index.py`` (``make_v2``, ``make_v1``) and https://f-droid.org/docs/All_our_APIs/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from finwatch.model.fetch import MarketId
from finwatch.model.listing import Listing

_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_POLICY: Final = re.compile(r"privacy|policy|policies|yinsi|隐私|%e9%9a%90%e7%a7%81", re.IGNORECASE)
_DEFAULT_LOCALE: Final = "en-US"


@dataclass(frozen=True, slots=True)
class Context:
    """What every listing of one reading shares."""

    market: MarketId
    address: str
    seen: datetime
    capture: str | None


def listings_v2(index: Mapping[str, Any], context: Context) -> tuple[list[Listing], list[str]]:
    """Listings of an index-v2, ordered by package name and version, and notes on what was left out."""
    return _collect(_apps_v2(index), _about_v2, _version_v2, context)


def listings_v1(index: Mapping[str, Any], context: Context) -> tuple[list[Listing], list[str]]:
    """Listings of an index-v1, ordered by package name and version, and notes on what was left out."""
    return _collect(_apps_v1(index), _about_v1, _version_v1, context)


_Fields = dict[str, Any]
_Entry = tuple[str, str, Any, Any]
"""Package name, a word for its version, and the raw records of the app and of the version."""


def _collect(
    entries: Iterator[_Entry],
    about: Callable[[Any, Context], _Fields],
    version: Callable[[Any, Context], _Fields],
    context: Context,
) -> tuple[list[Listing], list[str]]:
    listings: list[Listing] = []
    notes: list[str] = []
    for app, word, metadata, one in entries:
        try:
            fields = about(metadata, context) | version(one, context)
            listings.append(
                Listing(market=context.market, app=app, seen=context.seen, capture=context.capture, **fields)
            )
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
            notes.append(f"{app} {word}: {_reason(error)}")
    listings.sort(key=lambda listing: (listing.app, listing.version_code or 0, listing.package_sha256 or ""))
    return listings, notes


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return str(error)[:200]


def _apps_v2(index: Mapping[str, Any]) -> Iterator[_Entry]:
    for app, package in index["packages"].items():
        whole = package if isinstance(package, dict) else {"versions": {"": None}}
        versions = whole.get("versions")
        for name, version in (versions if isinstance(versions, dict) else {"": versions}).items():
            yield app, name[:12], whole.get("metadata") or {}, version


def _about_v2(metadata: Mapping[str, Any], context: Context) -> _Fields:
    icons = metadata.get("icon") or {}
    icon = icons.get(_DEFAULT_LOCALE) or next(iter(icons.values()), None)
    return {
        "names": _texts(metadata.get("name")),
        "summaries": _texts(metadata.get("summary")),
        "developer": metadata.get("authorName") or None,
        "categories": tuple(metadata.get("categories") or ()),
        "icon_url": _below(context.address, icon["name"]) if icon else None,
        **_sites(metadata),
    }


def _version_v2(version: Mapping[str, Any], context: Context) -> _Fields:
    file, manifest = version["file"], version["manifest"]
    return {
        "version_name": manifest.get("versionName") or None,
        "version_code": manifest["versionCode"],
        "package_url": _below(context.address, file["name"]),
        "package_sha256": _sha256(file["sha256"]),
        "package_bytes": _size(file["size"]),
        "signer_sha256": tuple(_sha256(one) for one in (manifest.get("signer") or {}).get("sha256") or ()),
        "permissions": _permissions(
            [
                *(one["name"] for one in manifest.get("usesPermission") or ()),
                *(one["name"] for one in manifest.get("usesPermissionSdk23") or ()),
            ]
        ),
        "published": _time(version.get("added")),
    }


def _apps_v1(index: Mapping[str, Any]) -> Iterator[_Entry]:
    about = {one["packageName"]: one for one in index["apps"] if isinstance(one, dict) and "packageName" in one}
    for app, versions in index["packages"].items():
        for version in versions if isinstance(versions, list) else [versions]:
            word = version.get("versionCode") if isinstance(version, dict) else ""
            yield app, str(word), about.get(app, {}), version


def _about_v1(metadata: Mapping[str, Any], context: Context) -> _Fields:
    localized: Mapping[str, Any] = metadata.get("localized") or {}
    names = {locale: one["name"] for locale, one in localized.items() if one.get("name")}
    summaries = {locale: one["summary"] for locale, one in localized.items() if one.get("summary")}
    if metadata.get("name"):
        names.setdefault(_DEFAULT_LOCALE, metadata["name"])
    if metadata.get("summary"):
        summaries.setdefault(_DEFAULT_LOCALE, metadata["summary"])
    icon = metadata.get("icon")
    return {
        "names": _texts(names),
        "summaries": _texts(summaries),
        "developer": metadata.get("authorName") or None,
        "categories": tuple(metadata.get("categories") or ()),
        "icon_url": _below(context.address, f"/icons/{icon}") if icon else None,
        **_sites(metadata),
    }


def _version_v1(version: Mapping[str, Any], context: Context) -> _Fields:
    if version.get("hashType") != "sha256":
        raise ValueError(f"its hash is {version.get('hashType')!r}, not sha256")
    signer = version.get("signer")
    permissions = [*(version.get("uses-permission") or ()), *(version.get("uses-permission-sdk-23") or ())]
    return {
        "version_name": version.get("versionName") or None,
        "version_code": version["versionCode"],
        "package_url": _below(context.address, f"/{version['apkName']}"),
        "package_sha256": _sha256(version["hash"]),
        "package_bytes": _size(version["size"]),
        "signer_sha256": (_sha256(signer),) if signer else (),
        "permissions": _permissions([one[0] for one in permissions]),
        "published": _time(version.get("added")),
    }


def _texts(raw: Any) -> dict[str, str]:
    """Locale to text, in the order of the locales."""
    return {locale: raw[locale] for locale in sorted(raw or {})}


def _sites(metadata: Mapping[str, Any]) -> _Fields:
    """The developer's site, and the privacy policy where one of the sites is one by its address."""
    sites = [site for key in ("webSite", "authorWebSite") if isinstance(site := metadata.get(key), str) and _web(site)]
    policy = next((site for site in sites if _POLICY.search(site)), None)
    return {"website": next((site for site in sites if site != policy), None), "policy_url": policy}


def _web(site: str) -> bool:
    try:
        return urlsplit(site).scheme in {"http", "https"} and bool(urlsplit(site).hostname)
    except ValueError:
        return False


def _below(address: str, name: str) -> str:
    """The address of the repository's file ``name``."""
    if ".." in name.split("/"):
        raise ValueError(f"the file name {name!r} leads out of the repository")
    return address.rstrip("/") + "/" + quote(name.lstrip("/"), safe="/+,;=:@!$&'()*~-._")


def _sha256(value: str) -> str:
    if not isinstance(value, str) or not _SHA256.match(value.lower()):
        raise ValueError(f"{value!r} is no SHA-256")
    return value.lower()


def _size(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no size in bytes")
    return value


def _permissions(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _time(milliseconds: Any) -> datetime | None:
    """A time of milliseconds since 1970 (UTC)."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
