"""F-Droid-type repositories: signed, incremental, never backwards; and what each fault of theirs gives."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.crawl.sources.fdroid import FdroidReader
from finwatch.crawl.sources.fdroid_index import Context, listings_v1, listings_v2
from finwatch.crawl.sources.merge_patch import merge
from finwatch.crawl.sources.reading import Reading
from finwatch.crawl.visit import VisitFailed
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import FrontierTask, MarketId, OutcomeKind, TaskKind
from finwatch.model.listing import Listing
from tests.kit.crawling import AT, SHOP, fetcher, market
from tests.kit.hostile import Server, serving
from tests.kit.signed import Repository, difference, fingerprint, pack, signed_jar, signer

SHARED = Path(__file__).parents[3] / "shared" / "facts" / "markets" / "fdroid"
BANK, LOAN = "cn.bank", "cn.loan"


def repository(**how: Any) -> Repository:
    shop = Repository(**how)
    shop.add(BANK, 1, b"bank 1", name={"zh-CN": "银行", "en-US": "Bank"}, webSite="https://bank.example/privacy.html")
    shop.add(LOAN, 7, b"loan 7")
    shop.publish(1_000)
    return shop


async def read(server: Server, lake: LocalLake, state: dict[str, Any], **changes: Any) -> Reading:
    shop = market(server.url("/repo"), **changes)
    task = FrontierTask(market=SHOP, kind=TaskKind.INDEX, url=server.url("/repo/entry.jar"), bucket="", due=AT)
    if "etag" in state:
        task = task.model_copy(update={"etag": state["etag"]})
    async with fetcher(lake, server.host) as one:
        return await FdroidReader().read(shop, task, fetcher=one, state=state)


def publish(server: Server, shop: Repository) -> None:
    server.routes.clear()
    for name, data in shop.files.items():
        server.serve(f"/repo{name}", data, etag=f'"{hashlib.sha256(data).hexdigest()}"')
    server.log.clear()


def visits(
    lake: LocalLake, *steps: Callable[[Repository], None], shop: Repository | None = None, **changes: Any
) -> list[Any]:
    """What each reading gave, the first before any of ``steps``: a ``Reading``, or the failure; and the paths asked."""
    shop = shop or repository()

    async def go() -> list[Any]:
        state: dict[str, Any] = {}
        found: list[Any] = []
        async with serving() as server:
            for step in (lambda _: None, *steps):
                step(shop)
                publish(server, shop)
                try:
                    one = await read(server, lake, state, **changes)
                    state = one.state
                    found.append((one, [asked.path.removeprefix("/repo") for asked in server.log]))
                except VisitFailed as failure:
                    found.append((failure, [asked.path.removeprefix("/repo") for asked in server.log]))
        return found

    return asyncio.run(go())


def test_a_first_reading_takes_the_whole_index(lake: LocalLake) -> None:
    ((reading, asked),) = visits(lake)
    assert asked == ["/entry.jar", "/index-v2.json"]
    bank, loan = reading.listings
    assert (bank.app, bank.name("zh"), bank.version_code, bank.package_bytes) == (BANK, "银行", 1, 6)
    assert bank.package_sha256 == hashlib.sha256(b"bank 1").hexdigest()
    assert bank.package_url.endswith("/repo/cn.bank_1.apk")
    assert bank.policy_url == "https://bank.example/privacy.html"
    assert bank.website is None
    assert bank.published == datetime.fromtimestamp(1_700_000_000.001, UTC)
    assert bank.permissions == ("android.permission.READ_SMS",)
    assert loan.signer_sha256 == ("ab" * 32,)
    assert reading.state["fingerprint"] == fingerprint(signer()[1])
    assert lake.captures.read(bank.capture)[1].startswith(b'{"repo"')


def update(shop: Repository) -> None:
    shop.add(BANK, 2, b"bank 2")
    del shop.index["packages"][LOAN]
    shop.publish(2_000)


def test_a_second_reading_takes_the_difference_alone(lake: LocalLake) -> None:
    _, (reading, asked) = visits(lake, update)
    assert asked == ["/entry.jar", "/diff/1000.json"]
    assert [(one.app, one.version_code) for one in reading.listings] == [(BANK, 1), (BANK, 2)]
    assert reading.notes == ()


def test_many_differences_on_end_give_what_the_whole_index_says(lake: LocalLake) -> None:
    def add(number: int) -> Callable[[Repository], None]:
        def step(shop: Repository) -> None:
            shop.add(f"cn.app{number}", number, b"%d" % number)
            shop.publish(2_000 + number)

        return step

    shop = repository()
    last, asked = visits(lake, *(add(number) for number in range(20)), shop=shop)[-1]
    assert asked == ["/entry.jar", "/diff/2018.json"]
    assert len(last.state["patches"]) <= 16
    whole, _ = listings_v2(shop.index, Context(SHOP, "http://x", AT, None))
    assert [(one.app, one.package_sha256) for one in last.listings] == [(one.app, one.package_sha256) for one in whole]


def test_nothing_new_is_nothing(lake: LocalLake) -> None:
    _, (reading, asked) = visits(lake, lambda _: None)
    assert asked == ["/entry.jar"]
    assert reading.listings is None


def test_an_unchanged_entry_is_not_sent_again(lake: LocalLake) -> None:
    async def go() -> None:
        async with serving() as server:
            publish(server, repository())
            first = await read(server, lake, {})
            tag = first.answer.hop.get("ETag")
            again = await read(server, lake, first.state | {"etag": tag})
            assert again.answer.status == 304
            assert again.listings is None
            lost = await read(server, lake, {"etag": tag})
            assert lost.listings is not None, "without what is remembered a condition would leave nothing to read"

    asyncio.run(go())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda shop: shop.files.pop("/diff/1000.json"),
        lambda shop: shop.files.update({"/diff/1000.json": b"{}"}),
        lambda shop: shop.files.update({"/diff/1000.json": shop.files["/diff/1000.json"][:-9]}),
    ],
)
def test_a_difference_that_cannot_be_used_gives_the_whole(lake: LocalLake, spoil: Callable[[Repository], None]) -> None:
    def step(shop: Repository) -> None:
        update(shop)
        spoil(shop)

    _, (reading, asked) = visits(lake, step)
    assert asked == ["/entry.jar", "/diff/1000.json", "/index-v2.json"]
    assert [one.version_code for one in reading.listings] == [1, 2]
    assert "whole index was read" in reading.notes[0]


def test_a_difference_that_leads_elsewhere_gives_the_whole(lake: LocalLake) -> None:
    """Signed and of the right hash, but made from another index than the one it names."""

    def step(shop: Repository) -> None:
        update(shop)
        entry = entry_of(shop)
        wrong = json.dumps({"packages": {LOAN: None, BANK: None}, "repo": {"timestamp": 2_000}}).encode()
        shop.files["/diff/1000.json"] = wrong
        entry["diffs"]["1000"] |= {"sha256": hashlib.sha256(wrong).hexdigest(), "size": len(wrong)}
        shop.sign(entry)

    _, (reading, asked) = visits(lake, step)
    assert asked[-1] == "/index-v2.json"
    assert len(reading.listings) == 2


def test_a_lost_index_gives_the_whole_again(lake: LocalLake) -> None:
    async def go() -> list[str]:
        shop = repository()
        async with serving() as server:
            publish(server, shop)
            first = await read(server, lake, {})
            update(shop)
            publish(server, shop)
            again = await read(server, lake, first.state | {"base": "0" * 64})
            assert again.listings is not None
            return [asked.path for asked in server.log]

    assert asyncio.run(go()) == ["/repo/entry.jar", "/repo/index-v2.json"]


def entry_of(shop: Repository) -> dict[str, Any]:
    import zipfile
    from io import BytesIO

    entry: dict[str, Any] = json.loads(zipfile.ZipFile(BytesIO(shop.files["/entry.jar"])).read("entry.json"))
    return entry


def back(shop: Repository) -> None:
    shop.publish(500)


def another_key(shop: Repository) -> None:
    shop.how = {"who": signer("thief")}
    shop.publish(2_000)


def replace(name: str, data: bytes | None) -> Callable[[Repository], None]:
    def step(shop: Repository) -> None:
        update(shop)
        for diff in [path for path in shop.files if path.startswith("/diff/")]:
            del shop.files[diff]
        old = shop.files[name]
        shop.files[name] = old[: len(old) // 2] if data is None else data

    return step


def entry_with(**changes: Any) -> Callable[[Repository], None]:
    def step(shop: Repository) -> None:
        shop.sign(entry_of(shop) | changes)

    return step


HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@pytest.mark.parametrize(
    ("step", "kind", "says"),
    [
        (back, OutcomeKind.ROLLED_BACK, "older than"),
        (another_key, OutcomeKind.BAD_SIGNATURE, "not by"),
        (replace("/index-v2.json", None), OutcomeKind.TRUNCATED, "of the"),
        (replace("/index-v2.json", b"{}" + b" " * 9999), OutcomeKind.HASH_MISMATCH, "SHA-256"),
        (replace("/index-v2.json", HTML), OutcomeKind.MALFORMED, "HTML page where JSON"),
        (replace("/entry.jar", HTML), OutcomeKind.MALFORMED, "HTML page where a signed JAR"),
        (replace("/entry.jar", None), OutcomeKind.MALFORMED, "zip"),
        (replace("/entry.jar", pack({"entry.json": b"{}"})), OutcomeKind.BAD_SIGNATURE, "not signed"),
        (replace("/entry.jar", signed_jar("entry.json", b"[]")), OutcomeKind.MALFORMED, "entry.json"),
        (entry_with(timestamp="soon"), OutcomeKind.MALFORMED, "timestamp"),
        (entry_with(timestamp=3_000, index={"name": "http://elsewhere/"}), OutcomeKind.MALFORMED, "index"),
        (lambda shop: shop.files.clear(), OutcomeKind.GONE, "404"),
    ],
)
def test_each_fault_keeps_what_was_there(
    lake: LocalLake, step: Callable[[Repository], None], kind: OutcomeKind, says: str
) -> None:
    (first, _), (failure, _), (after, _) = visits(lake, step, lambda shop: shop.__dict__.update(vars(good())))
    assert first.listings is not None
    assert failure.kind is kind, failure.message
    assert says in failure.message
    assert failure.capture is not None
    assert after.listings is not None, "what was remembered still serves"


def good() -> Repository:
    shop = repository()
    update(shop)
    return shop


def test_a_fingerprint_that_is_given_is_held_to(lake: LocalLake) -> None:
    print_ = fingerprint(signer()[1])
    colons = ":".join(print_[at : at + 2] for at in range(0, 64, 2)).upper()
    ((reading, _),) = visits(lake, fingerprint=colons)
    assert reading.listings is not None
    ((failure, _),) = visits(lake, fingerprint="0" * 64)
    assert failure.kind is OutcomeKind.BAD_SIGNATURE


def test_one_bad_entry_is_left_out_and_named(lake: LocalLake) -> None:
    shop = repository()
    shop.index["packages"]["cn.odd"] = {"metadata": {}, "versions": {"0": {"file": {"name": "/x.apk"}}}}
    shop.index["packages"]["cn.up"] = copy_of(shop, BANK, name="/../up.apk")
    shop.index["packages"]["cn.list"] = []
    shop.publish(1_500)
    ((reading, _),) = visits(lake, shop=shop)
    assert [one.app for one in reading.listings] == [BANK, LOAN]
    assert sorted(note.split()[0] for note in reading.notes) == ["cn.list", "cn.odd", "cn.up"]


def copy_of(shop: Repository, app: str, *, name: str) -> dict[str, Any]:
    package: dict[str, Any] = json.loads(json.dumps(shop.index["packages"][app]))
    for version in package["versions"].values():
        version["file"]["name"] = name
    return package


def index_v1(timestamp: int = 1_000) -> bytes:
    package = {
        "apkName": "cn.bank_1.apk",
        "hash": "cd" * 32,
        "hashType": "sha256",
        "size": 6,
        "signer": "ab" * 32,
        "versionCode": 1,
        "versionName": "1.0",
        "added": 1_524_700_800_000,
        "uses-permission": [["android.permission.READ_SMS", None]],
    }
    app = {"packageName": BANK, "name": "Bank", "icon": "bank.png", "localized": {"zh-CN": {"name": "银行"}}}
    index = {"repo": {"timestamp": timestamp}, "apps": [app], "packages": {BANK: [package]}}
    return json.dumps(index).encode()


def old_repository(digest: str) -> Repository:
    shop = Repository()
    shop.files["/index-v1.jar"] = signed_jar("index-v1.json", index_v1(), digest=digest)
    return shop


def test_an_old_repository_is_read_by_its_old_index(lake: LocalLake) -> None:
    (reading, asked), (again, _) = visits(lake, lambda _: None, shop=old_repository("SHA-256"))
    assert asked == ["/entry.jar", "/index-v1.jar"]
    (bank,) = reading.listings
    assert (bank.names, bank.package_sha256) == ({"zh-CN": "银行", "en-US": "Bank"}, "cd" * 32)
    assert bank.icon_url.endswith("/repo/icons/bank.png")
    assert bank.published == datetime(2018, 4, 26, tzinfo=UTC)
    assert not reading.conditional
    assert again.listings is None


def test_sha1_alone_needs_a_decision(lake: LocalLake) -> None:
    ((failure, _),) = visits(lake, shop=old_repository("SHA1"))
    assert failure.kind is OutcomeKind.BAD_SIGNATURE
    assert "accept_sha1 = true" in failure.message
    ((reading, _),) = visits(lake, shop=old_repository("SHA1"), accept_sha1=True)
    assert len(reading.listings) == 1


def test_the_old_index_does_not_replace_a_signed_entry_that_was_there(lake: LocalLake) -> None:
    def step(shop: Repository) -> None:
        shop.files.clear()
        shop.files["/index-v1.jar"] = signed_jar("index-v1.json", index_v1(9_000))

    _, (failure, asked) = visits(lake, step)
    assert failure.kind is OutcomeKind.GONE
    assert asked == ["/entry.jar"]


def test_the_old_index_does_not_go_back_either(lake: LocalLake) -> None:
    def step(shop: Repository) -> None:
        shop.files["/index-v1.jar"] = signed_jar("index-v1.json", index_v1(500))

    _, (failure, _) = visits(lake, step, shop=old_repository("SHA-256"))
    assert failure.kind is OutcomeKind.ROLLED_BACK


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [  # RFC 7386, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_what_the_standard_shows(document: Any, patch: Any, result: Any) -> None:
    assert merge(document, patch) == result


_JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=2), _JSON), st.dictionaries(st.text(max_size=2), _JSON))
def test_a_difference_leads_from_old_to_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert merge(old, difference(old, new)) == new


def test_a_patch_without_end_is_refused() -> None:
    patch: Any = 1
    for _ in range(200):
        patch = {"a": patch}
    with pytest.raises(ValueError, match="deep"):
        merge({}, patch)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/facts is not there")
def test_recorded_indexes_become_listings() -> None:
    context = Context(MarketId("recorded"), "https://shop.example/repo", AT, None)
    v2, notes = listings_v2(json.loads((SHARED / "index-v2.json").read_text("utf-8")), context)
    v1, notes_v1 = listings_v1(json.loads((SHARED / "index-v1.json").read_text("utf-8")), context)
    assert notes == notes_v1 == []
    facts = ("app", "version_code", "version_name", "package_sha256", "package_bytes", "published", "permissions")
    assert [[getattr(one, name) for name in facts] for one in v2] == [
        [getattr(one, name) for name in facts] for one in v1
    ]
    assert len(v2) >= 11
    bypass = next(one for one in v2 if one.app == "souch.smsbypass")
    assert (bypass.name("en"), bypass.version_code, bypass.package_bytes) == ("Battery level", 9, 81295)
    assert bypass.signer_sha256 == ("d3aec784b1fd71549fc22c999789122e3639895db6bd585da5835fbe3db6985c",)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/facts is not there")
def test_a_recorded_repository_is_read_whole(lake: LocalLake) -> None:
    async def go() -> Reading:
        async with serving() as server:
            server.serve("/repo/entry.jar", (SHARED / "entry.jar").read_bytes())
            server.serve("/repo/index-v2.json", (SHARED / "generated" / "index-v2.json").read_bytes())
            return await read(server, lake, {})

    reading = asyncio.run(go())
    assert {one.app for one in reading.listings or ()} >= {"io.appium.settings"}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/facts is not there")
def test_recorded_differences_change_what_they_name() -> None:
    whole = json.loads((SHARED / "generated" / "index-v2.json").read_text("utf-8"))
    for file in sorted((SHARED / "generated" / "diff").glob("*.json")):
        merged = merge(whole, json.loads(file.read_text("utf-8")))
        assert merged == whole, "a difference leads to the index that is there, so it changes nothing in it"


def plainly(folder: Path, address: str) -> list[dict[str, Any]]:
    """What an index-v2 says, each field taken from where the protocol puts it."""
    index = json.loads((folder / "index-v2.json").read_text("utf-8"))
    told = []
    for app, package in index["packages"].items():
        about = package["metadata"]
        for sha256, version in package["versions"].items():
            manifest, file = version["manifest"], version["file"]
            asked = [*manifest.get("usesPermission", ()), *manifest.get("usesPermissionSdk23", ())]
            icons = about.get("icon", {})
            one = {
                "app": app,
                "names": about.get("name", {}),
                "summaries": about.get("summary", {}),
                "developer": about.get("authorName"),
                "categories": tuple(about.get("categories", ())),
                "icon_url": address + icons[min(icons)]["name"] if icons else None,
                "version_name": manifest.get("versionName") or None,
                "version_code": manifest["versionCode"],
                "package_url": address + file["name"],
                "package_sha256": sha256,
                "package_bytes": file["size"],
                "signer_sha256": tuple(manifest.get("signer", {}).get("sha256", ())),
                "permissions": tuple(sorted({permission["name"] for permission in asked})),
                "published": datetime.fromtimestamp(version["added"] / 1000, UTC),
                "website": about.get("webSite") or about.get("authorWebSite"),
            }
            assert file["sha256"] == sha256
            told.append({name: value for name, value in one.items() if value})
    return sorted(told, key=lambda one: (one["app"], one["version_code"], one["package_sha256"]))


def shown(listings: Sequence[Listing] | None) -> list[dict[str, Any]]:
    """Each listing's fields, addresses as they are read, without those that have no value and those of the visit."""
    for one in listings or ():
        assert (one.package_url or "").isascii(), "an address is sent as it is"
    told = [one.model_dump(exclude={"market", "seen", "capture"}) for one in listings or ()]
    return [
        {name: unquote(value) if name == "package_url" else value for name, value in one.items() if value}
        for one in told
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/facts is not there")
def test_recorded_repositories_are_listed_field_by_field(lake: LocalLake) -> None:
    """The signed index in both versions through reader and server, and the unsigned test repository of fdroidserver."""

    async def go() -> tuple[str, Reading, Reading]:
        async with serving() as server:
            server.serve("/repo/entry.jar", (SHARED / "entry.jar").read_bytes())
            server.serve("/repo/index-v2.json", (SHARED / "generated" / "index-v2.json").read_bytes())
            newer = await read(server, lake, {})
            server.routes.clear()
            server.serve("/repo/index-v1.jar", (SHARED / "index-v1.jar").read_bytes())
            return server.url("/repo"), newer, await read(server, lake, {}, accept_sha1=True)

    address, newer, older = asyncio.run(go())
    expected = plainly(SHARED / "generated", address)
    assert len(expected) >= 4
    assert shown(newer.listings) == expected
    assert shown(older.listings) == expected
    context = Context(MarketId("recorded"), "https://shop.example/repo", AT, None)
    recorded, notes = listings_v2(json.loads((SHARED / "index-v2.json").read_text("utf-8")), context)
    assert notes == []
    assert shown(recorded) == plainly(SHARED, "https://shop.example/repo")
