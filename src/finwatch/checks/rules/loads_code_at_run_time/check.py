"""A class loader is given code from a file; from shared storage that is a hole (JR/T 0092-2019 6.3 d, e; CWE-829)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.knowledge import Severity
from finwatch.model.package import CodeCall

_LOADERS = ("dynamic.dex_class_loader", "dynamic.path_class_loader", "dynamic.memory_class_loader", "dynamic.load_dex")
_SHARED_PATHS = ("/sdcard", "/mnt/sdcard", "/storage/")
_SHARED_CALLS = (
    "->getExternalStorageDirectory(",
    "->getExternalStoragePublicDirectory(",
    "->getExternalFilesDir(",
    "->getExternalCacheDir(",
)


def decide(view: View) -> Decision:
    """High and certain when the file visibly lies in shared storage, else low: plug-ins and hot fixes are common."""
    calls = view.calls(*_LOADERS)
    if not calls:
        return no()
    shared = [call for call in calls if _from_shared_storage(call)]
    found = shared or calls
    who = owners.named(view, [view.owner(call.at.class_name) for call in found])
    zh = "从共享存储加载代码" if shared else "在运行时加载代码"
    en = "loads code from shared storage" if shared else "loads code while running"
    return yes(
        f"有 {len(found)} 处{zh}（{who.zh}）。",
        f"{en} in {evidence.many(len(found), 'place')} ({who.en}).",
        evidence.first(evidence.of_call(view, call) for call in found),
        confidence=Confidence.CERTAIN if shared else Confidence.LIKELY,
        severity=Severity.HIGH if shared else None,
    )


def _from_shared_storage(call: CodeCall) -> bool:
    return any(
        (value.kind == "string" and value.value.startswith(_SHARED_PATHS))
        or (value.kind == "call" and any(name in value.value for name in _SHARED_CALLS))
        for value in arguments.inside(call)
    )
