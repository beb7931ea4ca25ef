"""An ELF file lacks a protection that every current compiler sets (MASTG-TEST-0222, 0223)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Evidence
from finwatch.model.locator import FileAt

_EXPECTED = {"nx": "NX", "relro": "RELRO", "stack_canary": "stack canary"}


def decide(view: View) -> Decision:
    """Yes for a protection that is decidedly absent; one that could not be decided does not count."""
    lacking = [
        (library, [title for key, title in _EXPECTED.items() if library.hardening.get(key) is False])
        for library in view.facts.native_libraries
    ]
    found = [(library, missing) for library, missing in lacking if missing]
    if not found:
        return no()
    missing_of_all = ", ".join(title for title in _EXPECTED.values() if any(title in missing for _, missing in found))
    return yes(
        f"{len(found)} 个本地库缺少编译防护：{missing_of_all}。",
        f"{evidence.many(len(found), 'native library', 'native libraries')} without hardening: {missing_of_all}.",
        evidence.first(
            Evidence(
                says=Text(
                    zh=f"{library.path} 缺少 {', '.join(missing)}", en=f"{library.path} lacks {', '.join(missing)}"
                ),
                at=FileAt(path=library.path),
                quote=library.path,
            )
            for library, missing in found
        ),
    )
