"""One exchange as WARC records and back (ISO 28500:2017, WARC/1.1).

What comes in: what was asked and what was answered. What goes out: gzip members, one a record, and the ``Capture`` read
from one of them again. Pure: no file is opened here.

Each exchange is a ``response`` record followed by the ``request`` record that names it in ``WARC-Concurrent-To``.
``WARC-Payload-Digest`` is the payload's SHA-256 in hex. A payload that is too large for a record is a blob of the
lake; its record is then a ``revisit`` (§6.7) under a profile of our own, with the HTTP header block alone:

    WARC-Profile: urn:finwatch:warc-profile:blob
    WARC-Refers-To-Blob: sha256:<hex>

A payload that was not kept (refused, or broken off) leaves its digest and length alone: a ``response`` record with the
header block and ``WARC-Truncated: length``. The answer to a range request (206) names the blob that it completes.

Two more fields of our own stand in every response: ``Finwatch-Market`` and ``Finwatch-Payload-Bytes``. An answer that
came over TLS has ``WARC-Protocol`` and ``WARC-Cipher-Suite`` (as IIPC proposes for WARC 1.2) and
``Finwatch-TLS-Chain``, the SHA-256 of each certificate that the server showed, its own first; the certificates are
blobs of the lake.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, Final

from fastwarc.warc import ArchiveIterator
from pydantic import ValidationError
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from finwatch.model.fetch import Capture, MarketId, Tls

BLOB_PROFILE: Final = "urn:finwatch:warc-profile:blob"
_READ = 1 << 16
_GZIP = 31  # zlib's window bits for a gzip member


def segment_head(name: str, at: datetime) -> bytes:
    """The ``warcinfo`` record that opens the segment ``name``."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    record = writer.create_warcinfo_record(
        name, {"software": "Finwatch", "format": "WARC File Format 1.1", "conformsTo": "ISO 28500:2017"}
    )
    record.rec_headers.replace_header("WARC-Date", _date(at))
    writer.write_record(record)
    return buffer.getvalue()


def exchange(
    *,
    market: MarketId,
    url: str,
    at: datetime,
    request: bytes,
    status_line: str,
    headers: Sequence[tuple[str, str]],
    payload: bytes | None,
    blob_sha256: str | None,
    blob_kept: bool = True,
    payload_bytes: int,
    peer: str | None,
    tls: Tls | None = None,
) -> bytes:
    """The two records of an exchange, response first, as gzip members.

    ``request`` is the head as sent, ``status_line`` such as ``HTTP/1.1 200 OK``; exactly one of ``payload`` and
    ``blob_sha256`` is given; ``blob_kept`` ``False`` = the lake has no such blob, the digest is all that is left.
    """
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    sha256 = blob_sha256 or hashlib.sha256(payload or b"").hexdigest()
    fields = {
        "WARC-Date": _date(at),
        "WARC-Payload-Digest": f"sha256:{sha256}",
        "Finwatch-Market": market,
        "Finwatch-Payload-Bytes": str(payload_bytes),
    }
    if peer:
        fields["WARC-IP-Address"] = peer
    if tls is not None:
        fields |= {"WARC-Protocol": tls.protocol, "WARC-Cipher-Suite": tls.cipher}
        fields["Finwatch-TLS-Chain"] = ", ".join(f"sha256:{one}" for one in tls.chain)
    by_reference = blob_sha256 is not None and blob_kept
    if blob_sha256 is not None and not blob_kept:
        fields["WARC-Truncated"] = "length"
    if by_reference:
        fields |= {"WARC-Profile": BLOB_PROFILE, "WARC-Refers-To-Blob": f"sha256:{blob_sha256}"}
    protocol, _, status = status_line.partition(" ")
    http = StatusAndHeaders(_clean(status), [(_clean(name), _clean(value)) for name, value in headers], protocol)
    response = writer.create_warc_record(
        url,
        "revisit" if by_reference else "response",
        payload=BytesIO(payload or b""),
        length=len(payload or b""),
        http_headers=http,
        warc_headers_dict=fields,
    )
    writer.write_record(response)
    asked = writer.create_warc_record(
        url,
        "request",
        payload=BytesIO(request),
        length=len(request),
        warc_headers_dict={
            "WARC-Date": _date(at),
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )
    writer.write_record(asked)
    return buffer.getvalue()


def members(stream: BinaryIO, *, start: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """The whole gzip members of ``stream`` from ``start`` on: offset, offset of the next, bytes unpacked.

    Ends without a word at a member that is cut off or damaged, as a killed writer leaves one.
    """
    stream.seek(start)
    offset, pending = start, b""
    while True:
        unpacker, parts, taken = zlib.decompressobj(_GZIP), [], 0
        while not unpacker.eof:
            chunk = pending or stream.read(_READ)
            pending = b""
            if not chunk:
                return
            try:
                parts.append(unpacker.decompress(chunk))
            except zlib.error:
                return
            taken += len(chunk) - len(unpacker.unused_data)
        pending = unpacker.unused_data
        yield offset, offset + taken, b"".join(parts)
        offset += taken


def parse(record: bytes, *, capture_id: str) -> tuple[Capture, bytes] | None:
    """The capture in one unpacked response record, with its payload (empty when that is a blob).

    ``None`` for a record of another type, or one that is not an exchange as written by ``exchange``.
    """
    for found in ArchiveIterator(BytesIO(record), parse_http=True):
        fields: Any = found.headers
        http: Any = found.http_headers
        kind = fields.get("WARC-Type")
        if kind not in {"response", "revisit"} or http is None:
            return None
        payload = found.reader.read()
        try:
            capture = Capture(
                id=capture_id,
                market=MarketId(fields["Finwatch-Market"]),
                url=fields["WARC-Target-URI"],
                at=datetime.fromisoformat(fields["WARC-Date"]),
                status=int(http.status_code),
                content_type=http.get("Content-Type"),
                payload_sha256=fields["WARC-Payload-Digest"].removeprefix("sha256:"),
                payload_bytes=int(fields["Finwatch-Payload-Bytes"]),
                peer=fields.get("WARC-IP-Address"),
                tls=_tls(fields),
                headers=tuple((str(name), str(value)) for name, value in http.astuples()),
                stored_as="blob" if kind == "revisit" else "none" if "WARC-Truncated" in fields else "warc",
            )
        except (KeyError, ValueError, TypeError, ValidationError):
            return None
        if capture.stored_as == "warc" and len(payload) != capture.payload_bytes:
            return None
        return capture, payload
    return None


def _tls(fields: Any) -> Tls | None:
    protocol, cipher = fields.get("WARC-Protocol"), fields.get("WARC-Cipher-Suite")
    if protocol is None or cipher is None:
        return None
    chain = (fields.get("Finwatch-TLS-Chain") or "").split(",")
    return Tls(
        protocol=protocol, cipher=cipher, chain=tuple(one.strip().removeprefix("sha256:") for one in chain if one)
    )


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _clean(text: str) -> str:
    """``text`` without line ends and lone surrogates, which no header may hold."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return whole.replace("\r", " ").replace("\n", " ").replace("\0", " ")
