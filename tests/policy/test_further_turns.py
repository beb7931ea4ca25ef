"""More turns of policies, each as a sentence of a fictional one: who acts, what is meant, what states nothing."""

from __future__ import annotations

import pytest

from finwatch.policy import read_policy_text
from finwatch.policy.lines import goes_on

from .test_turns import NOTHING, Said, read, said


@pytest.mark.parametrize(
    "text",
    [
        "您可以在“设置”-“用户信息”里注销此前注册的客户号。",
        "(三)您可以通过“访问、编辑您的个人信息”中列明的方式提出申请。",
        "我们的关联方无权将您的手机号码用于其他用途。",
        "但您撤回同意的决定,不会影响此前我们基于您的授权而开展的使用、存储和对外提供您个人信息的处理。",
        "我们采取安全措施降低丢失、误用、披露和更改的风险。",
        "我们将努力采取措施保护数据,使您的手机号码不会被泄漏、毁损或者丢失。",
        "依据国家标准,个人信息举例如下:个人在使用中收集的银行账户、房产信息。",
        "请您妥善设置、保管您的账户信息。",
        "这项技术只能被将Cookie发布给您的域中的服务器读取。",
        "我们会对您的手机号码做匿名化处理。",
    ],
)
def test_what_only_looks_like_a_practice_states_nothing(text: str) -> None:
    assert said(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "您使用我们的服务,即意味着您同意我们收集、使用、储存、和分享您的相关信息。",
            {("personal_info", action, "first") for action in ("collect", "use", "store", "share")},
        ),
        (
            "我们可以在不征得您的授权同意的情况下共享您的手机号码。",
            {("phone_number", "share", "first")},
        ),
        (
            "当您创建账号时,您向橡果记账提供以下信息:手机号码。",
            {("phone_number", "collect", "first")},
        ),
        (
            "我们会将您的手机号码与发卡银行进行验证。",
            {("phone_number", "use", "first")},
        ),
        (
            "2、如果我们发现自己在未获得父母同意的情况下收集了儿童的个人信息,会设法尽快删除相关数据。",
            {("minor", "delete", "first")},
        ),
        (
            "我们可能会将您的姓名和与争议相关的信息提供给合作机构。",
            {("name", "share", "first"), ("personal_info", "share", "first")},
        ),
        (
            "我们会将您的手机号码提交给合法持有您信息的第三方机构。",
            {("phone_number", "share", "first")},
        ),
        (
            "我们仅在必要时与我们的供应商或合作伙伴共享您的手机号码。",
            {("phone_number", "share", "first")},
        ),
        (
            "我们会收集以下信息,包括您的操作系统、读写通讯录、APP版本号、IP地址。",
            {(item, "collect", "first") for item in ("os_version", "contacts", "app_info", "ip")},
        ),
        (
            "您需要提供您的姓名用于身份识别,以及IP地址用于风险防范。",
            {("name", "collect", "first"), ("ip", "collect", "first")},
        ),
        (
            "您授权我们收集您的以下信息:手机号码,并向依法设立的机构(包括通信公司)提供。",
            {("phone_number", "collect", "first"), ("phone_number", "share", "first")},
        ),
        (
            "我们会采集您的设备信息,包括IMEI、平台、操作系统、手机型号。",
            {(item, "collect", "first") for item in ("device_info", "imei", "os_version", "device_model")},
        ),
        ("访问麦克风:您可以使用语音搜索。", {("audio", "collect", "first")}),
        (
            "当您扫码时,我们需要调用您设备的相机和存储权限。",
            {("camera", "collect", "first"), ("storage", "collect", "first")},
        ),
        ("我们不会对您的个人信息进行出售。", {("personal_info", "not-share", "first")}),
        (
            "手机号码将用于接收通知。",
            {("phone_number", "use", "first")},
        ),
        (
            "您的指纹仅保存在您的手机上。",
            {("fingerprint", "store", "device")},
        ),
        (
            "我们不会未经授权收集您的通讯录。",
            {("contacts", "not-collect", "first")},
        ),
        (
            "我们会按照法律规定对您的身份信息、交易信息进行储存并妥善保管。",
            {("identity_info", "store", "first"), ("transaction", "store", "first")},
        ),
        (
            "我们会收集您与客服联系时提供的信息。",
            {("personal_info", "collect", "first")},
        ),
        (
            "当您选择使用第三方账号登录的,我们会读取您在该账号注册时使用的头像、昵称。",
            {("avatar", "collect", "first"), ("nickname", "collect", "first")},
        ),
        (
            "我们会收集手机设备信息(若您开启了相关权限,则会收集IMEI)。",
            {("device_info", "collect", "first"), ("imei", "collect", "first")},
        ),
        (
            "我们如何共享您的个人信息共享我们不会与合作方以外的公司共享您的个人信息。",
            {("personal_info", "not-share", "first")},
        ),
    ],
)
def test_who_does_what(text: str, statements: Said) -> None:
    assert said(text) == statements


def test_a_word_points_to_the_sentence_right_before_and_no_further() -> None:
    near = "我们会收集您的人脸照片。上述信息将存储于我行服务器。"
    assert ("face", "store", "first") in said(near)
    far = "我们会收集您的人脸照片。我们重视安全。上述信息将存储于我行服务器。"
    assert ("face", "store", "first") not in said(far)
    assert ("personal_info", "store", "first") in said(far)
    withdrawn = "我们会收集您的人脸照片。如您取消授权,我们将不再收集上述信息。"
    assert ("face", "not-collect", "first") not in said(withdrawn)


def test_a_sentence_that_is_broken_over_lines_is_read_as_one() -> None:
    broken = "当您使用转账功能时,我们需要您提供您的\n姓名、身份证号码信息,以便验证身份。\n二、其他\n"
    assert {("name", "collect", "first"), ("id_number", "collect", "first")} <= said(broken)
    numbered = "5.当您使用积分商城服务时,我行将需要获取您的\n姓名、手机号码,用于配送。\n"
    assert {("name", "collect", "first"), ("phone_number", "collect", "first")} <= said(numbered)


@pytest.mark.parametrize(
    ("line", "following", "joined"),
    [
        ("为向您提供服务,我行会收集您的", "姓名、手机号码。", True),
        ("设备型号、操作系统、", "IP地址", True),
        ("我们会采取措施保护您的个人信息", "我们建议您阅读本政策。", False),
        ("我们不会收集您的通讯录。", "姓名、手机号码。", False),
        ("使用目的", "收集的方式", False),
        ("大部分浏览器都设有阻止Cookie", "的功能。", True),
    ],
)
def test_which_lines_go_on(line: str, following: str, joined: bool) -> None:
    assert goes_on(line, following) is joined


def test_lines_that_never_end_a_sentence_are_not_joined_for_ever() -> None:
    policy = read_policy_text(("我们会收集您的姓名、\n" * 40_000).encode())
    assert len(policy.paragraphs) > 10
    assert max(one.end - one.start for one in policy.paragraphs) < 25_000


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "我们不会出售您的手机号或将其提供给第三方。",
            {("phone_number", "not-share", "first")},
        ),
        (
            "我们绝不收集您的短信、读取您的通讯录。",
            {("sms", "not-collect", "first"), ("contacts", "not-collect", "first")},
        ),
        (
            "我们不会收集您的短信、通话记录,或读取您的通讯录。",
            {(item, "not-collect", "first") for item in ("sms", "call_log", "contacts")},
        ),
        (
            "我们不会收集您的短信,并会将您的手机号提供给合作方。",
            {("sms", "not-collect", "first"), ("phone_number", "share", "first")},
        ),
        (
            "We do not sell, rent or share your phone number.",
            {("phone_number", "not-share", "first")},
        ),
        (
            "We will not collect your contacts or read your SMS messages.",
            {("contacts", "not-collect", "first"), ("sms", "not-collect", "first")},
        ),
        (
            "We do not sell your phone number and we collect your contacts.",
            {("phone_number", "not-share", "first"), ("contacts", "collect", "first")},
        ),
        (
            "我们承诺不会:\n1、收集您的通讯录;\n2、读取您的短信。\n我们会收集您的手机号。",
            {
                ("contacts", "not-collect", "first"),
                ("sms", "not-collect", "first"),
                ("phone_number", "collect", "first"),
            },
        ),
        (
            "我们不会将您的个人信息共享给第三方,但以下情况除外:\n1、获得您的同意后,我们会共享您的手机号;",
            {("personal_info", "not-share", "first"), ("phone_number", "share", "first")},
        ),
        ("我们绝不\n读取您的短信。", {("sms", "not-collect", "first")}),
        ("合作机构会将您的手机号提供给我们。", {("phone_number", "collect", "first")}),
        ("征信机构会将您的征信报告提供给我们的关联公司。", {("credit_report", "share", "third")}),
        ("(四)不收集 我们会收集您的通讯录。", {("contacts", "collect", "first")}),
        ("为我们提供服务的第三方会收集您的位置信息。", {("precise_location", "collect", "third")}),
        ("您不提供不影响使用但我们会收集您的短信。", {("sms", "collect", "first")}),
    ],
)
def test_a_denial_reaches_as_far_as_it_is_said(text: str, statements: Said) -> None:
    assert said(text) == statements


@pytest.mark.parametrize(
    "text",
    [
        "无论您是否授权,我们都会将您的手机号提供给合作方。",
        "即使您拒绝,我们仍会将您的手机号提供给合作方。",
        "无需征得您的同意,我们可将您的手机号提供给合作方。",
    ],
)
def test_words_that_bind_nothing_are_no_condition(text: str) -> None:
    (found,) = read(text).statements
    assert (found.item, found.folded) == ("phone_number", "share")
    assert not found.conditions
