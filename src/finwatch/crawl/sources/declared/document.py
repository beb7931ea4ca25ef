"""An answer as something that paths lead through: JSON or HTML, also one inside the other.

What comes in: the bytes of an answer, its media type, and the page's description. What goes out: a ``Node`` for the
whole. Raises ``Unreadable`` (it is not what it should be) and ``Reshaped`` (it is, but what carried the data is gone).
Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Protocol

import jmespath
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from finwatch.model.source import Page

_ATTRIBUTE: Final = re.compile(r"(?P<css>.*?)(?:@(?P<name>[A-Za-z_][\w:.-]*))?\Z", re.DOTALL)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_JSONP: Final = re.compile(r"\s*[\w$.]{1,100}\s*\((?P<inner>[\[{].*[\]}])\s*\)\s*;?\s*\Z", re.DOTALL)
_WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "iso-8859-1": "windows-1252"}
"""What is written is a subset of what is sent (WHATWG Encoding §4.2)."""


class Unreadable(ValueError):
    """The answer is not JSON or not HTML."""


class Reshaped(ValueError):
    """The answer is readable, but what carried the data is not there."""


class Node(Protocol):
    """A part of an answer."""

    def there(self, path: str) -> bool:
        """Whether ``path`` leads to anything, be it empty."""
        ...

    def values(self, path: str) -> list[Any]:
        """What ``path`` leads to: texts and numbers of JSON, texts of HTML; empty = nowhere."""
        ...

    def nodes(self, path: str) -> list[Node] | None:
        """The parts that ``path`` leads to; ``None`` = it leads nowhere."""
        ...


class JsonNode:
    """A part of a JSON answer."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def _at(self, path: str) -> Any:
        try:
            return expression(path).search(self._value)
        except (jmespath.exceptions.JMESPathError, TypeError, RecursionError):
            return None  # a function that met another type: the path leads nowhere here

    def there(self, path: str) -> bool:
        """Whether ``path`` leads to anything but null."""
        return self._at(path) is not None

    def values(self, path: str) -> list[Any]:
        """What ``path`` leads to, without nulls; the members of a list one by one."""
        found = self._at(path)
        return [one for one in (found if isinstance(found, list) else [found]) if one is not None]

    def nodes(self, path: str) -> list[Node] | None:
        """The members of the list at ``path``; an object is a list of one."""
        found = self._at(path)
        if isinstance(found, dict):
            return [JsonNode(found)]
        return [JsonNode(one) for one in found] if isinstance(found, list) else None


class HtmlNode:
    """A part of an HTML answer."""

    def __init__(self, node: LexborNode | LexborHTMLParser) -> None:
        self._node = node

    def there(self, path: str) -> bool:
        """Whether ``path`` selects anything."""
        css, name = selector(path)
        return bool(self.values(path)) if name is not None else bool(self._node.css(css))

    def values(self, path: str) -> list[Any]:
        """Texts (white space folded) or attributes of what ``path`` selects, without those that say nothing."""
        css, name = selector(path)
        chosen = self._node.css(css) if css else [self._node]
        found = []
        for node in chosen:
            if name is None:
                told: str | None = " ".join(node.text(separator=" ").split())
            else:
                told = node.attributes.get(name) if isinstance(node, LexborNode) else None
            if told:
                found.append(told)
        return found

    def nodes(self, path: str) -> list[Node] | None:
        """The elements that ``path`` selects; none is an empty list: a page cannot tell nothing from nowhere."""
        css, _ = selector(path)
        return [HtmlNode(node) for node in self._node.css(css)]


@lru_cache(maxsize=1024)
def expression(path: str) -> Any:
    """``path`` as compiled JMESPath. Raises ``ValueError`` naming the place in it."""
    return jmespath.compile(path)


@lru_cache(maxsize=1024)
def selector(path: str) -> tuple[str, str | None]:
    """Selector and attribute of ``path``. Raises ``ValueError`` for what is no CSS selector."""
    found = _ATTRIBUTE.match(path)
    assert found is not None, "every text has an attribute or none"
    css, name = found["css"].strip(), found["name"]
    if not css and name is None:
        raise ValueError("the path is empty")
    if css:
        try:
            LexborHTMLParser("<p></p>").css(css)
        except SelectolaxError as error:
            raise ValueError(f"{css!r} is no CSS selector") from error
    return css, name


def decoded(data: bytes, *, media_type: str | None, charset: str | None = None) -> tuple[str, str | None]:
    """The text of an answer, and a note when its statement of the character set could not be followed."""
    said = charset or _first(_CHARSET.search, media_type or "") or _meta(data)
    named = _WIDER.get((said or "utf-8").lower(), said or "utf-8")
    for name in dict.fromkeys((named, "utf-8", "gb18030")):
        try:
            text = data.decode("utf-8-sig" if name.lower().replace("_", "-") in {"utf-8", "utf8"} else name)
        except (UnicodeDecodeError, LookupError):
            continue
        wrong = said is not None and name != named
        return text, f"it says charset {said}, but it is {name}" if wrong else None
    return data.decode("utf-8", "replace"), f"it is not {named}: characters were lost"


def _first(search: Callable[[str], re.Match[str] | None], text: str) -> str | None:
    found = search(text)
    return found[1] if found else None


def _meta(data: bytes) -> str | None:
    found = _META.search(data[:4096])
    return found[1].decode("ascii", "replace") if found else None


def is_html(text: str) -> bool:
    """Whether a text begins as an HTML page does."""
    return (
        text[:1024].lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype html", "<html", "<head", "<body", "<script"))
    )


def document(text: str, page: Page) -> Node:
    """The whole of an answer, as ``page`` says it is. Raises ``Unreadable`` or ``Reshaped``."""
    if page.html_in is not None:
        inner = JsonNode(_json(text)).values(page.html_in)
        if not inner or not isinstance(inner[0], str):
            raise Reshaped(f"there is no HTML at {page.html_in}")
        return HtmlNode(LexborHTMLParser(inner[0]))
    if page.form == "html":
        return HtmlNode(LexborHTMLParser(text))
    return JsonNode(_embedded(text, page.json_in) if page.json_in is not None else _json(text))


def _embedded(text: str, where: str) -> Any:
    if re.fullmatch(r"[\w$]+(\.[\w$]+)+", where):
        found = re.search(re.escape(where) + r"\s*=\s*(?=[\[{])", text)
        if found is None:
            raise Reshaped(f"nothing is assigned to {where}")
        try:
            return json.JSONDecoder().raw_decode(text, found.end())[0]
        except (ValueError, RecursionError) as error:
            raise Reshaped(f"what is assigned to {where} is no JSON ({error})") from error
    css, _ = selector(where)
    script = LexborHTMLParser(text).css_first(css)
    if script is None:
        raise Reshaped(f"there is no {where}")
    return _json(script.text())


def _json(text: str) -> Any:
    wrapped = _JSONP.match(text)
    try:
        return json.loads(wrapped["inner"] if wrapped else text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        says = "it is an HTML page where JSON belongs" if is_html(text) else f"it is no JSON ({error})"
        raise Unreadable(says) from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
