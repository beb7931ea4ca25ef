"""The indexes of a repository as data: index-v2, index-v1, entry and diff, in the shapes that fdroidserver 2.4 writes.

Pure: offers and times in, plain dictionaries out (https://f-droid.org/docs/All_our_APIs/). Times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from samples.market.offer import Offer, SampleMarket

Json = dict[str, Any]
INDEX_VERSION = 20002
NO_SUGGESTION = 2_147_483_647
"""What fdroidserver writes as the suggested version where a maintainer set none."""


def millis(time: datetime) -> int:
    """Milliseconds since 1970."""
    return int(time.timestamp() * 1000)


def index_v2(
    market: SampleMarket, offers: Sequence[Offer], times: Mapping[int, datetime], day: int, icons: Mapping[str, Json]
) -> Json:
    """index-v2.json. ``icons`` gives the file entry of each package's icon, and of the market's own under its id."""
    categories = sorted({offer.category for offer in offers})
    repo: Json = {
        "name": {"en-US": market.name.en, "zh-CN": market.name.zh},
        "description": {"en-US": market.description.en, "zh-CN": market.description.zh},
        "icon": {"en-US": icons[market.id]},
        "address": market.address,
        "timestamp": millis(times[day]),
        "categories": {name: {"name": {"en-US": name}} for name in categories},
    }
    packages: Json = {}
    for package, group in groupby(offers, key=lambda offer: offer.package):
        versions = list(group)
        packages[package] = {
            "metadata": _metadata(versions, times, icons[package]),
            "versions": {offer.sha256: _version(offer, times) for offer in versions},
        }
    return {"repo": repo, "packages": packages}


def _metadata(versions: Sequence[Offer], times: Mapping[int, datetime], icon: Json) -> Json:
    newest = versions[0]
    metadata: Json = {
        "added": min(millis(times[offer.first_day]) for offer in versions),
        "categories": [newest.category],
        "lastUpdated": max(millis(times[offer.first_day]) for offer in versions),
        "authorName": newest.developer.zh,
        "name": {"en-US": newest.label.en, "zh-CN": newest.label.zh},
        "summary": {"en-US": newest.summary.en, "zh-CN": newest.summary.zh},
        "description": {"en-US": description(newest, "en"), "zh-CN": description(newest, "zh")},
        "icon": {"en-US": icon},
        "preferredSigner": newest.signer,
    }
    if newest.policy:
        metadata["webSite"] = newest.policy
    return metadata


def description(offer: Offer, language: str) -> str:
    """The description with the policy's address, which F-Droid's format has no field for."""
    text = offer.description.in_language(language)
    if offer.policy is None:
        return text
    return f"{text}\n隐私政策：{offer.policy}" if language == "zh" else f"{text}\nPrivacy policy: {offer.policy}"


def _version(offer: Offer, times: Mapping[int, datetime]) -> Json:
    manifest: Json = {}
    if offer.abis:
        manifest["nativecode"] = list(offer.abis)
    manifest |= {
        "versionName": offer.version_name,
        "versionCode": offer.version_code,
        "usesSdk": {"minSdkVersion": offer.min_sdk, "targetSdkVersion": offer.target_sdk},
        "signer": {"sha256": [offer.signer]},
    }
    if offer.permissions:
        manifest["usesPermission"] = [{"name": name} for name in offer.permissions]
    return {
        "added": millis(times[offer.first_day]),
        "file": {"name": f"/{offer.file}", "sha256": offer.sha256, "size": offer.bytes},
        "manifest": manifest,
    }


def index_v1(market: SampleMarket, offers: Sequence[Offer], times: Mapping[int, datetime], day: int) -> Json:
    """index-v1.json."""
    apps, packages = [], {}
    for package, group in groupby(offers, key=lambda offer: offer.package):
        versions = list(group)
        newest = versions[0]
        app: Json = {
            "authorName": newest.developer.zh,
            "categories": [newest.category],
            "suggestedVersionCode": str(NO_SUGGESTION),
            "license": "Unknown",
            "added": min(millis(times[offer.first_day]) for offer in versions),
            "icon": icon_name(newest),
            "packageName": package,
            "localized": {
                locale: {
                    "description": description(newest, language),
                    "name": newest.label.in_language(language),
                    "summary": newest.summary.in_language(language),
                }
                for locale, language in (("en-US", "en"), ("zh-CN", "zh"))
            },
            "lastUpdated": max(millis(times[offer.first_day]) for offer in versions),
        }
        if newest.policy:
            app["webSite"] = newest.policy
        apps.append(app)
        packages[package] = [_package_v1(offer, times) for offer in versions]
    repo = {
        "timestamp": millis(times[day]),
        "version": INDEX_VERSION,
        "name": market.name.en,
        "icon": "icon.png",
        "address": market.address,
        "description": market.description.en,
    }
    return {"repo": repo, "requests": {"install": [], "uninstall": []}, "apps": apps, "packages": packages}


def _package_v1(offer: Offer, times: Mapping[int, datetime]) -> Json:
    package: Json = {
        "added": millis(times[offer.first_day]),
        "apkName": offer.file,
        "hash": offer.sha256,
        "hashType": "sha256",
        "minSdkVersion": offer.min_sdk,
    }
    if offer.abis:
        package["nativecode"] = list(offer.abis)
    package |= {
        "packageName": offer.package,
        "sig": offer.signer_md5,
        "signer": offer.signer,
        "size": offer.bytes,
        "targetSdkVersion": offer.target_sdk,
    }
    if offer.permissions:
        package["uses-permission"] = [[name, None] for name in offer.permissions]
    return package | {"versionCode": offer.version_code, "versionName": offer.version_name}


def icon_name(offer: Offer) -> str:
    """The file name of a package's icon under ``/icons``."""
    return f"{offer.package}.{offer.version_code}.png"


def diff(before: Json, after: Json) -> Json:
    """What turns ``before`` into ``after`` by JSON Merge Patch (RFC 7396): only changes, ``null`` for what is gone."""
    changes: Json = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            changes[key] = value
        elif value != before[key]:
            nested = isinstance(value, dict) and isinstance(before[key], dict)
            changes[key] = diff(before[key], value) if nested else value
    return changes


def entry(time: int, index: Json, diffs: Mapping[int, Json]) -> Json:
    """entry.json. ``index`` and ``diffs`` are file entries with ``numPackages``."""
    return {
        "timestamp": time,
        "version": INDEX_VERSION,
        "index": index,
        "diffs": {str(old): item for old, item in sorted(diffs.items())},
    }
