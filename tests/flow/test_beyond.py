"""A landing page beyond stores, through the real frontier, lake and queue: the package waits for its examination."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finwatch.crawl.sources import descriptor
from finwatch.flow.collect import Collected, collect
from finwatch.flow.expand import reaches_beyond
from finwatch.flow.nightly import nightly
from finwatch.lake import Lake
from finwatch.lake.web_rows import chain_of
from finwatch.model.examination import Endpoint
from finwatch.model.fetch import OutcomeKind
from finwatch.model.locator import FileAt
from finwatch.model.web import LinkEnd
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.store.queue import EXAMINE
from tests.kit import hostile, web
from tests.kit.hostile import Server
from tests.kit.observed import examined
from tests.kit.store import START, examination
from tests.kit.threaded import served

APK = web.package()
SHA256 = hashlib.sha256(APK).hexdigest()
DESCRIPTOR = """[[market]]
id = "xinghe-page"
name = { zh = "星河贷官网", en = "Landing page" }
protocol = "web"
address = "http://xinghe.example/"
politeness = { requests_per_second = 1000 }
[market.web]
kind = "landing"
"""


def registered(tmp_path: Path, store: Store, server: Server) -> Settings:
    file = tmp_path / "pages.toml"
    file.write_text(DESCRIPTOR, "utf-8")
    (market,) = descriptor.read(file)
    store.markets.register(market, now=datetime.now(UTC))
    return Settings(
        allow_private=("xinghe.example", "cdn.example"),
        resolve={"xinghe.example": server.host, "cdn.example": server.host},
    )


def crawl(tmp_path: Path, store: Store, lake: Lake, server: Server) -> Collected:
    return collect(store, lake, settings=registered(tmp_path, store, server), patience_s=0)


@pytest.mark.server
def test_from_a_page_to_the_examination_queue(tmp_path: Path, store: Store, lake: Lake) -> None:
    with served() as server:
        server.serve("/robots.txt", b"User-agent: *\nAllow: /\n", Content_Type="text/plain")
        server.routes["/"] = hostile.redirect("http://cdn.example/land")
        server.serve("/land", b'<html><img src="/code.png" class="qr"></html>', Content_Type="text/html")
        server.serve("/code.png", web.qr("http://cdn.example/get"), Content_Type="image/png")
        server.routes["/get"] = hostile.redirect("/v1/app.apk")
        server.serve("/v1/app.apk", APK, etag='"1"')
        collected = crawl(tmp_path, store, lake, server)
    assert (collected.visits, collected.succeeded) == (1, 1)
    chain = chain_of(lake.tables.read("chains").to_pylist())
    assert [link.end for link in chain.links] == [
        LinkEnd.REDIRECTED,
        LinkEnd.PAGE,
        LinkEnd.IMAGE,
        LinkEnd.REDIRECTED,
        LinkEnd.PACKAGE,
    ]
    captures = {row["id"] for row in lake.tables.read("captures").to_pylist()}
    assert {link.capture for link in chain.links} <= captures
    (job,) = store.queue.lease(EXAMINE, now=datetime.now(UTC), worker="t", seconds=60, limit=5)
    assert (job.key, job.payload["market"]) == (SHA256, "xinghe-page")
    assert lake.blobs.read(SHA256) == APK


@pytest.mark.server
def test_the_daily_run_follows_what_packages_name(tmp_path: Path, store: Store, lake: Lake) -> None:
    one = examination("cn.loan")
    named = Endpoint(url="http://cdn.example/download", host="cdn.example", owner="app", at=FileAt(path="classes.dex"))
    one = one.model_copy(update={"endpoints": (named,), "identity": one.identity.model_copy(update={"finance": True})})
    examined(lake, [one], START)
    with served() as server:
        server.serve("/", b"<p>nothing</p>", Content_Type="text/html")
        server.serve("/download", b"<a href=/x.apk>download</a>", Content_Type="text/html")
        server.serve("/x.apk", APK, etag='"1"')
        assert not reaches_beyond(store)
        settings = registered(tmp_path, store, server)
        assert reaches_beyond(store)
        run = nightly(store, lake, settings=settings, patience_s=0)
    assert run.steps[0].counts["leads"] == 1
    chains = lake.tables.read("chains", where={"end": "package"}).to_pylist()
    assert [(row["start"], row["sha256"]) for row in chains] == [("http://cdn.example/download", SHA256)]
    (lead,) = lake.tables.read("leads").to_pylist()
    assert (lead["reason"], lead["of"]) == ("endpoint", one.package.sha256)


@pytest.mark.server
def test_a_page_without_a_package_is_empty_and_a_private_one_is_refused(
    tmp_path: Path, store: Store, lake: Lake
) -> None:
    with served() as server:
        server.routes["/"] = hostile.redirect(f"http://127.0.0.1:{server.port}/inner")
        collected = crawl(tmp_path, store, lake, server)
        assert server.asked("/inner") == []
    assert collected.failures == {OutcomeKind.PRIVATE_ADDRESS: 1}
    chain = chain_of(lake.tables.read("chains").to_pylist())
    assert [(link.end, link.outcome) for link in chain.links] == [
        (LinkEnd.REDIRECTED, None),
        (LinkEnd.FAILED, "private_address"),
    ]
    assert store.queue.lease(EXAMINE, now=datetime.now(UTC), worker="t", seconds=60, limit=5) == []
