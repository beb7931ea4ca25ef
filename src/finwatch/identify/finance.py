"""Is the app a financial business, and which kind; every point with its reason.

In: names, description and category, package name, the SDKs found, and the catalogue's kinds. Out: ``Business``.
Words are weighed by where they stand: a name speaks for itself, a description supports, a component alone proves
nothing. A word that speaks against a kind (a game, an exam, a calculator) silences the text it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from finwatch.model.base import Text
from finwatch.model.examination import Evidence, Protection, Reason, SdkUse
from finwatch.model.knowledge import FinanceKind
from finwatch.model.listing import Listing
from finwatch.model.locator import ListingAt, Locator, ManifestAt
from finwatch.model.package import PackageFacts

SURE = 3.0
"""Points from which an app is said to be finance: a word in its name, or description and category together."""
_OPEN = 1.5
"""Points from which it can no longer be said that it is not."""
_NAME, _MORE, _PACKAGE, _SIGN = 3.0, 1.5, 1.0, 0.5
_SIGNS = ("payment", "face", "risk", "crypto")
"""Purposes of SDKs that financial apps use more than others."""

_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_VERSION = re.compile(r"[vV][0-9][0-9.]*\b")


class Business(NamedTuple):
    """The answer: ``finance`` is ``None`` when too little was seen to say."""

    finance: bool | None
    kind: str | None
    reasons: tuple[Reason, ...]


class _Said(NamedTuple):
    """A text about the app, what a word in it weighs, where it stands; one text of a ``source`` counts per kind."""

    source: str
    text: str
    points: float
    at: Locator
    label: Text


class _Hit(NamedTuple):
    kind: str
    word: str
    said: _Said


def judge(
    facts: PackageFacts,
    *,
    listing: Listing | None,
    kinds: Mapping[str, FinanceKind],
    sdks: Sequence[SdkUse],
    protection: Protection,
) -> Business:
    """The kind with the most points, and whether they are enough."""
    texts = [*_package_texts(facts), *_listing_texts(listing)]
    hits, silenced = _hits(texts, kinds)
    signs = tuple(_signs(sdks))
    best = _best(hits, kinds)
    words = sum(hit.said.points for hit in hits if hit.kind == best)
    score = words + sum(reason.points or 0.0 for reason in signs)
    reasons = (
        *(_hit_reason(hit, kinds[hit.kind]) for hit in hits if hit.kind == best),
        *(signs if words else ()),
        *silenced,
    )
    if best is not None and words >= SURE:
        return _decided(kinds[best], reasons)
    if score >= _OPEN and (listing is None or words):
        said = Text(
            zh="有金融业务的迹象，但不足以断定", en="there are signs of a financial business, not enough to say"
        )
        return Business(None, None, (*reasons, *(() if words else signs), Reason(says=said)))
    unseen = not any(text.source in {"label", "name"} for text in texts)
    if unseen or (protection.extent == "limited" and listing is None):
        said = Text(zh="看到的内容太少，无法判断是否金融", en="too little was seen to say whether it is finance")
        return Business(None, None, (*reasons, Reason(says=said)))
    said = Text(zh="名称与介绍中没有金融业务的词语", en="no word of a financial business in its names and texts")
    return Business(False, None, (*reasons, Reason(says=said)))


def occurs(word: str, text: str) -> bool:
    """Chinese: anywhere in the text. Else: as whole words, also inside ``CamelCase`` and before a version (``v2``)."""
    if not word.isascii():
        return word in text
    tokens = _TOKEN.findall(_VERSION.sub(" ", text))
    plain = " ".join(re.findall(r"[a-z]+|[0-9]+", text.lower()))
    spelled = word.replace("-", " ")
    return any(f" {spelled} " in f" {line} " for line in (" ".join(tokens).lower(), plain))


def _decided(kind: FinanceKind, reasons: tuple[Reason, ...]) -> Business:
    if kind.licence is None:
        said = Text(
            zh=f"属于{kind.name.zh}，不是需要许可的金融业务",
            en=f"it is of the kind “{kind.name.en}”, which is no licensed financial business",
        )
        return Business(False, kind.id, (*reasons, Reason(says=said)))
    said = Text(
        zh=f"业务属于{kind.name.zh}，需要：{kind.licence.zh}",
        en=f"its business is of the kind “{kind.name.en}”; it needs: {kind.licence.en}",
    )
    return Business(True, kind.id, (*reasons, Reason(says=said)))


def _package_texts(facts: PackageFacts) -> Iterator[_Said]:
    manifest = facts.manifest
    if manifest is None:
        return
    labels = [manifest.label, *(entry.label for entry in manifest.labels)]
    at = ManifestAt(element="manifest/application", attribute="android:label", line=manifest.application_line)
    for label in dict.fromkeys(label for label in labels if label):
        yield _Said("label", label, _NAME, at, Text(zh="应用名称", en="the app's label"))
    at = ManifestAt(element="manifest", attribute="package")
    yield _Said("package", manifest.package, _PACKAGE, at, Text(zh="包名", en="the package name"))


def _listing_texts(listing: Listing | None) -> Iterator[_Said]:
    if listing is None:
        return

    def said(source: str, field: str, text: str, points: float, label: Text) -> _Said:
        at = ListingAt(market=listing.market, app=listing.app, field=field, capture=listing.capture)
        return _Said(source, text, points, at, label)

    for locale, name in sorted(listing.names.items()):
        yield said("name", f"names.{locale}", name, _NAME, Text(zh="市场中的名称", en="the name in the market"))
    for locale, text in sorted(listing.summaries.items()):
        yield said(
            "summary", f"summaries.{locale}", text, _MORE, Text(zh="市场中的介绍", en="the market's description")
        )
    for category in listing.categories:
        yield said("category", "categories", category, _MORE, Text(zh="市场分类", en="the market's category"))


def _hits(texts: Sequence[_Said], kinds: Mapping[str, FinanceKind]) -> tuple[list[_Hit], tuple[Reason, ...]]:
    """The longest word of each kind in each source, and the reasons why a text was not counted."""
    found: dict[tuple[str, str], _Hit] = {}
    silenced: dict[tuple[str, str], Reason] = {}
    for said in texts:
        for kind in kinds.values():
            words = [word for word in kind.words if occurs(word, said.text)]
            if not words:
                continue
            against = next((word for word in kind.negative_words if occurs(word, said.text)), None)
            if against is not None:
                silenced.setdefault((said.text, against), _against_reason(said, kind, against))
                continue
            word = max(words, key=len)
            known = found.get((kind.id, said.source))
            if known is None or len(word) > len(known.word):
                found[kind.id, said.source] = _Hit(kind.id, word, said)
    return list(found.values()), tuple(silenced.values())


def _best(hits: Sequence[_Hit], kinds: Mapping[str, FinanceKind]) -> str | None:
    """Most points; then the longer word, which says more (消费金融 before 金融); then the catalogue's order."""

    def rank(kind: str) -> tuple[float, int]:
        own = [hit for hit in hits if hit.kind == kind]
        return sum(hit.said.points for hit in own), max((len(hit.word) for hit in own), default=0)

    candidates = [kind for kind in kinds if any(hit.kind == kind for hit in hits)]
    return max(candidates, key=rank, default=None)


def _signs(sdks: Sequence[SdkUse]) -> Iterator[Reason]:
    for purpose in _SIGNS:
        use = next((use for use in sdks if use.purpose == purpose), None)
        if use is not None:
            said = Text(
                zh=f"内含金融应用常用的组件：{use.name.zh}",
                en=f"it carries a component that financial apps often use: {use.name.en}",
            )
            yield Reason(says=said, points=_SIGN, evidence=use.evidence[:1])


def _hit_reason(hit: _Hit, kind: FinanceKind) -> Reason:
    said = Text(
        zh=f"{hit.said.label.zh}含有“{hit.word}”，指向{kind.name.zh}",
        en=f"{hit.said.label.en} has “{hit.word}”, which points to {kind.name.en.lower()}",
    )
    return Reason(
        says=said, points=hit.said.points, evidence=(Evidence(says=said, at=hit.said.at, quote=hit.said.text),)
    )


def _against_reason(said: _Said, kind: FinanceKind, word: str) -> Reason:
    text = Text(
        zh=f"{said.label.zh}中的“{word}”表明这不是{kind.name.zh}",
        en=f"“{word}” in {said.label.en} speaks against {kind.name.en.lower()}",
    )
    return Reason(says=text, points=0.0, evidence=(Evidence(says=text, at=said.at, quote=said.text),))
