"""Choices of the register's forms with their names: the codes are stored, the names are shown."""

from __future__ import annotations

from typing import Final

from finwatch.model.base import Text

Choices = tuple[tuple[str, Text], ...]

CATEGORIES: Final[Choices] = (
    ("policy_bank", Text(zh="政策性银行", en="policy bank")),
    ("state_bank", Text(zh="国有商业银行", en="state-owned commercial bank")),
    ("joint_stock_bank", Text(zh="股份制商业银行", en="joint-stock commercial bank")),
    ("postal_bank", Text(zh="邮储银行", en="postal savings bank")),
    ("city_bank", Text(zh="城市商业银行", en="city commercial bank")),
    ("rural_bank", Text(zh="农村商业银行", en="rural commercial bank")),
    ("rural_cooperative_bank", Text(zh="农村合作银行", en="rural cooperative bank")),
    ("rural_credit_union", Text(zh="农村信用社", en="rural credit cooperative")),
    ("village_bank", Text(zh="村镇银行", en="village bank")),
    ("mutual_fund_society", Text(zh="资金互助社", en="mutual fund cooperative")),
    ("foreign_bank", Text(zh="外资银行", en="foreign bank")),
    ("finance_company", Text(zh="财务公司", en="finance company")),
    ("securities", Text(zh="证券公司", en="securities company")),
    ("fund", Text(zh="基金公司", en="fund company")),
    ("futures", Text(zh="期货公司", en="futures company")),
    ("private_fund", Text(zh="私募机构", en="private fund")),
    ("insurance_group", Text(zh="保险集团", en="insurance group")),
    ("insurance", Text(zh="保险公司", en="insurance company")),
    ("insurance_assets", Text(zh="保险资产管理公司", en="insurance asset manager")),
    ("bank_card_clearing", Text(zh="银行卡清算机构", en="bank card clearing institution")),
    ("network_clearing", Text(zh="网络支付清算机构", en="network clearing institution")),
    ("payment", Text(zh="非银行支付机构", en="non-bank payment institution")),
    ("other", Text(zh="其他", en="other")),
)
FILING_KINDS: Final[Choices] = (
    ("transaction", Text(zh="资金交易类", en="moves funds")),
    ("collection", Text(zh="信息采集类", en="collects information")),
    ("query", Text(zh="资讯查询类", en="gives information")),
)
PLATFORMS: Final[Choices] = (
    ("android", Text(zh="Android", en="Android")),
    ("ios", Text(zh="iOS", en="iOS")),
    ("other", Text(zh="其他", en="other")),
)
DEVELOPED: Final[Choices] = (
    ("own", Text(zh="本单位", en="the institution itself")),
    ("other", Text(zh="外部单位", en="another company")),
)
ASSESSMENTS: Final[Choices] = (
    ("certification", Text(zh="金融科技产品认证", en="certification of fintech products")),
    ("other", Text(zh="其他", en="other")),
)
RESULTS: Final[Choices] = (("passed", Text(zh="合格", en="passed")), ("failed", Text(zh="不合格", en="failed")))
TEST_GROUPS: Final[Choices] = (
    ("permissions", Text(zh="软件权限", en="permissions")),
    ("data", Text(zh="数据安全", en="data security")),
    ("communication", Text(zh="通讯安全", en="communication security")),
)
SCREENS: Final[Choices] = (
    ("main", Text(zh="主界面", en="main screen")),
    ("funds", Text(zh="资金交易界面", en="funds screen")),
    ("policy", Text(zh="隐私政策界面", en="privacy policy screen")),
    ("other", Text(zh="其他界面", en="another screen")),
)
CALLERS: Final[Choices] = (
    ("host", Text(zh="本应用", en="the app")),
    ("sdk", Text(zh="其他SDK", en="another SDK")),
)
CHANGES: Final[Choices] = (
    ("general", Text(zh="一般变更", en="general change")),
    ("major", Text(zh="重大变更", en="major change")),
    ("emergency", Text(zh="紧急变更", en="emergency change")),
    ("assessment", Text(zh="年度外部评估更新", en="yearly assessment")),
)
TRIGGERS: Final[Choices] = (
    ("name", Text(zh="名称", en="name")),
    ("function", Text(zh="主要功能", en="main function")),
    ("architecture", Text(zh="系统架构", en="architecture")),
    ("funds", Text(zh="涉及资金安全", en="safety of funds")),
    ("personal", Text(zh="涉及个人信息", en="personal information")),
    ("order", Text(zh="涉及社会秩序", en="social order")),
    ("other", Text(zh="其他规定情形", en="another case that the rules name")),
)
GROUNDS: Final[Choices] = (
    ("dissolved", Text(zh="解散、被撤销或被宣告破产", en="dissolved, revoked or bankrupt")),
    ("repeated", Text(zh="连续三年或累计五次第十八条情形", en="three years in a row, or five times, under Article 18")),
)
MEASURES: Final[Choices] = (
    ("ordered", Text(zh="限期改正", en="ordered to put right")),
    ("watched", Text(zh="列入特别关注名单", en="put on the watch list")),
    ("talked", Text(zh="约谈", en="called in for a talk")),
    ("warned", Text(zh="警示函", en="letter of warning")),
    ("trained", Text(zh="强制培训", en="sent to training")),
    ("notified", Text(zh="业内通报", en="told to the industry")),
    ("condemned", Text(zh="公开谴责", en="condemned in public")),
    ("suspended", Text(zh="暂停受理备案", en="filings suspended")),
    ("cancelled", Text(zh="注销备案", en="filing cancelled")),
    ("blacklisted", Text(zh="列入黑名单并建议行政处罚", en="blacklisted, a penalty proposed")),
)
SECTORS: Final[Choices] = (
    ("bank", Text(zh="银行", en="banks")),
    ("securities", Text(zh="证券", en="securities")),
    ("fund", Text(zh="基金", en="funds")),
    ("insurance", Text(zh="保险", en="insurance")),
    ("payment", Text(zh="支付", en="payment")),
    ("other", Text(zh="其他", en="other")),
)


def word(choices: Choices, value: object) -> Text:
    """The name of a choice; what is not among them is shown as it is."""
    return next((name for one, name in choices if one == value), Text(zh=str(value), en=str(value)))
