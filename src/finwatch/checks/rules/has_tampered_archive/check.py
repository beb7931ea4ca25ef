"""The zip holds what honest build tools do not write (APPNOTE.TXT; Android's ``zip_archive.cc``)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Confidence, Evidence
from finwatch.model.locator import FileAt
from finwatch.model.package import ArchiveAnomaly

_TRICKS = frozenset(
    {
        *("duplicate_name", "local_header_differs", "unknown_method", "overlap", "data_before", "encrypted_flag"),
        *("size_differs", "unsafe_name"),
    }
)
_CODE = ("AndroidManifest.xml", ".dex", "resources.arsc")


def decide(view: View) -> Decision:
    """Certain when the manifest, code or resources are touched; likely elsewhere, for odd tools exist."""
    found = [anomaly for anomaly in view.facts.archive.anomalies if anomaly.kind in _TRICKS]
    if not found:
        return no()
    core = [anomaly for anomaly in found if (anomaly.path or "").endswith(_CODE) or anomaly.kind == "data_before"]
    kinds = ", ".join(sorted({anomaly.kind for anomaly in found}))
    return yes(
        f"压缩包有 {len(found)} 处异常：{kinds}。",
        f"irregularities in the archive: {len(found)} ({kinds}).",
        evidence.first(_piece(anomaly) for anomaly in found),
        confidence=Confidence.CERTAIN if core else Confidence.LIKELY,
    )


def _piece(anomaly: ArchiveAnomaly) -> Evidence:
    path = anomaly.path or "zip"
    return Evidence(
        says=Text(zh=f"{path}：{anomaly.kind}", en=f"{path}: {anomaly.kind}"),
        at=FileAt(path=path),
        quote=evidence.clip(anomaly.detail) if anomaly.detail else anomaly.kind,
    )
