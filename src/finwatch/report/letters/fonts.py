"""Which fonts a document is set in: those the standard names where they are here, else a free one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FACES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "STZhongsong", "Noto Serif CJK SC"),
        "body": ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02", "Noto Serif CJK SC"),
        "kai": ("KaiTi_GB2312", "KaiTi", "STKaiti", "FZKai-Z03", "Noto Serif CJK SC"),
        "hei": ("SimHei", "STHeiti", "FZHei-B01", "Noto Sans CJK SC", "WenQuanYi Zen Hei"),
        "song": ("SimSun", "STSong", "FZShuSong-Z01", "Noto Serif CJK SC"),
    }
)
"""GB/T 9704-2012 §7: 小标宋 for the title, 仿宋 for the body, 黑体 and 楷体 for headings, 宋体 for page numbers."""
LAST: Final = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
)
"""Any of these will do where a named one is not there."""
LATIN: Final = ("Times New Roman", "Liberation Serif", "Libertinus Serif")


def chosen(installed: frozenset[str]) -> dict[str, list[str]] | None:
    """For each face the fonts to try, in order; ``None`` = no font here has Chinese characters."""
    last = [name for name in LAST if name in installed]
    found = {face: [name for name in names if name in installed] or last for face, names in FACES.items()}
    if any(not names for names in found.values()):
        return None
    latin = [name for name in LATIN if name in installed]
    return {face: [*names, *latin] for face, names in found.items()}
