"""What is filed of institutions and apps: the fields of the association's records of both.

Fields in ``*_SET`` are set by arcs' effects alone; ``*_OWN`` are those that the institution writes.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from finwatch.model.base import Text
from finwatch.supervise.form import Form, field
from finwatch.supervise.register import words

SHA256: Final = r"[0-9a-f]{64}"
MD5: Final = r"[0-9a-f]{32}"
_HEX = Text(zh="应为64位小写十六进制的SHA-256。", en="A SHA-256 has 64 lower-case hex digits.")
_HEX_MD5 = Text(zh="应为32位小写十六进制的MD5。", en="An MD5 has 32 lower-case hex digits.")
_CODE = Text(zh="18位，见营业执照。", en="18 characters, see the business licence.")
Category = Literal[
    "policy_bank",
    "state_bank",
    "joint_stock_bank",
    "postal_bank",
    "city_bank",
    "rural_bank",
    "rural_cooperative_bank",
    "rural_credit_union",
    "village_bank",
    "mutual_fund_society",
    "foreign_bank",
    "finance_company",
    "securities",
    "fund",
    "futures",
    "private_fund",
    "insurance_group",
    "insurance",
    "insurance_assets",
    "bank_card_clearing",
    "network_clearing",
    "payment",
    "other",
]


def _file(zh: str, en: str, *, required: bool = False) -> str | None:
    return field(zh, en, required=required, widget="file", pattern=rf"^{SHA256}$", hint=_HEX)  # type: ignore[no-any-return]


def _line(zh: str, en: str, *, required: bool = False, most: int = 200, hint: Text | None = None) -> str | None:
    return field(zh, en, required=required, max_length=most, hint=hint)  # type: ignore[no-any-return]


def _text(zh: str, en: str, *, required: bool = False, hint: Text | None = None) -> str | None:
    return field(zh, en, required=required, widget="text", max_length=5_000, hint=hint)  # type: ignore[no-any-return]


class InstitutionForm(Form):
    """The record of an institution."""

    name: str | None = _line("机构名称", "Name of the institution", required=True)
    short_name: str | None = _line("机构简称", "Short name")
    credit_code: str | None = _line(
        "统一社会信用代码", "Unified social credit code", required=True, most=40, hint=_CODE
    )
    organisation_code: str | None = _line("组织机构代码", "Organisation code", most=20)
    financial_code: str | None = field(
        "金融机构编码",
        "Code of the financial institution",
        pattern=r"^[0-9A-Z]{14}$",
        hint=Text(zh="14位。", en="14 characters."),
    )
    lei: str | None = field(
        "LEI编码",
        "Legal entity identifier",
        pattern=r"^[0-9A-Z]{18}[0-9]{2}$",
        hint=Text(zh="20位（ISO 17442）。", en="20 characters (ISO 17442)."),
    )
    category: Category | None = field("机构类别", "Category", required=True, options=words.CATEGORIES)
    region: str | None = field(
        "法人机构注册地区",
        "Region of registration",
        required=True,
        pattern=r"^[0-9]{2,6}$",
        hint=Text(zh="行政区划代码2至6位（GB/T 2260）。", en="2 to 6 digits of GB/T 2260."),
    )
    address: str | None = _line("详细地址", "Address", required=True, most=300)
    contact: str | None = _line("联系人", "Contact", required=True)
    phone: str | None = field(
        "联系方式（手机）",
        "Mobile phone of the contact",
        required=True,
        pattern=r"^1[0-9]{10}$",
        hint=Text(zh="11位手机号码。", en="11 digits."),
    )
    mail: str | None = field("邮箱", "Mail", pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)
    founded: date | None = field("成立时间", "Founded")
    branches: int | None = field("分公司数量", "Branches", ge=0)
    subsidiaries: int | None = field("子公司数量", "Subsidiaries", ge=0)
    licensed_subsidiaries: int | None = field("持牌子公司数量", "Licensed subsidiaries", ge=0)
    head_apps: int | None = field("总部发布App总数", "Apps of the head office", ge=0)
    branch_apps: int | None = field("分公司发布App总数", "Apps of branches", ge=0)
    licensed_apps: int | None = field("持牌子公司发布App总数", "Apps of licensed subsidiaries", ge=0)
    business_licence: str | None = _file("营业执照", "Business licence", required=True)
    finance_licence: str | None = _file("金融业务许可证", "Licence for financial business", required=True)
    authorisation: str | None = _file("授权函", "Letter of authorisation", required=True)
    development_rules: str | None = _file("开发规范", "Rules of development", required=True)
    operations_rules: str | None = _file("运维管理文档", "Rules of operation", required=True)
    security_rules: str | None = _file("安全管理文档", "Rules of security", required=True)
    filed_on: date | None = field("备案日期", "Filed on")
    handed_in: date | None = field("首次提交日期", "First handed in")


class Sdk(Form):
    """A third-party component."""

    name: str | None = _line("名称", "Name", required=True)
    version: str | None = _line("版本", "Version", most=80)
    digest: str | None = _line("摘要", "Digest", most=128)
    purpose: str | None = _line("用途", "Purpose", required=True, most=500)
    caller: Literal["host", "sdk"] | None = field("调用方", "Called by", options=words.CALLERS)
    package: str | None = _line("包", "Package", most=255)


class Screenshot(Form):
    """A picture of a screen."""

    what: Literal["main", "funds", "policy", "other"] | None = field(
        "界面", "Screen", required=True, options=words.SCREENS
    )
    file: str | None = _file("截图", "Picture", required=True)


class TestResult(Form):
    """The result of one group of test items."""

    __test__ = False
    group: Literal["permissions", "data", "communication"] | None = field(
        "检测项组", "Group", required=True, options=words.TEST_GROUPS
    )
    result: Literal["passed", "failed"] | None = field("结果", "Result", required=True, options=words.RESULTS)
    remark: str | None = _line("说明", "Remark", most=500)


class FiledVersion(Form):
    """A version as it was filed."""

    version: str | None = _line("版本", "Version", required=True, most=120)
    sha256: str | None = field("安装包SHA-256", "SHA-256 of the package", pattern=rf"^{SHA256}$")
    day: date | None = field("备案日期", "Filed on", required=True)


class FilingForm(Form):
    """The record of an app on one platform."""

    name: str | None = _line("软件名称", "Name of the app", required=True)
    name_en: str | None = _line("英文名称", "English name")
    package: str | None = _line("包名", "Package name or bundle id", required=True, most=255)
    platform: Literal["android", "ios", "other"] | None = field(
        "平台", "Platform", required=True, options=words.PLATFORMS
    )
    icon: str | None = _file("软件图标", "Icon", required=True)
    version: str | None = _line("软件版本", "Version", required=True, most=120)
    filing_kind: Literal["transaction", "collection", "query"] | None = field(
        "APP备案类型", "Kind of filing", required=True, options=words.FILING_KINDS
    )
    product_kind: str | None = _line("APP产品类型", "Kind of product", required=True)
    language: str | None = _line("语言类型", "Language", most=80)
    ipv6: bool | None = field("是否支持IPv6", "Supports IPv6")
    description: str | None = _text("描述", "Description", required=True)
    developed_by: Literal["own", "other"] | None = field(
        "是否本单位开发", "Developed by", required=True, options=words.DEVELOPED
    )
    developer: str | None = _line("开发单位", "Developer")
    developer_code: str | None = _line("开发单位信用代码", "Credit code of the developer", most=40, hint=_CODE)
    developer_licence: str | None = _file("开发单位营业执照", "Business licence of the developer")
    icp: str | None = _line("ICP/SP许可", "ICP or SP licence", most=100)
    protection_vendor: str | None = _line("第三方安全加固单位", "Vendor of the packer")
    protection_code: str | None = _line("加固单位信用代码", "Credit code of the packer's vendor", most=40, hint=_CODE)
    permissions: tuple[str, ...] | None = field("应用权限", "Permissions", widget="lines")
    sdks: tuple[Sdk, ...] | None = field("SDK", "SDKs", widget="rows")
    package_file: str | None = _file("安装包", "Package")
    package_name: str | None = _line("安装包文件名", "File name of the package", most=255)
    package_size: int | None = field("安装包大小（字节）", "Size of the package in bytes", ge=1)
    package_sha256: str | None = field(
        "安装包SHA-256", "Declared SHA-256 of the package", pattern=rf"^{SHA256}$", hint=_HEX
    )
    package_md5: str | None = field("安装包MD5", "Declared MD5 of the package", pattern=rf"^{MD5}$", hint=_HEX_MD5)
    signers: tuple[str, ...] | None = field(
        "签名证书SHA-256",
        "SHA-256 of the signing certificates",
        widget="lines",
        hint=Text(zh="每行一个，最新的在最后。", en="One a line, newest last."),
    )
    screenshots: tuple[Screenshot, ...] | None = field("应用截图", "Screenshots", required=True, widget="rows")
    policy_file: str | None = _file("隐私政策", "Privacy policy", required=True)
    data_rules: str | None = _file("个人信息使用和管理办法", "Rules on personal information", required=True)
    assessment_kind: Literal["certification", "other"] | None = field(
        "外部评估方式", "Kind of outside assessment", required=True, options=words.ASSESSMENTS
    )
    certifier: str | None = _line(
        "认证机构", "Certification body", most=80, hint=Text(zh="机构名称或编号。", en="Its name, or its id here.")
    )
    assessment_body: str | None = _line("评估机构", "Assessed by")
    assessment_number: str | None = _line("评估报告编号", "Number of the report")
    assessment_result: Literal["passed", "failed"] | None = field("评估结果", "Result", options=words.RESULTS)
    assessment_file: str | None = _file("评估报告", "Report of the assessment")
    assessment_page: str | None = _file("评估报告盖章页", "Stamped page of the report")
    assessed_on: date | None = field("评估（发证）日期", "Assessed or certified on")

    lab: str | None = _line(
        "检测机构", "Testing laboratory", most=80, hint=Text(zh="机构名称或编号。", en="Its name, or its id here.")
    )
    lab_report: str | None = _line("检测报告编号", "Number of the test report")
    lab_result: Literal["passed", "failed"] | None = field("检测结果", "Result of the test", options=words.RESULTS)
    lab_page: str | None = _file("检测报告盖章页", "Stamped page of the test report")
    lab_results: tuple[TestResult, ...] | None = field("分组检测结果", "Results by group", widget="rows")
    lab_sha256: str | None = field(
        "受测安装包SHA-256", "SHA-256 of the package tested", pattern=rf"^{SHA256}$", hint=_HEX
    )
    certificate: str | None = _line("认证证书编号", "Number of the certificate")
    certificate_file: str | None = _file("认证证书", "Certificate")

    handed_in: date | None = field("首次提交日期", "First handed in")
    filed_on: date | None = field("备案日期", "Filed on")
    ended_on: date | None = field("终止日期", "Ended on")
    valid_from: date | None = field("评估起算日", "Assessment counts from")
    mark: str | None = _line("备案标识", "Filing mark", most=40)
    shared: bool | None = field("已开放关联备案", "Open to branches")
    versions: tuple[FiledVersion, ...] | None = field("版本历史", "Versions filed", widget="rows")


FILING_SET: Final = ("handed_in", "filed_on", "ended_on", "valid_from", "mark", "shared", "versions")
"""What a filing keeps of its own when it takes a change."""
LAB_OWN: Final = ("lab_report", "lab_result", "lab_page", "lab_results", "lab_sha256")
CERTIFIER_OWN: Final = ("certificate", "certificate_file", "assessed_on")
APP_OWN: Final = tuple(
    name
    for name in FilingForm.model_fields
    if name not in (*FILING_SET, *LAB_OWN, "lab", "certificate", "certificate_file")
)
"""What the institution writes; ``assessed_on`` is the certifier's where there is one."""
INSTITUTION_SET: Final = ("filed_on", "handed_in")
INSTITUTION_OWN: Final = tuple(name for name in InstitutionForm.model_fields if name not in INSTITUTION_SET)


class ChangeForm(FilingForm):
    """A change of a filed app: what it is, and the record as it shall be."""

    filing: int | None = field("备案事项编号", "Number of the filing's case", required=True, ge=1, le=10**15)
    change_kind: Literal["general", "major", "emergency", "assessment"] | None = field(
        "变更类型", "Kind of change", required=True, options=words.CHANGES
    )
    triggers: tuple[Literal["name", "function", "architecture", "funds", "personal", "order", "other"], ...] | None = (
        field("重大变更情形", "What makes it major", options=words.TRIGGERS)
    )
    released: date | None = field("发布日期", "Released on")
    planned: date | None = field("计划发布日期", "To be released on")
    reason: str | None = _text("变更说明", "What changes and why", required=True)


CHANGE_OWN: Final = (*APP_OWN, "change_kind", "triggers", "released", "planned", "reason")
CHANGE_ONLY: Final = ("filing", "change_kind", "triggers", "released", "planned", "reason")


class LinkedForm(Form):
    """A branch's filing that leans on its head's."""

    head_number: str | None = _line("总部备案编号", "Filing number of the head", required=True, most=40)
    reason: str | None = _text("申请说明", "Why", required=True)
    differences: str | None = _text("与总部版本的差异", "How it differs from the head's")
    contact: str | None = _line("联系人", "Contact", required=True)
    head: str | None = _line("总部机构", "Head office")
    head_case: int | None = field("总部备案事项", "Case of the head's filing")
    name: str | None = _line("软件名称", "Name of the app")
    package: str | None = _line("包名", "Package name", most=255)
    platform: Literal["android", "ios", "other"] | None = field("平台", "Platform", options=words.PLATFORMS)
    filed_on: date | None = field("备案日期", "Filed on")
    ended_on: date | None = field("终止日期", "Ended on")


LINKED_OWN: Final = ("head_number", "reason", "differences", "contact")
