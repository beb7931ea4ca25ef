"""Locators in words: where a piece of evidence stands, so that a person can go and look."""

from __future__ import annotations

import re

from finwatch.model.base import Text
from finwatch.model.locator import (
    CaptureAt,
    CodeAt,
    FileAt,
    ListingAt,
    Locator,
    ManifestAt,
    PolicyAt,
    ResourceAt,
    SearchedAt,
    SigningAt,
)


def place(at: Locator) -> Text:  # noqa: PLR0911 - one return a kind of place reads best
    """The place in both languages, such as ``classes.dex · Lapp/Main;->onCreate()V · offset 0x12``."""
    match at:
        case CodeAt(dex=dex, method=method, offset=offset):
            tail = "" if offset is None else f" · 0x{offset:04x}"
            return Text(zh=f"{dex} · {method}{tail}", en=f"{dex} · {method}{tail}")
        case ManifestAt(element=element, attribute=attribute, line=line):
            what = element if attribute is None else f"{element} @{attribute}"
            return Text(
                zh=f"AndroidManifest.xml · {what}" + ("" if line is None else f" · 第 {line} 行"),
                en=f"AndroidManifest.xml · {what}" + ("" if line is None else f" · line {line}"),
            )
        case FileAt(path=path, offset=offset):
            tail = "" if offset is None else f" · 0x{offset:x}"
            return Text(zh=f"{path}{tail}", en=f"{path}{tail}")
        case ResourceAt(name=name, config=config, line=line):
            what = name if not config else f"{name} ({config})"
            return Text(
                zh=what + ("" if line is None else f" · 第 {line} 行"),
                en=what + ("" if line is None else f" · line {line}"),
            )
        case SigningAt(scheme=scheme, signer=signer):
            tail = "" if signer is None else f" #{signer + 1}"
            return Text(zh=f"签名方案 {scheme}{tail}", en=f"signature scheme {scheme}{tail}")
        case PolicyAt(document=document, paragraph=paragraph, start=start, end=end):
            return Text(
                zh=f"政策 {document[:12]} · 第 {paragraph + 1} 段 · 字符 {start}-{end}",
                en=f"policy {document[:12]} · paragraph {paragraph + 1} · characters {start}-{end}",
            )
        case CaptureAt(url=url, capture=capture):
            return Text(zh=f"{url} · 存档 {capture}", en=f"{url} · capture {capture}")
        case ListingAt(market=market, app=app, field=field):
            return Text(zh=f"市场 {market} · {app} · {field}", en=f"market {market} · {app} · {field}")
        case SearchedAt(extent=extent):
            return Text(zh=f"已搜索：{_extent(extent)}", en=f"searched: {extent}")


_EXTENTS = (
    (re.compile(r"(.+): the whole text, ([\d,]+) characters in ([\d,]+) paragraphs"), r"\1 全文 \2 字、\3 段"),
    (re.compile(r"(.+), ([\d,]+) methods"), r"\1，\2 个方法"),
    (re.compile(r"no dex file, 0 methods"), "没有 dex 文件"),
    (re.compile(r"signature schemes: none"), "签名方案：无"),
    (re.compile(r"signature schemes: (.+)"), r"签名方案：\1"),
    (re.compile(r"([\d,]+) native libraries"), r"\1 个原生库"),
    (re.compile(r"(\w+) of the package"), r"安装包的 \1 部分"),
)


def _extent(extent: str) -> str:
    """An extent that was searched, in Chinese; one of another form as it is."""
    for pattern, words in reversed(_EXTENTS):
        match = pattern.fullmatch(extent)
        if match is not None:
            return match.expand(words)
    return extent
