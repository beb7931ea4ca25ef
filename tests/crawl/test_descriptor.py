"""Markets as TOML: the built-in ones, a user's own, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch.crawl.sources.descriptor import built_in, parse, read, reader_of
from finwatch.errors import InputError

GOOD = """
[[market]]
id = "shop"
name = { zh = "商店", en = "Shop" }
protocol = "fdroid"
address = "http://127.0.0.1:8080/repo"
politeness = { requests_per_second = 5, parallel = 2 }
"""


def test_built_in_markets_are_signed_for_and_not_enabled() -> None:
    markets = built_in()
    assert {market.id for market in markets} >= {"f-droid", "izzyondroid"}
    assert not any(market.enabled for market in markets)
    assert all(len(market.fingerprint or "") == 64 for market in markets if market.protocol == "fdroid")
    visited = [market for market in markets if market.needs_cooperation is None]
    assert all(reader_of(market).start(market).startswith("https://") for market in visited)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD, "utf-8")
    (market,) = read(tmp_path / "mine.toml")
    assert (market.id, market.politeness.parallel) == ("shop", 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[market", "not TOML"),
        ("", "no list"),
        ("[market]\nid = 'x'", "no list"),
        (GOOD.replace('"fdroid"', '"gopher"'), "market 1.*gopher"),
        (GOOD.replace("protocol", "protcol"), "line 5, market 1: protcol: .*'protocol' meant"),
        (GOOD + GOOD.replace("5", "'fast'"), "market 2: politeness.requests_per_second"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse(text, name="mine.toml")
    assert "mine.toml" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        read(tmp_path / "none.toml")
