"""What the check of the log found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.model.integrity import Checked


def lines(result: Checked, language: str) -> Iterator[str]:
    """How much was checked, then each fault, in ``zh`` or ``en``."""
    if language == "zh":
        yield f"核对了 {result.leaves:,} 条日志、{result.rows:,} 行数据、{result.heads:,} 个日志头；根 {result.root}"
    else:
        told = f"{result.leaves:,} leaves, {result.rows:,} rows and {result.heads:,} heads checked"
        yield f"{told}; root {result.root}"
    for fault in result.faults:
        yield f"  ✗ {fault.what}: {fault.says.in_language(language)}"
    if result.more:
        yield f"  … {result.more:,}"
    if not result.faults:
        yield "  与日志完全一致。" if language == "zh" else "  everything is as the log says."
