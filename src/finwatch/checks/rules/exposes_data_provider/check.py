"""Exported content providers whose data anyone reads or changes (JR/T 0092-2019 5.3.2 a; MASTG-TEST-0029)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.knowledge import Severity


def decide(view: View) -> Decision:
    """High when anybody may read; medium when reading is guarded and writing is not."""
    exported = [
        provider
        for provider in view.components("provider")
        if provider.exported and view.accusable(f"L{provider.name.replace('.', '/')};") and not provider.permission
    ]
    readable = [provider for provider in exported if not provider.read_permission]
    writable = [provider for provider in exported if not provider.write_permission]
    found = readable or writable
    if not found:
        return no()
    names = ", ".join(provider.name.rpartition(".")[2] for provider in found[:5])
    return yes(
        f"{len(found)} 个数据提供者可被任意应用{'读取' if readable else '写入'}：{names}。",
        f"{evidence.many(len(found), 'provider')} can be {'read' if readable else 'written'} by any app: {names}.",
        evidence.first(
            evidence.of_component(provider, "已导出且没有相应权限", "is exported without that permission")
            for provider in found
        ),
        severity=None if readable else Severity.MEDIUM,
    )
