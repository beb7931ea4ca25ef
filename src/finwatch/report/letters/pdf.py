"""A letter as PDF: set by typst (Apache-2.0, https://typst.app) from ``letter.typ``; fonts are embedded as subsets.

The letter goes in as one JSON value, so no text of it is ever read as markup. The same letter and the same fonts give
the same bytes.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from finwatch.errors import SettingError
from finwatch.report.letters import fonts
from finwatch.report.letters.letter import DRAFT, Letter, chinese_day, marked

_TEMPLATE: Final = Path(__file__).with_name("letter.typ")


def pdf(letter: Letter) -> bytes:
    """The letter as PDF. Raises ``SettingError`` when no font here has Chinese characters."""
    told = json.dumps(document(letter), ensure_ascii=False)
    made: Any = typst.compile(str(_TEMPLATE), root=str(_TEMPLATE.parent), format="pdf", sys_inputs={"letter": told})
    return bytes(made)


def document(letter: Letter) -> dict[str, Any]:
    """What the template reads."""
    faces = _faces()
    if faces is None:
        raise SettingError(
            "No font with Chinese characters is installed; a document would be empty boxes.",
            zh="本机没有中文字体，无法生成文书。",
            todo="Install one, such as Debian's fonts-noto-cjk, or the fonts that GB/T 9704 names.",
        )
    body = [{**block.model_dump(mode="json"), "mark": told} for block, told in marked(letter.body)]
    return {
        **letter.model_dump(mode="json"),
        "body": body,
        "number": letter.number or DRAFT,
        "day": chinese_day(letter.day),
        "faces": faces,
    }


@cache
def _faces() -> dict[str, list[str]] | None:
    return fonts.chosen(frozenset(typst.Fonts().families()))
