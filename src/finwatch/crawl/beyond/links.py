"""The text of a page → the addresses in it that may lead to a package, each with its place. Pure.

Tags are found by a scanner of bounded steps, not by a tree: the place of each address in the text is evidence, and a
hostile page must cost no more than its length. Addresses in scripts are read as text (``location = "…"``,
``window.open("…")``, a quoted address of a package); no script is run. Tags and attributes: WHATWG HTML §13.1.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from finwatch.model.web import LinkKind

PACKAGE_NAME: Final = re.compile(r"\.(?:apk|apks|xapk|aab|ipa|hap|app)(?:$|[?&#;])", re.IGNORECASE)
"""Endings of packages, in the path or in a parameter."""

_VALUE: Final = r"\"[^\"]{0,600000}\"|'[^']{0,600000}'|[^\s\"'<>=`]{1,4096}"
_TAG: Final = re.compile(
    r"<(a|area|base|meta|img|iframe|frame|source|button|body|div|span|p|input|form|link)\b"
    r"((?>[^<>\"']|\"[^\"]{0,600000}\"|'[^']{0,600000}')*+)>",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(rf"([a-zA-Z][a-zA-Z0-9_:.-]{{0,64}})\s{{0,16}}=\s{{0,16}}({_VALUE})")
_SCRIPT: Final = re.compile(r"<script\b[^<>]{0,4096}>", re.IGNORECASE)
_QUOTED: Final = r"([\"'])((?:(?!\1)[^\s<>\\]|\\[/\"'xu0-9a-fA-F]){1,2048})\1"
_JUMP: Final = re.compile(
    r"(?:\blocation(?:\.href)?\s{0,8}=(?!=)\s{0,8}|\blocation\.(?:replace|assign)\s{0,8}\(\s{0,8}"
    rf"|\bwindow\.open\s{{0,8}}\(\s{{0,8}}){_QUOTED}"
)
_NAMED: Final = re.compile(r"([\"'])([^\s<>\"']{1,2048}\.(?:apk|apks|xapk|ipa|hap)(?:\?[^\s<>\"']{0,1024})?)\1")
_REFRESH: Final = re.compile(
    r"^\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*(.+?)\s*[\"']?\s*$", re.IGNORECASE | re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_WANTED: Final = re.compile(
    r"下载|安装|扫码|扫一扫|二维码|客户端|安卓|苹果|手机版|立即体验"
    r"|download|install|android|iphone|ios|\bapp\b|apk|get it on",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"qr|erweima|ewm|barcode|code|二维码|扫码|扫一扫", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[^<>]{0,4096}>")


@dataclass(frozen=True, slots=True)
class Found:
    """An address on a page: as it stands there made absolute, its place, and how much it promises (more is better)."""

    kind: LinkKind
    url: str
    start: int
    end: int
    promise: int


TAGS: Final = 20_000
"""Tags of a page that are looked at."""


def links_of(text: str, base: str) -> tuple[list[Found], bool]:
    """The addresses worth following, the most promising first, then in the order of the page; each once a kind.

    An ordinary anchor, one that says nothing of a download, is no such address. ``True`` = the page has more than
    ``TAGS`` tags, and the rest was not looked at.
    """
    visible = _without_comments(text)
    root = base
    found: list[Found] = []
    cut = False
    for number, tag in enumerate(_TAG.finditer(visible)):
        if number >= TAGS:
            cut = True
            break
        name, attributes = tag[1].lower(), _attributes(tag)
        if name == "base" and "href" in attributes:
            root = _absolute(base, attributes["href"][0]) or base
            continue
        found += _of_tag(name, attributes, tag, visible, root)
    for start, end in _scripts(visible):
        found += _of_script(visible, start, end, root)
    seen: set[tuple[LinkKind, str]] = set()
    kept = []
    for one in sorted(found, key=lambda one: (-one.promise, one.start)):
        if (one.kind, one.url) not in seen:
            seen.add((one.kind, one.url))
            kept.append(one)
    return kept, cut


def _of_tag(
    name: str, attributes: dict[str, tuple[str, int, int]], tag: re.Match[str], text: str, root: str
) -> Iterator[Found]:
    if name in {"a", "area"} and "href" in attributes:
        said = f"{tag[0]} {_inside(text, tag.end(), name)}"
        yield from _anchor(attributes["href"], said, root)
    elif name == "meta" and attributes.get("http-equiv", ("", 0, 0))[0].strip().lower() == "refresh":
        value, start, end = attributes.get("content", ("", 0, 0))
        target = _REFRESH.match(value)
        if target and (url := _absolute(root, target[1])):
            yield Found(LinkKind.META_REFRESH, url, start, end, 9)
    elif name in {"iframe", "frame"} and "src" in attributes:
        value, start, end = attributes["src"]
        if url := _absolute(root, value):
            yield Found(LinkKind.FRAME, url, start, end, 4)
    elif name == "img":
        value, start, end = attributes.get("src") or attributes.get("data-src") or ("", 0, 0)
        if url := _absolute(root, value):
            shown = " ".join(part for part, _, _ in attributes.values() if not part.startswith("data:"))
            yield Found(LinkKind.IMAGE, url, start, end, 5 if _CODE.search(shown) else 1)
    yield from _of_events(attributes, tag, root)


def _of_events(attributes: dict[str, tuple[str, int, int]], tag: re.Match[str], root: str) -> Iterator[Found]:
    """Addresses that a tap on any element leads to."""
    for event in ("onclick", "ontouchend", "data-href", "data-url", "data-download"):
        if event in attributes:
            value, start, end = attributes[event]
            if event.startswith("on"):
                for match in _JUMP.finditer(value):
                    if url := _absolute(root, _unescaped(match[2])):
                        yield Found(LinkKind.SCRIPT, url, start, end, 7)
            else:
                yield from _anchor((value, start, end), tag[0], root)


def _anchor(place: tuple[str, int, int], said: str, root: str) -> Iterator[Found]:
    value, start, end = place
    url = _absolute(root, value)
    if url is None or not url.partition("#")[0] or value.startswith("#"):
        return
    scheme = urlsplit(url).scheme
    if scheme == "itms-services":
        yield Found(LinkKind.ITMS, url, start, end, 10)
    elif PACKAGE_NAME.search(url):
        yield Found(LinkKind.ANCHOR, url, start, end, 10)
    elif scheme not in {"http", "https"} and scheme not in {"mailto", "tel", "sms", "javascript"}:
        yield Found(LinkKind.ANCHOR, url, start, end, 6)
    elif scheme == "javascript":
        for match in _JUMP.finditer(value):
            if target := _absolute(root, _unescaped(match[2])):
                yield Found(LinkKind.SCRIPT, target, start, end, 7)
    elif scheme in {"http", "https"} and _WANTED.search(f"{said} {urlsplit(url).path}"):
        yield Found(LinkKind.ANCHOR, url, start, end, 6)


def _of_script(text: str, start: int, end: int, root: str) -> Iterator[Found]:
    for pattern, promise in ((_JUMP, 7), (_NAMED, 8)):
        for match in pattern.finditer(text, start, end):
            url = _absolute(root, _unescaped(match[2]))
            if url:
                kind = LinkKind.ITMS if urlsplit(url).scheme == "itms-services" else LinkKind.SCRIPT
                yield Found(kind, url, match.start(2), match.end(2), promise)


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    lower = text.lower()
    while opening := _SCRIPT.search(text, at):
        end = lower.find("</script", opening.end())
        end = len(text) if end < 0 else end
        yield opening.end(), end
        at = end


def _without_comments(text: str) -> str:
    """``text`` with comments blanked, so that every other character keeps its place."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        end = len(text) if end < 0 else end + 3
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _attributes(tag: re.Match[str]) -> dict[str, tuple[str, int, int]]:
    """Attribute → value and its place in the page; the first of a name counts (WHATWG HTML §13.2.5.33)."""
    found: dict[str, tuple[str, int, int]] = {}
    for match in _ATTRIBUTE.finditer(tag[2]):
        quoted = match[2][:1] in {'"', "'"}
        value = match[2][1:-1] if quoted else match[2]
        start = tag.start(2) + match.start(2) + quoted
        found.setdefault(match[1].lower(), (html.unescape(value), start, start + len(value)))
    return found


def _inside(text: str, start: int, name: str) -> str:
    """What stands between a tag and its end, as far as it is short."""
    piece = text[start : start + 600]
    end = piece.lower().find(f"</{name}")
    piece = piece[: end if end >= 0 else 200]
    return f"{_MARKUP.sub(' ', piece)} {' '.join(re.findall(r'alt=.([^<>]{0,80})', piece))}"


def _unescaped(value: str) -> str:
    """A JavaScript string literal's value (ECMA-262 §12.9.4), as far as addresses use escapes."""

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else match[3]

    return _ESCAPE.sub(one, value)


def _absolute(root: str, value: str) -> str | None:
    value = re.sub(r"[\t\r\n]", "", value.strip())
    if not value:
        return None
    try:
        url = urljoin(root, value)
        urlsplit(url).port  # noqa: B018 - raises for an address that is none
    except ValueError:
        return None
    return url if len(url) <= 8192 or url.startswith("data:") else None
