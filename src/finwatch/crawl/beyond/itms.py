"""``itms-services`` links and their manifests: how an iOS package is installed from a web page.

The link names a property list; its ``items[].assets[]`` of kind ``software-package`` name the package (Apple,
Deployment Reference for iPhone and iPad, "Install in-house apps wirelessly").
"""

from __future__ import annotations

import plistlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from xml.parsers.expat import ExpatError


@dataclass(frozen=True, slots=True)
class Asset:
    """A package that a manifest names."""

    url: str
    bundle_id: str | None


def manifest_url(link: str) -> str | None:
    """The manifest's address in an ``itms-services`` link; ``None`` when the link names none."""
    values = parse_qs(urlsplit(link).query).get("url")
    return values[0] if values else None


def assets_of(data: bytes) -> list[Asset]:
    """The packages that a manifest names. Raises ``ValueError`` saying what is not as it should be."""
    try:
        document = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"it is no property list ({error})") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ValueError("it has no list 'items'")
    found = []
    for item in items:
        if not isinstance(item, dict):
            continue
        metadata = item.get("metadata")
        bundle = metadata.get("bundle-identifier") if isinstance(metadata, dict) else None
        for asset in item.get("assets") or ():
            if (
                isinstance(asset, dict)
                and asset.get("kind") == "software-package"
                and isinstance(asset.get("url"), str)
            ):
                found.append(Asset(asset["url"], bundle if isinstance(bundle, str) else None))
    if not found:
        raise ValueError("none of its items has a software-package")
    return found
