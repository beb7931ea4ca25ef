"""A market added by a person: one text file, as CONTRIBUTING says, and the command line. Nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from finwatch.lake.local import LocalLake
from finwatch.lake.rows import listing_of, rating_of
from finwatch.store import open_store
from tests.kit.hostile import Server, serving

ROOT = Path(__file__).resolve().parents[3]
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><ul class="apps">
<li class="app"><a href="/app/example.clearwater.bank">清水银行</a> <span class="downloads">1.2亿次下载</span></li>
<li class="app"><a href="/app/example.lantern.loan">灯笼贷</a> <span class="downloads">3500+</span></li>
</ul></body></html>"""
APP = """<html><h1>{name}</h1><p class="developer">{developer}</p><p class="size">36.5MB</p>
<p class="updated">更新时间：2026年11月2日</p><a class="download" href="/dl/{app}.apk">下载</a></html>"""


def contributing() -> str:
    """The descriptor that CONTRIBUTING shows under "Add a market"."""
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add a market")[2].partition("\n## ")[0]
    (shown,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    return str(shown)


def shop(server: Server) -> None:
    server.serve("/apps?page=1", PAGE.encode())
    server.serve("/apps?page=2", b'<html><ul class="apps"></ul></html>')
    for app, name, developer in (
        ("example.clearwater.bank", "清水银行", "清水"),
        ("example.lantern.loan", "灯笼贷", "灯笼"),
    ):
        server.serve(f"/app/{app}", APP.format(app=app, name=name, developer=developer).encode())
        server.serve(f"/dl/{app}.apk", b"PK package of " + app.encode())


async def finwatch(home: Path, *arguments: str, allow: str) -> tuple[int, str, str]:
    environment = {**os.environ, "FINWATCH_HOME": str(home), "FINWATCH_ALLOW_PRIVATE": allow}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "finwatch",
        *arguments,
        env=environment,
        cwd=home.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def test_one_text_file_is_enough(tmp_path: Path) -> None:
    async def story() -> tuple[tuple[int, str, str], list[str]]:
        async with serving() as server:
            shop(server)
            text = contributing().replace("https://apps.example", server.url("").rstrip("/"))
            assert server.host in text, "the example names its market once, as https://apps.example"
            (tmp_path / "mine.toml").write_text(text, "utf-8")
            told = await finwatch(tmp_path / "home", "crawl", "mine.toml", allow=server.host)
            return told, [asked.path for asked in server.log]

    (code, out, err), asked = asyncio.run(story())
    assert code == 0, err
    assert "2 listings" in out
    assert asked[0] == "/robots.txt"
    lake = LocalLake(tmp_path / "home" / "lake")
    listings = [listing_of(row) for row in lake.tables.read("listings").to_pylist()]
    assert [(one.app, one.names, one.developer, one.downloads) for one in listings] == [
        ("example.clearwater.bank", {"zh-CN": "清水银行"}, "清水", 120_000_000),
        ("example.lantern.loan", {"zh-CN": "灯笼贷"}, "灯笼", 3500),
    ]
    assert {(one.package_bytes, one.package_bytes_rounded) for one in listings} == {(round(36.5 * 1024**2), True)}
    assert {one.published.isoformat() for one in listings if one.published} == {"2026-11-01T16:00:00+00:00"}
    points = [rating_of(row) for row in lake.tables.read("ratings").to_pylist()]
    assert [point.downloads for point in points] == [120_000_000, 3500]
    with open_store(f"sqlite:///{tmp_path / 'home' / 'store.sqlite'}") as store:
        (market,) = store.markets.all()
        assert market.source is not None
    assert sum(path.startswith("/dl/") for path in asked) == 2


def test_a_file_that_was_corrected_is_read_at_once_and_one_that_was_not_says_when(tmp_path: Path) -> None:
    """First an address that leads nowhere, then the right one, then nothing new, then the market under another name."""

    async def story() -> tuple[list[tuple[int, str, str]], list[int]]:
        async with serving() as server:
            shop(server)
            told, asked = [], []
            for address in (
                "http://127.0.0.1:9/",
                server.url("/"),
                server.url("/"),
                server.url("/").replace("127.0.0.1", "localhost"),
            ):
                text = contributing().replace("https://apps.example/", address)
                (tmp_path / "mine.toml").write_text(text, "utf-8")
                allow = f"{server.host},{server.host.replace('127.0.0.1', 'localhost')},127.0.0.1:9"
                command = ("crawl", "mine.toml", "--patience", "0", "--lang", "en")
                told.append(await finwatch(tmp_path / "home", *command, allow=allow))
                asked.append(sum(one.path == "/apps?page=1" for one in server.log))
            return told, asked

    (wrong, right, same, moved), asked = asyncio.run(story())
    assert (wrong[0], right[0], same[0], moved[0]) == (3, 0, 0, 0)
    assert "127.0.0.1:9" in wrong[2]
    assert "2 listings" in right[1]
    assert "127.0.0.1:9" not in right[2], "a failure of an earlier crawl is not told as one of this"
    assert "0 visits" in same[1]
    assert re.search(r"Nothing is due before 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC; --again asks", same[2])
    assert "2 listings" in moved[1]
    assert asked == [0, 1, 1, 2], "where a reading began before is not read any more"
    with open_store(f"sqlite:///{tmp_path / 'home' / 'store.sqlite'}") as store:
        (market,) = store.markets.all()
        indexes = [task.url for task in store.frontier.tasks(market.id) if task.kind == "index"]
    assert indexes == [market.address]


def test_a_mistake_in_it_is_told_and_nothing_is_visited(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(contributing().replace('items = "', 'itens = "', 1), "utf-8")
    code, _, err = asyncio.run(finwatch(tmp_path / "home", "crawl", "mine.toml", allow=""))
    assert code != 0
    assert re.search(r"mine\.toml, line \d+, market 1: source\.lists\.0\.itens", " ".join(err.split()))
    assert "is 'items' meant" in " ".join(err.split())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("enabled = false\n", "is not enabled: write enabled = true once you may visit it"),
        ('enabled = false\nneeds_cooperation = "It asks for a key."\n', "needs cooperation: It asks for a key."),
    ],
)
def test_a_market_that_is_not_visited_says_why(tmp_path: Path, line: str, says: str) -> None:
    text = contributing().replace('protocol = "pages"\n', f'protocol = "pages"\n{line}')
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    code, out, err = asyncio.run(finwatch(tmp_path / "home", "crawl", "mine.toml", allow=""))
    assert (code, "0 visits" in out) == (0, True)
    assert says in " ".join(err.split())
