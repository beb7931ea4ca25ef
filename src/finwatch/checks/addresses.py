"""What a host in the code is: a name that nobody visits, the phone itself, a private network, a test system."""

from __future__ import annotations

import ipaddress
import re

from finwatch.checks.view import View
from finwatch.model.examination import Endpoint
from finwatch.model.locator import CodeAt

_NAMES_ONLY = frozenset(
    {
        *("schemas.android.com", "www.w3.org", "xmlpull.org", "ns.adobe.com", "java.sun.com", "xml.org", "www.xml.org"),
        *("apache.org", "xml.apache.org", "www.apache.org", "json-schema.org", "schemas.xmlsoap.org", "purl.org"),
        *("schemas.microsoft.com", "www.example.com", "example.com", "www.slf4j.org", "xmlns.com", "relaxng.org"),
        *("www.topografix.com", "www.opengis.net", "iptc.org", "cipa.jp", "www.npes.org", "javax.xml.xmlconstants"),
        *("www.springframework.org", "www.hibernate.org", "www.day.com", "schemas.openxmlformats.org", "dashif.org"),
    }
)
"""Hosts that stand in XML namespaces, schemas and documentation."""
_NAME_STARTS = ("java.", "javax.", "schemas.", "schema.", "xmlns.", "ns.")

_PRIVATE = tuple(ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
"""RFC 1918 and RFC 4193."""

_TEST = re.compile(
    r"(?:^|[.-])(?:test|testing|uat|sit|staging|stage|stg|dev|sandbox|preprod|qa)\d{0,2}(?=[.-])", re.IGNORECASE
)


def is_name_only(host: str) -> bool:
    """Whether the host stands in names of schemas, not in addresses to visit."""
    return host.lower() in _NAMES_ONLY or host.lower().startswith(_NAME_STARTS)


def is_local(host: str) -> bool:
    """Whether the host is the phone itself, or no host that a network knows."""
    address = _address(host)
    if address is not None:
        return address.is_loopback or address.is_unspecified
    return host.lower() == "localhost" or "." not in host


def is_private(host: str) -> bool:
    """Whether the host is an address of a private network (RFC 1918), the emulator's included."""
    address = _address(host)
    return address is not None and any(address in network for network in _PRIVATE if network.version == address.version)


def is_test(host: str) -> bool:
    """Whether one of the host's labels says that it is a test system."""
    return _address(host) is None and bool(_TEST.search(host))


def accusable(view: View, endpoint: Endpoint) -> bool:
    """Whether the code that holds the address may be held against the app."""
    return not isinstance(endpoint.at, CodeAt) or view.accusable(endpoint.at.class_name)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if not host[-1:].isdigit() and ":" not in host:
        return None
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
