"""One capture's evidence as a zip that needs nothing of ours: files, and a text that says how to check them.

What comes in: the id of a capture. What goes out: a zip (the same bytes for the same lake) with the records, the proof,
the statement of the batch, its time stamp, certificates, and ``README.txt`` with commands for ``sha256sum``,
``openssl`` and ``bash``.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from pathlib import Path
from typing import Final

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk
from finwatch.lake.evidence.authority import trust_of
from finwatch.lake.evidence.chain import Chain
from finwatch.lake.evidence.proof import Inclusion, Proof, prove, record_bytes
from finwatch.lake.ports import Lake
from finwatch.limits import EVIDENCE
from finwatch.settings import Settings

_DATE: Final = (1980, 1, 1, 0, 0, 0)


def export(lake: Lake, settings: Settings, capture_id: str, target: Path) -> Proof:
    """The proof of a capture, after everything that it rests on was written into the zip ``target``.

    Raises ``NotFound`` for a capture that is unknown or not sealed, ``LakeError`` when its record is altered: what does
    not lead to the root is no evidence.
    """
    proof = prove(lake, settings, capture_id)
    if not proof.whole:
        raise LakeError(
            f"The record of {capture_id} does not lead to the root of batch {proof.batch.number}.",
            todo="Run finwatch evidence verify; an altered record is not exported as evidence.",
        )
    files = _files(lake, settings, proof)
    files["README.txt"] = _readme(proof, files).encode()
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    disk.folder(target.absolute().parent)
    with disk.told("write", target), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return proof


def _files(lake: Lake, settings: Settings, proof: Proof) -> dict[str, bytes]:
    chain = Chain(lake.shelf)
    files = {
        "response.warc.gz": record_bytes(lake, proof.batch, proof.response.record),
        "proof.json": proof.model_dump_json(indent=2).encode() + b"\n",
        "batch.json": chain.read(chain.statement(proof.batch.number)) or b"",
    }
    if proof.request is not None:
        files["request.warc.gz"] = record_bytes(lake, proof.batch, proof.request.record)
    reply, trust = chain.read(chain.stamp(proof.batch.number)), trust_of(settings)
    if reply is not None:
        files["stamp.tsr"] = reply
    if trust is not None:
        files["authority.pem"] = trust.pem
    capture = proof.capture
    if capture is not None and capture.tls is not None:
        for position, sha256 in enumerate(capture.tls.chain):
            files[f"server-certificate-{position}.der"] = lake.blobs.read(sha256)
    if capture is not None and capture.stored_as == "blob" and capture.payload_bytes <= EVIDENCE.export_bytes:
        with contextlib.suppress(NotFound):  # the text says by its SHA-256 what the payload was
            files["payload"] = lake.blobs.read(capture.payload_sha256)
    return files


def _readme(proof: Proof, files: dict[str, bytes]) -> str:
    """The text for whoever has to check it, with every command; each step in English, then in Chinese."""
    batch = proof.batch
    parts = [
        *_head(proof),
        "",
        "Every step uses bash, coreutils and openssl alone, in the folder with these files.",
        "以下各步只需 bash、coreutils 与 openssl，在本文件夹内执行。",
        "",
        "1. The files are as they were exported.  文件与导出时一致。",
        "",
        "    sha256sum --check SHA256SUMS",
        "",
        "2. The record stands in the batch (RFC 9162, section 2.1: a Merkle tree; leaf = SHA-256 of a zero byte and",
        "   the record, node = SHA-256 of a one byte, the left and the right hash). Each h printed must be the root.",
        "   记录属于该批次（默克尔树）。每次输出的 h 都应等于下面的根。",
        "",
        f"    root={batch.root}",
        """    node() { printf "$(echo "01$1$2" | sed 's/../\\\\x&/g')" | sha256sum | cut -c1-64; }""",
        *_climb("response.warc.gz", proof.response),
        *([] if proof.request is None else _climb("request.warc.gz", proof.request)),
        "",
        '3. The statement of the batch names that root, and by SHA-256 the statement before it ("previous").',
        "   批次声明写有该根，并以 SHA-256 指向前一批次的声明。",
        "",
        """    grep -c "\\"root\\":\\"$root\\"" batch.json""",
        "",
        *_stamp_part(proof, files),
        "5. What the record says.  记录的内容。",
        "",
        "    gzip -dc response.warc.gz | head -c 2000",
        "",
        *_payload_part(proof, files),
        *_certificates_part(files),
    ]
    return "\n".join(parts) + "\n"


def _head(proof: Proof) -> list[str]:
    """What this is about."""
    batch, record, capture = proof.batch, proof.response.record, proof.capture
    lines = [
        "EVIDENCE OF ONE CAPTURE  单次存档的证据",
        "",
        f"Address       {record.url}",
        f"Time (UTC)    {record.at}",
    ]
    if capture is None:
        lines.append("Answer        the record is not one that Finwatch can read")
    else:
        lines += [
            f"Status        {capture.status}",
            f"Server        {capture.peer or 'not noted'}",
            f"Payload       SHA-256 {capture.payload_sha256}, {capture.payload_bytes:,} bytes",
        ]
    lines += [
        f"Segment       {batch.segment}, byte {record.offset}, {record.length} bytes",
        f"Batch         {batch.number}, {batch.records} records",
        f"Sealed (UTC)  {batch.sealed:%Y-%m-%dT%H:%M:%SZ}",
    ]
    if proof.stamp is not None:
        lines.append(f"Time stamp    {proof.stamp.at:%Y-%m-%dT%H:%M:%SZ}, no. {proof.stamp.serial}")
    return lines


def _climb(name: str, inclusion: Inclusion) -> list[str]:
    lines = [f"    h=$( (printf '\\0'; cat {name}) | sha256sum | cut -c1-64)"]
    for step in inclusion.path:
        pair = f"{step.hash} $h" if step.side == "left" else f"$h {step.hash}"
        lines.append(f"    h=$(node {pair})")
    return [*lines, f"    echo {name}: $h"]


def _stamp_part(proof: Proof, files: dict[str, bytes]) -> list[str]:
    if "stamp.tsr" not in files or proof.stamp is None:
        return ["4. There is no time stamp that can be used.  没有可用的时间戳。", "", f"   {proof.stamp_said}", ""]
    lines = [
        "4. The time stamp (RFC 3161) is over the statement, so the statement, its root and every record under it",
        f"   existed at {proof.stamp.at:%Y-%m-%d %H:%M:%S} UTC.",
        "   时间戳覆盖批次声明，故声明、根及其下每条记录在该时刻已存在。",
        "",
    ]
    if "authority.pem" not in files:
        return [
            *lines,
            "   Get the root certificate of the authority; it was not configured here.",
            "",
            "    openssl ts -reply -in stamp.tsr -text",
            "",
        ]
    return [
        *lines,
        "   authority.pem is what the exporting installation trusts: hold it against the authority's own publication.",
        "   Certificates are judged as of the time of the stamp (-attime).",
        "   authority.pem 应与时间戳机构自行公布的证书核对；证书按时间戳时刻判断。",
        "",
        "    openssl ts -reply -in stamp.tsr -text",
        "    openssl ts -verify -data batch.json -in stamp.tsr -CAfile authority.pem -untrusted authority.pem "
        f"-attime {int(proof.stamp.at.timestamp())}",
        "",
    ]


def _payload_part(proof: Proof, files: dict[str, bytes]) -> list[str]:
    capture = proof.capture
    if capture is None or capture.stored_as == "warc":
        return []
    said = f"   The payload is not in the record, which names its SHA-256: {capture.payload_sha256}"
    if "payload" not in files:
        return [said, "   It is too large for this file, or was not kept.", ""]
    return [said, "", "    sha256sum payload", ""]


def _certificates_part(files: dict[str, bytes]) -> list[str]:
    names = sorted(name for name in files if name.startswith("server-certificate-"))
    if not names:
        return ["6. The answer came without TLS: nothing but the address says who gave it.  应答未经 TLS 加密。", ""]
    return [
        "6. The certificates that the server showed, its own first; the record names the SHA-256 of each.",
        "   服务器出示的证书，依次排列；记录中写有各证书的 SHA-256。",
        "",
        *(
            f"    openssl x509 -inform DER -in {one} -noout -subject -issuer -dates -fingerprint -sha256"
            for one in names
        ),
        "    gzip -dc response.warc.gz | grep -a -i -m1 '^Finwatch-TLS-Chain:'",
        "",
    ]
