"""Markets as data: a TOML file with a table ``[[market]]`` for each, the built-in ones and a user's own.

What comes in: a file. What goes out: ``Market``. Built in are markets that are not enabled; nothing is visited that
nobody chose. A mistake is told by file, line and field, with what to write instead.
"""

from __future__ import annotations

import difflib
import functools
import math
import pkgutil
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from finwatch.crawl.sources.declared.checking import mistakes
from finwatch.crawl.sources.placing import line_of
from finwatch.crawl.sources.reading import Reader
from finwatch.errors import InputError, NotFound
from finwatch.model.base import Model
from finwatch.model.fetch import Market, Politeness
from finwatch.model.source import DetailPage, FieldRule, ListPage, Paging, ReviewPages, Sign, Signs, Source

READERS: Final[dict[str, str]] = {
    "fdroid": "finwatch.crawl.sources.fdroid:FdroidReader",
    "pages": "finwatch.crawl.sources.declared.reader:PagesReader",
    "folder": "finwatch.crawl.sources.folder:FolderReader",
    "web": "finwatch.crawl.beyond.visits:WebReader",
}
"""The protocols that markets may speak, and what reads each. A reader is imported for the first market that needs it:
what opens workbooks, PDFs, pictures and signatures takes 30 MB that a crawl of plain pages has no use for."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
COOPERATION: Final = "cooperation"
"""The protocol of a market that is written down but never visited."""


def reader_of(market: Market) -> Reader:
    """The reader of the market's protocol. Raises ``NotFound``."""
    if market.protocol not in READERS:
        raise NotFound(
            f"Market {market.id}: no reader speaks {market.protocol!r}.", todo=f"Known: {', '.join(sorted(READERS))}."
        )
    return reader(market.protocol)


@functools.cache
def reader(protocol: str) -> Reader:
    """The reader of one of ``READERS``; the same object each time."""
    made: Reader = pkgutil.resolve_name(READERS[protocol])()
    return made


def built_in() -> tuple[Market, ...]:
    """The markets that come with Finwatch, by id; none is enabled."""
    found: list[Market] = []
    here = resources.files("finwatch.crawl.sources")
    for folder in (here, here / "markets"):
        for file in folder.iterdir():
            if file.name.endswith(".toml"):
                found += parse(file.read_text("utf-8"), name=file.name)
    return tuple(sorted(found, key=lambda market: market.id))


def read(path: Path) -> tuple[Market, ...]:
    """The markets of a user's file. Raises ``InputError`` naming the file, the line and the field."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", todo="Give a TOML file of markets.") from error
    return tuple(_placed(market, path) for market in parse(text, name=str(path)))


def _placed(market: Market, path: Path) -> Market:
    """A market whose folder is given relative to its descriptor, with the folder's whole address."""
    if market.protocol != "folder" or "://" in market.address:
        return market
    return market.model_copy(update={"address": (path.parent / market.address).resolve().as_uri()})


def parse(text: str, *, name: str) -> tuple[Market, ...]:
    """The markets of a TOML text. ``name`` is the file's, for messages. Raises ``InputError``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not TOML: {error}.", todo="Correct it.") from error
    entries = document.get("market")
    if not isinstance(entries, list) or set(document) != {"market"}:
        raise InputError(f"{name} holds no list of markets.", todo="Write one [[market]] table for each market.")
    markets: list[Market] = []
    for number, entry in enumerate(entries):
        markets.append(_market(entry, number, text, name))
        first = next(one for one, market in enumerate(markets) if market.id == markets[-1].id)
        if first != number:
            raise _wrong(text, name, number, ("id",), f"market {first + 1} of the file has this id already")
    return tuple(markets)


def _market(entry: Any, number: int, text: str, name: str) -> Market:
    try:
        market = Market.model_validate(entry)
    except ValidationError as error:
        found = error.errors()
        # a misspelt field is also a missing one: the first says more
        first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
        raise _wrong(text, name, number, first["loc"], _told(first)) from error
    wrong = next(_mistakes(market), None)
    if wrong is not None:
        raise _wrong(text, name, number, *wrong)
    return market


def _mistakes(market: Market) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a market whose shape is right; the first counts."""
    if not _ID.fullmatch(market.id):
        says = f"{market.id!r} names folders and addresses: write a-z, 0-9 and '-', at most 64 of them, such as my-shop"
        yield ("id",), says
    yield from _impolite(market.politeness)
    if market.needs_cooperation is not None and market.enabled:
        yield ("enabled",), "a market that needs cooperation is not visited: write enabled = false"
    if market.needs_cooperation is not None and market.protocol == COOPERATION:
        return
    if market.protocol not in READERS:
        yield ("protocol",), f"no reader speaks {market.protocol!r}; write one of {', '.join(sorted(READERS))}"
    if market.protocol != "folder" and not _visitable(market.address):
        says = f"{market.address!r} cannot be visited: write http:// or https://, the host, and where its pages begin"
        yield ("address",), says
    for table, given, protocol in (("source", market.source, "pages"), ("web", market.web, "web")):
        if (given is not None) != (market.protocol == protocol):
            yield (table,), f'a [market.{table}] goes with protocol = "{protocol}", and that with it'
    if market.source is not None:
        yield from ((("source", *place), says) for place, says in mistakes(market.source))


def _impolite(manners: Politeness) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What would leave a host unprotected, or unvisited."""
    if not (0 < manners.requests_per_second < math.inf):
        says = "write a number above 0, such as 0.5; for no visits at all, enabled = false"
        yield ("politeness", "requests_per_second"), says
    if manners.parallel < 1:
        yield ("politeness", "parallel"), "write 1 or more"
    if manners.revisit_max_s is not None and manners.revisit_max_s < manners.revisit_min_s:
        yield ("politeness", "revisit_max_s"), f"it is below revisit_min_s, which is {manners.revisit_min_s:g}"


def _visitable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _wrong(text: str, name: str, number: int, place: Sequence[str | int], says: str) -> InputError:
    line = line_of(text, ("market", number, *place))
    field = ".".join(str(part) for part in place) or "the entry"
    return InputError(
        f"{name}, line {line}, market {number + 1}: {field}: {says.rstrip('.')}.",
        zh=f"{name} 第 {line} 行，第 {number + 1} 个市场，{field}：{says.rstrip('.')}。",
        todo="Correct that entry.",
    )


def _told(error: ErrorDetails) -> str:
    """What a validator found, and what to write."""
    match error["type"]:
        case "missing":
            return f"it is missing: write {error['loc'][-1]} = …"
        case "extra_forbidden":
            known = _known(error["loc"])
            near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
            return f"there is no such field{f'; is {near[0]!r} meant?' if near else ''} Known here: {', '.join(known)}"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            return error["msg"]


_TABLES: Final[dict[str, type[Model]]] = {
    "politeness": Politeness,
    "source": Source,
    "lists": ListPage,
    "detail": DetailPage,
    "reviews": ReviewPages,
    "signs": Signs,
    "paging": Paging,
    "fields": FieldRule,
    **dict.fromkeys(("challenge", "throttled", "refused", "gone", "empty"), Sign),
}


def _known(place: Sequence[str | int]) -> list[str]:
    """The fields of the table in which ``place`` stands."""
    named = [part for part in place[:-1] if part in _TABLES]
    model = _TABLES[str(named[-1])] if named else Market
    return sorted(field.alias or name for name, field in model.model_fields.items())
