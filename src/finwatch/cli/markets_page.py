"""``docs/reference/markets.md``: every market that comes with Finwatch, what it was held to, how one is described."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from finwatch.crawl.sources.declared.fields import LISTING_FIELDS, REVIEW_FIELDS
from finwatch.crawl.sources.declared.signs import COMMON
from finwatch.crawl.sources.descriptor import READERS, built_in, reader
from finwatch.crawl.sources.reading import Reader
from finwatch.model import source
from finwatch.model.base import Model
from finwatch.model.fetch import Market

_HEAD = """\
# Markets

What comes with Finwatch, read from `src/finwatch/crawl/sources/`. All of them are disabled: nothing is visited that
nobody chose. Copy an entry into a file of your own, set `enabled = true` once you may visit the market, and
`finwatch crawl FILE.toml`. Written by `make docs`.

**None of these has been tried against the live market by us.** "Held to" says what each was held to instead: recorded
answers, replayed from a server on loopback through the real crawler, listings compared field by field
(`tests/crawl/sources`). Expect a live market to have moved on; its health page will then say *changed shape*.

Signing constants taken out of apps are not used, and captchas are not worked around. A market that cannot be read
without is marked **needs cooperation**: it is written down so that the gap is seen, and never visited.
"""
_TAIL = """\
Not described yet, for want of a recent answer to hold a descriptor to: 360 手机助手, 百度手机助手, Meizu, Samsung
Galaxy Store, Uptodown.
"""

Described = Callable[[type[Model]], list[tuple[str, str, str]]]
"""Name, default and meaning of each field of a model."""


def page(described: Described) -> str:
    """The whole page."""
    lines = [_HEAD, "| market | protocol | jurisdiction | tried live | held to |", "|---|---|---|---|---|"]
    lines += [_row(market) for market in built_in()]
    lines += ["", _TAIL, "## Protocols", "", "| protocol | speaks |", "|---|---|"]
    lines += [f"| `{name}` | {_speaks(reader(name))} |" for name in sorted(READERS)]
    lines += ["", "## A market of its own pages", "", *_intro(), ""]
    for model in (
        Market, source.Source, source.ListPage, source.DetailPage, source.ReviewPages, source.Page, source.Paging,
        source.FieldRule, source.Signs, source.Sign,
    ):  # fmt: skip
        lines += _table(model, described)
    return "\n".join(lines).rstrip() + "\n"


def _speaks(reader: Reader) -> str:
    """The first line of what the reader says of itself."""
    return " ".join((type(reader).__doc__ or "").strip().partition("\n\n")[0].split()).replace("``", "`")


def _row(market: Market) -> str:
    if market.needs_cooperation is not None:
        held = f"**needs cooperation**: {market.needs_cooperation}"
        return f"| {market.name.en} (`{market.id}`) | – | {market.jurisdiction} | no | {held} |"
    held = market.replayed or "the protocol: repositories of our own making and of fdroidserver"
    return f"| {market.name.en} (`{market.id}`) | `{market.protocol}` | {market.jurisdiction} | no | {held} |"


def _intro() -> list[str]:
    own = ", ".join(f"`{name}`" for name in sorted(LISTING_FIELDS))
    reviews = ", ".join(f"`{name}`" for name in sorted(REVIEW_FIELDS))
    marks = ", ".join(f"`{sign.header or sign.text}`" for sign in COMMON.challenge)
    return textwrap.dedent(
        f"""\
        [CONTRIBUTING](../../CONTRIBUTING.md) shows a whole one. A *path* is JMESPath in JSON; in HTML a CSS selector
        for the text, `selector@attribute`, or `@attribute` of the item itself. Fields of a listing: {own}; names that
        begin with `x_` are your own, for templates. `app` is the one that a list must give. Fields of a review:
        {reviews}; of who wrote it only a digest is kept.

        Units are made alike: sizes become bytes (a size written in kB, MB or GB is marked as rounded, and a download is
        not judged by it), `1.2亿次下载` becomes 120000000, dates become UTC (one without a zone is of the market's
        `zone`), ratings end at 5.

        Each kind of answer has an outcome of its own on the health page. In this order: *challenge*, *throttled*,
        *refused*, *gone*, *empty*, as the descriptor's signs say and, of a challenge, these common marks: {marks};
        then *malformed* (not JSON where JSON belongs) and *changed shape* (a required path, the list of items, or the
        app's name in every item leads nowhere; or nothing is left of a market that had listings, and no sign says that
        it is empty). Only *empty* is an answer about apps; after any other, what was kept stays. A list that breaks off
        half-way is not kept. One app's page that cannot be read leaves that app as it was seen last; when most of them
        cannot be read, the reading fails."""
    ).splitlines()


def _table(model: type[Model], described: Described) -> list[str]:
    lines = [f"### {model.__name__}", "", (model.__doc__ or "").strip().replace("``", "`"), ""]
    lines += ["| field | meaning |", "|---|---|"]
    for name, _, meaning in described(model):
        escaped = meaning.replace("|", "\\|")
        lines.append(f"| `{model.model_fields[name].alias or name}` | {escaped} |")
    return [*lines, ""]
