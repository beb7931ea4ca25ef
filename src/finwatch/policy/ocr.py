"""Pictures of text as lines, by RapidOCR where it is installed (extra ``ocr``); without it they are said to be unread.

In: the bytes of a picture, or a rendered page; out: lines from top to bottom. Models and inference are RapidOCR's own
(Apache-2.0, PaddleOCR models run by ONNX Runtime), on this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

MISSING = "OCR is not installed (the extra: finwatch[ocr])"
SURE = 0.5
"""A line below this confidence is left out and counted."""
PACKAGES = ("rapidocr_onnxruntime", "rapidocr")

Recognise = Callable[[bytes], tuple[list[str], int]]
"""From a picture to its lines, and how many more were too unsure to give."""


@lru_cache(maxsize=1)
def recogniser() -> Recognise | None:
    """What reads pictures here, or ``None`` where OCR is not installed."""
    package = next((name for name in PACKAGES if find_spec(name) is not None), None)
    if package is None:
        return None
    engine = import_module(package).RapidOCR()

    def recognise(picture: bytes) -> tuple[list[str], int]:
        return lines_of(engine(picture))

    return recognise


def lines_of(answer: object) -> tuple[list[str], int]:
    """The sure lines of RapidOCR's answer in reading order, and the number of unsure ones.

    Version 1 answers (boxes with text and confidence, times); version 3 an object with ``boxes``, ``txts``, ``scores``.
    """
    texts, scores = getattr(answer, "txts", None), getattr(answer, "scores", None)
    if texts is None and isinstance(answer, tuple):
        rows = answer[0] or []
        texts, scores = [row[1] for row in rows], [row[2] for row in rows]
    pairs = list(zip(texts or (), scores or (), strict=True))
    sure = [str(text) for text, score in pairs if float(score) >= SURE and str(text).strip()]
    return sure, len(pairs) - len(sure)
