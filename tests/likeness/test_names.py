"""Names that are one name to a customer, and names that are not."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from finwatch.likeness.name import compare_names
from finwatch.likeness.thresholds import NAME_ALIKE


def likeness(ours: str, theirs: str) -> tuple[bool, bool]:
    found = compare_names([ours], [theirs])
    assert found is not None
    return found.score >= NAME_ALIKE, found.distinctive


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        ("青禾银行", "青禾银行", "same name"),
        ("青禾 银行", "青禾银行", "same name"),
        ("Ｑinghe Bank", "qinghe bank", "same name"),
        ("青禾银行官方正版", "青禾银行", "added words"),
        ("官方青禾银行Pro", "青禾银行", "added words"),
        ("支付宝极速版", "支付宝", "added words"),
        ("青禾銀行", "青禾银行", "look the same"),
        ("支付室", "支付宝", "look the same"),
        ("Qinghe 8ank", "Qinghe Bank", "look the same"),
        ("Раypal", "Paypal", "look the same"),
        ("青河银行", "青禾银行", "same sound"),
        ("青禾贷款", "青禾银行", "words of the trade"),
        ("QingheLoan", "Qinghe Bank", "words of the trade"),
        ("Starpomello Wallet", "Starpomelo Wallet", "alike by 0.8"),
    ],
)
def test_one_name_to_a_customer(ours: str, theirs: str, why: str) -> None:
    found = compare_names([ours], [theirs])
    assert found is not None
    assert found.distinctive
    assert found.score >= NAME_ALIKE
    assert why in found.says.en
    assert ours in found.says.zh


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("工商银行", "招商银行"),
        ("中国银行", "中国农业银行"),
        ("Bank Tycoon: Coin Pop", "Qinghe Bank"),
        ("climax", "cli"),
        ("青禾银行", "青禾日历"),
        ("Kelp Insurance", "Help Insurance"),
        ("Square Calculator", "Slip Notes"),
    ],
)
def test_two_names(ours: str, theirs: str) -> None:
    assert likeness(ours, theirs)[0] is False


@pytest.mark.parametrize("name", ["手机银行", "Wallet", "贷款", "Mobile Banking", "小额贷款平台"])
def test_words_of_the_trade_are_nobodys_name(name: str) -> None:
    assert likeness(name, name) == (True, False)


def test_the_most_alike_of_several_names_counts() -> None:
    found = compare_names(["记账", "Qinghe Bank"], ["青禾银行", "Qinghe Bank"])
    assert found is not None
    assert (found.score, found.ours) == (1.0, "Qinghe Bank")


def test_no_name_is_no_comparison() -> None:
    assert compare_names([], ["青禾银行"]) is None
    assert compare_names(["…!!"], ["青禾银行"]) is None


def test_every_look_alike_stands_in_one_group() -> None:
    data = tomllib.loads(files("finwatch.likeness").joinpath("names.toml").read_text("utf-8"))
    count = Counter(character for group in data["confusable"] for character in group)
    assert {character for character, times in count.items() if times > 1} == set()
    assert all(len(group) > 1 for group in data["confusable"])
