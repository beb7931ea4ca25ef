"""Every described market against real answers, and public fixtures in their shape: listings field by field."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from finwatch.lake.local import LocalLake
from tests.crawl.sources.test_replay import WORD, told
from tests.kit.corpora import SHARED
from tests.kit.hostile import Route
from tests.kit.replaying import Replay, on_loopback, replayed

FACTS = SHARED / "facts" / "markets"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FACTS.is_dir(), reason=f"{SHARED.name}/facts/markets is not beside the repository"),
]


def data(name: str) -> bytes:
    return (FACTS / name).read_bytes()


def play(lake: LocalLake, name: str, routes: dict[str, bytes | Route], **each: Any) -> Replay:
    return asyncio.run(replayed(lake, on_loopback(name, **{"keyword": ("贷款",), **each}), routes))


def test_apple_lookup(lake: LocalLake) -> None:
    nothing = b'{"resultCount":0,"results":[]}'
    routes = {
        f"/search?term={WORD}&entity=software&country=cn&limit=200": nothing,
        "/lookup?id=414478124&country=cn": data("itunes/lookup_cn_trimmed.json"),
        "/cn/rss/customerreviews/page=1/id=414478124/sortby=mostrecent/json": b'{"feed":{}}',
    }
    assert told(play(lake, "apple-cn", routes).listings) == [
        {
            "app": "id414478124",
            "names": {"zh-CN": "微信"},
            "categories": ("Social Networking",),
            "package_bytes": 477456384,
            "website": "http://weixin.qq.com",
            "published": datetime(2021, 2, 2, 8, 15, 22, tzinfo=UTC),
            "store_id": "414478124",
            "store_url": "https://apps.apple.com/cn/app/%E5%BE%AE%E4%BF%A1/id414478124?uo=4",
            "rating": 4.3633,
            "rating_count": 5710077,
        }
    ]


def test_myapp_search_and_app(lake: LocalLake) -> None:
    record = data("myapp/wechat_apkinfo_shape.json")
    whole = json.loads(record)["app_detail_records"]["com.tencent.mm"]["apk_all_data"]["sha256"]
    routes = {f"/search?q={WORD}": data("myapp/search_next_data_shape.html"), "/wechat-apkinfo": record}
    replay = play(lake, "myapp", routes)
    (listing,) = told(replay.listings)
    assert listing.pop("package_sha256", None) == (whole if len(whole) == 64 else None)
    assert listing.pop("package_md5") == "b" * 32
    assert listing == {
        "app": "com.tencent.mm",
        "names": {"zh-CN": "微信"},
        "summaries": {"zh-CN": "联系朋友"},
        "developer": "腾讯",
        "categories": ("社交",),
        "version_name": "8.0.78",
        "version_code": 3180,
        "package_url": "http://imtt.dd.qq.com/base.apk?fsname=wechat.apk",
        "package_bytes": 280614450,
        "icon_url": "http://img.qq.com/icon.png",
        "policy_url": "http://weixin.qq.com/privacy",
        "published": datetime(2026, 9, 18, 9, 3, 20, tzinfo=UTC),
        "store_id": "10910",
        "store_url": "https://sj.qq.com/appdetail/com.tencent.mm",
        "rating": 4.3,
        "rating_count": 592137,
        "downloads": 8978511793,
        "icp_number": "备案号",
    }
    assert [asked.body for asked in replay.server.asked("/wechat-apkinfo")] == [b'{"packagename":"com.tencent.mm"}']


def test_wandoujia_search_and_app(lake: LocalLake) -> None:
    """The fixture is a piece of Python with two pages in it; the other app of the search has none here."""
    text = data("wandoujia/search_detail_fixture.py.txt").decode()
    pages: dict[str, str] = {}
    for name in ("SEARCH_HTML", "DETAIL_HTML"):
        pages[name] = text.partition(f'{name} = """')[2].partition('"""')[0]
    routes = {
        f"/search?key={WORD}": pages["SEARCH_HTML"].encode(),
        "/wdjweb/api/category/more?catId=5023&subCatId=0&page=1": (
            b'{"data":{"content":"<a class=\\"detail-check-btn\\" data-app-id=\\"596157\\" data-app-vcode=\\"3140\\" '
            b'data-app-vname=\\"8.0.76\\" data-app-pname=\\"com.tencent.mm\\"></a>"}}'
        ),
        "/apps/596157": pages["DETAIL_HTML"].encode(),
    }
    replay = play(lake, "wandoujia", routes)
    (wechat,) = told(replay.listings)
    assert wechat == {
        "app": "com.tencent.mm",
        "names": {"zh-CN": "微信"},
        "version_name": "8.0.74",
        "version_code": 3120,
        "package_url": "https://android-apps.pp.cn/a.apk?size=1234&md5=0123456789abcdef0123456789abcdef&crc32=123"
        "&minSDK=24",
        "package_bytes": 1234,
        "package_md5": "0123456789abcdef0123456789abcdef",
        "published": datetime(2026, 6, 12, 6, 41, tzinfo=UTC),
        "store_id": "596157",
        "store_url": "https://www.wandoujia.com/apps/596157",
    }
    assert "cn.soulapp.android is listed, but its page is gone" in replay.outcomes[0].message


def test_vivo_app(lake: LocalLake) -> None:
    shape = json.loads(data("vivo/detail_shape.json"))
    search = json.dumps({"code": 0, "data": {"appSearchResponse": {"result": True, "value": [shape]}}})
    address = "/h5appstore/search/result-list?app_version=2100&page_index={}&apps_per_page=20&target=local&cfrom=2&key="
    routes = {
        address.format(1) + WORD: search.encode(),
        address.format(2) + WORD: b'{"code":0,"data":{"appSearchResponse":{"result":false}}}',
        "/detail/40413?frompage=messageh5&app_version=2100": data("vivo/detail_shape.json"),
    }
    assert told(play(lake, "vivo", routes).listings) == [
        {
            "app": "org.example.app",
            "names": {"zh-CN": "Example"},
            "version_name": "1.0",
            "version_code": 1,
            "store_id": "40413",
        }
    ]


def test_xiaomi_list(lake: LocalLake) -> None:
    """All 100 apps of the answer, each field as a plain reading of it says."""
    raw = json.loads(data("xiaomi/recommend_listApp_2020.json"))
    address = "/categotyAllListApi?page={}&categoryId=1&pageSize=30"
    routes = {address.format(0): data("xiaomi/recommend_listApp_2020.json"), address.format(1): b"[]"}
    listings = play(lake, "xiaomi", routes).listings
    assert len(listings) == 100
    for listing, one in zip(listings, sorted(raw, key=lambda one: str(one["packageName"])), strict=True):
        assert listing.app == one["packageName"]
        assert listing.names == {"zh-CN": one["displayName"].strip()}
        assert listing.summaries == ({"zh-CN": one["briefShow"].strip()} if one.get("briefShow") else {})
        assert listing.developer == (one.get("publisherName") or "").strip() or listing.developer is None
        assert (listing.version_name, listing.version_code) == (one["versionName"], one["versionCode"])
        assert (listing.package_bytes, listing.package_bytes_rounded) == (one["apkSize"], False)
        assert listing.categories == (one["level1CategoryName"],)
        assert (listing.rating, listing.rating_count) == (one["ratingScore"], one["ratingTotalCount"])
        assert listing.published == datetime.fromtimestamp(one["updateTime"] / 1000, UTC)
        assert listing.signer_md5 == (one["releaseKeyHash"],)
        assert listing.icon_url == f"https://file.market.xiaomi.com/thumbnail/PNG/l114/{one['icon']}"
        assert listing.package_url == f"https://app.mi.com/download/{one['id']}"
        assert (listing.store_id, listing.store_url) == (
            str(one["id"]),
            f"https://app.mi.com/details?id={quote(one['packageName'])}",
        )


def test_aptoide_list_and_app(lake: LocalLake) -> None:
    """The list of 25, whose apps' pages say that they are not there, but for one that gets the page of the answer."""
    listed = json.loads(data("aptoide/get_apps_success_response.json"))
    raw = listed["responses"]["listApps"]["datasets"]["all"]["data"]["list"]
    detail = json.loads(data("aptoide/get_app_success_response.json"))["data"]
    missing = data("aptoide/get_app_failure_response.json")
    routes: dict[str, bytes | Route] = {f"/api/7/getApp/app_id/{one['id']}": missing for one in raw}
    routes[f"/api/7/getApp/app_id/{raw[1]['id']}"] = data("aptoide/get_app_success_response.json")
    routes["/api/7/listApps/store_name=apps/limit=25/offset=0"] = data("aptoide/get_apps_success_response.json")
    replay = play(lake, "aptoide", routes)
    (listing,) = told(replay.listings)
    assert listing == {
        "app": raw[1]["package"],  # the list names the app; that the page is about another is said
        "names": {"en-US": "Instagram"},
        "summaries": {"en-US": detail["media"]["summary"]},
        "developer": "Instagram",
        "developer_id": "2747",
        "version_name": "280.0.0.0.89",
        "version_code": 368005573,
        "package_url": detail["file"]["path"],
        "package_bytes": 50616995,
        "package_md5": "d59ea9ec9e68e564ba286504b08afb77",
        "signer_sha1": ("c56fb7d591ba6704df047fd98f535372fea00211",),
        "permissions": tuple(detail["file"]["used_permissions"]),
        "icon_url": detail["icon"],
        "website": "http://help.instagram.com/",
        "policy_url": "http://instagram.com/legal/privacy/",
        "published": datetime(2023, 4, 18, 23, 7, 6, tzinfo=UTC),
        "store_id": "64807051",
        "rating": 4.25,
        "rating_count": 6715,
        "downloads": 25289609,
    }
    (outcome,) = replay.outcomes
    assert "its page is gone" in outcome.message


def test_aptoide_list_alone(lake: LocalLake) -> None:
    """The 25 apps as the list tells them."""
    market = on_loopback("aptoide")
    assert market.source is not None
    market = market.model_copy(update={"source": market.source.model_copy(update={"detail": None})})
    page = data("aptoide/get_apps_success_response.json")
    raw = json.loads(page)["responses"]["listApps"]["datasets"]["all"]["data"]["list"]
    replay = asyncio.run(
        replayed(lake, market, {f"/api/7/listApps/store_name=apps/limit=25/offset={n}": page for n in (0, 29)})
    )
    expected = {
        one["package"]: {
            "app": one["package"],
            "names": {"en-US": one["name"]},
            "version_name": one["vername"],
            "version_code": one["vercode"],
            "package_bytes": one["size"],
            "package_md5": one["md5sum"],
            "icon_url": one["icon"],
            "published": datetime.fromisoformat(one["updated"]).replace(tzinfo=UTC),
            "store_id": str(one["id"]),
            "downloads": one["downloads"],
            **({"rating": one["rating"]} if one["rating"] else {}),
        }
        for one in raw
    }
    assert {one["app"]: one for one in told(replay.listings)} == expected
    assert len(expected) == 25
