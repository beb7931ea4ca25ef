"""SDK rows of a notice: in whose component a problem stands, with the columns of the ministry's bulletins.

Pure. The app's operator answers for what it builds in; where the evidence of a problem lies in the classes of a known
SDK, the bulletins name that too: SDK名称, 开发者, 版本, 问题. Only places in code tell whose they are; a building block
that every second app links in accuses nobody (``checks.ownership``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from finwatch.checks.ownership import SDK, Ownership
from finwatch.model.examination import Finding, SdkUse
from finwatch.supervise.form import Form, field
from finwatch.supervise.supervision.problems import GONE


class SdkRow(Form):
    """One problem in one SDK."""

    check: str = field("检查项", "Check", required=True, default="", max_length=80)
    name: str = field("SDK名称", "SDK", required=True, default="", max_length=200)
    vendor: str | None = field("开发者", "Developer", max_length=200)
    version: str | None = field("版本", "Version", max_length=120)
    problem: str | None = field("问题", "Problem", max_length=300)


def sdk_rows(findings: Iterable[Finding], sdks: Sequence[SdkUse], *, package: str | None) -> list[dict[str, Any]]:
    """The problems of which some piece of evidence lies in an SDK's own classes, a row each."""
    owners, known = Ownership(sdks, package), {sdk.id: sdk for sdk in sdks}
    rows = []
    for finding in findings:
        places = [one.at for one in finding.evidence if one.at.kind == "code"]
        found = {owner.removeprefix(SDK) for at in places if (owner := owners.of_class(at.class_name)).startswith(SDK)}
        for sdk in sorted(found & known.keys()):
            use = known[sdk]
            row = SdkRow(
                check=finding.check,
                name=use.name.zh,
                vendor=use.vendor.zh or None,
                version=use.version,
                problem=finding.title.zh,
            )
            rows.append(row.model_dump())
    return rows


def told(form: Mapping[str, Any], *, ever: bool = False) -> list[Mapping[str, Any]]:
    """The SDK rows of an inspection's or a notice's form: of confirmed problems that no retest saw gone.

    ``ever`` = also of those that were.
    """
    standing = {
        problem["check"]
        for problem in form.get("problems") or ()
        if problem["decision"] == "confirmed" and (ever or problem["seen"] != GONE)
    }
    return [row for row in form.get("sdks") or () if row["check"] in standing]
