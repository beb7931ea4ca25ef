"""Draws an app's icon as PNG with nothing but the standard library: shapes over a background, anti-aliased.

Coordinates run from 0 to 100 in both directions. Shapes: ``["disc", x, y, radius, colour]``,
``["ring", x, y, radius, width, colour]``, ``["box", x0, y0, x1, y1, colour]``,
``["polygon", x0, y0, x1, y1, …, colour]``, ``["line", x0, y0, x1, y1, width, colour]``. PNG: ISO/IEC 15948.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

from samples.recipe.source import Icon

Point = tuple[float, float]
Colour = tuple[int, int, int]
OVERSAMPLE = 3


def draw(icon: Icon, size: int) -> bytes:
    """The icon as PNG bytes, ``size`` pixels square, 8-bit RGB."""
    shapes = [(_shape(item), _colour(str(item[-1]))) for item in reversed(icon.draw)]
    background = _colour(icon.background)
    step = 100 / (size * OVERSAMPLE)

    def paint(x: int, y: int) -> Colour:
        px, py = (x + 0.5) * step, (y + 0.5) * step
        return next((colour for inside, colour in shapes if inside(px, py)), background)

    rows = bytearray()
    for y in range(0, size * OVERSAMPLE, OVERSAMPLE):
        rows.append(0)
        for x in range(0, size * OVERSAMPLE, OVERSAMPLE):
            corners = {paint(x + right, y + down) for right in (0, OVERSAMPLE - 1) for down in (0, OVERSAMPLE - 1)}
            rows.extend(corners.pop() if len(corners) == 1 else _mean(paint, x, y))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    )


def _mean(paint: Callable[[int, int], Colour], x: int, y: int) -> Colour:
    samples = [paint(x + sub % OVERSAMPLE, y + sub // OVERSAMPLE) for sub in range(OVERSAMPLE * OVERSAMPLE)]
    red, green, blue = (sum(channel) // len(samples) for channel in zip(*samples, strict=True))
    return red, green, blue


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _colour(text: str) -> Colour:
    value = int(text.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def _shape(item: tuple[str | float, ...]) -> Callable[[float, float], bool]:
    kind, numbers = item[0], [float(number) for number in item[1:-1]]
    if kind == "disc":
        cx, cy, radius = numbers
        return lambda x, y: math.hypot(x - cx, y - cy) <= radius
    if kind == "ring":
        cx, cy, radius, width = numbers
        return lambda x, y: abs(math.hypot(x - cx, y - cy) - radius) <= width / 2
    if kind == "box":
        x0, y0, x1, y1 = numbers
        return lambda x, y: x0 <= x <= x1 and y0 <= y <= y1
    if kind == "polygon":
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        return lambda x, y: _in_polygon(points, x, y)
    if kind == "line":
        x0, y0, x1, y1, width = numbers
        return lambda x, y: _distance((x0, y0), (x1, y1), x, y) <= width / 2
    raise ValueError(f"unknown shape {kind!r}")


def _in_polygon(points: list[Point], x: float, y: float) -> bool:
    inside = False
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside


def _distance(a: Point, b: Point, x: float, y: float) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - a[0] - along * dx, y - a[1] - along * dy)
