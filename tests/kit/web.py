"""What tests of the web beyond stores need: images with QR codes, small packages, chains in words."""

from __future__ import annotations

import base64
import zipfile
from io import BytesIO

import zxingcpp
from PIL import Image

from finwatch.model.web import Chain, WebSource

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def qr(text: str, *, form: str = "PNG", scale: int = 5) -> bytes:
    """An image with one QR code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    rows = memoryview(code.to_image(scale=scale, add_quiet_zones=True))
    image = Image.frombytes("L", (rows.shape[1], rows.shape[0]), rows.tobytes())
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def package(name: str = "fictional") -> bytes:
    """A ZIP file as packages are, without being one that could be installed."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("AndroidManifest.xml", (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, name.encode() * 500)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few KiB that says it has ``side`` × ``side`` pixels, all of them white."""
    out = BytesIO()
    Image.new("1", (64, 64), 1).save(out, "PNG")
    data = bytearray(out.getvalue())
    data[16:24] = side.to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def told(chain: Chain) -> list[tuple[int | None, str, str, str]]:
    """Parent, kind, path and end of each link."""
    return [(one.parent, one.kind.value, _path(one.url), one.end.value) for one in chain.links]


def _path(url: str) -> str:
    return "/" + url.split("://", 1)[-1].partition("/")[2] if url.startswith("http") else url


LANDING = WebSource(kind="landing")
