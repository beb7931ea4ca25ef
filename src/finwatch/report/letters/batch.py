"""Many letters in one file: a ZIP whose names sort as the letters are numbered."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Final

from finwatch.report.letters.letter import Letter

_UNSAFE: Final = re.compile(r"[^\w〔〕（）()-]+")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def batch(letters: Iterable[Letter], *, setter: Callable[[Letter], bytes], suffix: str) -> bytes:
    """The letters, each set by ``setter``, named by place, number and addressee. The same letters, the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for place, letter in enumerate(letters, 1):
            name = file_name(letter)
            made.writestr(zipfile.ZipInfo(f"{place:03d}-{name}.{suffix}", _EPOCH), setter(letter))
    return out.getvalue()


def file_name(letter: Letter) -> str:
    """A name without anything that a file system or a shell would read otherwise."""
    said = f"{letter.number or '草稿'}-{letter.addressee or letter.title}"
    return _UNSAFE.sub("_", said).strip("_.")[:80] or "letter"
