"""The public pages and routes of the approved list and of the log: for everybody, in both languages."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.flow.verify import open_list
from finwatch.store import open_store
from finwatch.transparency import bundle, keys, note, proofs
from finwatch.transparency.head import parse
from finwatch.web.pages import Site
from tests.kit import publishing
from tests.kit import transparency as kit


class Client:
    """Asks the application without a socket, as nobody in particular."""

    def __init__(self, site: Site) -> None:
        self._app = application(site)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://finwatch.test") as session:
                return await session.get(path)

        return asyncio.run(ask())


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[publishing.Registry]:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        apps = [kit.app(number) for number in range(1, 121)]
        apps[4] = kit.app(5, state="cancelled", ended="2026-03-02", names=("<b>苍鹭</b>贷款",), platform="ios")
        made = publishing.registry(store, tmp_path)
        made.put(*apps)
        yield made


def client(made: publishing.Registry) -> Client:
    return Client(Site(store=made.store, lake=made.lake, knowledge=catalog.load(None), checks=()))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("备案名单", "已注销", "第 1 期", "如何核验")),
        ("en", ("Approved list", "cancelled", "List 1", "How to check it")),
    ],
)
def test_the_page_in_both_languages(registry: publishing.Registry, language: str, words: tuple[str, ...]) -> None:
    registry.publish()
    page = client(registry).get(f"/approved?lang={language}")
    assert page.status_code == 200
    for word in words:
        assert word in page.text
    assert "&lt;b&gt;苍鹭&lt;/b&gt;贷款" in page.text
    assert "<b>苍鹭" not in page.text


def test_pages_follow_one_another_to_the_last(registry: publishing.Registry) -> None:
    ask, found, path = client(registry), [], "/approved?q=%E9%9D%92%E7%A6%BE"
    for _ in range(5):
        page = ask.get(path).text
        found += [int(part.split('"')[0]) for part in page.split('href="/approved/')[1:]]
        if 'rel="next" href="' not in page:
            break
        path = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert found == list(range(1, 121))


def test_one_app_and_its_proof(registry: publishing.Registry) -> None:
    registry.publish()
    ask = client(registry)
    page = ask.get("/approved/5?lang=zh").text
    assert "该备案目前不具效力" in page
    assert kit.sha("package 5") in page
    proof = bundle.parse(ask.get("/api/v1/approved/5/proof").text)
    assert bundle.refusal(proof, keys.pinned(registry.pin.read_text())) is None
    assert proof.entry is not None
    assert json.loads(proof.entry.row) == ask.get("/api/v1/approved/5").json()
    assert ask.get("/api/v1/approved/numbers/示备00000007").json()[0]["id"] == 7


def test_the_files_are_those_that_were_signed(registry: publishing.Registry, tmp_path: Path) -> None:
    registry.publish()
    ask = client(registry)
    for base in ("/lists/approved.json", "/lists/approved.csv"):
        body, signature = ask.get(base), ask.get(f"{base}.sig")
        assert body.status_code == signature.status_code == 200
        assert json.loads(signature.text)["bytes"] == len(body.content)
    (tmp_path / "a.json").write_bytes(ask.get("/lists/approved.json").content)
    (tmp_path / "a.json.sig").write_text(ask.get("/api/v1/approved/lists/1/signature").text)
    listed = open_list(tmp_path / "a.json", trusted=keys.pinned(registry.pin.read_text()))
    assert len(list(listed.apps())) == 120
    table = ask.get("/api/v1/approved/lists/1/file?kind=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))) == 121


def test_the_log_can_be_followed_from_outside(registry: publishing.Registry) -> None:
    """A monitor: takes leaves by range, hashes them, and checks each new head against the one it kept."""
    registry.publish()
    ask = client(registry)
    first = note.parse(ask.get("/api/v1/log/head").text)
    registry.put(kit.app(200), now=kit.later(1))
    registry.publish(now=kit.later(2))
    second = note.parse(ask.get("/api/v1/log/head").text)
    trusted = keys.pinned(ask.get("/api/v1/log/keys").text)
    old, new = parse(first.text), parse(second.text)
    assert keys.signer_of(second, trusted, new.at) is not None
    tie = ask.get(f"/api/v1/log/consistency?first={old.size}&second={new.size}").json()
    path = [bytes.fromhex(one) for one in tie["path"]]
    assert proofs.consistent(old.size, new.size, roots=(old.root, new.root), path=path)
    leaves: list[str] = []
    while page := ask.get(f"/api/v1/log/leaves?start={len(leaves)}&limit=2").json():
        leaves += [one["data"] for one in page]
    from finwatch.transparency.merkle import Tree, leaf_hash

    tree = Tree()
    for leaf in leaves[: new.size]:
        tree.add(leaf_hash(leaf.encode()))
    assert tree.root() == new.root
    assert ask.get("/api/v1/log").json()["size"] == len(leaves)
    assert bundle.refusal(bundle.parse(ask.get("/api/v1/log/proof?leaf=0").text), trusted) is None
    assert [one["size"] for one in ask.get("/api/v1/log/heads").json()] == [new.size, old.size]
    page = ask.get("/transparency?lang=zh").text
    assert "透明日志" in page
    assert str(registry.signer.public) in page


def test_before_anything_was_published(registry: publishing.Registry) -> None:
    ask = client(registry)
    assert "尚未发布签名名单" in ask.get("/approved?lang=zh").text
    for path in (
        "/lists/approved.json",
        "/api/v1/approved/1/proof",
        "/api/v1/log/head",
        "/api/v1/approved/lists/1/file",
    ):
        assert ask.get(path).status_code == 404, path
    assert ask.get("/transparency?lang=en").status_code == 200
    assert ask.get("/api/v1/approved/lists").json() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/approved/9999", 404),
        ("/approved/x", 422),
        ("/approved?after=x", 422),
        ("/approved?state=good", 422),
        ("/approved?platform=nokia", 422),
        ("/api/v1/approved/9999", 404),
        ("/api/v1/approved/9999/proof", 404),
        ("/api/v1/approved/99999999999999999999", 422),
        ("/api/v1/approved/1/proof?list=9", 404),
        ("/api/v1/approved/numbers/none", 404),
        ("/api/v1/approved?region=x", 422),
        ("/api/v1/log/proof?leaf=9999", 422),
        ("/api/v1/log/proof?leaf=-1", 422),
        ("/api/v1/log/consistency?first=9999", 422),
        ("/api/v1/log/head?size=9999", 404),
        ("/api/v1/log/leaves?limit=101", 422),
    ],
)
def test_a_question_that_makes_no_sense(registry: publishing.Registry, path: str, status: int) -> None:
    registry.publish()
    answer = client(registry).get(path)
    assert answer.status_code == status, answer.text


def test_what_odd_words_look_for_is_only_looked_for(registry: publishing.Registry) -> None:
    ask = client(registry)
    for words in ("%25", "_", "'", "%00", "%F0%9F%90%BC", "a" * 150):
        assert ask.get(f"/api/v1/approved?q={words}").status_code == 200, words
        assert ask.get(f"/approved?q={words}").status_code == 200, words
