"""Finance or not, which kind; with reasons, and with doubt where too little was seen."""

from __future__ import annotations

import pytest

from finwatch import catalog
from finwatch.identify.finance import Business, judge, occurs
from finwatch.identify.protection import judge as judge_protection
from finwatch.identify.sdk import uses
from finwatch.model.listing import Listing
from finwatch.model.locator import ListingAt, ManifestAt
from finwatch.model.package import LocalLabel, PackageFacts
from tests.kit.identified import component, facts, hit, listing


def business(given: PackageFacts, listed: Listing | None = None) -> Business:
    known = catalog.load()
    shield = judge_protection(given, known.packers)
    sdks = uses(given, known.sdks, hidden=shield.extent == "limited")
    return judge(given, listing=listed, kinds=known.kinds, sdks=sdks, protection=shield)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("青禾银行", "bank"),
        ("麦垛信用社", "bank"),
        ("松针储蓄", "bank"),
        ("InsecureBankv2", "bank"),
        ("First Community Credit Union", "bank"),
        ("纸鸢小贷", "loan"),
        ("铜铃借款", "loan"),
        ("Quick Cash Loan", "loan"),
        ("雾灯分期", "consumer_finance"),
        ("狐尾消费金融", "consumer_finance"),
        ("萤舟支付", "payment"),
        ("钱包", "payment"),
        ("苔原证券", "securities"),
        ("竹筏基金", "fund"),
        ("蓝鲸期货", "futures"),
        ("海带保险", "insurance"),
        ("芦笛理财", "wealth"),
        ("个人征信查询", "credit_reporting"),
        ("比特币交易所", "crypto"),
        ("Herd Financial", "other_finance"),
    ],
)
def test_a_name_tells_the_kind(label: str, kind: str) -> None:
    found = business(facts("cn.fictional.x", label=label))
    assert (found.finance, found.kind) == (True, kind)
    assert isinstance(found.reasons[0].evidence[0].at, ManifestAt)
    assert found.reasons[0].evidence[0].quote == label
    assert found.reasons[0].points == 3.0


@pytest.mark.parametrize(
    "label",
    ["计算器", "便签", "银行大亨游戏", "抢银行模拟器", "Bank Robber Game", "Idle Bank Tycoon", "银行从业考试题库",
     "青年志愿者基金会", "密码保险箱", "Power Bank Monitor", "Mountain Riverbank", "Stock Photos", "Displays"],
)  # fmt: skip
def test_what_only_sounds_like_money_is_not_finance(label: str) -> None:
    found = business(facts("cn.fictional.x", label=label))
    assert (found.finance, found.kind) == (False, None)


@pytest.mark.parametrize("label", ["记账小软件", "房贷计算器", "贷款计算器", "理财记账", "Expense Tracker"])
def test_a_tool_about_money_has_a_kind_and_is_no_financial_business(label: str) -> None:
    found = business(facts("cn.fictional.x", label=label))
    assert (found.finance, found.kind) == (False, "bookkeeping")


def test_why_a_word_was_not_counted_is_said() -> None:
    found = business(facts("cn.fictional.x", label="银行大亨游戏"))
    assert any("游戏" in reason.says.zh and reason.points == 0.0 for reason in found.reasons)


def test_a_label_of_another_locale_counts() -> None:
    labels = {"labels": (LocalLabel(locale="zh-CN", label="青禾银行"),)}
    assert business(facts("cn.fictional.x", label="Qinghe", manifest=labels)).kind == "bank"


def test_the_markets_words_count_by_their_weight() -> None:
    given = facts("cn.fictional.x", label="小青")
    assert business(given, listing("青禾银行")).finance is True
    both = listing("小青", summaries={"zh-CN": "随时借款"}, categories=("贷款",))
    assert (business(given, both).finance, business(given, both).kind) == (True, "loan")
    one = business(given, listing("小青", summaries={"zh-CN": "随时借款"}))
    assert one.finance is None
    assert isinstance(one.reasons[0].evidence[0].at, ListingAt)
    assert business(given, listing("小青")).finance is False


def test_a_game_in_the_market_is_not_finance() -> None:
    given = facts("cn.fictional.x", label="金币小镇")
    assert business(given, listing("金币小镇", summaries={"zh": "经营你的银行，最好玩的游戏"})).finance is False


def test_the_more_telling_word_wins() -> None:
    assert business(facts("cn.fictional.x", label="绿洲消费金融")).kind == "consumer_finance"
    assert business(facts("cn.fictional.x", label="绿洲银行消费金融")).kind == "consumer_finance"
    labels = {"labels": (LocalLabel(locale="zh", label="青禾手机银行"),)}
    found = business(facts("cn.fictional.x", label="青禾银行", manifest=labels))
    assert found.reasons[0].evidence[0].quote == "青禾手机银行"


def test_components_alone_open_the_question_and_do_not_answer_it() -> None:
    marks = (hit("com/unionpay/", 3), hit("com/megvii/", 3), hit("cn/tongdun/", 3))
    shop = facts("cn.fictional.x", label="花花商城", prefixes=marks)
    assert (business(shop).finance, business(shop).kind) == (None, None)
    assert business(shop, listing("花花商城")).finance is False
    assert business(facts("cn.fictional.x", label="花花商城", prefixes=marks[:1])).finance is False


def test_too_little_seen_is_said() -> None:
    assert business(facts(None)).finance is None
    assert business(facts("cn.fictional.x", label=None)).finance is None
    hidden = facts("cn.fictional.x", label="小青", components=(component("cn.hidden.a.Main", launcher=True),))
    assert business(hidden).finance is None
    assert business(hidden, listing("小青")).finance is False


@pytest.mark.parametrize(
    ("word", "text", "yes"),
    [
        ("bank", "MyBank", True),
        ("bank", "InsecureBankv2", True),
        ("bank", "BANK", True),
        ("bank", "bankrupt", False),
        ("credit union", "My credit-union app", True),
        ("pay", "Display", False),
        ("pay", "PayNow", True),
        ("e-wallet", "The e-wallet", True),
        ("银行", "我的银行卡", True),
    ],
)
def test_words_are_whole_in_english_and_anywhere_in_chinese(word: str, text: str, *, yes: bool) -> None:
    assert occurs(word, text) is yes
