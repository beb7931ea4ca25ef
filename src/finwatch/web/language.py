"""Which language a reader gets, and every wording of the pages in it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request

COOKIE = "finwatch-language"
LANGUAGES = ("zh", "en")
_FILE = Path(__file__).with_name("translations.toml")


@cache
def wordings() -> Mapping[str, tuple[str, str]]:
    """Key to (Chinese, English)."""
    with _FILE.open("rb") as file:
        return {key: (zh, en) for key, (zh, en) in tomllib.load(file).items()}


def chosen(request: Request, default: str) -> str:
    """``zh`` or ``en``: the query, else the cookie, else what the browser prefers, else ``default``."""
    for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return default


def translator(language: str) -> Callable[..., str]:
    """A function from a key (and its figures) to its wording. An unknown key is an error, not an empty place."""
    column = LANGUAGES.index(language)
    table = wordings()

    def translate(key: str, **figures: object) -> str:
        return table[key][column].format(**figures) if figures else table[key][column]

    return translate
