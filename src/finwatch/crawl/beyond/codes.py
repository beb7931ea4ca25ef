"""Bytes of an image → the QR codes in it, each with its place in pixels.

The image is untrusted: only raster formats with a decoder of their own are opened, and its size in pixels is read
from its head and held to a bound before anything is unpacked. What could not be decoded is said, since a code in it
would not have been seen. Codes: ISO/IEC 18004.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image, UnidentifiedImageError

from finwatch.limits import WEB, WebLimits

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class NotDecoded(Exception):
    """The image could not be decoded; the message says why."""


@dataclass(frozen=True, slots=True)
class Code:
    """The text of a code and the rectangle around it."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


def codes_of(data: bytes, *, limits: WebLimits = WEB) -> list[Code]:
    """The codes of an image, top to bottom, then left to right. Raises ``NotDecoded``."""
    with _opened(data, limits) as image:
        try:
            grey = image.convert("RGBA") if "A" in image.getbands() or "transparency" in image.info else image
            if grey.mode == "RGBA":  # a code drawn in black on nothing is black on white to a reader's eye
                grey = Image.alpha_composite(Image.new("RGBA", grey.size, "white"), grey)
            found = zxingcpp.read_barcodes(
                grey.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            )
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError) as error:
            raise NotDecoded(f"its pixels cannot be read ({error})") from error
    codes = [_code(one) for one in found if one.text]
    return sorted(codes, key=lambda code: (code.top, code.left, code.text))[: limits.codes]


def _opened(data: bytes, limits: WebLimits) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotDecoded(f"it unpacks to more than {limits.image_pixels:,} pixels: limit image_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise NotDecoded(f"it is none of {', '.join(_FORMATS)}, or is broken") from error
    width, height = image.size
    if width * height > limits.image_pixels:
        image.close()
        raise NotDecoded(
            f"it unpacks to {width:,} × {height:,} pixels, more than the limit image_pixels = {limits.image_pixels:,}"
        )
    return image


def _code(found: zxingcpp.Barcode) -> Code:
    at = found.position
    corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return Code(found.text, min(xs), min(ys), max(xs), max(ys))
