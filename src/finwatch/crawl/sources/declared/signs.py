"""What an answer is, if it is not what was asked for: by the signs of the descriptor, and by those of common defences.

What comes in: the head and body of an answer, and signs. What goes out: an ``OutcomeKind`` with the reason, or nothing.
A page that asks for a person is named as such and left; nothing here gets around it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finwatch.crawl.sources.declared.document import Node
from finwatch.crawl.visit import Hop
from finwatch.model.fetch import OutcomeKind
from finwatch.model.source import Sign, Signs

_ORDER: Final = (
    ("challenge", OutcomeKind.CHALLENGE),
    ("throttled", OutcomeKind.THROTTLED),
    ("refused", OutcomeKind.REFUSED),
    ("gone", OutcomeKind.GONE),
    ("empty", OutcomeKind.EMPTY),
)
COMMON: Final = Signs(
    challenge=(
        Sign(header="cf-mitigated: challenge"),  # Cloudflare's documented mark of a challenge page
        Sign(text="/cdn-cgi/challenge-platform/", body_below=60_000),
        Sign(text="acw_sc__v2", body_below=60_000),  # the script page of Aliyun's web application firewall
        Sign(text="g-recaptcha", body_below=60_000),
        Sign(text="TencentCaptcha(", body_below=60_000),
    )
)
"""Held against every answer, after the descriptor's own. Short pages only: a long one may carry such a script and still
be the page."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as signs see it. ``node`` is ``None`` where it could not be read."""

    hop: Hop
    body: bytes
    text: str
    node: Node | None


def judged(told: Told, *signs: Signs) -> tuple[OutcomeKind, str] | None:
    """The kind that the first matching sign stands for, and the sign in words."""
    for name, kind in _ORDER:
        for sign in _named(name, *signs, COMMON):
            if holds(sign, told):
                return kind, _worded(sign)
    return None


def _named(name: str, *signs: Signs) -> Iterator[Sign]:
    for one in signs:
        yield from getattr(one, name)


def holds(sign: Sign, told: Told) -> bool:
    """Whether everything that ``sign`` says is so."""
    return (
        (not sign.status or told.hop.status in sign.status)
        and (sign.body_below is None or len(told.body) < sign.body_below)
        and (sign.header is None or _header(sign.header, told.hop))
        and (sign.text is None or sign.text in told.text)
        and (sign.at is None or _leads(sign, told.node))
    )


def _header(wanted: str, hop: Hop) -> bool:
    name, _, value = (part.strip().lower() for part in wanted.partition(":"))
    return any(key.lower() == name and value in told.lower() for key, told in hop.headers)


def _leads(sign: Sign, node: Node | None) -> bool:
    if node is None or sign.at is None:
        return False
    if not sign.equals:
        return node.there(sign.at) is not sign.missing
    return any(_same(value, wanted) for value in node.values(sign.at) for wanted in sign.equals)


def _same(value: object, wanted: object) -> bool:
    """Equal, where ``true`` is not 1; a page knows only texts, so ``0`` there is ``"0"``."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted or str(value) == str(wanted)


def _worded(sign: Sign) -> str:
    parts = [
        f"status {', '.join(map(str, sign.status))}" if sign.status else "",
        f"header {sign.header}" if sign.header else "",
        f"the text {sign.text!r}" if sign.text else "",
        f"fewer than {sign.body_below} bytes" if sign.body_below is not None else "",
    ]
    if sign.at is not None:
        told = " is missing" if sign.missing else f" is {' or '.join(map(repr, sign.equals))}" if sign.equals else ""
        parts.append(f"{sign.at}{told}")
    return ", ".join(part for part in parts if part)
