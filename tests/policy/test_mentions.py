"""Data items are found by name, with their place, and nothing is concluded from it."""

from __future__ import annotations

from finwatch.model.base import Text
from finwatch.model.knowledge import DataItem
from finwatch.policy import find_mentions, read_policy_text


def item(name: str, zh: str, en: str, *, more_zh: tuple[str, ...] = (), more_en: tuple[str, ...] = ()) -> DataItem:
    return DataItem(
        id=name, name=Text(zh=zh, en=en), synonyms_zh=more_zh, synonyms_en=more_en, sensitive=False, source="test"
    )


ITEMS = {
    found.id: found
    for found in (
        item("phone_number", "手机号码", "phone number", more_zh=("手机号",)),
        item("device_model", "手机", "phone"),
        item("contacts", "通讯录", "contacts", more_en=("address book",)),
        item("ip", "IP地址", "IP"),
        item("mac", "MAC地址", "MAC address", more_en=("MAC",)),
        item("email", "邮箱", "e-mail"),
        item("contact_info", "联系方式", "contact details", more_zh=("邮箱",)),
    )
}


def found(text: str) -> list[tuple[str, str]]:
    policy = read_policy_text(text.encode())
    mentions = find_mentions(policy, ITEMS)
    assert all(policy.text[m.at.start : m.at.end] == m.words for m in mentions)
    assert all(policy.paragraphs[m.at.paragraph].start <= m.at.start for m in mentions)
    return [(mention.item, mention.words) for mention in mentions]


def test_the_longest_name_counts() -> None:
    assert found("我们收集手机号码和手机号，以及手机。") == [
        ("phone_number", "手机号码"),
        ("phone_number", "手机号"),
        ("device_model", "手机"),
    ]


def test_a_denial_is_a_mention_like_any_other() -> None:
    assert found("本应用不会读取通讯录。") == [("contacts", "通讯录")]


def test_latin_names_are_whole_words_in_any_case() -> None:
    assert found("Your Address Book and contacts; contactsync is not meant.") == [
        ("contacts", "Address Book"),
        ("contacts", "contacts"),
    ]


def test_acronyms_count_in_capitals_alone() -> None:
    assert found("IP and MAC, not ip of a zip on a mac.") == [("ip", "IP"), ("mac", "MAC")]


def test_full_width_letters_are_read_as_plain_ones() -> None:
    assert found("ＭＡＣ地址") == [("mac", "MAC地址")]


def test_a_word_for_two_items_gives_two_mentions() -> None:
    assert found("请填写邮箱") == [("contact_info", "邮箱"), ("email", "邮箱")]


def test_names_do_not_join_over_paragraphs() -> None:
    assert found("通讯\n录") == []


def test_nothing_known_finds_nothing() -> None:
    assert find_mentions(read_policy_text("通讯录".encode()), {}) == ()
