"""Who does what with which item: negation, direction, conditions, lists, components, in Chinese and English."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch import catalog
from finwatch.errors import UnreadablePolicy
from finwatch.model.statement import (
    Action,
    ConditionKind,
    PartyKind,
    Place,
    PolicyReading,
    RightKind,
    Source,
    Statement,
)
from finwatch.policy import Grammar, read_policy_text, read_statements
from finwatch.report.policy import document


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return Grammar(catalog.load().items)


def read(text: str) -> PolicyReading:
    return read_statements(read_policy_text(text.encode()), grammar())


def said(text: str) -> set[tuple[str, str, str]]:
    return {(one.item, one.folded, one.party.kind.value) for one in read(text).statements}


def only(text: str, item: str, action: str) -> Statement:
    (found,) = [one for one in read(text).statements if (one.item, one.folded) == (item, action)]
    return found


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("我们会收集您的姓名、手机号码。", {("name", "collect", "first"), ("phone_number", "collect", "first")}),
        ("我们不会收集您的通讯录。", {("contacts", "not-collect", "first")}),
        (
            "我们不会收集、保存您的指纹信息。",
            {("fingerprint", "not-collect", "first"), ("fingerprint", "not-store", "first")},
        ),
        ("未经您的同意,我们不会向任何第三方提供您的银行卡号。", {("bank_card", "not-share", "first")}),
        ("您向我们提供身份证号码。", {("id_number", "collect", "first")}),
        ("我们向合作银行提供您的身份证号码。", {("id_number", "share", "first")}),
        ("我们向您提供短信提醒服务。", set()),
        ("合作机构会向我们提供您的信用报告。", {("credit_report", "collect", "first")}),
        ("您可以访问、更正您的手机号码。", set()),
        ("我们如何收集您的个人信息", set()),
        ("如您不提供身份证号码,您将无法使用贷款服务。", set()),
        ("我们会采取措施防止您的银行卡号被泄露。", set()),
        ("我们不会泄露您的银行卡号。", {("bank_card", "not-share", "first")}),
        ("请您妥善保管您的登录密码。", set()),
        ("个人信息是指姓名、身份证件号码等信息。", set()),
        ("我们会收集您使用服务时的位置信息。", {("precise_location", "collect", "first")}),
        ("我们会收集您从通讯录中选取的手机号码。", {("phone_number", "collect", "first")}),
        ("账户被盗时,指纹登录功能会关闭。", set()),
        ("上述特征信息由系统处理。", set()),
        ("我们会删除您的通话记录。", {("call_log", "delete", "first")}),
        (
            "We do not collect your SMS or call logs.",
            {("sms", "not-collect", "first"), ("call_log", "not-collect", "first")},
        ),
        ("You provide us with your bank account number.", {("bank_card", "collect", "first")}),
        ("We may share your IMEI with third-party service providers.", {("imei", "share", "first")}),
        ("The SDK collects your Android ID.", {("android_id", "collect", "sdk")}),
    ],
)
def test_a_sentence_states_what_it_states_and_nothing_more(text: str, statements: set[tuple[str, str, str]]) -> None:
    assert said(text) == statements


def test_a_negation_ends_with_its_clause() -> None:
    assert said("我们不会收集您的指纹,但会收集您的人脸照片。") == {
        ("fingerprint", "not-collect", "first"),
        ("face", "collect", "first"),
    }


def test_what_is_denied_once_refused_is_read_when_allowed() -> None:
    text = "如您拒绝短信授权,我们将不读取短信内容。"
    assert said(text) == {("sms", "not-collect", "first"), ("sms", "collect", "first")}
    assert [one.kind for one in only(text, "sms", "not-collect").conditions] == [ConditionKind.REFUSAL]
    assert only(text, "sms", "collect").implied


def test_what_is_not_kept_is_read() -> None:
    text = "系统后台不保存客户已安装应用列表信息。"
    assert said(text) == {("app_list", "not-store", "first"), ("app_list", "collect", "first")}


def test_what_stays_on_the_device_is_kept_by_the_device() -> None:
    found = only("指纹特征由您手机的操作系统保存。", "fingerprint", "store")
    assert found.party.kind is PartyKind.DEVICE
    assert only("读取的剪贴板内容仅存储在客户端本地。", "clipboard", "store").place is Place.DEVICE


def test_conditions_purpose_and_retention_are_quoted() -> None:
    text = "当您申请贷款时,经您同意,我们会收集您的收入信息用于评估额度。"
    policy = read_policy_text(text.encode())
    (found,) = [one for one in read_statements(policy, grammar()).statements if one.item == "income"]
    assert [one.kind for one in found.conditions] == [ConditionKind.FUNCTION, ConditionKind.CONSENT]
    assert found.purpose is not None
    assert policy.text[slice(*found.purpose)] == "用于评估额度"
    stored = only("我们将保存您的交易记录不少于5年。", "transaction", "store")
    assert stored.retention is not None


def test_an_exception_after_a_denial_belongs_to_it() -> None:
    found = only("我们不会与任何公司分享您的个人信息,但以下情况除外:", "personal_info", "not-share")
    assert ConditionKind.EXCEPTION in {one.kind for one in found.conditions}


def test_consent_that_is_asked_for_makes_a_supposed_practice_real() -> None:
    text = "我行不会主动共享您的个人信息,如存在共享您的个人信息情形,我行会征得您的明示同意。"
    assert said(text) == {("personal_info", "not-share", "first"), ("personal_info", "share", "first")}


def test_a_list_inherits_the_verb_of_its_head_until_it_ends() -> None:
    head = "当您注册时,我们会收集以下信息:\n"
    text = head + "1.姓名;\n2.手机号码;\n3.设备信息(IMEI、MAC地址)。\n二、其他\n银行卡号丢失请致电客服。"
    found = [one for one in read(text).statements if one.head is not None]
    assert {one.item for one in found} >= {"name", "phone_number", "imei", "mac", "device_info"}
    assert "bank_card" not in {one.item for one in read(text).statements}
    assert all(one.head == 0 and one.conditions for one in found)


def test_a_list_of_cases_is_no_list_of_data() -> None:
    assert said("以下情形中,我们可能会收集个人信息而无需同意:\n1.与通话记录犯罪侦查直接相关的;") == {
        ("personal_info", "collect", "first")
    }


def test_a_parent_term_names_the_parent_alone() -> None:
    assert said("我们会收集您的设备信息。") == {("device_info", "collect", "first")}


def test_words_for_what_was_named_before_lead_back_to_it() -> None:
    text = "我们会收集您的人脸照片。上述信息将存储于我行服务器。"
    found = only(text, "face", "store")
    assert found.place is Place.SERVER
    assert found.item_start < found.start


def test_who_gives_and_who_receives() -> None:
    found = only("我们会将您的姓名、手机号码传输至人力资源和社会保障局。", "name", "share")
    assert found.recipient is not None
    assert (found.recipient.kind, found.recipient.name) == (PartyKind.AUTHORITY, "人力资源和社会保障局")
    indirect = only("我们会从合作伙伴处获取您的信用报告。", "credit_report", "collect")
    assert indirect.source is Source.THIRD
    assert only("我们可能委托合作机构处理您的交易记录。", "transaction", "share").action is Action.ENTRUST


def test_a_component_acts_where_it_is_the_subject() -> None:
    text = "我们使用了百度地图SDK,该SDK由百度公司提供,不获取您的个人信息。"
    found = only(text, "personal_info", "not-collect")
    assert (found.party.kind, found.party.name) == (PartyKind.SDK, "百度地图SDK")
    both = "我们不会将您的个人信息共享给第三方SDK,但此类SDK可能会收集您的IMSI。"
    assert said(both) == {("personal_info", "not-share", "first"), ("imsi", "collect", "sdk")}


FIELDS = """八、第三方SDK
（1）极光推送SDK
公司名称：深圳市和讯华谷信息技术有限公司
使用目的：消息推送
收集信息：IMEI、MAC地址、应用列表
隐私政策：https://www.example.org/privacy
（2）图片加载SDK
使用目的：显示图片
收集信息：无
"""


def test_fields_under_a_name_make_a_row() -> None:
    push, image = read(FIELDS).sdks
    assert (push.name, push.supplier, push.purpose) == ("极光推送SDK", "深圳市和讯华谷信息技术有限公司", "消息推送")
    assert push.items == ("app_list", "imei", "mac")
    assert push.link == "https://www.example.org/privacy"
    assert (image.name, image.items, image.collects_nothing) == ("图片加载SDK", (), True)
    assert {one.party.supplier for one in read(FIELDS).statements} == {"深圳市和讯华谷信息技术有限公司"}


def test_tables_make_rows_whether_their_cells_are_known_or_run_flat() -> None:
    page = (
        "<html><body><table><tr><th>SDK名称</th><th>收集信息</th><th>用途</th></tr>"
        "<tr><td>友盟SDK</td><td>Android ID、IP地址</td><td>统计</td></tr></table></body></html>"
    )
    flat = "第三方SDK清单\nSDK名称\n收集信息\n用途\n友盟SDK\nAndroid ID、IP地址\n统计\n"
    for text in (page, flat):
        (row,) = read(text).sdks
        assert (row.name, row.items, row.purpose) == ("友盟SDK", ("android_id", "ip"), "统计")


def test_rights_are_read_with_their_way_and_their_days() -> None:
    text = "您可以通过“我的-设置-注销”注销您的账号。您可以撤回您的同意。我们将在15个工作日内回复。"
    policy = read_policy_text(text.encode())
    found = {one.kind: one for one in read_statements(policy, grammar()).rights}
    assert set(found) == {RightKind.CLOSE, RightKind.WITHDRAW}
    channel = found[RightKind.CLOSE].channel
    assert channel is not None
    assert "我的-设置-注销" in policy.text[slice(*channel)]
    assert found[RightKind.WITHDRAW].days == 15


def test_the_document_names_spans_of_the_file() -> None:
    text = "\r\n　　我们收集（ＩＭＥＩ）。\r\n"
    policy = read_policy_text(text.encode("utf-8-sig"))
    made = document(policy, read_statements(policy, grammar()))
    (one,) = made["statements"]
    assert (one["item"], one["action"], one["party"]) == ("imei", "collect", "first")
    assert text[one["span"]["start"] : one["span"]["end"]] == "我们收集（ＩＭＥＩ）。"
    assert text[one["item_span"]["start"] : one["item_span"]["end"]] == "ＩＭＥＩ"


WORDS = [
    "我们",
    "不会",
    "收集",
    "您的",
    "姓名",
    "、",
    ",",
    "。",
    ":",
    "(",
    ")",
    "共享给",
    "第三方",
    "如您",
    "拒绝",
    "时",
    "的",
    "SDK",
    "用于",
    "将",
    "向",
    "该信息",
    "\n",
]


@settings(deadline=None, max_examples=120)
@given(st.lists(st.sampled_from(WORDS), max_size=24))
def test_any_string_of_words_reads_to_statements_inside_the_text(words: list[str]) -> None:
    try:
        policy = read_policy_text("".join(words).encode())
    except UnreadablePolicy:
        return
    reading = read_statements(policy, grammar())
    assert reading == read_statements(policy, grammar())
    for one in reading.statements:
        assert 0 <= one.start < one.end <= len(policy.text)
        assert policy.text[one.item_start : one.item_end].strip()
