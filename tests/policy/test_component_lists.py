"""Lists of third-party components as policies print them, with fictional ones: rows, and who takes what."""

from __future__ import annotations

from functools import lru_cache

import pytest

from finwatch import catalog
from finwatch.model.statement import PolicyReading
from finwatch.policy import Grammar, read_policy_text, read_statements

Said = set[tuple[str, str, str]]


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return Grammar(catalog.load().items)


def read(text: str) -> PolicyReading:
    return read_statements(read_policy_text(text.encode()), grammar())


def said(text: str) -> Said:
    return {(one.item, one.folded, one.party.kind.value) for one in read(text).statements}


def rows(text: str) -> dict[str, tuple[str, ...]]:
    return {row.name: row.items for row in read(text).sdks}


ENTRY = """六、第三方SDK
(1)橡果助手SDK
SDK类型:{kind}
SDK描述:{told}
SDK所需用户信息字段:IMEI
公司名称:橡果科技有限公司
"""


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("定位", "用于验证银行卡密码"),
        ("账户风控", "刷脸付、转账等交易的风险控制"),
        ("工具", "用户可以使用人脸识别功能,统计崩溃日志"),
    ],
)
def test_a_field_that_is_no_list_of_data_states_nothing(kind: str, told: str) -> None:
    text = ENTRY.format(kind=kind, told=told)
    assert said(text) == {("imei", "collect", "sdk")}
    assert rows(text) == {"橡果助手SDK": ("imei",)}


def test_a_field_that_says_by_a_verb_that_data_are_taken_says_it_of_the_component() -> None:
    text = ENTRY.format(kind="工具", told="采集用户人脸图像、视频,仅用于判断真人,不会外传用户个人信息")
    assert said(text) == {
        ("face", "collect", "sdk"),
        ("video", "collect", "sdk"),
        ("personal_info", "not-share", "sdk"),
        ("imei", "collect", "sdk"),
    }
    assert rows(text) == {"橡果助手SDK": ("face", "imei", "video")}
    assert rows(ENTRY.format(kind="工具", told="自动扫描卡片上的银行卡号")) == {"橡果助手SDK": ("bank_card", "imei")}
    assert ("social_account", "collect", "sdk") in said(
        ENTRY.format(kind="分享", told="用于分享。我们采集社交账号公开信息,以便分享消息")
    )


@pytest.mark.parametrize(
    ("told", "statement"),
    [
        ("您使用橡果登录时,我们会收集您的手机号码", ("phone_number", "collect", "first")),
        ("用于支付,我们不会收集您的银行卡号", ("bank_card", "not-collect", "first")),
        ("用于认证,我们会将您的手机号码提供给橡果科技有限公司", ("phone_number", "share", "first")),
    ],
)
def test_the_operator_may_speak_in_a_field(told: str, statement: tuple[str, str, str]) -> None:
    assert said(ENTRY.format(kind="登录", told=told)) == {statement, ("imei", "collect", "sdk")}


def test_entries_glued_in_one_line_have_their_own_data() -> None:
    text = (
        "3.第三方服务由外部提供。\n"
        "1)使用SDK名称:橡果分享SDK使用目的:提供【分享】功能;数据类型:信息种类等;官网及隐私政策链接:www.example.org"
        "2)使用SDK名称:松果统计 SDK;使用目的:统计分析;数据类型:设备信息(IMEI/MAC等);隐私权政策链接:https://example.org/a"
        "3)使用SDK名称:竹叶加固;使用目的:安全;数据类型:OAID。官网链接:https://example.org/b我们需要采集您的手机号码。"
    )
    assert rows(text) == {
        "橡果分享SDK": (),
        "松果统计 SDK": ("device_info", "imei", "mac"),
        "竹叶加固": ("oaid",),
    }
    assert {one for one in said(text) if one[2] == "first"} == {("phone_number", "collect", "first")}


def test_entries_may_begin_behind_a_sentence() -> None:
    text = (
        "(7)服务商:目前我们接入的第三方SDK信息如下,请您阅读后再使用:1)橡果sdkSDK 名称:橡果sdk目的:分享收集个人信息范围:"
        "无(仅使用分享功能,不采集信息)隐私政策链接:\nhttps://example.org/a\n第三方SDK公司名称:橡果科技有限公司"
        "2)松果sdksdk名称:松果开放api目的:获取使用应用时的外网IP,用于留痕。收集个人信息范围:无(入网即可检测)隐私政策链接:"
        "https://example.org/b\n第三方SDK公司名称:松果视频为了保障您的信息安全,我们建议您阅读其条款。\n"
    )
    found = {row.name: (row.supplier, row.items, row.collects_nothing) for row in read(text).sdks}
    assert found == {"橡果sdk": ("橡果科技有限公司", (), True), "松果开放api": ("松果视频", ("ip",), False)}
    assert said(text) == {("personal_info", "not-collect", "sdk"), ("ip", "collect", "sdk")}


FLAT = """第三方清单
第三方名称
第三方需要申请的权限
第三方提供的功能
第三方收集的个人信息
橡果推送等推送组件
查看网络连接、查看WLAN状态、读取手机(电话)状态和身份
橡果权限送服务组件(内置竹叶推送、松果推送等推送相关SDK)
精准推送
获取设备信息(IMEI);获取应用信息(通知开关状态)
橡果一键登录
读取手机状态权限
登录
无
"""


def test_a_row_begins_at_a_name_though_cells_before_it_are_missing() -> None:
    assert rows(FLAT) == {
        "橡果推送等推送组件": ("device_info", "network", "wifi"),
        "橡果权限送服务组件": ("app_info", "device_info", "imei"),
        "橡果一键登录": ("device_info",),
    }
    assert {party for _, _, party in said(FLAT)} == {"sdk"}


def test_a_bracket_of_what_is_inside_is_no_part_of_a_name() -> None:
    text = (
        "sdk名称\n使用目的\n使用权限名称\n第三方机构名称\n第三方隐私政策链接\n"
        "橡果推送SDK(包含松果推送、竹叶推送)\n消息推送,统计App崩溃日志\n获取位置信息\n橡果科技有限公司\nhttps://example.org\n"
    )
    assert rows(text) == {"橡果推送SDK": ("precise_location",)}
    assert said(text) == {("precise_location", "collect", "sdk")}


def test_purposes_in_a_list_of_data_are_no_data() -> None:
    listed = "设备信息(如IMEI)、网络信息,用于用户登录账户的安全风控,除上述信息外,我们不会收集您的其他个人信息"
    assert rows(ENTRY.format(kind="支付", told="支付").replace("IMEI", listed)) == {
        "橡果助手SDK": ("device_info", "imei", "network")
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "为推送消息,我们使用了第三方橡果推送、华为推送和华为竹叶SDK,会获取设备信息。",
            {"橡果推送": ("device_info",), "华为推送": ("device_info",), "华为竹叶SDK": ("device_info",)},
        ),
        (
            "穿林SDK/打叶SDK/吟啸SDK:为了提供统计,穿林SDK/打叶SDK/吟啸SDK会收集您的网络状态。",
            {"穿林SDK": ("network",), "打叶SDK": ("network",), "吟啸SDK": ("network",)},
        ),
        (
            "当您使用Acorn Share提供的分享服务时,提供商会收集您的网络状态信息、MAC地址。",
            {"Acorn Share": ("mac", "network")},
        ),
        (
            "项目中集成的第三方SDK主要包括橡果地图,Q-Scan,用于实现扫一扫等功能。",
            {"橡果地图": (), "Q-Scan": ()},
        ),
        (
            "第三方SDK\n(十)acorncastle:轻量级加密API,用于编码。所需权限:无。\n"
            "(十一)手机号码认证 SDK:为保障账户安全而校验,所需权限:【手机权限】。\n",
            {"acorncastle": (), "手机号码认证 SDK": ("device_info",)},
        ),
        (
            "第三方SDK\n甲分享SDK,甲登录SDK、乙统计 SDK等:\n公司名称:甲科技有限公司\n收集信息:IMEI\n",
            {"甲分享SDK": ("imei",), "甲登录SDK": ("imei",), "乙统计 SDK": ("imei",)},
        ),
    ],
)
def test_components_told_of_in_prose_have_rows(text: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert rows(text) == expected


ANSWERED = (
    "我们接入了第三方SDK,具体如下表。第三方SDK第三方机构名称需要申请的权限收集的个人信息数据是否去标识化传输"
    "橡果北京橡果科技有限公司获取设备信息手机设备信息(IMEI、WIFI信息)是"
    "acornly深圳市竹叶计算机系统有限公司获取设备信息手机设备信息(IMEI、网络信息)是注:以上为清单。我们会收集您的手机号码。\n"
)


def test_rows_run_together_that_end_in_yes_or_no_are_told_apart() -> None:
    found = {row.name: (row.supplier, row.items) for row in read(ANSWERED).sdks}
    assert found == {
        "橡果": ("北京橡果科技有限公司", ("device_info", "imei", "wifi")),
        "acornly": ("深圳市竹叶计算机系统有限公司", ("device_info", "imei", "network")),
    }
    assert {one for one in said(ANSWERED) if one[2] == "first"} == {("phone_number", "collect", "first")}
    lines = (
        "涉及第三方代码、插件的情形:序号插件名称第三方名称场景描述个人信息字段是否去标识化传输\n"
        "1电子签约橡果签姓名,证件号码等否\n2JPUSH橡果推送客户唯一标识等否\n我们会签署协议。\n"
    )
    assert rows(lines) == {"电子签约橡果签": ("id_number", "name"), "JPUSH橡果推送": ("account_id",)}


def test_identifiers_under_a_header_of_purposes_are_data_because_a_cell_before_them_is_missing() -> None:
    table = "SDK名称\n提供者名称\n隐私政策链接\n使用目的\n业务需求\n收集信息\n"
    cells = "橡果地图SDK\n橡果科技有限公司\nhttps://example.org/privacy\nIMEI\nMAC地址\n位置信息\n"
    assert rows(table + cells) == {"橡果地图SDK": ("imei", "mac", "precise_location")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "第三方SDK\n(九)橡果统计 SDK:为统计所需。所需权限:【读取设备信息】、【存储】。\n",
            {"橡果统计 SDK": ("device_info", "storage")},
        ),
        (
            "第三方SDK\n(八)橡果 SDK:消息推送,用户可收到消息。\n所需权限:【读取设备信息】、【存储】。\n",
            {"橡果 SDK": ("device_info", "storage")},
        ),
    ],
)
def test_the_name_of_an_entry_may_hold_a_verb_and_ends_before_its_colon(
    text: str, expected: dict[str, tuple[str, ...]]
) -> None:
    assert rows(text) == expected
    assert {party for _, _, party in said(text)} == {"sdk"}


def test_a_label_of_their_own_is_told_by_the_words_in_it() -> None:
    fields = (
        "第三方SDK名称:橡果人脸SDK\n所属机构:橡果科技有限公司\nSDK自身用途:采集崩溃日志\n可能会收集的个人信息种类:人脸图像\n"
        "第三方SDK名称:竹叶支付\n所属机构:竹叶科技有限公司\n可能会收集的个人信息种类:不涉及个人信息\n"
        "个人信息的共享:我们会收集您的手机号码。\n"
    )
    found = {row.name: (row.items, row.collects_nothing) for row in read(fields).sdks}
    assert found == {"橡果人脸SDK": (("face", "op_log"), False), "竹叶支付": ((), True)}
    assert {one for one in said(fields) if one[2] == "first"} == {("phone_number", "collect", "first")}
    page = (
        "<html><body><table><tr><th>SDK名称</th><th>公司名称</th><th>可能会收集的信息种类</th><th>所起的用途</th></tr>"
        "<tr><td>橡果推送</td><td>橡果科技有限公司</td><td>IMEI</td><td>推送</td></tr></table></body></html>"
    )
    assert rows(page) == {"橡果推送": ("imei",)}
