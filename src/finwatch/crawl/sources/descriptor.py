"""Markets as data: a TOML file with a table ``[[market]]`` for each, the built-in ones and a user's own.

What comes in: a file. What goes out: ``Market``. Built in are examples that are not enabled; nothing is visited that
nobody chose.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from finwatch.crawl.sources.fdroid import FdroidReader
from finwatch.crawl.sources.reading import Reader
from finwatch.errors import InputError, NotFound
from finwatch.model.fetch import Market

READERS: dict[str, Reader] = {"fdroid": FdroidReader()}
"""The protocols that markets may speak."""


def reader_of(market: Market) -> Reader:
    """The reader of the market's protocol. Raises ``NotFound``."""
    if market.protocol not in READERS:
        raise NotFound(
            f"Market {market.id}: no reader speaks {market.protocol!r}.", todo=f"Known: {', '.join(sorted(READERS))}."
        )
    return READERS[market.protocol]


def built_in() -> tuple[Market, ...]:
    """The example markets that come with Finwatch, by id; none is enabled."""
    found: list[Market] = []
    for file in resources.files("finwatch.crawl.sources").iterdir():
        if file.name.endswith(".toml"):
            found += parse(file.read_text("utf-8"), name=file.name)
    return tuple(sorted(found, key=lambda market: market.id))


def read(path: Path) -> tuple[Market, ...]:
    """The markets of a user's file. Raises ``InputError`` naming the file, the market and the field."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", todo="Give a TOML file of markets.") from error
    return parse(text, name=str(path))


def parse(text: str, *, name: str) -> tuple[Market, ...]:
    """The markets of a TOML text. ``name`` is the file's, for messages. Raises ``InputError``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not TOML: {error}.", todo="Correct it.") from error
    entries = document.get("market")
    if not isinstance(entries, list) or set(document) != {"market"}:
        raise InputError(f"{name} holds no list of markets.", todo="Write one [[market]] table for each market.")
    markets = []
    for number, entry in enumerate(entries, start=1):
        try:
            market = Market.model_validate(entry)
            reader_of(market)
        except (ValidationError, NotFound) as error:
            raise InputError(f"{name}, market {number}: {_reason(error)}", todo="Correct that entry.") from error
        markets.append(market)
    return tuple(markets)


def _reason(error: ValidationError | NotFound) -> str:
    if isinstance(error, NotFound):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
