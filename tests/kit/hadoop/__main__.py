"""``python -m tests.kit.hadoop``: a NameNode and three DataNodes on loopback until Ctrl-C, for ``make cluster``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.kit.hadoop import jars
from tests.kit.hadoop.cluster import Cluster


def main() -> int:
    """Starts the cluster, says how to use it, and stops it by its own pids when told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--two-namenodes", action="store_true", help="two NameNodes with three JournalNodes")
    parser.add_argument("--folder", type=Path, help="where its files lie (default: a temporary folder, removed)")
    chosen = parser.parse_args()
    if (reason := jars.missing()) is not None:
        print(f"No cluster can be started: {reason}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="finwatch-hadoop-") as name:
        cluster = Cluster(
            chosen.folder or Path(name), namenodes=2 if chosen.two_namenodes else 1, block_bytes=128 << 20
        )
        try:
            print("· Hadoop 3.5.0: starting a NameNode and three DataNodes", flush=True)
            cluster.start()
            pids = ", ".join(f"{server.name} {server.pid}" for server in cluster.running())
            print(f"· running: {pids}; what they say: {cluster.folder}/*.log")
            print(f"export HADOOP_CONF_DIR={cluster.conf}")
            print(f"export FINWATCH_LAKE={cluster.address}/finwatch")
            print("· Ctrl-C stops it", flush=True)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        finally:
            cluster.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    raise SystemExit(main())
