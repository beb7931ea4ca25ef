"""One entry of the ledger: an app, mini program, official account or quick app, with what 99号 wants known of it.

The circular is 金办发〔2024〕99号. No official table is known; the fields follow its articles 1 to 17 and what the
associations ask of a filing. A row of a sheet, a page's form and an export are this form; which heading of a sheet
means which field is in ``sheet/columns.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

from finwatch.model.base import Text
from finwatch.supervise.form import Form, field


class EntryKind(StrEnum):
    """What users meet it as."""

    APP = "app"
    MINI_PROGRAM = "mini_program"
    OFFICIAL_ACCOUNT = "official_account"
    QUICK_APP = "quick_app"


class Platform(StrEnum):
    """Where it runs."""

    ANDROID = "android"
    IOS = "ios"
    HARMONY = "harmony"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    UNIONPAY = "unionpay"
    OTHER = "other"


class Plan(StrEnum):
    """What the institution means to do with it (article 2)."""

    KEEP = "keep"
    MERGE = "merge"
    RETIRE = "retire"


KINDS: Final = {
    EntryKind.APP: Text(zh="App", en="app"),
    EntryKind.MINI_PROGRAM: Text(zh="小程序", en="mini program"),
    EntryKind.OFFICIAL_ACCOUNT: Text(zh="公众号", en="official account"),
    EntryKind.QUICK_APP: Text(zh="快应用", en="quick app"),
}
PLATFORMS: Final = {
    Platform.ANDROID: Text(zh="Android", en="Android"),
    Platform.IOS: Text(zh="iOS", en="iOS"),
    Platform.HARMONY: Text(zh="鸿蒙", en="HarmonyOS"),
    Platform.WECHAT: Text(zh="微信", en="WeChat"),
    Platform.ALIPAY: Text(zh="支付宝", en="Alipay"),
    Platform.UNIONPAY: Text(zh="云闪付", en="UnionPay"),
    Platform.OTHER: Text(zh="其他", en="other"),
}
PLANS: Final = {
    Plan.KEEP: Text(zh="保留", en="keep"),
    Plan.MERGE: Text(zh="整合", en="merge"),
    Plan.RETIRE: Text(zh="终止", en="retire"),
}


YESNO: Final = (("yes", Text(zh="是", en="yes")), ("no", Text(zh="否", en="no")))
YesNo = Literal["yes", "no"]
"""Three answers: yes, no, and nobody said."""


class Extra(Form):
    """A column of a sheet that is no field of the ledger; kept as it came."""

    heading: str | None = field("列名", "Column", required=True)
    value: str | None = field("内容", "Value", widget="text")


class SelfCheck(Form):
    """A pre-release check of one version (article 8), by ``finwatch selfcheck``."""

    version: str | None = field("版本", "Version", required=True)
    package_sha256: str | None = field("安装包SHA-256", "Package SHA-256", pattern=r"^[0-9a-f]{64}$")
    document: str | None = field("自查文书摘要", "Digest of the document", widget="file", pattern=r"^[0-9a-f]{64}$")
    on: date | None = field("自查日期", "Checked on")
    high: int = field("高风险项数", "High findings", default=0, ge=0)
    waived: int = field("已豁免项数", "Waived", default=0, ge=0)


class StillListed(Form):
    """A market in which an app was seen after its service ended; written by the crawl alone."""

    market: str | None = field("市场", "Market", required=True)
    seen: date | None = field("最近见到", "Last seen")
    capture: str | None = field("存档", "Capture")


class LedgerEntry(Form):
    """What the ledger knows of one entry."""

    name: str | None = field("应用名称", "Name", required=True, max_length=200)
    kind: EntryKind | None = field("应用类型", "Kind", required=True, options=tuple(KINDS.items()))
    number: str | None = field("内部编号", "Number", max_length=64)
    platforms: tuple[Platform, ...] = field("运行平台", "Platforms", options=tuple(PLATFORMS.items()), default=())
    package_id: str | None = field("包名", "Package or bundle id", max_length=255)
    signer: str | None = field("签名证书指纹", "Certificate fingerprint", max_length=64)
    package_sha256: str | None = field("安装包SHA-256", "Package SHA-256", max_length=64)
    version: str | None = field("当前版本", "Version", max_length=64)
    version_date: date | None = field("版本发布日期", "Version released")
    online_date: date | None = field("上线日期", "Online since")
    stores: tuple[str, ...] = field("上架渠道", "Stores", default=())
    release_account: str | None = field(
        "发布账号主体",
        "Release account owner",
        max_length=200,
        hint=Text(zh="第八条：发布账号由本机构自主掌控", en="Article 8: the institution itself holds the account"),
    )
    function: str | None = field("主要功能", "Main function", widget="text")
    department: str | None = field("主管部门", "Owning department", required=True, max_length=200)
    responsible: str | None = field("责任人", "Responsible person", required=True, max_length=200)
    phone: str | None = field("联系电话", "Telephone", max_length=100, private=True)
    data_owner: str | None = field("数据安全责任人", "Data security owner", max_length=200)
    in_house: YesNo | None = field("是否自主开发", "Built in-house", options=YESNO)
    partner: str | None = field("合作方", "Partner", max_length=300)
    contract_number: str | None = field("合同编号", "Contract number", max_length=100)
    contract_until: date | None = field("合同到期日", "Contract until")
    outsourcer: str | None = field("外包商", "Outsourcer", max_length=300)
    outsourcer_reviewed: date | None = field("外包评价日期", "Outsourcer reviewed")
    licence_scope: str | None = field("业务许可范围", "Licence scope", widget="text")
    funds: YesNo | None = field("是否涉及资金交易", "Moves funds", options=YESNO)
    personal_information: YesNo | None = field("是否收集个人信息", "Collects personal information", options=YESNO)
    people: int | None = field("涉及个人信息人数", "People whose information is held", ge=0)
    users: int | None = field("用户数", "Users", ge=0)
    mau: int | None = field("月活跃用户数", "Monthly active users", ge=0)
    rating: float | None = field("应用评分", "Stars", ge=0, le=5)
    icp_number: str | None = field("ICP备案号", "ICP number", max_length=100)
    app_filing_number: str | None = field("App备案号", "App filing number", max_length=100)
    nifa_number: str | None = field("金融App备案编号", "Association filing number", max_length=100)
    mlps_level: int | None = field("等保级别", "MLPS level", ge=1, le=5)
    important_system: YesNo | None = field("是否重要信息系统", "Important system", options=YESNO)
    sdks: tuple[str, ...] = field("第三方SDK", "Third-party SDKs", default=())
    last_assessment: date | None = field("最近风险评估日期", "Last risk assessment")
    last_audit: date | None = field("最近审计日期", "Last audit")
    last_external: date | None = field("最近外部评估日期", "Last external assessment")
    last_drill: date | None = field("最近应急演练日期", "Last drill")
    last_pi_audit: date | None = field("最近个人信息合规审计日期", "Last personal-information audit")
    open_findings: int | None = field("未整改问题数", "Open findings", ge=0)
    plan: Plan | None = field("处置计划", "Plan", options=tuple(PLANS.items()))
    end_date: date | None = field("终止日期", "End date")
    remark: str | None = field("备注", "Remark", widget="text")
    extra: tuple[Extra, ...] = field("其他列", "Other columns", default=(), private=True)
    selfchecks: tuple[SelfCheck, ...] = field("发布前自查", "Pre-release checks", default=())
    still_listed: tuple[StillListed, ...] = field("终止后仍见于", "Still listed in", default=())


KEPT: Final = ("extra", "selfchecks", "still_listed")
"""Fields that are written by arcs and imports, not in a form."""
COLUMNS: Final = tuple(name for name in LedgerEntry.model_fields if name not in KEPT)
"""Fields that a sheet may have a column for."""
LABELS: Final = {one.name: one.label for one in LedgerEntry.shown()}


def key_of(values: Mapping[str, Any]) -> str:
    """By what an entry is known again in the next sheet: its number; else kind, package or name, and platforms."""
    if number := _bare(values.get("number") or ""):
        return f"no:{number}"
    kind = values.get("kind") or EntryKind.APP
    platforms = "+".join(sorted(str(one) for one in values.get("platforms") or ()))
    return f"{kind}:{_bare(values.get('package_id') or '') or _bare(values.get('name') or '')}:{platforms}"


def subject_of(key: str) -> str:
    """The subject under which the case of an entry is found."""
    return f"ledger:{key}"


def _bare(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).lower())
