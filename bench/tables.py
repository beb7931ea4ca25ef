"""The results as tables of Markdown, for the terminal and for ``docs/evaluation/bench.md``, and the targets."""

from __future__ import annotations

from collections.abc import Mapping

from bench.peers import Result

Results = Mapping[str, Mapping[str, Result]]
"""Package → contender → result."""

FLOOR_RATIO = 5.0
ANDROGUARD_RATIO = 100.0
HELP_SECONDS = 0.4
MEMORY_OVER_DEX = 100 << 20


def cpu_table(results: Results) -> str:
    """CPU and memory of every contender, with ratios to ours."""
    lines = [
        "| package | contender | CPU s (median) | ours = 1 | peak MB | start-up CPU s | runs |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for package, by_contender in results.items():
        ours = by_contender["finwatch"].cpu
        for contender, result in by_contender.items():
            if result.trouble:
                lines.append(f"| {package} | {contender} | {result.trouble} | | | | |")
                continue
            ratio = f"{result.cpu / ours:.2f}" if ours else ""
            peak = f"{result.peak / 1e6:.0f}" if result.peak else ""
            fields = (package, contender, f"{result.cpu:.3f}", ratio, peak, f"{result.start_up:.2f}", str(result.runs))
            lines.append(f"| {' | '.join(fields)} |")
    return "\n".join(lines)


def facts_table(results: Results) -> str:
    """How many facts of each kind a contender gives; an empty field: it gives none of that kind.

    Call sites are those of the watch list with their arguments for us, every cross-reference for androguard.
    """
    kinds = ["permissions", "components", "call sites", "strings", "classes", "sdks", "signers", "findings"]
    lines = [f"| package | contender | {' | '.join(kinds)} |", f"|---|---|{'---:|' * len(kinds)}"]
    for package, by_contender in results.items():
        for contender, result in by_contender.items():
            if result.facts:
                fields = " | ".join(str(result.facts.get(kind, "")) for kind in kinds)
                lines.append(f"| {package} | {contender} | {fields} |")
    return "\n".join(lines)


def targets(results: Results, help_seconds: float) -> str:
    """Each target with the figure that was measured."""
    rows = [("`finwatch --help`, CPU s", f"< {HELP_SECONDS}", f"{help_seconds:.2f}", help_seconds < HELP_SECONDS)]
    for package, by in results.items():
        ours = by["finwatch"]
        if ours.trouble or not ours.cpu:
            continue
        if package == "yosemite":
            ratio = ours.cpu / by["floor"].cpu
            rows.append(
                (f"{package}: CPU against the floor", f"≤ {FLOOR_RATIO:.0f}x", f"{ratio:.1f}x", ratio <= FLOOR_RATIO)
            )
            for peer, least in (("androguard", ANDROGUARD_RATIO), ("dexllm", 1.0)):
                if peer in by and not by[peer].trouble:
                    ratio = by[peer].cpu / ours.cpu
                    rows.append(
                        (f"{package}: {peer} takes, ours = 1", f"≥ {least:.0f}x", f"{ratio:.1f}x", ratio >= least)
                    )
        bound = 2 * ours.facts["dex bytes"] + MEMORY_OVER_DEX
        rows.append(
            (
                f"{package}: memory of the reader, MB",
                f"≤ {bound / 1e6:.0f}",
                f"{ours.peak / 1e6:.0f}",
                ours.peak <= bound,
            )
        )
    lines = ["| what | target | measured | |", "|---|---|---:|---|"]
    lines += [
        f"| {what} | {target} | {measured} | {'holds' if holds else '**missed**'} |"
        for what, target, measured, holds in rows
    ]
    return "\n".join(lines)
