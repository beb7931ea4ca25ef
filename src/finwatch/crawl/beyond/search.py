"""A list of search results → candidate landing pages, by the selectors of a descriptor. Pure.

What is no result is told apart: a page without results (``empty``), one that wants a person (``challenge``), and one in
which the descriptor's selectors find nothing any more (``changed_shape``).
"""

from __future__ import annotations

import html
from urllib.parse import parse_qs, quote_plus, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from finwatch.model.fetch import OutcomeKind
from finwatch.model.web import Candidate, SpanAt, WebSource


def addresses_of(source: WebSource, keyword: str) -> list[str]:
    """The addresses of the result pages of ``keyword``."""
    if source.url is None:
        return []
    found = []
    for page in range(source.pages):
        numbers = {"page": str(page + 1), "offset": str(page * source.step)}
        url = source.url.replace("{keyword}", quote_plus(keyword))
        for name, value in numbers.items():
            url = url.replace(f"{{{name}}}", value)
        found.append(url)
    return found


def candidates_of(
    text: str, source: WebSource, *, url: str, capture: str | None, keyword: str = ""
) -> tuple[OutcomeKind, list[Candidate]]:
    """``ok`` and the entries in the order of the page; or ``empty``, ``challenge`` or ``changed_shape``, and none."""
    if any(words in text for words in source.challenge):
        return OutcomeKind.CHALLENGE, []
    tree = LexborHTMLParser(text)
    found: list[Candidate] = []
    seen: set[str] = set()
    at = 0
    for item in tree.css(source.items or "a"):
        value = attribute(item, source.link)
        target = _target(value, url, source) if value else None
        if value is None or target is None or target in seen:
            continue
        seen.add(target)
        place = place_of(text, value, url=url, capture=capture, after=at)
        at = place.start
        found.append(
            Candidate(
                url=target,
                title=_text(item, source.title),
                snippet=_text(item, source.snippet) if source.snippet else "",
                keyword=keyword,
                rank=len(found) + 1,
                found=place,
            )
        )
    if found:
        return OutcomeKind.OK, found
    said = source.none is not None and source.none in text
    return (OutcomeKind.EMPTY if said else OutcomeKind.CHANGED_SHAPE), []


def attribute(item: LexborNode, rule: str) -> str | None:
    """The value of ``selector@attribute`` inside ``item``; ``None`` where there is none."""
    selector, _, name = rule.rpartition("@")
    node = item.css_first(selector) if selector else item
    return (node.attributes.get(name) or None) if node is not None else None


def place_of(text: str, value: str, *, url: str, capture: str | None, after: int = 0) -> SpanAt:
    """Where ``value`` stands in the text of a page from ``after`` on; the whole page where it is not found as such."""
    for spelled in (value, html.escape(value), html.escape(value, quote=False)):
        start = text.find(spelled, after)
        if start >= 0:
            return SpanAt(url=url, capture=capture, start=start, end=start + len(spelled))
    return SpanAt(url=url, capture=capture, start=0, end=len(text))


def _target(value: str, url: str, source: WebSource) -> str | None:
    try:
        target = urljoin(url, value.strip())
        if source.query is not None:
            inside = parse_qs(urlsplit(target).query).get(source.query)
            target = inside[0] if inside else target
        scheme = urlsplit(target).scheme
    except ValueError:
        return None
    return target.partition("#")[0] if scheme in {"http", "https"} else None


def _text(item: LexborNode, selector: str) -> str:
    node = item.css_first(selector)
    return " ".join(node.text(deep=True, separator="").split()) if node is not None else ""
