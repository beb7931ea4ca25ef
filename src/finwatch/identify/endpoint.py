"""Addresses in the code: URLs and host names, with whose code loads them.

In: the strings that matched the catalogue's ``endpoint`` patterns. Out: ``Endpoint``, in the order of the dex files.
Names of XML namespaces look like URLs and are never visited; Java package names look like hosts backwards.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from finwatch.identify.owner import UNKNOWN, Owners
from finwatch.model.examination import Endpoint
from finwatch.model.knowledge import WatchList
from finwatch.model.locator import FileAt, Locator
from finwatch.model.package import PackageFacts, StringUse

TOPIC = "endpoint"

_URL = re.compile(r"(?i)\b(?:https?|wss?|ftp)://[^\s\"'<>\\^`{|}，。；、）]+")
_LABEL = re.compile(r"^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$")
_HOST_PORT = re.compile(r"^([^:/\s]+)(?::[0-9]{2,5})?$")
_NAMESPACE_HOSTS = {
    "schemas.android.com", "schemas.microsoft.com", "schemas.xmlsoap.org", "schemas.openxmlformats.org",
    "www.w3.org", "xmlpull.org", "www.xmlpull.org", "xml.org", "xml.apache.org", "java.sun.com", "ns.adobe.com",
    "purl.org", "xmlns.com", "ns.useplus.org", "javax.xml.xmlconstants", "relaxng.org",
}  # fmt: skip
"""Owners of XML namespaces and parser features (W3C Namespaces in XML 1.0: a name, not an address)."""
_PACKAGE_ROOTS = {"com", "cn", "org", "net", "io", "android", "androidx", "java", "javax", "kotlin", "me", "de", "sun"}
_LOCAL = {"localhost"}
_TABLE = 16
"""More bare host names than this in one method are a table (of public suffixes, say), not addresses it calls."""


def endpoints(facts: PackageFacts, watch: WatchList, owners: Owners) -> tuple[Endpoint, ...]:
    """Each address once for every owner whose code loads it, at the first place that does."""
    patterns = {pattern.id for pattern in watch.strings if pattern.topic == TOPIC}
    seen: set[tuple[str, str]] = set()
    found = []
    read = [
        (url, host, string)
        for string in facts.code.strings
        if string.watch in patterns
        for url, host in addresses(string.value)
    ]
    bare = Counter(at.method for url, _, string in read if url is None for at in string.uses)
    for url, host, string in read:
        if url is None and any(bare[at.method] > _TABLE for at in string.uses):
            continue
        for owner, at in _owners_of(string, owners):
            if (url or host, owner) not in seen:
                seen.add((url or host, owner))
                found.append(Endpoint(url=url, host=host, owner=owner, at=at))
    return tuple(found)


def addresses(text: str) -> Iterator[tuple[str | None, str]]:
    """(URL, host) of every URL in ``text``; (``None``, host) where the whole text is a host with or without port."""
    urls = _URL.findall(text)
    for url in urls:
        trimmed = url.rstrip(".,;:)]")
        host = _host_of(trimmed)
        if host is not None and host not in _NAMESPACE_HOSTS:
            yield trimmed, host
    if not urls and (match := _HOST_PORT.match(text.strip().lower())):
        host = match.group(1)
        if host.split(".")[0] not in _PACKAGE_ROOTS and _is_host(host):
            yield None, host


def _host_of(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host if host and (_is_host(host) or host in _LOCAL) else None


def _is_host(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        labels = host.split(".")
        # A top label of digits alone would be an address, and a broken one at that (RFC 1123 section 2.1).
        named = len(labels) > 1 and not labels[-1].isdigit()
        return named and all(_LABEL.match(label) or not label.isascii() for label in labels)


def _owners_of(string: StringUse, owners: Owners) -> Iterator[tuple[str, Locator]]:
    if not string.uses:
        yield UNKNOWN, FileAt(path=string.dex)
    for at in string.uses:
        yield owners.of(at.class_name), at
