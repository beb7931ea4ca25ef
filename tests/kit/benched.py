"""A filing that waits for its first review, with a package, a policy and an icon that were really handed in.

The institution is fictional, the package is the sample bank's, and the form says several things that the package,
the policy and the markets do not show.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from finwatch.lake import Lake
from finwatch.model.access import Actor
from finwatch.model.case import Case
from finwatch.store import Store
from tests.kit import register
from tests.supervise.driving import Stage
from tests.supervise.register_cast import RegisterCast, file_institution, furnish_register

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "samples" / "packages" / "example.qinghe.bank_50200.apk"
POLICY = ROOT / "samples" / "policies" / "qinghe-bank.zh.html"


def _given_up(stage: Stage) -> None:
    """Where the demonstration's own bank has filed the package, that filing is cancelled first."""
    for held in stage.cases("filing", "filed"):
        if held.form["package"] == "example.qinghe.bank":
            office = next(party.organisation for party in held.parties if party.part == "association")
            offices = {one.id: one for one in stage.store.accounts.organisations()}
            manager = stage.people["manager"].model_copy(update={"organisation": offices[office]})
            ground = {"ground": "dissolved", "evidence": [f"case:{held.id}"]}
            stage.desk.go(manager, held.id, "force_cancel", version=held.version, comment="示例机构终止", note=ground)


def filed(store: Store, lake: Lake, **fields: Any) -> tuple[Case, dict[str, Actor]]:
    """A case at its first review, and the people by name."""
    furnish_register(store)
    cast = RegisterCast()
    stage = cast.enter(store)
    file_institution(cast, stage, "bank-a")
    data = PACKAGE.read_bytes()
    package, policy = lake.blobs.put(data), lake.blobs.put(POLICY.read_bytes())
    today = (stage.clock() - timedelta(days=20)).date().isoformat()
    form = register.assessed("example.qinghe.bank", "5.1.0", on=today) | {
        "name": "晨光手机银行",
        "package_file": package,
        "package_name": PACKAGE.name,
        "package_size": len(data),
        "package_sha256": package,
        "package_md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "permissions": ["INTERNET", "CAMERA"],
        "sdks": [{"name": "样例推送", "version": "2.1", "purpose": "消息推送", "caller": "host"}],
        "protection_vendor": "360加固",
        "ipv6": True,
        "signers": [register.sha("an older certificate")],
        "protection_code": register.credit_code(9),
        "policy_file": policy,
    }
    _given_up(stage)
    owner = stage.people["owner-a"]
    made = stage.desk.open(owner, "filing", arc="begin", form=form | fields)
    handed = stage.desk.go(owner, made.id, "submit", version=made.version)
    assert handed.state == "first_review", handed.state
    return handed, stage.people
