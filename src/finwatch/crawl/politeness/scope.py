"""Whom the crawl may reach: public addresses, and private ones only where a setting names the host.

An app market's answer is not to be trusted: a redirect, an index or a name server may point at ``127.0.0.1``, at a
router, or at the metadata service of a cloud. So the address itself is judged, at the moment a socket is made for it.
Which addresses are public follows the IANA special-purpose registries (RFC 6890), as ``ipaddress`` carries them;
addresses that wrap an IPv4 address (RFC 4291 §2.5.5, RFC 3056, RFC 4380, RFC 6052) are judged by what they wrap.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def public(address: str) -> bool:
    """Whether ``address`` (no name) is one that anybody on the Internet may reach."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    return all(_global(part) for part in (parsed, *_wrapped(parsed)))


def _global(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.sixtofour or address in _NAT64):
        return True  # judged by the IPv4 address inside; versions of Python differ on 6to4 itself
    refused = address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local
    return address.is_global and not refused and not address.is_reserved


def _wrapped(address: Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [part for part in inner if part is not None]


class Scope:
    """The hosts whose private addresses a setting allows: ``host`` (any port) or ``host:port``."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._hosts = {_split(item) for item in allow_private}

    def names(self, host: str, port: int) -> bool:
        """Whether the setting names ``host`` at ``port``."""
        host = host.strip("[]").lower().rstrip(".")
        return (host, port) in self._hosts or (host, None) in self._hosts

    def permits(self, address: str, *, host: str, port: int) -> bool:
        """Whether a connection to ``address`` may be made for ``host:port``."""
        return public(address) or self.names(host, port)


def _split(item: str) -> tuple[str, int | None]:
    """Host and port of ``host``, ``host:port``, ``::1`` or ``[::1]:port``."""
    bare = item.strip().lower()
    if bare.count(":") > 1 and not bare.startswith("["):
        return bare, None
    parts = urlsplit(f"//{bare}")
    return (parts.hostname or bare).rstrip("."), parts.port
