"""Forms of the register as fictional institutions fill them in."""

from __future__ import annotations

import hashlib
from typing import Any

from finwatch.supervise.register.credit_code import check_character


def sha(name: object) -> str:
    """A SHA-256 that belongs to a name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def credit_code(number: int, *, region: str = "440300") -> str:
    """A credit code that could be one, of a fictional company."""
    first = f"91{region}MA9X{number:05d}"
    return first + check_character(first + "0")


def institution(name: str, code: str, **fields: Any) -> dict[str, Any]:
    """The record of an institution, complete."""
    form = {
        "name": name,
        "credit_code": code,
        "category": "city_bank",
        "region": "440300",
        "address": "星河路1号",
        "contact": "李经办",
        "phone": "13800000000",
        "business_licence": sha("business licence"),
        "finance_licence": sha("finance licence"),
        "authorisation": sha("authorisation"),
        "development_rules": sha("development"),
        "operations_rules": sha("operations"),
        "security_rules": sha("security"),
    }
    return form | fields


def app(package: str = "example.dawn.bank", version: str = "1.0", **fields: Any) -> dict[str, Any]:
    """The record of an app whose outside assessment is a certification, complete."""
    file = sha(f"{package} {version}")
    form = {
        "name": "晨光手机银行",
        "package": package,
        "platform": "android",
        "icon": sha("icon"),
        "version": version,
        "filing_kind": "transaction",
        "product_kind": "手机银行",
        "description": "账户、转账与理财",
        "developed_by": "own",
        "permissions": ["android.permission.INTERNET"],
        "sdks": [{"name": "样例推送", "version": "2.1", "purpose": "消息推送", "caller": "host"}],
        "package_file": file,
        "package_name": f"{package}-{version}.apk",
        "package_size": 1_234_567,
        "package_sha256": file,
        "signers": [sha(f"{package} signer")],
        "screenshots": [{"what": what, "file": sha(what)} for what in ("main", "funds", "policy")],
        "policy_file": sha("policy"),
        "data_rules": sha("data rules"),
        "assessment_kind": "certification",
        "certifier": "cert",
    }
    return form | fields


def assessed(package: str = "example.dawn.loan", version: str = "1.0", *, on: str, **fields: Any) -> dict[str, Any]:
    """The record of an app that brings the report of another assessment, complete."""
    form = app(package, version) | {
        "assessment_kind": "other",
        "certifier": None,
        "assessment_body": "北斗评估中心",
        "assessment_number": f"R-{version}",
        "assessment_result": "passed",
        "assessment_file": sha("report"),
        "assessment_page": sha("stamped page"),
        "assessed_on": on,
    }
    return form | fields


def lab_report(form: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What a laboratory reports of the app of ``form``."""
    report = {
        "lab_report": "T-2026-1",
        "lab_result": "passed",
        "lab_page": sha("stamped test page"),
        "lab_results": [{"group": group, "result": "passed"} for group in ("permissions", "data", "communication")],
        "lab_sha256": form["package_sha256"],
    }
    return report | fields


def certified(on: str, **fields: Any) -> dict[str, Any]:
    """What a certification body says with its certificate."""
    return {"certificate": "C-2026-1", "certificate_file": sha("certificate"), "assessed_on": on} | fields
