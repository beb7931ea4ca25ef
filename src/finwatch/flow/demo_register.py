"""A fictional register for the demonstration: filings of the sample apps at many stages, made through the desk.

What comes in: the demonstration's store and lake after its markets were crawled. What goes out: an association, a
certification body, a laboratory, a regulator, three institutions of the sample world, and cases that people left where
they stand: filed, under review, returned with a letter, changed, cancelled; a cohort of the three. Nobody gets an
account, so that the pages stay open to whoever sits at the machine; ``finwatch access`` gives accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from finwatch.access.roles import permissions_of
from finwatch.access.scope import scope_of
from finwatch.lake import Lake
from finwatch.model.access import Actor, Organisation, OrganisationId, OrganisationKind, PersonId, Role
from finwatch.model.base import Model
from finwatch.model.case import Case
from finwatch.model.view import AppFilter
from finwatch.store import Store
from finwatch.store import access as rows
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.office import desk_of
from finwatch.supervise.register.credit_code import check_character

_K: Final = OrganisationKind
_INSTITUTIONS: Final = (
    ("qinghe", "青禾银行股份有限公司", "330200", "city_bank", "91330200MA9X00001"),
    ("yingzhou", "萤舟支付服务有限公司", "310000", "payment", "91310000MA9X00002"),
    ("tundra", "苔原证券股份有限公司", "440300", "securities", "91440300MA9X00003"),
)
"""id (also in the sample catalogue), name, region, category, the first 17 characters of a credit code."""
_OFFICES: Final = (
    ("association", _K.ASSOCIATION, "示例互联网金融协会"),
    ("certifier", _K.CERTIFICATION_BODY, "示例认证中心"),
    ("laboratory", _K.TESTING_LAB, "示例检测实验室"),
    ("regulator", _K.REGULATOR, "示例金融监管局"),
)
_PEOPLE: Final = {
    "certifier": ("certifier", Role.CERTIFIER),
    "tester": ("laboratory", Role.TESTER),
    "first": ("association", Role.FIRST_REVIEWER),
    "second": ("association", Role.SECOND_REVIEWER),
    "manager": ("association", Role.ASSOCIATION_MANAGER),
    **{identity: (identity, Role.APP_OWNER) for identity, *_ in _INSTITUTIONS},
}
_NAMES: Final = {
    "first": "初审员",
    "second": "复审员",
    "manager": "协会管理员",
    "certifier": "认证员",
    "tester": "检测员",
}
_PAPERS: Final = (
    *("营业执照", "金融业务许可证", "授权函", "开发规范", "运维管理文档", "安全管理文档", "软件图标", "主界面截图"),
    *("资金交易界面截图", "隐私政策界面截图", "隐私政策", "个人信息使用和管理办法", "评估报告", "评估报告盖章页"),
    *("检测报告盖章页", "认证证书", "安装包"),
)


class Registered(Model):
    """What the fictional register holds."""

    cases: int
    filed: int


@dataclass(frozen=True, kw_only=True)
class _Register:
    """The desk, who acts at it, and the files that forms name."""

    desk: Desk
    people: Mapping[str, Actor]
    papers: Mapping[str, str]

    def open(self, who: str, machine: str, arc: str, **form: Any) -> Case:
        """Opens a case."""
        return self.desk.open(self.people[who], machine, arc=arc, form=form)

    def go(self, case: Case, *acts: tuple[str, str], comment: str = "", **form: Any) -> Case:
        """Goes arcs, each by somebody; the last with ``form`` and ``comment``."""
        for number, (who, arc) in enumerate(acts, 1):
            last = number == len(acts)
            told: dict[str, Any] = {"form": form, "comment": comment} if last else {}
            case = self.desk.go(self.people[who], case.id, arc, **told)
        return case


def register_samples(store: Store, lake: Lake) -> Registered:
    """Makes the fictional register; one that is there already is left as it is."""
    if not store.accounts.organisations():
        _furnish(store)
        papers = {name: lake.blobs.put(f"示例材料：{name}（虚构）".encode()) for name in _PAPERS}
        desk = desk_of(store, knows=lake.blobs.has)
        _fill(_Register(desk=desk, people=_people(store), papers=papers), store)
    counts = store.cases.counts("filing", scope=SYSTEM.scope)
    everything = sum(
        sum(store.cases.counts(machine, scope=SYSTEM.scope).values())
        for machine in ("institution", "filing", "change", "cohort")
    )
    return Registered(cases=everything, filed=counts.get("filed", 0))


def _furnish(store: Store) -> None:
    with store.deciding(SYSTEM, now=datetime.now(UTC)) as unit:
        for identity, kind, name in _OFFICES:
            rows.add_organisation(unit, Organisation(id=OrganisationId(identity), kind=kind, name=name))
        for identity, name, region, _, code in _INSTITUTIONS:
            full = code + check_character(code + "0")
            one = Organisation(
                id=OrganisationId(identity),
                kind=_K.INSTITUTION,
                name=name,
                region=region,
                credit_code=full,
                institution=identity,
            )
            rows.add_organisation(unit, one)


def _people(store: Store) -> dict[str, Actor]:
    tree = store.accounts.organisations()
    known = {one.id: one for one in tree}
    found = {}
    for name, (identity, role) in _PEOPLE.items():
        home = known[OrganisationId(identity)]
        found[name] = Actor(
            person=PersonId(f"sample-{name}"),
            name=_NAMES.get(name, f"{home.name[:2]}经办人"),
            organisation=home,
            roles=(role,),
            permissions=permissions_of(home.kind, (role,)),
            scope=scope_of(home, tree, (role,)),
        )
    return found


# The cases ----------------------------------------------------------------------------------------------------------


def _fill(register: _Register, store: Store) -> None:
    today = day_in_china(datetime.now(UTC)).isoformat()
    for identity, name, region, category, code in _INSTITUTIONS:
        _institution(register, identity, name=name, region=region, category=category, code=code)
    bank = _app(register, store, "example.qinghe.bank", assessed_on=today)
    filed = register.open("qinghe", "filing", "begin", **bank)
    filed = register.go(filed, ("qinghe", "submit"), ("certifier", "accept"))
    filed = register.go(filed, ("certifier", "assign_lab"), lab="laboratory")
    filed = register.go(filed, ("tester", "report_test"), **_report(register, bank))
    certificate = {"certificate": "示例-C-1", "certificate_file": register.papers["认证证书"], "assessed_on": today}
    filed = register.go(filed, ("certifier", "certify"), **certificate)
    acts = (("qinghe", "hand_to_association"), ("first", "pass_first"), ("second", "approve"))
    filed = register.go(filed, *acts)
    change = register.open(
        "qinghe", "change", "begin", filing=filed.id, change_kind="general", released=today, reason="更新图标说明"
    )
    register.go(change, ("qinghe", "submit"))
    pay = _assessed(register, _app(register, store, "example.yingzhou.pay", assessed_on=today))
    returned = register.go(register.open("yingzhou", "filing", "begin", **pay), ("yingzhou", "submit"))
    letter = "安装包清单申请的权限与表中所列不一致，请核对后补充。"
    register.desk.go(register.people["first"], returned.id, "return_first", comment="见退回函", note={"letter": letter})
    trade = _assessed(register, _app(register, store, "example.tundra.securities", assessed_on=today))
    register.go(register.open("tundra", "filing", "begin", **trade), ("tundra", "submit"), ("first", "pass_first"))
    _ended(register, trade)
    _cohort(register)


def _institution(register: _Register, identity: str, *, name: str, region: str, category: str, code: str) -> None:
    form = {
        "name": name,
        "credit_code": code + check_character(code + "0"),
        "category": category,
        "region": region,
        "address": "示例路1号",
        "contact": "示例联系人",
        "phone": "10000000000",
        "business_licence": register.papers["营业执照"],
        "finance_licence": register.papers["金融业务许可证"],
        "authorisation": register.papers["授权函"],
        "development_rules": register.papers["开发规范"],
        "operations_rules": register.papers["运维管理文档"],
        "security_rules": register.papers["安全管理文档"],
    }
    case = register.open(identity, "institution", "begin", **form)
    register.go(case, (identity, "submit"), ("first", "pass_first"), ("second", "approve"))


def _app(register: _Register, store: Store, package: str, *, assessed_on: str) -> dict[str, Any]:
    """A filing's record, as far as the examined package tells it; the rest is sample papers."""
    same = store.apps(AppFilter(q=package, suspected=False)).rows  # a counterfeit may bear the name of its original
    row = next((one for one in same if one.app == package and one.sha256), None)
    examined = store.version(row.sha256).examination if row is not None and row.sha256 else None
    paper = register.papers
    form: dict[str, Any] = {
        "name": row.name_zh if row else package,
        "package": package,
        "platform": "android",
        "icon": paper["软件图标"],
        "version": (row.version_name if row else None) or "1.0",
        "filing_kind": "transaction",
        "product_kind": "示例产品",
        "description": "示例应用，仅供演示。",
        "developed_by": "own",
        "screenshots": [
            {"what": what, "file": paper[name]}
            for what, name in (("main", "主界面截图"), ("funds", "资金交易界面截图"), ("policy", "隐私政策界面截图"))
        ],
        "policy_file": paper["隐私政策"],
        "data_rules": paper["个人信息使用和管理办法"],
        "assessment_kind": "certification",
        "certifier": "certifier",
    }
    sha256 = row.sha256 if row and row.sha256 else paper["安装包"]
    signers = [signer.sha256 for signer in examined.package.signers] if examined else []
    form |= {
        "package_file": sha256,
        "package_sha256": sha256,
        "package_name": f"{package}.apk",
        "package_size": examined.package.bytes if examined else 1,
        "signers": list(dict.fromkeys(signers)) or [sha256],
        "permissions": list(examined.package.permissions) if examined else [],
        "sdks": [{"name": sdk.name.zh, "version": sdk.version, "purpose": "示例用途"} for sdk in examined.sdks]
        if examined
        else [],
    }
    return form


def _assessed(register: _Register, form: dict[str, Any]) -> dict[str, Any]:
    today = day_in_china(datetime.now(UTC)).isoformat()
    return form | {
        "assessment_kind": "other",
        "certifier": None,
        "assessment_body": "示例评估机构",
        "assessment_number": "示例-R-1",
        "assessment_result": "passed",
        "assessment_file": register.papers["评估报告"],
        "assessment_page": register.papers["评估报告盖章页"],
        "assessed_on": today,
    }


def _report(register: _Register, form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "lab_report": "示例-T-1",
        "lab_result": "passed",
        "lab_page": register.papers["检测报告盖章页"],
        "lab_results": [{"group": one, "result": "passed"} for one in ("permissions", "data", "communication")],
        "lab_sha256": form["package_sha256"],
    }


def _ended(register: _Register, form: Mapping[str, Any]) -> None:
    """A filing of another platform that was cancelled on request."""
    told = dict(form) | {"platform": "ios", "signers": None, "package_file": None, "package_sha256": None}
    case = register.open("tundra", "filing", "begin", **told)
    case = register.go(case, ("tundra", "submit"), ("first", "pass_first"), ("second", "approve"))
    stops = (day_in_china(datetime.now(UTC)) + timedelta(days=30)).isoformat()
    case = register.desk.go(
        register.people["tundra"], case.id, "ask_cancel", comment="示例：停止服务", note={"stops_on": stops}
    )
    register.go(case, ("manager", "cancel"))


def _cohort(register: _Register) -> None:
    first = day_in_china(datetime.now(UTC)) - timedelta(days=14)
    steps = ("starts", "institution_by", "institution_filed_by", "app_by", "app_filed_by")
    wave = {step: (first + timedelta(days=10 * place)).isoformat() for place, step in enumerate(steps)}
    sectors = {"qinghe": "bank", "yingzhou": "payment", "tundra": "securities"}
    members = [{"organisation": one, "sector": sector, "wave": 1} for one, sector in sectors.items()]
    case = register.open("manager", "cohort", "plan", name="示例试点", waves=[{"number": 1, **wave}], members=members)
    register.go(case, ("manager", "start"))
