"""Constructions of real policies: others who see data, tables run together, long fronted objects, broken lines."""

from __future__ import annotations

from functools import lru_cache

import pytest

from finwatch import catalog
from finwatch.model.statement import PolicyReading
from finwatch.policy import Grammar, read_policy_text, read_statements


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return Grammar(catalog.load().items)


def read(text: str) -> PolicyReading:
    return read_statements(read_policy_text(text.encode()), grammar())


def said(text: str) -> set[tuple[str, str, str]]:
    return {(one.item, one.folded, one.party.kind.value) for one in read(text).statements}


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("您的昵称、头像可以被您的好友查看到。", {("nickname", "share", "first"), ("avatar", "share", "first")}),
        ("付款时交易对方可以查看到您的姓名。", {("name", "share", "first")}),
        ("您可以查看到您的姓名。", set()),
        (
            "我们会对您使用的程序所提供的IP地址、硬件型号进行转发。",
            {("ip", "share", "first"), ("device_model", "share", "first")},
        ),
        ("1)用于广告归因(第三方SDK收集):IMEI、OAID;", {("imei", "collect", "sdk"), ("oaid", "collect", "sdk")}),
        ("(6)从合法公开的信息中收集个人信息的,如政府信息公开渠道。", set()),
        (
            "指纹特征由您录入指纹当时的载体(如手机)及其系统保存,我们不会保存您的指纹特征。",
            {("fingerprint", "store", "device"), ("fingerprint", "not-store", "first")},
        ),
        ("您不可避免地要向交易对方披露自己的邮政地址。", set()),
        ("建议您征得监护人同意后向我们提供手机号码。", set()),
        ("我们收集您填写的联系人信息。", {("emergency_contact", "collect", "first")}),
        (
            "我们或我们的第三方合作伙伴可能获取您的IP地址。",
            {("ip", "collect", "first"), ("ip", "collect", "third")},
        ),
        ("您可以在我的→银行卡管理→添加/查看银行卡信息。", set()),
        (
            "某某SDK:为记录运行情况,需要系统【网络状态】、【手机日志】权限,平台会记录您的崩溃信息。",
            {("network", "collect", "sdk"), ("op_log", "collect", "sdk"), ("perf", "collect", "first")},
        ),
        ("我们会要求第三方合法地收集您的手机号码。", set()),
        ("您可以关闭权限,从而拒绝我们收集您的位置信息。", set()),
    ],
)
def test_a_construction_states_what_it_states(text: str, statements: set[tuple[str, str, str]]) -> None:
    assert said(text) == statements


GLUED = (
    "第三方名称使用目的功能类型涉及个人信息某某分享SDK一键分享分享网络状态、IMEI个推pushSDK消息推送推送设备品牌、IP地址"
    "统计SDK统计统计Android ID我们会收集您的姓名。"
)


def test_a_table_run_together_makes_a_row_of_each_component() -> None:
    rows = {row.name: row.items for row in read(GLUED).sdks}
    assert rows == {
        "某某分享SDK": ("imei", "network"),
        "个推pushSDK": ("device_model", "ip"),
        "统计SDK": ("android_id",),
    }
    assert ("name", "collect", "first") in said(GLUED)


def test_an_address_broken_over_lines_names_no_component() -> None:
    text = (
        "SDK名称:甲SDK目的:登录收集个人信息范围:无(仅登录,不采集信息)隐私政策链接:\nhttps://example.org/a\n/sdk%E4%BA%92\n"
        "SDK名称:乙SDK目的:开户收集个人信息范围:麦克风隐私政策链接:\nhttps://example.org/b\n"
    )
    rows = {row.name: (row.items, row.collects_nothing) for row in read(text).sdks}
    assert rows == {"甲SDK": ((), True), "乙SDK": (("audio",), False)}


def test_a_wrapped_line_that_goes_on_is_no_heading() -> None:
    filler = "本政策适用于本平台提供的全部产品和服务并随业务发展不时更新请您在使用\n" * 40
    text = (
        filler + "(五)某某地图SDK:加载页面时需要系统的相应权限,即系统应用所需的【位置\n信息】权限,用于展示周边网点。\n"
    )
    assert "【位置信息】" in read_policy_text(text.encode()).text


def test_a_line_that_ends_one_component_and_begins_the_next_is_read_for_both() -> None:
    text = (
        "1)甲SDKSDK名称:甲SDK目的:登录收集个人信息范围:IMEI隐私政策链接:\nhttps://example.org/a\n"
        "第三方SDK公司名称:甲科技有限公司2)乙SDKSDK名称:乙SDK目的:开户收集个人信息范围:麦克风、摄像头权限\n"
    )
    rows = {row.name: (row.supplier, row.items) for row in read(text).sdks}
    assert rows == {"甲SDK": ("甲科技有限公司", ("imei",)), "乙SDK": (None, ("audio", "camera"))}
