"""What the bench says of a filing: agreements, differences, what could not be seen; never more than was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from finwatch import catalog
from finwatch.flow.policies import policy_from_bytes
from finwatch.model.base import Text
from finwatch.model.disclosure import Compared, Disclosed, Disclosure, PolicySeen, Told
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Endpoint, Examination, Protection, SdkUse
from finwatch.model.locator import CodeAt, FileAt, PolicyAt
from finwatch.model.package import Unreadable
from finwatch.model.view import ListingSpan
from finwatch.supervise.bench import Comparison, FiledFile, IconSeen, Line, Seen, Standing, basis, compare, points
from finwatch.supervise.register.forms import FilingForm
from tests.kit import store as kit

KNOWLEDGE = catalog.load(None)
NAMES = ("青禾银行股份有限公司", "青禾银行")
CAMERA, CONTACTS = "android.permission.CAMERA", "android.permission.READ_CONTACTS"
JPUSH_AT = CodeAt(dex="classes.dex", method="Lcn/jpush/android/A;->a()V")
PUSH = SdkUse(
    id="jpush", name=Text(zh="极光推送", en="JPush"), vendor=Text(zh="深圳市和讯华谷信息技术有限公司", en="Aurora"),
    purpose="push", version="5.2.0", prefixes=("cn/jpush/android/",),
    evidence=(Evidence(says=Text(zh="类", en="a class"), at=JPUSH_AT),),
)  # fmt: skip
POLICY = """青禾手机银行隐私政策
本政策由青禾银行股份有限公司制定，适用于青禾手机银行。
一、我们如何收集和使用您的个人信息
为向您推送消息，我们集成了第三方SDK。
第三方SDK名称：极光推送SDK，提供方：深圳市和讯华谷信息技术有限公司，用途：消息推送，收集：设备标识。
二、如何联系我们
电话：95000。
"""


def examined(**changes: Any) -> Examination:
    base = kit.examination(label="青禾手机银行", version=5, permissions=(CAMERA,))
    fields = {"sdks": (PUSH,), "collection": (), "endpoints": ()} | changes.pop("document", {})
    package = base.package.model_copy(update={"version_name": "5.2.1", **changes})
    return base.model_copy(update={"package": package, **fields})


FILE = FiledFile(name="qinghe.apk", bytes=40_000, md5="a" * 32, sha256=examined().package.sha256)


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "青禾手机银行",
        "package": "cn.qinghe.bank",
        "platform": "android",
        "version": "V5.2.1",
        "ipv6": True,
        "permissions": ["相机 CAMERA"],
        "sdks": [{"name": "极光推送SDK", "version": "5.2.0", "purpose": "推送", "package": "cn.jpush.android"}],
        "package_file": FILE.sha256,
        "package_size": 40_000,
        "package_md5": "a" * 32,
        "package_sha256": FILE.sha256,
        "signers": [kit.sha("qinghe")],
        "policy_file": "b" * 64,
    } | changes


def policy(text: str = POLICY) -> PolicySeen:
    return policy_from_bytes(text.encode(), origin="policy.txt", knowledge=KNOWLEDGE)


def span(of: Examination, market: str = "shop", *, gone: bool = False, **fields: Any) -> ListingSpan:
    listing = kit.listing(of, market=market, developer="青禾银行股份有限公司").model_copy(update=fields)
    at = datetime(2026, 3, 3, tzinfo=UTC)
    return ListingSpan(
        market=listing.market, app_id="a", app=listing.app, listing=listing, first_seen=at, last_seen=at,
        gone_at=at if gone else None,
    )  # fmt: skip


def seen(**changes: Any) -> Seen:
    package = changes.get("examination", examined())
    values = {
        "file": FILE,
        "examination": package,
        "policy": policy(),
        "listings": (span(examined(), version_name="5.2.1"),),
        "institution": NAMES,
    }
    return Seen(**values | changes)


def compared(filed: dict[str, Any] | None = None, **changes: Any) -> Comparison:
    return compare(filed if filed is not None else form(), seen(**changes), knowledge=KNOWLEDGE)


def line(of: Comparison, key: str) -> Line:
    found = [one for one in of.lines if one.key == key]
    assert len(found) == 1, (key, [one.key for one in of.lines])
    return found[0]


def test_the_form_of_the_test_is_the_register_s_form() -> None:
    values, problems = FilingForm.read(form())
    assert not problems
    assert values["package"] == "cn.qinghe.bank"


def test_a_filing_that_says_what_is_seen_has_no_mismatch() -> None:
    result = compared()
    assert [one.key for one in result.lines if one.mismatch] == []
    assert line(result, "package:package").standing is Standing.AGREES
    assert line(result, "package:version").standing is Standing.AGREES, "a leading V says nothing"
    assert line(result, "package:package_md5").standing is Standing.AGREES
    assert line(result, "package:permissions").standing is Standing.AGREES
    assert line(result, "package:sdks").standing is Standing.AGREES
    assert line(result, "package:signers").standing is Standing.AGREES
    assert line(result, "policy:operator").standing is Standing.AGREES
    assert line(result, "market:shop:developer").standing is Standing.AGREES
    assert result.package == FILE.sha256


@pytest.mark.parametrize(
    ("key", "change", "needle"),
    [
        ("package:package", {"package": "cn.qinghe.other"}, "cn.qinghe.other"),
        ("package:name", {"name": "青禾理财"}, "青禾理财"),
        ("package:version", {"version": "5.2.0"}, "5.2.0"),
        ("package:package_size", {"package_size": 40_001}, "40,000"),
        ("package:package_md5", {"package_md5": "c" * 32}, "a" * 32),
        ("package:package_sha256", {"package_sha256": "c" * 64}, FILE.sha256),
        ("package:signers", {"signers": ["d" * 64]}, kit.sha("qinghe")),
        ("package:permissions:idle", {"permissions": ["CAMERA", "READ_CONTACTS"]}, "READ_CONTACTS"),
        ("package:sdk_version:jpush", {"sdks": [{"name": "极光推送", "version": "4.0"}]}, "4.0"),
    ],
)
def test_each_difference_has_both_sides_its_place_and_a_sentence(key: str, change: dict[str, Any], needle: str) -> None:
    one = line(compared(form(**change)), key)
    assert one.standing is Standing.DIFFERS
    assert one.declared
    assert one.evidence
    assert one.sentence is not None
    assert needle in one.sentence.zh
    assert needle in one.sentence.en
    assert "请" in one.sentence.zh
    assert "lease" in one.sentence.en


def test_a_clause_is_named_with_its_number_only_where_its_text_was_seen() -> None:
    sentence = line(compared(form(package="x.y")), "package:package").sentence
    assert sentence is not None
    assert sentence.zh.endswith("（参见《移动金融客户端应用软件备案管理办法（试行）》第6条）")
    result = compared(form(sdks=[]), policy=policy())
    both = line(result, "package:sdks").sentence
    assert both is not None
    unnumbered = line(compared(form(sdks=[{"name": "未知推送SDK"}])), "policy:sdks:untold").sentence
    assert unnumbered is not None
    assert "国信办秘字〔2019〕191号" in unnumbered.zh
    spaced = line(compared(form(permissions=["CAMERA", "READ_SMS"])), "package:permissions:idle").sentence
    assert spaced is not None
    assert "JR/T 0092-2019 5.2.2" in spaced.zh
    assert "第二条第1项" not in unnumbered.zh, "its number was not verified"


def test_permissions_are_known_by_name_short_name_and_title() -> None:
    package = examined(permissions=(CAMERA, CONTACTS, "android.permission.INTERNET", "cn.qinghe.permission.PUSH"))
    entries = ["android.permission.CAMERA", "读取通讯录"]
    assert (
        line(compared(form(permissions=entries), examination=package), "package:permissions").standing
        is Standing.AGREES
    )
    missing = line(compared(form(permissions=["CAMERA"]), examination=package), "package:permissions")
    assert missing.standing is Standing.DIFFERS
    assert missing.sentence is not None
    assert "READ_CONTACTS" in missing.sentence.zh
    assert "INTERNET" not in missing.sentence.zh, "normal permissions open nothing personal"
    assert "PUSH" not in missing.sentence.zh, "an app's own permission is nobody's business"


def test_an_entry_that_nobody_can_read_withholds_the_accusation() -> None:
    package = examined(permissions=(CAMERA, CONTACTS))
    unclear = line(compared(form(permissions=["CAMERA", "访问您的人脉"]), examination=package), "package:permissions")
    assert unclear.standing is Standing.UNSEEN
    assert unclear.sentence is None
    assert unclear.why is not None
    assert "访问您的人脉" in unclear.why.zh


def test_a_component_that_was_not_filed_is_told_with_its_place_even_in_a_packed_app() -> None:
    result = compared(form(sdks=[]))
    one = line(result, "package:sdks")
    assert one.standing is Standing.UNDECLARED
    assert one.evidence[0].at == JPUSH_AT
    assert one.sentence is not None
    assert "极光推送" in one.sentence.zh
    packed = examined(protection=Protection(packer="bangcle", extent="limited"))
    other = line(compared(form(sdks=[]), examination=packed), "package:sdks")
    assert other.sentence is not None
    assert other.why is not None


def test_a_filed_component_that_was_not_found_is_held_against_nobody_when_the_code_was_hidden() -> None:
    filed = form(sdks=[{"name": "极光推送"}, {"name": "高德地图"}])
    assert line(compared(filed), "package:sdks:idle").sentence is not None
    packed = examined(protection=Protection(packer="bangcle", extent="limited"))
    keys = [one.key for one in compared(filed, examination=packed).lines]
    assert "package:sdks:idle" not in keys


def test_only_a_vendor_s_name_is_neither_agreement_nor_accusation() -> None:
    beacon = PUSH.model_copy(
        update={"id": "tencent_beacon", "name": Text(zh="灯塔", en="Beacon"), "version": None, "prefixes": ("com/b/",)}
    )
    package = examined(document={"sdks": (beacon,)})
    one = line(compared(form(sdks=[{"name": "腾讯Bugly"}]), examination=package), "package:sdks")
    assert one.standing is Standing.UNSEEN
    assert one.sentence is None
    assert one.why is not None
    assert "灯塔" in one.why.zh
    other = line(compared(form(sdks=[{"name": "高德地图"}]), examination=package), "package:sdks")
    assert other.standing is Standing.DIFFERS


def test_building_blocks_are_no_third_parties() -> None:
    block = PUSH.model_copy(update={"id": "okhttp", "name": Text(zh="OkHttp", en="OkHttp"), "purpose": "network"})
    result = compared(examination=examined(document={"sdks": (PUSH, block)}))
    assert line(result, "package:sdks").standing is Standing.AGREES


def test_a_manifest_that_was_not_read_is_no_mismatch_at_all() -> None:
    gaps = (Unreadable(part="manifest", reason="not readable"), Unreadable(part="code", reason="damaged"))
    broken = examined(
        id=None, label=None, version_name=None, permissions=(), signers=(), min_sdk=None, target_sdk=None,
        protection=Protection(extent="limited"), document={"unreadable": gaps, "sdks": ()},
    )  # fmt: skip
    result = compared(examination=broken, listings=())
    package = [one for one in result.lines if one.side == "package"]
    assert [one.key for one in package if one.mismatch] == []
    assert line(result, "package:package").standing is Standing.UNSEEN
    assert line(result, "package:permissions").standing is Standing.UNSEEN
    assert line(result, "package:sdks").standing is Standing.UNSEEN
    assert any("未能读全" in gap.zh for gap in result.gaps)


def test_without_a_package_only_the_package_is_asked_for() -> None:
    bare = form(package_file=None)
    result = compared(bare, file=None, examination=None, policy=None, listings=())
    assert [one.key for one in result.lines if one.mismatch] == ["package:file"]
    assert line(result, "policy:text").standing is Standing.UNSEEN
    none = compared(form(package_file=None, policy_file=None), file=None, examination=None, policy=None, listings=())
    assert line(none, "policy:text").standing is Standing.UNDECLARED
    handed = compared(form(), examination=None, listings=())
    assert [one.key for one in handed.lines if one.mismatch] == [], "handed in, and not examined yet"
    assert handed.gaps[0].zh == "安装包尚未检查。"


@pytest.mark.parametrize(
    ("packer", "extent", "stated", "standing", "asks"),
    [
        ("bangcle", "limited", None, Standing.UNDECLARED, True),
        ("bangcle", "limited", "北京梆梆安全科技有限公司", Standing.AGREES, False),
        ("bangcle", "limited", "360加固", Standing.DIFFERS, True),
        (None, "full", "360加固", Standing.DIFFERS, True),
        (None, "full", "某某安全有限公司", Standing.UNSEEN, False),
        (None, "limited", "360加固", Standing.UNSEEN, False),
        (None, "full", None, Standing.AGREES, False),
    ],
)
def test_hardening(packer: str | None, extent: Any, stated: str | None, standing: Standing, asks: bool) -> None:
    at = (Evidence(says=Text(zh="文件", en="a file"), at=FileAt(path="lib/libDexHelper.so")),)
    package = examined(protection=Protection(packer=packer, extent=extent, evidence=at if packer else ()))
    one = line(compared(form(protection_vendor=stated), examination=package), "package:hardening")
    assert one.standing is standing
    assert one.mismatch is asks
    assert bool(one.evidence) or not asks


def test_ipv6_is_never_decided_by_a_package_at_rest() -> None:
    at = CodeAt(dex="classes.dex", method="La;->b()V")
    written = (
        Endpoint(host="203.0.113.9", owner="app", at=at),
        Endpoint(host="api.qinghe.example", owner="app", at=at),
    )
    one = line(compared(examination=examined(document={"endpoints": written})), "package:ipv6")
    assert one.standing is Standing.UNSEEN
    assert one.observed == ("203.0.113.9",)
    assert one.sentence is None


@pytest.mark.parametrize(
    ("likeness", "standing"),
    [(0.99, Standing.AGREES), (0.8, Standing.UNSEEN), (0.3, Standing.DIFFERS), (None, Standing.UNSEEN)],
)
def test_icons(likeness: float | None, standing: Standing) -> None:
    one = line(compared(icon=IconSeen(path="res/icon.png", likeness=likeness)), "package:icon")
    assert one.standing is standing
    assert one.mismatch is (standing is Standing.DIFFERS)


def test_a_name_in_any_of_the_package_s_languages_agrees() -> None:
    package = examined(label="Qinghe Mobile Bank")
    assert line(compared(examination=package), "package:name").standing is Standing.DIFFERS
    localised = compared(examination=package, labels=("Qinghe Mobile Bank", "青禾手机银行"))
    assert line(localised, "package:name").standing is Standing.AGREES


# Markets -------------------------------------------------------------------------------------------------------------


def test_markets_are_compared_one_by_one_in_their_newest_version() -> None:
    package = examined()
    listings = (
        span(package, "old", version_name="5.2.1", gone=True, developer="别人"),
        span(package, "next", version_name="5.3.0", version_code=9),
        span(package, "next", version_name="5.2.1", version_code=5),
        span(package, "late", version_name="5.1.0", version_code=3),
        span(package, "odd", version_name="2026a", version_code=3),
        span(package, "other", version_name="5.2.1", developer="星河科技有限公司", signer_sha256=("e" * 64,)),
        span(package, "channel", version_name="5.2.1", package_sha256="f" * 64),
    )
    result = compared(listings=listings)
    assert not [one for one in result.lines if one.key.startswith("market:old:")], "it is gone"
    newer = line(result, "market:next:version")
    assert newer.standing is Standing.DIFFERS
    assert newer.sentence is not None
    assert "5.3.0" in newer.sentence.zh
    assert newer.sentence.zh.endswith("（参见《移动金融客户端应用软件备案管理办法（试行）》第11条、第12条）")
    assert line(result, "market:late:version").standing is Standing.UNSEEN, "the filed one may not be out yet"
    assert line(result, "market:odd:version").standing is Standing.UNSEEN
    stranger = line(result, "market:other:developer")
    assert stranger.sentence is not None
    assert "星河科技有限公司" in stranger.sentence.zh
    assert stranger.evidence[0].at.kind == "listing"
    assert stranger.evidence[0].at.capture == "segment.warc.gz#0"
    assert line(result, "market:other:signer_sha256").mismatch
    assert line(result, "market:channel:package_sha256").mismatch
    assert line(result, "market:next:signer_sha256").standing is Standing.AGREES


def test_markets_are_called_by_their_names() -> None:
    listings = (span(examined(), version_name="5.2.1", developer="星河科技有限公司"),)
    one = line(
        compared(listings=listings, markets={"shop": Text(zh="青鸟商店", en="Bluebird")}), "market:shop:developer"
    )
    assert one.label == Text(zh="青鸟商店：开发者", en="Bluebird: developer")
    assert one.sentence is not None
    assert "应用市场“青鸟商店”" in one.sentence.zh
    assert "“Bluebird”" in one.sentence.en
    assert one.evidence[0].at.kind == "listing"
    assert one.evidence[0].at.market == "shop"


def test_a_market_that_shows_the_developer_in_another_legal_form_agrees() -> None:
    result = compared(listings=(span(examined(), version_name="5.2.1", developer="青禾银行 股份有限公司"),))
    assert line(result, "market:shop:developer").standing is Standing.AGREES
    silent = compared(listings=(span(examined(), developer=None, version_name=None),))
    assert line(silent, "market:shop:developer").standing is Standing.UNSEEN
    assert line(silent, "market:shop:version").standing is Standing.UNSEEN


# The policy ----------------------------------------------------------------------------------------------------------


def test_a_policy_of_somebody_else_is_noticed() -> None:
    other = policy("隐私政策\n本政策由星河科技有限公司制定，适用于星河钱包。\n我们收集您的手机号码用于注册。\n")
    result = compared(policy=other)
    assert line(result, "policy:operator").standing is Standing.DIFFERS
    assert line(result, "policy:app").standing is Standing.DIFFERS
    assert line(result, "policy:sdks:untold").standing is Standing.DIFFERS


def test_a_policy_that_was_not_read_whole_claims_no_absence() -> None:
    whole = policy("隐私政策\n本政策由星河科技有限公司制定。\n")
    assert whole.text is not None
    text = whole.text.model_copy(update={"unreadable": ("page 2 has no text",)})
    partly = PolicySeen(origin=whole.origin, text=text, reading=whole.reading)
    result = compared(policy=partly)
    for key in ("policy:operator", "policy:app", "policy:sdks:untold"):
        assert line(result, key).standing is Standing.UNSEEN, key
        assert not line(result, key).mismatch


def test_a_policy_that_could_not_be_read_says_why() -> None:
    problem = Text(zh="文件无法解码。", en="It could not be decoded.")
    result = compared(policy=PolicySeen(origin="p", problem=problem))
    one = line(result, "policy:text")
    assert one.standing is Standing.UNSEEN
    assert one.why == problem


def test_what_package_and_policy_disagree_on_is_taken_over_unless_it_needs_a_person() -> None:
    code = (Evidence(says=Text(zh="读取", en="reads"), at=CodeAt(dex="classes.dex", method="La;->b()V")),)
    said = (Evidence(says=Text(zh="政策", en="says"), at=PolicyAt(document="b" * 64, paragraph=2, start=1, end=9)),)
    name = Text(zh="短信内容", en="text messages")

    def row(outcome: Disclosed, **fields: Any) -> Compared:
        values = {"subject": "item", "id": outcome.value, "name": name, "told": Told.ABSENT, "weighty": True}
        return Compared(**values | {"outcome": outcome, "package": code, "policy": said} | fields)

    rows = (
        row(Disclosed.UNDISCLOSED),
        row(Disclosed.CONTRADICTED),
        row(Disclosed.TOO_EARLY, suspected=True),
        row(Disclosed.UNDISCLOSED, id="light", weighty=False),
        row(Disclosed.UNREAD),
        row(Disclosed.NOT_FOUND),
    )
    disclosure = Disclosure(document="b" * 64, origin="p", rows=rows)
    result = compared(examination=examined(document={"disclosure": disclosure}))
    untold = line(result, "policy:undisclosed:item:undisclosed:")
    assert untold.evidence == (*code, *said), "both sides"
    assert untold.sentence is not None
    assert "短信内容" in untold.sentence.zh
    assert line(result, "policy:contradicted:item:contradicted:").mismatch
    maybe = line(result, "policy:too_early:item:too_early:")
    assert maybe.standing is Standing.UNSEEN
    assert not maybe.mismatch
    keys = {one.key for one in result.lines}
    assert not keys & {
        "policy:undisclosed:item:light:",
        "policy:unread:item:unread:",
        "policy:not_found:item:not_found:",
    }


# The whole and the letter --------------------------------------------------------------------------------------------


def test_mismatches_come_first_and_every_key_is_there_once() -> None:
    result = compared(form(package="x", version="1", sdks=[], name=None))
    flags = [one.mismatch for one in result.lines]
    assert flags == sorted(flags, reverse=True)
    assert sum(flags) >= 4
    keys = [one.key for one in result.lines]
    assert len(keys) == len(set(keys))
    assert compared(form(package="x", version="1", sdks=[], name=None)) == result, "the same input, the same lines"


def test_no_sentence_accuses() -> None:
    result = compared(form(package="x", version="1", sdks=[], name="别的", permissions=[], package_md5="0" * 32))
    for one in result.lines:
        if one.sentence:
            assert not set("伪欺骗谎") & set(one.sentence.zh)
            assert "违法" not in one.sentence.zh
            assert "违规" not in one.sentence.zh


def test_the_letter_holds_what_was_picked_in_order() -> None:
    result = compared(form(package="x.y", version="1.0"))
    picked = result.picked(("package:version", "package:package", "package:ipv6", "nothing"))
    assert [one.key for one in picked] == ["package:package", "package:version"], "no sentence, no line"
    zh, english, rests = points(picked, "zh"), points(picked, "en"), basis(picked)
    assert len(zh) == len(english) == len(rests) == 2
    assert zh[0].startswith("填报的包名为“x.y”")
    assert zh[1].startswith("填报的软件版本为“1.0”")
    assert english[0].startswith("The form states the package name “x.y”")
    assert rests[0].startswith("package:package｜x.y ≠ cn.qinghe.bank｜AndroidManifest.xml")
    assert not any("\n" in one for one in (*zh, *rests)), "a point is one line of the step's note"
