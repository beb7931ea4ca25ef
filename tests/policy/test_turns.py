"""Turns of real policies that a word-by-word reading gets wrong, each as a sentence of a fictional one."""

from __future__ import annotations

from functools import lru_cache

import pytest

from finwatch import catalog
from finwatch.model.statement import PolicyReading
from finwatch.policy import Grammar, read_policy_text, read_statements
from finwatch.policy.statements.operator import operator_names

Said = set[tuple[str, str, str]]


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return Grammar(catalog.load().items)


def read(text: str) -> PolicyReading:
    return read_statements(read_policy_text(text.encode()), grammar())


def said(text: str) -> Said:
    return {(one.item, one.folded, one.party.kind.value) for one in read(text).statements}


NOTHING: Said = set()


@pytest.mark.parametrize(
    "text",
    [
        "如有疑问请与我们取得联系:1.电子邮箱:【someone@example.org】;",
        "1、访问昵称、手机号:进入橡果钱包后,点击“我的”,点击头像栏进行访问;",
        "1、账户信息:我的-业务办理,访问或编辑您的手机号码、更改您的登录密码。",
        "我们会使用加密技术防止您的银行卡号遭到篡改。",
        "若您不开启此权限,您将无法使用日历管理相关的功能。",
        "本政策说明橡果公司在获取及保护用户个人信息方面的做法。",
        "借助像素标签,我们能够获知电子邮件是否被打开。",
        "6、从合法公开披露的信息中收集个人信息,例如:合法的新闻报道;",
        "建议请您的父母阅读本政策,并在征得其同意的前提下向我们提供您的手机号码。",
        "我们还可按您的要求,将您的个人信息副本传输给您指定的第三方。",
        "请您注意,人脸识别方式、指纹验证方式仅为举例。",
        "我们会要求他们仅将您的手机号码用于本项服务。",
        "我们将通知从我们获得您的个人信息的实体,要求其及时删除。",
    ],
)
def test_what_only_looks_like_a_practice_states_nothing(text: str) -> None:
    assert said(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "(二)转让我们不会将您的个人信息转让或提供给任何公司,但以下情况除外:1、该等转让已获得您的同意;",
            {("personal_info", "not-share", "first")},
        ),
        (
            "我们不会向除关联方外的任何公司、组织和个人,共享、公开披露您的个人信息。",
            {("personal_info", "not-share", "first")},
        ),
        ("我行不会将您的个人信息用于本政策未载明的其他目的。", {("personal_info", "not-use", "first")}),
        ("存储的账号信息不会用于其他用途。", {("account_id", "not-use", "first")}),
        ("我们将停止收集您的位置信息。", {("precise_location", "not-collect", "first")}),
        (
            "您的资金账号会存储在设备本地(交易密码信息将不会被存储)。",
            {
                ("securities_account", "store", "device"),
                ("pay_password", "not-store", "first"),
                ("pay_password", "collect", "first"),
            },
        ),
        ("当您撤回授权后,我们也不再收集您相应的个人信息。", {("personal_info", "not-collect", "first")}),
    ],
)
def test_a_denial_stays_a_denial(text: str, statements: Said) -> None:
    assert said(text) == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "当您使用由合作方提供的服务,第三方可能会通过我行获取您的姓名、性别。",
            {("name", "collect", "third"), ("gender", "collect", "third")},
        ),
        (
            "当您登录合作应用时,第三方可能会通过我行获得您的个人昵称、头像。",
            {("nickname", "collect", "third"), ("avatar", "collect", "third")},
        ),
        ("相关券商需要收集您的身份证号码。", {("id_number", "collect", "third")}),
        (
            "相关服务提供方可能会将您的姓名、联系方式提供给监管机关。",
            {("name", "share", "third"), ("contact_info", "share", "third")},
        ),
        ("我们可能会将您的手机号共享给支持我们提供服务的第三方。", {("phone_number", "share", "first")}),
        (
            "我们会将您的设备型号、设备识别码等设备信息,应用列表信息提供给推送服务商。",
            {
                ("device_model", "share", "first"),
                ("imei", "share", "first"),
                ("device_info", "share", "first"),
                ("app_list", "share", "first"),
            },
        ),
        (
            "我们需要向合作银行提供您的姓名、职业,身份证件的种类、号码和手机号码。",
            {
                ("name", "share", "first"),
                ("occupation", "share", "first"),
                ("id_number", "share", "first"),
                ("phone_number", "share", "first"),
            },
        ),
    ],
)
def test_who_acts_and_who_receives(text: str, statements: Said) -> None:
    assert said(text) == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("我们在境内收集和产生的个人信息,将存储在境内。", {("personal_info", "store", "first")}),
        ("我们会将您使用橡果服务时的身份信息、交易信息进行存档。",
         {("identity_info", "store", "first"), ("transaction", "store", "first")}),
        ("我们终止运营后会对您的个人信息进行删除或者匿名化处理。", {("personal_info", "delete", "first")}),
        ("我们会根据您的浏览记录、消费记录等信息,向您推荐资讯。",
         {("browse_log", "use", "first"), ("transaction", "use", "first")}),
        ("我们会收集您的位置信息(包括通过WiFi、基站获得的位置)。", {("precise_location", "collect", "first")}),
        ("我们可能需要您提供手机号码(个人敏感信息)。", {("phone_number", "collect", "first")}),
        ("为了拍照,您需要开启设备的相机权限。", {("camera", "collect", "first")}),
        ("我们需要使用您的相机权限以便扫码。", {("camera", "collect", "first")}),
        ("您需要提供有效身份证件的彩色扫描件以供我们留存。",
         {("id_photo", "collect", "first"), ("id_photo", "store", "first")}),
        ("对于经父母同意而收集儿童个人信息的情况,我们只会在父母明确同意的情况下使用或公开披露此信息。",
         {("minor", "use", "first"), ("minor", "share", "first")}),
        ("请填写您的姓名、户口登记时间、性别;", {("name", "collect", "first"), ("gender", "collect", "first")}),
    ],
)  # fmt: skip
def test_what_is_done_with_which_item(text: str, statements: Said) -> None:
    assert said(text) == statements


def test_a_word_points_back_to_what_its_own_sentence_names() -> None:
    before = "我们会收集您的相机、通讯录。\n"
    assert ("personal_info", "not-collect", "first") in said(
        before + "您取消个人信息收集的授权后,我们将不再收集该信息。"
    )
    both = said("我们会收集您的使用信息,结合您在我行的用户信息,我们会对这些信息进行分析。")
    assert {("usage", "use", "first"), ("personal_info", "use", "first")} <= both
    assert ("cookie", "store", "first") not in said("我们通过Cookie获取您的信息,并将该等信息储存。")


NAMED = """橡果理财隐私政策
橡果科技有限公司(以下简称“橡果理财”或“我们”)尊重您的隐私。
橡果理财会收集您的手机号码。橡果理财不会收集您的通讯录。您向橡果理财提供您的姓名。
"""


def test_the_operator_is_known_by_its_name() -> None:
    assert operator_names(NAMED) == ["橡果理财"]
    assert said(NAMED) == {
        ("phone_number", "collect", "first"),
        ("contacts", "not-collect", "first"),
        ("name", "collect", "first"),
    }
    assert operator_names(NAMED.replace("橡果理财会", "我们会").replace("橡果理财不", "我们不")) == []


TABLE = """第三方清单
产品/方式
公司
获取信息
获取目的
隐私链接
甲统计SDK
甲科技有限公司
IMEI、传感器参数
统计
查看
乙地图SDK
乙科技有限公司
地理位置信息
定位
查看
"""


def test_a_table_whose_links_are_words_has_rows() -> None:
    rows = {row.name: row.items for row in read(TABLE).sdks}
    assert rows == {"甲统计SDK": ("imei", "sensor"), "乙地图SDK": ("precise_location",)}


def test_an_entry_of_several_components_and_one_without_data() -> None:
    several = "甲分享SDK,甲登录SDK:\n公司名称:甲科技有限公司\n收集信息:IMEI\n"
    rows = {row.name: row.items for row in read("第三方SDK\n" + several).sdks}
    assert rows == {"甲分享SDK": ("imei",), "甲登录SDK": ("imei",)}
    (row,) = read("我们接入了以下SDK。(四)丙推送 SDK:为了便于您接收消息,需要通知栏权限。").sdks
    assert (row.name, row.items, row.collects_nothing) == ("丙推送 SDK", (), False)
    assert read("第三方SDK:由合作方提供的收集信息的程序。").sdks == ()
