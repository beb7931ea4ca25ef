"""A crawl of plain pages keeps libraries out of its memory that it has no use for."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from finwatch.lake.local import LocalLake
from tests.kit.crawling import fetching
from tests.kit.hostile import Server, serving

CRAWL = """
import atexit, json, sys
from finwatch.cli.main import main
atexit.register(lambda: print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules}))))
main()
"""
DESCRIPTOR = """
[[market]]
id = "plain"
name = {{ zh = "市场", en = "Market" }}
protocol = "pages"
address = "{url}"
politeness = {{ requests_per_second = 1000 }}
[[market.source.lists]]
url = "{url}"
items = "apps"
[market.source.lists.fields]
app = "app"
package_url = "package"
"""
LEFT_OUT = {"numpy", "pandas", "rich", "pygments", "fsspec", "openpyxl", "pypdfium2", "zxingcpp", "PIL"}
"""By what brings them: pyarrow, structlog, warcio, and the readers of other protocols."""


def test_plain_pages_need_no_more_than_they_need(tmp_path: Path) -> None:

    async def story() -> tuple[int, str, str]:
        async with serving() as server:
            return await crawl(tmp_path, server)

    code, out, err = asyncio.run(story())
    assert code == 0, err
    loaded = set(json.loads(out.splitlines()[-1]))
    assert {"pyarrow", "sqlalchemy", "aiohttp"} <= loaded
    assert loaded & (LEFT_OUT | {"alembic", "cryptography"}) == set()
    rows = LocalLake(tmp_path / "home" / "lake").tables.read("listings").to_pylist()
    assert [row["app"] for row in rows] == ["example.one"]


async def crawl(folder: Path, server: Server) -> tuple[int, str, str]:
    server.serve("/apps", json.dumps({"apps": [{"app": "example.one", "package": "/one.apk"}]}).encode())
    server.serve("/one.apk", b"PK" + bytes(2 << 20))
    (folder / "plain.toml").write_text(DESCRIPTOR.format(url=server.url("/apps")), "utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CRAWL, "crawl", "plain.toml"),
        env=fetching(folder / "home", server.host),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
