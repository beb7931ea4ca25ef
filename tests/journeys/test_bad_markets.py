"""Markets that go bad from one day to the next: what ``finwatch crawl`` says, what the pages show, what is kept."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from finwatch.limits import FETCH
from tests.journeys.conftest import FINWATCH, ROOT, environment
from tests.kit import hostile
from tests.kit.hostile import Server, serving
from tests.kit.signed import Repository, jar_parts, pack, signer

pytestmark = pytest.mark.server

SAMPLES = ROOT / "samples" / "packages"
APP = (SAMPLES / "example.qinghe.bank_50200.apk").read_bytes()
KEPT = {
    "good": "example.slip.notes_102.apk",
    "forged": "example.paperkite.loan_314.apk",
    "cut": "example.bambooraft.fund_109.apk",
    "bomb": "example.ferry.transfer_25.apk",
}
"""What each market lists on its good day."""
BOMB = pack({"AndroidManifest.xml": b"\0" * (40 << 20), "classes.dex": b"\0" * (40 << 20)})
DAY_ONE, DAY_TWO = 1_000, 2_000


def other_signer(shop: Repository) -> None:
    shop.how = {"who": signer("thief")}
    shop.publish(DAY_TWO)


def cut_index(shop: Repository) -> None:
    shop.history.clear()
    shop.publish(DAY_TWO)
    shop.files["/index-v2.json"] = shop.files["/index-v2.json"][:-40]


def bomb_for_an_index(shop: Repository) -> None:
    parts = jar_parts("entry.json", b" " * FETCH.page_bytes)
    shop.files["/entry.jar"] = pack(parts)


INDEXES: dict[str, tuple[Callable[[Repository], None], str]] = {
    "forged": (other_signer, "bad index signature"),
    "cut": (cut_index, "truncated"),
    "bomb": (bomb_for_an_index, "malformed"),
}
"""Markets whose index goes bad, and what their pages must say."""
PACKAGES: dict[str, tuple[hostile.Route, str]] = {
    "cn.bad.gone": (hostile.plain(b"", status=404), "gone"),
    "cn.bad.other": (hostile.plain(b"x" * len(APP)), "hash differs from the index"),
    "cn.bad.giant": (hostile.long(b"\0" * 65_536, 5 * (1 << 30) // 65_536), "too large"),
    "cn.bad.loop": (hostile.redirect("/good/cn.bad.loop_1.apk"), "redirect loop"),
}
"""New packages that cannot be had, and what the market's page must say."""


def kept(market: str) -> str:
    """The package that a market lists on its good day."""
    return KEPT[market].partition("_")[0]


def put(server: Server, market: str, shop: Repository) -> None:
    for path in [path for path in server.routes if path.startswith(f"/{market}/")]:
        del server.routes[path]
    for name, data in shop.files.items():
        server.serve(f"/{market}{name}", data)


def register(path: Path, server: Server) -> None:
    path.write_text(
        "".join(
            f'[[market]]\nid = "{market}"\nname = {{ zh = "{market}", en = "{market}" }}\nprotocol = "fdroid"\n'
            f'address = "{server.url(f"/{market}")}"\npoliteness = {{ requests_per_second = 50, parallel = 4 }}\n'
            for market in ("good", *INDEXES)
        ),
        "utf-8",
    )


async def finwatch(home: Path, server: Server, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *FINWATCH,
        *arguments,
        env=environment(home) | {"FINWATCH_ALLOW_PRIVATE": server.host},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode is not None
    return process.returncode, printed.decode()


async def two_days(home: Path) -> str:
    """A good day, then a bad one; gives what the second crawl printed."""
    async with serving() as server:
        shops = {market: Repository() for market in ("good", *INDEXES)}
        for market, shop in shops.items():
            shop.add(kept(market), 1, (SAMPLES / KEPT[market]).read_bytes())
            shop.publish(DAY_ONE)
            put(server, market, shop)
        register(home.parent / "markets.toml", server)
        code, printed = await finwatch(home, server, "crawl", str(home.parent / "markets.toml"))
        assert (code, "4 markets, 8 visits, 8 succeeded, 4 listings" in printed) == (0, True), printed

        good = shops["good"]
        for app in PACKAGES:
            good.add(app, 1, APP + app.encode())
        good.add("cn.bad.bomb", 1, BOMB)
        good.add("example.qinghe.bank", 1, APP)
        good.publish(DAY_TWO)
        for market, (spoil, _) in INDEXES.items():
            spoil(shops[market])
        for market, shop in shops.items():
            put(server, market, shop)
        for app, (route, _) in PACKAGES.items():
            server.routes[f"/good/{app}_1.apk"] = route
        code, printed = await finwatch(home, server, "crawl", "--again", "--patience", "0")
        assert code == 0, printed
        for verb in ("work", "publish"):
            code, said = await finwatch(home, server, verb)
            assert code == 0, said
    return printed


@contextmanager
def pages(home: Path) -> Iterator[httpx.Client]:
    command = [sys.executable, "-m", "finwatch", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().split()[-1]
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
                client.cookies.set("finwatch-language", "en")
                yield client
        finally:
            server.terminate()


def test_each_fault_is_named_and_what_was_there_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    printed = asyncio.run(two_days(home))
    with pages(home) as client:
        for market, (_, says) in INDEXES.items():
            page = unescape(client.get(f"/markets/{market}").text)
            assert says in page, market
            assert "capture" in page.partition('id="failures"')[2]
            assert f"{market}: " in printed
            assert ".." not in page.partition('id="failures"')[2]
            assert kept(market) in client.get(f"/apps?market={market}").text, "what was there before is kept"
        page = unescape(client.get("/markets/good").text)
        for app, (_, says) in PACKAGES.items():
            assert f"{app}_1.apk" in page
            assert says in page.partition('id="failures"')[2], app
            assert says in printed
        listed = client.get("/apps?market=good").text
        assert all(app in listed for app in (kept("good"), "example.qinghe.bank", *PACKAGES)), "the run goes on"
        unpacked = client.get(f"/api/v1/packages/{hashlib.sha256(BOMB).hexdigest()}").json()
        assert "over the limit manifest_bytes" in unpacked["unreadable"][0]["reason"]
        assert unpacked["rating"]["band"] != "green"
        unread = page.partition('id="unread"')[2]
        assert "cn.bad.bomb" in unread, "a bomb is named on the market's page"
        assert "over the limit manifest_bytes" in unread
    left = [name for _, _, names in os.walk(home / "lake") for name in names if name.endswith((".part", ".tmp"))]
    assert left == []
