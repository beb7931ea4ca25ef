"""The time-stamp authority (RFC 3161): asked for a stamp over the statement of a batch, and its replies judged offline.

What comes in: the bytes of a statement. What goes out: the reply as received, once it has been verified; or a reason
why there is none yet. An authority that cannot be reached is no error: the root is kept and asked for again.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import ssl
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from finwatch.errors import FetchError, SettingError
from finwatch.limits import EVIDENCE
from finwatch.model.base import Model, UtcTime
from finwatch.settings import Settings

_AGAIN: Final = "It is asked again next time."
_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


class Stamp(Model):
    """What a time stamp says: these bytes existed at this time."""

    at: UtcTime
    imprint: str
    """SHA-256 that was stamped."""
    serial: str
    """Number of the stamp at its authority."""
    policy: str


class NoStamp(FetchError):
    """The authority gave no stamp that can be used; it is asked again next time."""


class BadStamp(ValueError):
    """A reply that is no valid stamp of the authority; the message says why."""


class Trust:
    """The certificates of ``FINWATCH_TSA_CERTIFICATE``, by which stamps are judged without any network."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.pem = path.read_bytes()
            found = x509.load_pem_x509_certificates(self.pem)
        except OSError as error:
            raise SettingError(
                f"FINWATCH_TSA_CERTIFICATE={str(path)!r} cannot be read: {error.strerror}.",
                todo="Name a PEM file with the certificates of the time-stamp authority.",
            ) from error
        except ValueError as error:
            raise SettingError(
                f"FINWATCH_TSA_CERTIFICATE={str(path)!r} holds no PEM certificate: {error}.",
                todo="Name a PEM file with the certificates of the time-stamp authority.",
            ) from error
        self._roots = [one for one in found if one.issuer == one.subject]
        self._others = [one for one in found if one.issuer != one.subject]
        if not self._roots:
            raise SettingError(
                f"FINWATCH_TSA_CERTIFICATE={str(path)!r} holds no self-signed certificate.",
                todo="Add the root certificate of the authority to the file.",
            )

    def judge(self, reply: bytes) -> Stamp:
        """What the stamp in ``reply`` says, its signature and chain verified as of its own time.

        Raises ``BadStamp``. Whether it is over the right bytes is the caller's to see, from ``imprint``.
        """
        response = decoded(reply)
        info = response.tst_info
        if info.message_imprint.hash_algorithm != _SHA256:
            raise BadStamp(f"it is over a hash of another kind ({info.message_imprint.hash_algorithm.dotted_string})")
        verifier = VerifierBuilder(roots=list(self._roots), intermediates=list(self._others)).build()
        try:
            verifier.verify(response, info.message_imprint.message)
        except (VerificationError, ValueError) as error:
            raise BadStamp(_short(error)) from error
        return stamp_of(response)


class Authority:
    """A time-stamp authority at an address, with what its replies are judged by."""

    def __init__(self, url: str, trust: Trust, *, proxy: str | None = None) -> None:
        self.url = url
        self.trust = trust
        self._parts = _address("FINWATCH_TSA_URL", url)
        self._proxy = _address("FINWATCH_PROXY", proxy) if proxy else None

    def ask(self, statement: bytes) -> bytes:
        """The reply with a valid stamp over ``statement``. Raises ``NoStamp``, with the reason."""
        request = TimestampRequestBuilder(data=statement, hash_algorithm=HashAlgorithm.SHA256).build()
        reply = self._post(request.as_bytes())
        try:
            response = decoded(reply)
            stamp = self.trust.judge(reply)
        except BadStamp as error:
            raise NoStamp(
                f"The reply of {self._name} cannot be used: {error}.",
                todo="Check FINWATCH_TSA_URL and FINWATCH_TSA_CERTIFICATE.",
            ) from error
        if stamp.imprint != hashlib.sha256(statement).hexdigest() or response.tst_info.nonce != request.nonce:
            raise NoStamp(f"The reply of {self._name} answers another request.", todo="Ask its operator.")
        return reply

    @property
    def _name(self) -> str:
        return f"the time-stamp authority {self._parts.hostname}"

    def _post(self, query: bytes) -> bytes:
        """The body of the answer to an HTTP POST (RFC 3161 §3.4)."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        if self._parts.username is not None:
            pair = f"{unquote(self._parts.username)}:{unquote(self._parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        path = f"{self._parts.path or '/'}{'?' + self._parts.query if self._parts.query else ''}"
        connection = self._connection()
        if self._proxy is not None and self._parts.scheme == "http":
            path = f"http://{self._parts.netloc.rpartition('@')[2]}{path}"
        try:
            connection.request("POST", path, body=query, headers=headers)
            answer = connection.getresponse()
            body = answer.read(EVIDENCE.stamp_bytes + 1)
        except (OSError, http.client.HTTPException) as error:
            raise NoStamp(f"{self._name} could not be reached: {error}.", todo=_AGAIN) from error
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise NoStamp(f"{self._name} answered {answer.status} {answer.reason}.", todo=_AGAIN)
        if len(body) > EVIDENCE.stamp_bytes:
            raise NoStamp(f"The reply of {self._name} is longer than {EVIDENCE.stamp_bytes:,} bytes.")
        return body

    def _connection(self) -> http.client.HTTPConnection:
        secure = self._parts.scheme == "https"
        near = self._proxy or self._parts
        host = near.hostname or ""
        port = near.port or (443 if near.scheme == "https" else 80)
        if secure:
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=EVIDENCE.stamp_seconds, context=ssl.create_default_context()
            )
        else:
            made = http.client.HTTPConnection(host, port, timeout=EVIDENCE.stamp_seconds)
        if secure and self._proxy is not None:
            made.set_tunnel(self._parts.hostname or "", self._parts.port or 443)
        return made


def trust_of(settings: Settings) -> Trust | None:
    """What stamps are judged by, or ``None`` when no certificate is set. Raises ``SettingError``."""
    return None if settings.tsa_certificate is None else Trust(settings.tsa_certificate)


def authority_of(settings: Settings) -> Authority | None:
    """The authority of the settings, or ``None`` when none is set. Raises ``SettingError``."""
    if settings.tsa_url is None:
        return None
    trust = trust_of(settings)
    if trust is None:
        raise SettingError(
            "FINWATCH_TSA_URL is set, but FINWATCH_TSA_CERTIFICATE is not.",
            todo="Name a PEM file with the certificates of that authority: a stamp that cannot be verified is none.",
        )
    return Authority(settings.tsa_url, trust, proxy=settings.proxy)


def decoded(reply: bytes) -> TimeStampResponse:
    """The reply with a granted stamp in it. Raises ``BadStamp``."""
    try:
        response = decode_timestamp_response(reply)
    except ValueError as error:
        raise BadStamp(f"it is no time-stamp reply ({_short(error)})") from error
    if response.status != 0:
        raise BadStamp(f"the authority refused (status {response.status}) {' '.join(response.status_string)}".rstrip())
    try:
        _ = response.tst_info
    except ValueError as error:
        raise BadStamp(f"its contents cannot be read ({_short(error)})") from error
    return response


def stamp_of(response: TimeStampResponse) -> Stamp:
    """What the stamp in a reply says, unverified."""
    info = response.tst_info
    at: datetime = info.gen_time
    return Stamp(
        at=at,
        imprint=info.message_imprint.message.hex(),
        serial=str(info.serial_number),
        policy=info.policy.dotted_string,
    )


def _address(setting: str, url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError as error:
        raise SettingError(f"{setting}={url!r}: {error}.", todo="Write http://host:port/path.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(f"{setting}={url!r} is no http or https address.", todo="Write http://host:port/path.")
    return parts


def _short(error: Exception) -> str:
    return str(error).split(", file:", 1)[0].replace("\n", " ")[:200]
