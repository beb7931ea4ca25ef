"""Connections: names to addresses as the settings say, and no socket to an address out of scope.

What comes in: settings. What goes out: an ``aiohttp`` session whose every socket has been judged by
``politeness.scope``, after the name was resolved and before the first byte is sent. So neither a name server, nor a
redirect, nor an IPv6 spelling gets the crawl into the network it runs in.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import ssl
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from finwatch.crawl.politeness.scope import Scope
from finwatch.errors import SettingError
from finwatch.limits import FetchLimits
from finwatch.model.fetch import Tls


class PrivateAddress(OSError):
    """A connection to an address that is out of scope was about to be made."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(f"{host}:{port} leads to the private address {address}")
        self.host, self.port, self.address = host, port, address


class ScopedResolver(AbstractResolver):
    """Addresses of a name: those of ``FINWATCH_RESOLVE``, else the system's, and only those in scope."""

    def __init__(self, resolve: dict[str, str], scope: Scope) -> None:
        self._fixed = {_host(name): _address(name, target) for name, target in resolve.items()}
        self._scope = scope
        self._system: aiohttp.ThreadedResolver | None = None
        self.granted: set[tuple[str, int]] = set()
        """Private addresses that were found for hosts which a setting names."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses in scope. Raises ``PrivateAddress`` when there are addresses and none is in scope."""
        fixed = self._fixed.get(f"{host.lower()}:{port}") or self._fixed.get(host.lower())
        if fixed is not None:
            found = [_result(host, *fixed)]
        else:
            if self._system is None:
                self._system = aiohttp.ThreadedResolver()
            found = await self._system.resolve(host, port, family)
        kept = [one for one in found if self.judge(host, port, one["host"], one["port"])]
        if found and not kept:
            raise PrivateAddress(host, port, found[0]["host"])
        return kept

    def judge(self, host: str, port: int, address: str, actual_port: int) -> bool:
        """Whether ``host:port`` may be visited at ``address``; remembers what a setting granted."""
        if not self._scope.permits(address, host=host, port=port):
            return False
        if self._scope.names(host, port):
            self.granted.add((_canonical(address), actual_port))
        return True

    def literal(self, host: str, port: int) -> None:
        """Judges a host that is an address already. Raises ``PrivateAddress``; a name passes."""
        bare = host.strip("[]").split("%", 1)[0]
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            return
        if not self.judge(host, port, bare, port):
            raise PrivateAddress(host, port, bare)

    async def close(self) -> None:
        """Frees the system resolver."""
        if self._system is not None:
            await self._system.close()


class PeerResponse(aiohttp.ClientResponse):
    """A response that remembers whom it came from, and what that server showed of itself."""

    peer: str | None = None
    tls: Tls | None = None
    certificates: tuple[bytes, ...] = ()

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        """Reads the head, after noting the peer's address and its certificates."""
        transport = connection.transport
        name = transport.get_extra_info("peername") if transport is not None else None
        self.peer = name[0] if name else None
        secured = transport.get_extra_info("ssl_object") if transport is not None else None
        if secured is not None:
            self.tls, self.certificates = handshake(secured)
        return await super().start(connection)


def handshake(secured: ssl.SSLObject) -> tuple[Tls, tuple[bytes, ...]]:
    """What was agreed on a connection, and the certificates (DER) that the server showed, its own first."""
    shown = getattr(secured, "get_unverified_chain", None)  # Python 3.13
    if shown is not None:
        chain = tuple(bytes(one) for one in shown())
    else:  # the same chain, by the name that it has up to Python 3.12
        found = secured._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]
        chain = tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in found)
    name = (secured.version() or "TLS").replace("TLSv", "tls/")
    cipher = secured.cipher()
    fingerprints = tuple(hashlib.sha256(one).hexdigest() for one in chain)
    return Tls(protocol=name, cipher=cipher[0] if cipher else "", chain=fingerprints), chain


def session(resolver: ScopedResolver, *, limits: FetchLimits, parallel: int = 32) -> aiohttp.ClientSession:
    """A session that follows no redirect, decodes nothing, keeps no cookies, heeds no proxy of the environment."""

    def socket_of(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, place = info
        address, port = str(place[0]), int(place[1])
        granted = (_canonical(address), port) in resolver.granted
        if not granted and not Scope().permits(address, host="", port=port):
            raise PrivateAddress(address, port, address)
        made = socket.socket(family=family, type=kind, proto=protocol)
        made.setblocking(False)
        return made

    trusted = ssl.create_default_context()  # made now, so that SSL_CERT_FILE and SSL_CERT_DIR are heeded
    trusted.set_alpn_protocols(["http/1.1"])
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        use_dns_cache=False,
        limit=parallel,
        socket_factory=socket_of,
        enable_cleanup_closed=False,
        ssl=trusted,
    )
    return aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=PeerResponse,
        requote_redirect_url=False,
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=limits.connect_seconds, connect=None, sock_read=limits.read_seconds
        ),
        read_bufsize=limits.chunk_bytes,
    )


def _canonical(address: str) -> str:
    return str(ipaddress.ip_address(address.split("%", 1)[0]))


def _host(name: str) -> str:
    return name.strip().lower()


def _address(name: str, target: str) -> tuple[str, int]:
    host, _, port = target.strip().rpartition(":")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError as error:
        raise SettingError(
            f"FINWATCH_RESOLVE: {name}={target!r} is not address:port.", todo="Write name[:port]=127.0.0.1:8080."
        ) from error


def _result(hostname: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=hostname,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
