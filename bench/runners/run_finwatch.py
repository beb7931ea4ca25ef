"""Our examination in a warm process: ``flow.examine`` with the confined ``Reader``, its child's CPU included."""

from __future__ import annotations

import datetime
import json
import resource
import sys
from pathlib import Path

from bench.runners.clock import cpu

PATH, TIMES = Path(sys.argv[1]), int(sys.argv[2])


def main() -> None:
    """Prints one line of JSON, as ``clock.repeat`` does."""
    before = cpu()
    # What importing costs is part of starting up, so it is measured here.
    # ruff: noqa: PLC0415
    from finwatch import catalog, checks
    from finwatch.flow.examine import examine
    from finwatch.model.examination import Answer
    from finwatch.package import Reader

    knowledge, known = catalog.load(), checks.load()
    with Reader() as reader:
        day = datetime.date(2026, 1, 1)
        seconds, peak, facts = [], 0, {}
        examine(PATH, reader=reader, knowledge=knowledge, checks=known, on=day)
        start_up = cpu() - before
        for _ in range(TIMES):
            before = cpu()
            document = examine(PATH, reader=reader, knowledge=knowledge, checks=known, on=day)
            used = reader.last
            if used is None:
                raise SystemExit("the reader gave no account of its use")
            seconds.append(cpu() - before + used.cpu_seconds)
            peak = max(peak, used.peak_bytes)
            read = reader.read(PATH, watch=knowledge.watch)
            facts = {
                "permissions": len(document.package.permissions),
                "components": len(document.package.components),
                "call sites": len(read.code.calls),
                "strings": len(read.code.strings),
                "sdks": len(document.sdks),
                "signers": len(document.package.signers),
                "findings": sum(finding.outcome is Answer.YES for finding in document.findings),
                "dex bytes": sum(dex.bytes for dex in read.code.dex),
                "own peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
    print(json.dumps({"cpu": seconds, "peak": peak, "facts": facts, "start_up": start_up, "wall": 0}))


main()
