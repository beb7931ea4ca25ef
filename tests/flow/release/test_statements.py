"""Two versions of a policy: what is new, gone, told otherwise; and what only moved, which is nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch import catalog
from finwatch.flow.policies import policy_from_bytes
from finwatch.flow.release.statements import policy_changes
from finwatch.model.disclosure import PolicySeen
from finwatch.model.locator import PolicyAt
from finwatch.model.release import Aspect, Moved, PolicyChange

KNOWLEDGE = catalog.load()
HEAD = "云杉钱包隐私政策\n更新日期:2026年3月2日\n一、我们收集的信息\n"
NAME = "我们收集您的姓名,用于实名认证。\n"
PLACE = "您使用附近网点功能时,我们收集您的位置信息。\n"
PHONE = "登录时,我们收集您的手机号码。\n"
TABLE = (
    "<h1>云杉钱包隐私政策</h1><p>更新日期：2026年3月2日</p>"
    "<table><tr><th>SDK名称</th><th>提供方</th><th>收集信息</th><th>目的</th></tr>{}</table>"
)
ROW = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"


def seen(text: str) -> PolicySeen:
    return policy_from_bytes(text.encode(), origin="policy", knowledge=KNOWLEDGE)


def changed(before: str, after: str) -> tuple[PolicyChange, ...]:
    return policy_changes(seen(before), seen(after), KNOWLEDGE.items)


def table(*rows: tuple[str, str, str, str]) -> str:
    return TABLE.format("".join(ROW.format(*row) for row in rows))


def words(change: PolicyChange, side: str) -> str:
    piece = getattr(change, side)
    assert piece is not None
    assert isinstance(piece.at, PolicyAt)
    return str(piece.quote)


def test_a_sentence_that_only_moved_or_is_typed_otherwise_is_no_change() -> None:
    assert changed(HEAD + NAME + PLACE, HEAD + PLACE + NAME.replace(",", "，")) == ()


def test_a_new_sentence_about_a_new_item_is_added_with_its_place() -> None:
    (one,) = changed(HEAD + NAME, HEAD + NAME + PLACE)
    assert (one.kind, one.subject, one.action, one.party, one.before) == (
        Moved.ADDED,
        "statement",
        "collect",
        "first",
        None,
    )
    after = seen(HEAD + NAME + PLACE).text
    assert after is not None
    assert one.after is not None
    assert isinstance(one.after.at, PolicyAt)
    assert after.text[one.after.at.start : one.after.at.end] == PLACE.strip()
    assert one.after.at.document == after.document


def test_what_is_gone_is_quoted_from_the_older_text() -> None:
    (one,) = changed(HEAD + NAME + PLACE, HEAD + NAME)
    assert (one.kind, one.after) == (Moved.REMOVED, None)
    assert words(one, "before") == PLACE.strip()


@pytest.mark.parametrize(
    ("before", "after", "aspect"),
    [
        ("我们收集您的手机号码用于身份验证。\n", "我们收集您的手机号码用于推送营销信息。\n", Aspect.PURPOSE),
        (PLACE, PLACE.replace("您使用附近网点功能时", "经您同意后"), Aspect.CONDITION),
        ("我们保存您的手机号码五年。\n", "我们保存您的手机号码三十年。\n", Aspect.RETENTION),
    ],
)
def test_the_same_practice_told_otherwise_is_one_change_with_two_sides(before: str, after: str, aspect: Aspect) -> None:
    (one,) = changed(HEAD + before, HEAD + after)
    assert one.kind is Moved.ALTERED
    assert aspect in one.aspects
    assert (words(one, "before"), words(one, "after")) == (before.strip(), after.strip())


def test_other_words_alone_are_called_other_words() -> None:
    (one,) = changed(HEAD + PHONE, HEAD + "登录时,我们收集您的手机号码信息。\n")
    assert (one.kind, one.aspects) == (Moved.ALTERED, (Aspect.WORDING,))


def test_a_denial_that_became_a_practice_is_one_change_and_named_as_such() -> None:
    (one,) = changed(HEAD + "我们不会收集您的通讯录。\n", HEAD + "为邀请好友,我们收集您的通讯录。\n")
    assert (one.id, one.kind, one.action, one.aspects) == ("contacts", Moved.ALTERED, "collect", (Aspect.DENIAL,))
    assert (words(one, "before"), words(one, "after")) == (
        "我们不会收集您的通讯录。",
        "为邀请好友,我们收集您的通讯录。",
    )


def test_items_of_one_sentence_to_which_the_same_happened_are_one_change() -> None:
    (one,) = changed(HEAD + NAME, HEAD + NAME + "开户时,我们收集您的身份证号码、银行卡号和电子邮箱。\n")
    assert {one.id, *one.others} == {"id_number", "bank_card", "email"}
    assert one.name.zh.count("、") == 2


def test_components_are_compared_by_name() -> None:
    push = ("邮差推送", "邮差公司", "Android ID", "消息推送")
    before = table(push, ("量尺统计", "量尺公司", "IMEI", "统计分析"))
    after = table(
        ("邮差推送", "邮差公司", "Android ID、IMEI", "消息推送"), ("路灯地图", "路灯公司", "位置信息", "显示地图")
    )
    rows = {(one.id, one.kind, one.aspects) for one in changed(before, after) if one.subject == "sdk"}
    assert rows == {
        ("邮差推送", Moved.ALTERED, (Aspect.ITEMS,)),
        ("量尺统计", Moved.REMOVED, ()),
        ("路灯地图", Moved.ADDED, ()),
    }
    assert changed(before, before) == ()


def test_a_new_date_and_another_way_to_a_right_are_told() -> None:
    right = "您可以拨打客服热线4001234567注销账户。\n"
    after = HEAD.replace("3月2日", "9月8日") + NAME + "您可以在“设置-账户安全”注销账户。\n"
    found = {(one.subject, one.id): one for one in changed(HEAD + NAME + right, after)}
    assert set(found) == {("date", "effective_date"), ("right", "close")}
    assert found["right", "close"].aspects == (Aspect.WAY,)
    assert "9月8日" in words(found["date", "effective_date"], "after")


def test_an_unread_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="was not read"):
        policy_changes(seen(HEAD), policy_from_bytes(b"", origin="nothing", knowledge=KNOWLEDGE), KNOWLEDGE.items)


@settings(max_examples=25, deadline=None)
@given(
    st.permutations([NAME, PLACE, PHONE, "我们不会收集您的通讯录。\n", "您可以在“我的”页面删除个人信息。\n"]),
    st.integers(0, 5),
)
def test_what_came_is_what_goes_on_the_way_back(sentences: list[str], kept: int) -> None:
    whole, part = HEAD + "".join(sentences), HEAD + "".join(sentences[:kept])
    there, back = changed(part, whole), changed(whole, part)
    assert {(one.subject, one.id, one.others) for one in there} == {(one.subject, one.id, one.others) for one in back}
    assert all(one.kind is Moved.ADDED for one in there)
    assert all(one.kind is Moved.REMOVED for one in back)
