"""Every described market against answers of our own making, shaped like the real ones: listings field by field."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from finwatch.lake.local import LocalLake
from finwatch.model.fetch import OutcomeKind, TaskKind
from finwatch.model.listing import Listing
from tests.kit.crawling import AT
from tests.kit.hostile import Asked, Route, plain
from tests.kit.replaying import Replay, on_loopback, replayed

DATA = Path(__file__).parent / "data"
OK = OutcomeKind.OK
BANK, LOAN = "example.clearwater.bank", "example.lantern.loan"
WORD = quote("贷款")


def data(name: str) -> bytes:
    return (DATA / name).read_bytes()


def by_package(**files: str) -> Route:
    """Answers a POST by the package that its JSON body names."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        assert asked.method == "POST"
        assert asked["Content-Type"] == "application/json"
        package = json.loads(asked.body)["packagename"].rpartition(".")[2]
        await plain(data(files[package]))(asked, writer)

    return answer


def told(listings: list[Listing]) -> list[dict[str, Any]]:
    """What was read, without what is not said and what every listing has."""
    return [
        {
            name: value
            for name, value in listing.model_dump().items()
            if value is not None
            and value is not False
            and value not in ({}, ())
            and name not in {"market", "seen", "capture"}
        }
        for listing in listings
    ]


APPLE = {
    f"/search?term={WORD}&entity=software&country=cn&limit=200": data("apple-search.json"),
    "/lookup?id=414478124&country=cn": data("apple-lookup.json"),
    "/cn/rss/customerreviews/page=1/id=900000001/sortby=mostrecent/json": data("apple-reviews-1.json"),
    "/cn/rss/customerreviews/page=2/id=900000001/sortby=mostrecent/json": data("apple-reviews-2.json"),
    "/cn/rss/customerreviews/page=3/id=900000001/sortby=mostrecent/json": b'{"feed":{"title":{"label":"x"}}}',
    "/cn/rss/customerreviews/page=1/id=900000002/sortby=mostrecent/json": b'{"feed":{"title":{"label":"x"}}}',
    "/cn/rss/customerreviews/page=1/id=414478124/sortby=mostrecent/json": b'{"feed":{"title":{"label":"x"}}}',
}
MARKETS: dict[str, tuple[dict[str, bytes | Route], list[dict[str, Any]]]] = {
    "apple-cn": (
        APPLE,
        [
            {
                "app": BANK,
                "names": {"zh-CN": "清水银行"},
                "summaries": {"zh-CN": "清水银行手机银行。\n转账与理财。"},
                "developer": "清水银行股份有限公司",
                "developer_id": "800000001",
                "categories": ("财务", "商务"),
                "version_name": "7.2.1",
                "package_bytes": 182345728,
                "icon_url": "https://img.example/a/512.png",
                "website": "https://bank.clearwater.example/app",
                "published": datetime(2026, 10, 30, 16, 5, 9, tzinfo=UTC),
                "store_id": "900000001",
                "store_url": "https://apps.example/cn/app/%E6%B8%85%E6%B0%B4/id900000001?uo=4",
                "rating": 4.8123,
                "rating_count": 120345,
            },
            {
                "app": LOAN,
                "names": {"zh-CN": "灯笼贷"},
                "developer": "灯笼网络科技有限公司",
                "categories": ("财务",),
                "version_name": "1.0",
                "package_bytes": 30000000,
                "icon_url": "https://img.example/b/100.png",
                "published": datetime(2026, 11, 1, tzinfo=UTC),
                "store_id": "900000002",
                "store_url": "https://apps.example/cn/app/id900000002?uo=4",
                "rating_count": 0,
            },
            {
                "app": "id414478124",
                "names": {"zh-CN": "水杉钱包"},
                "categories": ("Finance",),
                "package_bytes": 1024,
                "published": datetime(2020, 1, 1, tzinfo=UTC),
                "store_id": "414478124",
                "store_url": "https://apps.example/cn/app/id414478124?uo=4",
                "rating": 3.5,
                "rating_count": 12,
            },
        ],
    ),
    "myapp": (
        {
            f"/search?q={WORD}": data("myapp-search.html"),
            "/wechat-apkinfo": by_package(bank="myapp-bank.json", loan="myapp-loan.json"),
        },
        [
            {
                "app": BANK,
                "names": {"zh-CN": "清水银行"},
                "summaries": {"zh-CN": "把柜台放进口袋"},
                "developer": "清水银行股份有限公司",
                "categories": ("理财",),
                "version_name": "7.2.1",
                "version_code": 70201,
                "package_url": "http://pkg.example/bank.apk?fsname=bank.apk",
                "package_sha256": "0123456789abcdef" * 4,
                "package_bytes": 90123456,
                "package_md5": "00112233445566778899aabbccddeeff",
                "icon_url": "https://img.example/a256.png",
                "policy_url": "https://bank.clearwater.example/privacy",
                "published": datetime(2026, 11, 3, tzinfo=UTC),
                "store_id": "5001",
                "store_url": f"https://sj.qq.com/appdetail/{BANK}",
                "rating": 4.6,
                "rating_count": 8812,
                "downloads": 25000000,
                "icp_number": "京ICP备00000000号-1A",
            }
        ],
    ),
    "wandoujia": (
        {
            f"/search?key={WORD}": data("wandoujia-search.html"),
            "/wdjweb/api/category/more?catId=5023&subCatId=0&page=1": data("wandoujia-category-1.json"),
            "/wdjweb/api/category/more?catId=5023&subCatId=0&page=2": data("wandoujia-category-2.json"),
            **{f"/apps/{number}": data(f"wandoujia-{number}.html") for number in (7001, 7002, 7003)},
        },
        [
            {
                "app": app,
                "names": {"zh-CN": name},
                "developer": developer,
                "version_name": version,
                "version_code": code,
                "package_url": f"https://pkg.example/{number}.apk?size={size}&md5={md5}&crc32=12",
                "package_bytes": size,
                "package_md5": md5,
                "published": published,
                "store_id": str(number),
                "store_url": f"http://www.wandoujia.com/apps/{number}",
            }
            for app, name, developer, version, code, number, size, md5, published in (
                (
                    *(BANK, "清水银行", "清水银行股份有限公司", "7.2.1", 70201, 7001, 90123456),
                    "0123456789abcdef0123456789ab7001",
                    datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
                ),
                (
                    *(LOAN, "灯笼贷", "灯笼", "1.0", 10, 7002, 1000),
                    "0123456789abcdef0123456789ab7002",
                    datetime(2026, 9, 30, 16, tzinfo=UTC),
                ),
                (
                    *("example.pinecone.ledger", "松果记账 & 预算", "松果", "3.3", 33, 7003, 2000),
                    "0123456789abcdef0123456789ab7003",
                    datetime(2026, 9, 7, 16, tzinfo=UTC),
                ),
            )
        ],
    ),
    "vivo": (
        {
            f"/h5appstore/search/result-list?app_version=2100&page_index={page}&apps_per_page=20&target=local&cfrom=2"
            f"&key={WORD}": data(f"vivo-search-{page}.json")
            for page in (1, 2)
        }
        | {"/detail/40001?frompage=messageh5&app_version=2100": data("vivo-detail.json")},
        [
            {
                "app": BANK,
                "names": {"zh-CN": "清水银行"},
                "summaries": {"zh-CN": "把柜台放进口袋"},
                "developer": "清水银行股份有限公司",
                "categories": ("金融理财",),
                "version_name": "7.2.1",
                "version_code": 70201,
                "package_url": "https://pkg.example/v/40001.apk",
                "package_bytes": 88011 * 1024,
                "package_bytes_rounded": True,
                "icon_url": "https://img.example/v/a.png",
                "policy_url": "https://bank.clearwater.example/privacy",
                "published": datetime(2026, 11, 2, 2, tzinfo=UTC),
                "store_id": "40001",
                "rating": 4.7,
                "rating_count": 1023,
                "downloads": 31000000,
            }
        ],
    ),
    "xiaomi": (
        {
            f"/categotyAllListApi?page={page}&categoryId=1&pageSize=30": data(f"xiaomi-{page}.json")
            for page in (0, 1, 2)
        },
        [
            {
                "app": BANK,
                "names": {"zh-CN": "清水银行"},
                "summaries": {"zh-CN": "把柜台放进口袋"},
                "developer": "清水银行股份有限公司",
                "categories": ("金融理财",),
                "version_name": "7.2.1",
                "version_code": 70201,
                "package_url": "https://app.mi.com/download/600001",
                "package_bytes": 90123456,
                "icon_url": "https://file.market.xiaomi.com/thumbnail/PNG/l114/AppStore/0123456789abcdef",
                "published": datetime(2026, 11, 3, 0, 0, 0, 123000, tzinfo=UTC),
                "store_id": "600001",
                "store_url": f"https://app.mi.com/details?id={BANK}",
                "rating": 4.5,
                "rating_count": 77,
                "signer_md5": ("00112233445566778899aabbccddeeff",),
            },
            {
                "app": LOAN,
                "names": {"zh-CN": "灯笼贷"},
                "categories": ("金融理财",),
                "package_url": "https://app.mi.com/download/600002",
                "store_id": "600002",
                "store_url": f"https://app.mi.com/details?id={LOAN}",
            },
        ],
    ),
    "aptoide": (
        {
            "/api/7/listApps/store_name=apps/limit=25/offset=0": data("aptoide-list-0.json"),
            "/api/7/listApps/store_name=apps/limit=25/offset=25": data("aptoide-list-25.json"),
            "/api/7/getApp/app_id/300001": data("aptoide-300001.json"),
            "/api/7/getApp/app_id/300002": data("aptoide-300002.json"),
        },
        [
            {
                "app": BANK,
                "names": {"en-US": "Clearwater Bank"},
                "summaries": {"en-US": "The counter in your pocket"},
                "developer": "Clearwater Bank plc",
                "version_name": "7.2.1",
                "version_code": 70201,
                "package_url": "https://pkg.example/p/300001.apk",
                "package_bytes": 90123456,
                "permissions": ("android.permission.INTERNET", "android.permission.CAMERA"),
                "icon_url": "https://img.example/p/a.png",
                "website": "https://bank.clearwater.example/",
                "policy_url": "https://bank.clearwater.example/privacy",
                "published": datetime(2026, 11, 2, 2, tzinfo=UTC),
                "store_id": "300001",
                "developer_id": "41",
                "rating": 4.25,
                "rating_count": 88,
                "downloads": 1200,
                "package_md5": "00112233445566778899aabbccddeeff",
                "signer_sha1": ("00112233445566778899aabbccddeeff00112233",),
            }
        ],
    ),
}


def play(lake: LocalLake, name: str, routes: dict[str, bytes | Route]) -> Replay:
    return asyncio.run(replayed(lake, on_loopback(name, keyword=("贷款",)), routes))


@pytest.mark.parametrize("name", MARKETS)
def test_listings_are_what_was_recorded(lake: LocalLake, name: str) -> None:
    routes, expected = MARKETS[name]
    replay = play(lake, name, routes)
    assert told(replay.listings) == expected
    index = [outcome for outcome in replay.outcomes if outcome.task is TaskKind.INDEX]
    assert [outcome.kind for outcome in index] == [OK]
    assert {listing.seen for listing in replay.listings} == {AT}
    for listing in replay.listings:
        capture, payload = lake.captures.read(listing.capture or "")
        assert capture.market == name
        assert listing.app.encode() in payload or (listing.store_id or "").encode() in payload
    assert sorted({asked.path for asked in replay.server.log}) == sorted(routes), "each page is asked for, and no other"


def test_apples_reviews_are_read_page_by_page_and_name_nobody(lake: LocalLake) -> None:
    replay = play(lake, "apple-cn", APPLE)
    author = hashlib.sha256("apple-cn 小满".encode()).hexdigest()
    assert [
        (one.app, one.id, one.rating, one.title, one.text, one.version_name, one.written) for one in replay.reviews
    ] == [
        (BANK, "11000001", 1.0, "强制授权", "不给通讯录就打不开。", "7.2.1", datetime(2026, 11, 2, 8, 30, tzinfo=UTC)),
        (BANK, "11000002", 5.0, "好用", "转账很快", "7.2.0", datetime(2026, 10, 1, 15, tzinfo=UTC)),
        (BANK, "11000000", 2.0, "卡", "太卡", "7.1.0", datetime(2026, 9, 1, 15, tzinfo=UTC)),
    ]
    assert [one.author for one in replay.reviews][::2] == [author, author]
    kinds = sorted(outcome.kind for outcome in replay.outcomes if outcome.task is TaskKind.REVIEWS)
    assert kinds == [OutcomeKind.EMPTY, OutcomeKind.EMPTY, OutcomeKind.OK]


def test_a_signed_out_app_is_not_listed_and_said_so(lake: LocalLake) -> None:
    for name in ("myapp", "aptoide"):
        (outcome,) = play(lake, name, MARKETS[name][0]).outcomes
        assert f"{LOAN} is listed, but its page is gone" in outcome.message
