"""A day of a country, served: each market under its own host name and in its own protocol, on one loopback port.

``python -m bench.national.site PART DAY EVERY`` prints its port and serves every ``EVERY``-th market until it is
stopped. What is served is read back by Finwatch as exactly the rows that ``days`` has.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import io
import json
import signal
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from bench.national.days import DOMAIN, FIRST, Days, address
from bench.national.population import PROTOCOLS, Population, Shape, populate

OFFSET: Final = 5
JSON_PAGE: Final = 100
HTML_PAGE: Final = 50
Rows = Sequence[dict[str, Any]]


def chosen(population: Population, every: int) -> list[int]:
    """The markets that are served."""
    return [at for at in range(population.shape.markets) if at % every == OFFSET % every]


def descriptor(population: Population, every: int) -> str:
    """The served markets as a descriptor file."""
    text = []
    for market in chosen(population, every):
        name, protocol = population.market_ids()[market], PROTOCOLS[population.protocol[market]]
        base = address(name, protocol)
        text.append(f'[[market]]\nid = "{name}"\nname = {{ zh = "市场{market}", en = "Market {market}" }}')
        if protocol == "repository":
            text.append(f'protocol = "fdroid"\naddress = "{base}"\npoliteness = {{ requests_per_day = 3 }}\n')
            continue
        text.append(f'protocol = "pages"\naddress = "{base}/list"\n[market.source]\nlocale = "zh-CN"\nzone = "UTC"')
        text.append(f"[[market.source.lists]]\n{_list(protocol, base)}\n")
    return "\n".join(text)


def _list(protocol: str, base: str) -> str:
    fields = {name: name for name in ("app", "name", "version_name", "package_bytes", "downloads", "rating")}
    if protocol == "pages":
        head = f'url = "{base}/list?page={{page}}"\nform = "html"\nitems = "li.app"\npaging = {{ by = "page" }}'
        fields = {name: f"span.{name}" for name in (*fields, "developer") if name != "name"} | {"name": "b.name"}
    elif protocol == "interface":
        head = f'url = "{base}/list?page={{page}}"\nitems = "apps"\npaging = {{ by = "page" }}'
        more = ("developer", "version_code", "package_sha256", "signer_sha256", "rating_count")
        fields |= {name: name for name in more}
    else:
        head = (
            f'url = "{base}/api/7/listApps/limit={JSON_PAGE}/offset={{cursor}}"\nitems = "datalist.list"\n'
            'paging = { by = "cursor", first = 0, at = "datalist.next", pages = 2000 }'
        )
        fields = {
            "app": "package",
            "name": "name",
            "version_name": "file.vername",
            "version_code": "file.vercode",
            "package_bytes": "file.filesize",
            "package_md5": "file.md5sum",
            "downloads": "stats.downloads",
            "rating": "stats.rating.avg",
            "published": "updated",
            "store_id": "id",
        }
    written = "\n".join(f'{name} = "{path}"' for name, path in fields.items())
    return f"{head}\n[market.source.lists.fields]\n{written}"


def repository(rows: Rows, day: int, key: Key) -> dict[str, bytes]:
    """The files of an F-Droid-type repository."""
    stamp = int((FIRST + timedelta(days=day)).timestamp()) * 1000
    packages = {}
    for row in rows:
        names = json.loads(row["names"])
        packages[row["app"]] = {
            "metadata": {"name": names, "authorName": row["developer"], "categories": row["categories"]},
            "versions": {
                row["package_sha256"]: {
                    "added": int(row["published"].timestamp() * 1000),
                    "file": {
                        "name": f"/{row['package_url'].rpartition('/')[2]}",
                        "sha256": row["package_sha256"],
                        "size": row["package_bytes"],
                    },
                    "manifest": {
                        "versionName": row["version_name"],
                        "versionCode": row["version_code"],
                        "signer": {"sha256": row["signer_sha256"]},
                        "usesPermission": [{"name": name} for name in row["permissions"]],
                    },
                }
            },
        }
    index = json.dumps({"repo": {"timestamp": stamp}, "packages": packages}, ensure_ascii=False).encode()
    file = {"name": "/index-v2.json", "sha256": hashlib.sha256(index).hexdigest(), "size": len(index)}
    entry = {"timestamp": stamp, "version": 30000, "index": file | {"numPackages": len(packages)}, "diffs": {}}
    return {"/repo/index-v2.json": index, "/repo/entry.jar": key.jar("entry.json", json.dumps(entry).encode())}


class Key:
    """Signs files as jarsigner does (JAR File Specification, "Signed JAR File")."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Reed Market")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self._key.public_key())
        builder = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        self._certificate = builder.not_valid_after(datetime(2056, 1, 1, tzinfo=UTC)).sign(self._key, hashes.SHA256())

    def jar(self, name: str, data: bytes) -> bytes:
        """A JAR with one file, signed."""
        section = f"Name: {name}\r\nSHA-256-Digest: {_digest(data)}\r\n\r\n".encode()
        manifest = b"Manifest-Version: 1.0\r\n\r\n" + section
        told = f"Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: {_digest(manifest)}\r\n\r\n".encode()
        builder = pkcs7.PKCS7SignatureBuilder().set_data(told)
        builder = builder.add_signer(self._certificate, self._key, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
        block = builder.sign(serialization.Encoding.DER, options)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            files = {"META-INF/MANIFEST.MF": manifest, "META-INF/REED.SF": told, "META-INF/REED.RSA": block, name: data}
            for path, body in files.items():
                archive.writestr(path, body)
        return out.getvalue()


def _digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def interface_page(rows: Rows, page: int) -> bytes:
    """A page of a market's JSON interface."""
    plain = ("app", "developer", "version_name", "version_code", "package_sha256", "package_bytes", "downloads")
    apps = [
        {name: row[name] for name in (*plain, "rating", "rating_count", "signer_sha256")} | {"name": _name(row)}
        for row in rows[(page - 1) * JSON_PAGE : page * JSON_PAGE]
    ]
    return json.dumps({"apps": apps}, ensure_ascii=False).encode()


def shop_page(rows: Rows, offset: int) -> bytes:
    """A page of a market in the shape of Aptoide's lists."""
    shown = rows[offset : offset + JSON_PAGE]
    apps = [
        {
            "id": int(row["store_id"]),
            "package": row["app"],
            "name": _name(row),
            "updated": f"{row['published']:%Y-%m-%d %H:%M:%S}",
            "file": {
                "vername": row["version_name"],
                "vercode": row["version_code"],
                "filesize": row["package_bytes"],
                "md5sum": row["package_md5"],
            },
            "stats": {"downloads": row["downloads"], "rating": {"avg": row["rating"]}},
        }
        for row in shown
    ]
    following = {"next": offset + JSON_PAGE} if offset + JSON_PAGE < len(rows) else {}
    return json.dumps({"datalist": {"total": len(rows), "list": apps, **following}}, ensure_ascii=False).encode()


def html_page(rows: Rows, page: int) -> bytes:
    """A page of a market that people read."""
    items = []
    names = ("app", "developer", "version_name", "package_bytes", "downloads", "rating")
    for row in rows[(page - 1) * HTML_PAGE : page * HTML_PAGE]:
        spans = "".join(f'<span class="{name}">{escape(str(row[name]))}</span>' for name in names)
        items.append(f'<li class="app"><b class="name">{escape(_name(row))}</b>{spans}</li>')
    return f"<!doctype html><meta charset=utf-8><title>市场</title><ul>{''.join(items)}</ul>".encode()


def _name(row: dict[str, Any]) -> str:
    return str(json.loads(row["names"])["zh-CN"])


class Site:
    """Answers for all served markets."""

    def __init__(self, population: Population, day: int, every: int) -> None:
        self._day = day
        self._key = Key()
        serving = set(chosen(population, every))
        names = population.market_ids()
        self._protocol = {names[at]: PROTOCOLS[population.protocol[at]] for at in serving}
        self._tables = {names[at]: rows for at, rows in Days(population).slices(day) if at in serving}
        self._rows: dict[str, Rows] = {}
        self._files: dict[str, dict[str, bytes]] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Any request."""
        market = request.host.partition(".")[0]
        if market not in self._tables or not request.host.partition(":")[0].endswith(DOMAIN):
            return web.Response(status=421)
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /private/\n")
        rows = self._rows.setdefault(market, self._tables[market].to_pylist())
        protocol = self._protocol[market]
        if protocol == "repository":
            files = self._files.get(market) or self._files.setdefault(market, repository(rows, self._day, self._key))
            body = files.get(request.path)
            return web.Response(body=body) if body is not None else web.Response(status=404)
        page = int(request.query.get("page", "1"))
        if protocol == "pages":
            return web.Response(body=html_page(rows, page), content_type="text/html", charset="utf-8")
        if protocol == "interface":
            body = interface_page(rows, page)
        else:
            body = shop_page(rows, int(request.path.rpartition("=")[2]))
        return web.Response(body=body, content_type="application/json", charset="utf-8")


async def serve(part: float, day: int, every: int) -> None:
    """Serves on a free port of 127.0.0.1 until SIGTERM."""
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", Site(populate(Shape.share(part)), day, every).answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=1).start()
    print(runner.addresses[0][1], flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
