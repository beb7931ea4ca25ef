"""Notes on what of a policy was not read, in Chinese: they are kept in English with the text, once for all.

``policy`` writes the notes; reports and checks show them. A note that is not known here is shown as it is.
"""

from __future__ import annotations

import re

from finwatch.model.base import Text

_WORDS = (
    (r"the rest was left out: limit (\w+) = (\d+)", r"其余未读：达到上限 \1 = \2"),
    (r"page (\d+) could not be read: (.+)", r"第 \1 页无法读取：\2"),
    (r"pages after (\d+) were left out: limit pages = \d+", r"第 \1 页之后未读：达到页数上限"),
    (
        r"page (\d+) has no text; it may be a picture, and OCR is not installed .+",
        r"第 \1 页没有文字，可能是图片；未安装文字识别组件（finwatch[ocr]），未读",
    ),
    (r"page (\d+) is a picture beyond the limit pictures: not read", r"第 \1 页是图片，超过识别页数上限，未读"),
    (r"page (\d+) has no text; OCR found none in its picture", r"第 \1 页没有文字，图片中也未识别出文字"),
    (r"page (\d+) was read by OCR, (\d+) unsure lines left out", r"第 \1 页由图片识别，另有 \2 行把握不足未采用"),
    (r"(.+) is an? (\w+) picture, read by OCR: words may be wrong", r"\1 是 \2 图片，由图片识别，文字可能有误"),
    (r"(\d+) lines were too unsure to read", r"\1 行把握不足，未采用"),
    (
        r"the file mixes encodings \((.+)\); each line was read in the one that fits it",
        r"文件混用编码（\1），逐行按适合的编码读取",
    ),
    (r"(\d+) characters could not be decoded(?: and stand as U\+FFFD)?", r"\1 个字符无法解码"),
    (r"elements deeper than limit html_depth = (\d+) were left out", r"嵌套超过 \1 层的内容未读"),
    (r"(\d+) pictures were not read", r"\1 张图片未读"),
    (r"footnotes were not read", r"脚注未读"),
    (r"endnotes were not read", r"尾注未读"),
    (r"comments were not read", r"批注未读"),
    (r"the language was not recognised; read with the grammar of (\w+)", r"未能判断语言，按 \1 的规则读取"),
)
_KNOWN = tuple((re.compile(pattern), words) for pattern, words in _WORDS)


def note_text(note: str) -> Text:
    """A note in both languages."""
    for pattern, words in _KNOWN:
        match = pattern.fullmatch(note)
        if match is not None:
            return Text(zh=match.expand(words), en=note)
    return Text(zh=note, en=note)
