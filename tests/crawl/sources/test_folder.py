"""What is dropped into a folder becomes listings and blobs, and the file says by its place what became of it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch.crawl.runner import Runner
from finwatch.crawl.sources.descriptor import read
from finwatch.errors import LakeError
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import Market, OutcomeKind, TaskKind
from tests.kit.crawling import AT, Clock, fetcher
from tests.kit.frontier import MemoryFrontier, MemorySink
from tests.kit.hostile import serving
from tests.kit.replaying import PagesOnly

TEXT = """
[[market]]
id = "handed-in"
name = { zh = "送检", en = "Handed in" }
protocol = "folder"
address = "inbox"
"""


def package(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("AndroidManifest.xml"), name)  # the same bytes at every moment
    return stream.getvalue()


class Desk:
    """A folder, and everything that takes it in."""

    def __init__(self, tmp_path: Path, lake: LocalLake) -> None:
        self.inbox = tmp_path / "inbox"
        self.inbox.mkdir()
        (tmp_path / "desk.toml").write_text(TEXT, "utf-8")
        (self.market,) = read(tmp_path / "desk.toml")
        self.lake = lake
        self.clock = Clock()
        self.frontier: MemoryFrontier = PagesOnly()
        self.sink: Any = MemorySink()

    def drop(self, name: str, data: bytes, *, age: float = 3600) -> None:
        (self.inbox / name).write_bytes(data)
        told = self.clock.time.timestamp() - age
        os.utime(self.inbox / name, (told, told))

    async def visit(self, *allow: str) -> None:
        async with fetcher(self.lake, *allow, clock=self.clock) as one:
            runner = Runner([self.market], frontier=self.frontier, fetcher=one, sink=self.sink, sleep=self.clock.sleep)
            runner.seed()
            await runner.run()
        self.clock.time += timedelta(days=1, minutes=1)

    def take(self) -> None:
        asyncio.run(self.visit())

    @property
    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.inbox)) for path in self.inbox.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path, lake: LocalLake) -> Desk:
    return Desk(tmp_path, lake)


def test_the_folder_is_found_beside_its_descriptor(desk: Desk) -> None:
    assert desk.market.address == desk.inbox.as_uri()


def test_packages_become_blobs_and_listings(desk: Desk) -> None:
    data = package("bank")
    desk.drop("清水银行 7.2.apk", data)
    desk.take()
    sha256 = hashlib.sha256(data).hexdigest()
    (listing,) = desk.sink.last
    assert (listing.app, listing.package_sha256, listing.package_bytes) == ("清水银行 7.2", sha256, len(data))
    assert (listing.seen, listing.package_url, listing.capture) == (AT, None, None)
    assert desk.lake.blobs.read(sha256) == data
    assert desk.frontier.examine == [(sha256, "清水银行 7.2")]
    assert desk.files == ["done/清水银行 7.2.apk"]
    (outcome,) = desk.frontier.outcomes
    assert (outcome.kind, outcome.status) == (OutcomeKind.OK, None)


def test_lists_become_downloads(desk: Desk) -> None:
    async def story() -> None:
        async with serving() as server:
            server.serve("/a.apk", package("a"))
            desk.frontier = MemoryFrontier()
            csv = (
                f"url,app,name,sha256\n{server.url('/a.apk')},example.a,甲,{hashlib.sha256(package('a')).hexdigest()}\n"
            )
            desk.drop("found.csv", ("\ufeff" + csv + "ftp://x.example/b,example.b,乙,\n").encode())
            desk.drop(
                "more.txt", "# 监管通报\r\n\r\nhttps://192.168.7.7/下载/贷.apk\r\nnot an address\r\n".encode("gb18030")
            )
            await desk.visit(server.host)

    asyncio.run(story())
    assert {listing.app: listing.package_url for listing in desk.sink.last} | {"example.a": ""} == {
        "example.a": "",
        "贷": "https://192.168.7.7/下载/贷.apk",
    }
    assert desk.sink.last[0].names == {"und": "甲"}
    index, *rest = desk.frontier.outcomes
    assert "found.csv, line 3: 'ftp://x.example/b' is no http or https address" in index.message
    assert "more.txt, line 4" in index.message
    good = [outcome for outcome in rest if outcome.kind is OutcomeKind.OK]
    assert [outcome.task for outcome in good] == [TaskKind.PACKAGE]
    assert desk.lake.blobs.has(hashlib.sha256(package("a")).hexdigest())
    assert desk.files == ["done/found.csv", "done/more.txt"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.apk", b"<html>login</html>", "it does not end as a zip archive does"),
        ("a.apk", package("x")[:-10], "it does not end as a zip archive does"),
        ("a.exe", b"MZ", "its name ends in .exe"),
        ("README", b"hello", "its name ends in nothing"),
        ("a.txt", b"nothing here\n", "no line of it is an address"),
        ("a.txt", b"", "it is empty"),
        ("a.csv", b"link,app\nhttps://x.example/,a\n", "no column url"),
        ("a.csv", b'url\n"https://x.example/', "no CSV"),
        ("a.txt", b"\xff\xfe\x00\xd8\x81", "neither UTF-8 nor GB 18030"),
    ],
)
def test_what_cannot_be_taken_in_is_put_aside_with_the_reason(desk: Desk, name: str, data: bytes, says: str) -> None:
    desk.drop(name, data)
    desk.drop("good.apk", package("good"))
    desk.take()
    assert desk.files == ["done/good.apk", f"failed/{name}", f"failed/{name}.reason.txt"]
    assert says in (desk.inbox / "failed" / f"{name}.reason.txt").read_text("utf-8")
    assert says in desk.frontier.outcomes[0].message
    assert [listing.app for listing in desk.sink.last] == ["good"]


def test_what_is_still_being_written_is_left_alone(desk: Desk) -> None:
    whole = package("slow")
    desk.drop("slow.apk", whole[:-10], age=2)
    desk.drop("slow.apk.part", whole[:-10])
    desk.drop(".hidden.apk", whole)
    (desk.inbox / "link.apk").symlink_to("/etc/passwd")
    desk.take()
    assert desk.files == [".hidden.apk", "link.apk", "slow.apk", "slow.apk.part"]
    assert desk.frontier.outcomes[0].kind is OutcomeKind.EMPTY
    desk.drop("slow.apk", whole)
    desk.take()
    assert [listing.app for listing in desk.sink.last] == ["slow"]


def test_what_was_taken_in_stays_listed_until_it_is_taken_away(desk: Desk) -> None:
    desk.drop("a.apk", package("a"))
    desk.take()
    desk.take()
    assert desk.frontier.outcomes[-1].kind is OutcomeKind.NOT_MODIFIED
    desk.drop("a.apk", package("another a"))
    desk.take()
    assert desk.files == ["done/a-2.apk", "done/a.apk"]
    assert len({listing.package_sha256 for listing in desk.sink.last}) == 2
    assert len(desk.frontier.examine) == 2
    (desk.inbox / "done" / "a.apk").unlink()
    desk.take()
    assert [listing.package_bytes for listing in desk.sink.last] == [len(package("another a"))]


def test_a_run_that_dies_before_it_could_say_so_loses_nothing(desk: Desk) -> None:
    class Full(MemorySink):
        def snapshot(self, market: Market, listings: Any, **more: Any) -> None:
            raise LakeError("The disk is full.")

    desk.drop("a.apk", package("a"))
    kept, desk.sink = desk.sink, Full()
    with pytest.raises(LakeError):
        desk.take()
    assert desk.files == ["done/a.apk"]
    desk.sink = kept
    desk.clock.time += timedelta(minutes=5)
    desk.take()
    assert [listing.app for listing in desk.sink.last] == ["a"]
    assert [app for _, app in desk.frontier.examine] == ["a"]


def test_a_folder_that_is_not_there_is_said(desk: Desk) -> None:
    shutil.rmtree(desk.inbox)
    desk.take()
    assert {outcome.kind for outcome in desk.frontier.outcomes} == {OutcomeKind.UNREACHABLE}
    assert "inbox cannot be taken in" in desk.frontier.outcomes[0].message
