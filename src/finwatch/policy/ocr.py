"""Pictures of text as lines, by RapidOCR where it is installed (extra ``ocr``); without it they are said to be unread.

In: the bytes of a picture, or a rendered page; out: lines from top to bottom, each with how sure the recogniser was.
Models and inference are RapidOCR's own (Apache-2.0, PaddleOCR models run by ONNX Runtime) and come with its package:
nothing is fetched, nothing leaves the machine. Long screenshots are cut between lines first, because the recogniser
makes whatever is larger than ``SIDE`` smaller, until nothing in it can be read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from finwatch.errors import UnreadablePolicy
from finwatch.limits import POLICY

MISSING = "OCR is not installed (the extra: finwatch[ocr])"
SURE = 0.5
"""A line below this confidence is left out and counted."""
PACKAGES = ("rapidocr", "rapidocr_onnxruntime")
SIDE = 1_600
"""Pixels of a piece of a long picture;"""
SEARCHED = 400
"""of its last rows the emptiest is where the next piece begins."""
_QUIET = {"params": {"Global.log_level": "error"}}
_OPENED = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


class Line(NamedTuple):
    """A line of a picture, and how sure the recogniser was of it, 0 to 1."""

    text: str
    confidence: float


Recognise = Callable[[bytes], tuple[list[Line], int]]
"""From a picture to its lines, and how many more were too unsure to give."""


@lru_cache(maxsize=1)
def recogniser() -> Recognise | None:
    """What reads pictures here, or ``None`` where OCR is not installed."""
    package = next((name for name in PACKAGES if find_spec(name) is not None), None)
    if package is None:
        return None
    engine = import_module(package).RapidOCR(**(_QUIET if package == "rapidocr" else {}))

    def recognise(picture: bytes) -> tuple[list[Line], int]:
        lines: list[Line] = []
        unsure = 0
        for piece in pieces(picture):
            sure, left_out = lines_of(engine(piece))
            lines += sure
            unsure += left_out
        return lines, unsure

    return recognise


def pieces(picture: bytes) -> Iterator[Any]:
    """The picture as arrays of (rows, columns, 3) from top to bottom, none much higher than ``SIDE``.

    Raises ``UnreadablePolicy`` for a picture that is broken or has more pixels than the limit.
    """
    import numpy as np  # noqa: PLC0415 - a policy that is text needs neither, and is read in a moment
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(picture), formats=_OPENED) as opened:
            if opened.width * opened.height > POLICY.picture_pixels:
                raise _too_large(opened.width, opened.height)
            coloured = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePolicy(
            f"the picture cannot be opened: {error}.", zh="图片无法打开。", todo="Save it again, or give the text."
        ) from error
    ground = Image.new("RGBA", coloured.size, "white")
    pixels = np.asarray(Image.alpha_composite(ground, coloured).convert("RGB"))[:, :, ::-1]
    first = 0
    while len(pixels) - first > SIDE:
        band = pixels[first + SIDE - SEARCHED : first + SIDE].astype(np.float32)
        spread = band.std(axis=(1, 2))
        empty = np.flatnonzero(spread <= spread.min() + 1.0)
        end = first + SIDE - SEARCHED + int(empty[len(empty) // 2]) + 1
        yield np.ascontiguousarray(pixels[first:end])
        first = end
    yield np.ascontiguousarray(pixels[first:])


def _too_large(width: int, height: int) -> UnreadablePolicy:
    limit = f"the limit picture_pixels = {POLICY.picture_pixels:,}"
    return UnreadablePolicy(
        f"the picture has {width:,} × {height:,} pixels, more than {limit}.",
        zh=f"图片尺寸 {width:,} × {height:,} 超过上限。",
        todo="Give it in parts.",
    )


def lines_of(answer: object) -> tuple[list[Line], int]:
    """The sure lines of RapidOCR's answer in reading order, and the number of unsure ones.

    Version 1 answers (boxes with text and confidence, times); version 3 an object with ``boxes``, ``txts``, ``scores``.
    """
    texts, scores = getattr(answer, "txts", None), getattr(answer, "scores", None)
    if texts is None and isinstance(answer, tuple):
        rows = answer[0] or []
        texts, scores = [row[1] for row in rows], [row[2] for row in rows]
    pairs = list(zip(texts or (), scores or (), strict=True))
    sure = [Line(str(text), float(score)) for text, score in pairs if float(score) >= SURE and str(text).strip()]
    return sure, len(pairs) - len(sure)
