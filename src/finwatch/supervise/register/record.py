"""An app's record as it is handed in: what must be there, and what the approved filing keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finwatch.model.access import OrganisationKind
from finwatch.store.case import CaseFilter
from finwatch.supervise.machine import Occasion
from finwatch.supervise.register import gates
from finwatch.supervise.register.forms import ChangeForm
from finwatch.supervise.register.gates import Problems

FILING: Final = "filing"
_OPEN: Final = ("filed", "expired", "cancel_asked")


def subject(form: Mapping[str, Any]) -> str:
    """The app that a record is about, as the observed apps are named: package name and oldest signer."""
    signers = form.get("signers") or ()
    return f"app:{form['package']}~{signers[0][:12] if signers else 'unknown'}"


def title(form: Mapping[str, Any]) -> str:
    """How a case about the record is called in lists."""
    platform = {"android": "Android", "ios": "iOS"}.get(str(form.get("platform")), "")
    return f"{form.get('name') or '—'}（{platform or '其他平台'}）"


def sound(occasion: Occasion) -> Problems:
    """What an app's record lacks or has wrong, whoever assesses it."""
    form = occasion.form
    found = gates.files(occasion, ChangeForm) + gates.package(form)
    found += gates.codes(form, "developer_code", "protection_code")
    if form.get("developed_by") == "other":
        found += gates.needed(form, "developer", "developer_code", "developer_licence")
    if form.get("protection_vendor"):
        found += gates.needed(form, "protection_code")
    return found + _screens(form) + _assessment(occasion)


def _screens(form: Mapping[str, Any]) -> Problems:
    shown = {one.get("what") for one in form.get("screenshots") or ()}
    wanted = {"main": "主界面", "policy": "隐私政策界面"}
    if form.get("filing_kind") == "transaction":
        wanted["funds"] = "资金交易界面"
    lacking = [screen for screen in wanted if screen not in shown]
    if not lacking:
        return ()
    names = "、".join(wanted[screen] for screen in lacking)
    return gates.at("screenshots", f"缺少截图：{names}。", f"Screens without a picture: {', '.join(lacking)}.")


def _assessment(occasion: Occasion) -> Problems:
    form = occasion.form
    if form.get("assessment_kind") == "certification":
        return gates.organisation(occasion, "certifier", OrganisationKind.CERTIFICATION_BODY)
    found = gates.needed(form, "assessment_body", "assessment_number", "assessment_file", "assessment_page")
    if form.get("assessment_result") != "passed":
        found += gates.at(
            "assessment_result", "外部评估结果须为“合格”。", "The outside assessment must have been passed."
        )
    return found + gates.recent(occasion, "assessed_on")


def unclaimed(occasion: Occasion, *, but: int | None = None) -> Problems:
    """Whether the app is filed already, by this institution or by another."""
    form = occasion.form
    own = but or occasion.case.id
    cases = occasion.look.cases(CaseFilter(machine=FILING, q=form.get("package")))
    same = [
        case
        for case in cases
        if case.id != own
        and (case.form.get("package"), case.form.get("platform")) == (form.get("package"), form.get("platform"))
    ]
    held = next((case for case in same if case.state in _OPEN), None)
    if held is not None:
        return gates.at(
            "package",
            f"该包名在该平台已备案，编号 {held.number}。",
            f"This package is filed on this platform already, under {held.number}.",
        )
    mine = next((case for case in same if case.owner == occasion.case.owner and case.closed is None), None)
    if mine is not None:
        return gates.at(
            "package",
            f"本机构已有该应用的备案事项 {mine.id}。",
            f"Case {mine.id} of the institution is about this app.",
        )
    return ()


def kept(form: Mapping[str, Any], day: str) -> dict[str, Any]:
    """What an approval adds to the record: the version filed, and the day from which its assessment counts."""
    versions = list(form.get("versions") or ())
    now = {"version": form.get("version"), "sha256": form.get("package_sha256"), "day": day}
    if not versions or (versions[-1]["version"], versions[-1]["sha256"]) != (now["version"], now["sha256"]):
        versions.append(now)
    return {"versions": versions, "valid_from": form.get("assessed_on") or day}
