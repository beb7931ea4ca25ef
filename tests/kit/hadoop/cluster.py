"""A real HDFS on loopback: a NameNode (or two with shared edits) and DataNodes, each a process of its own.

What it says of itself is read from its management beans; ``conf`` is the folder that a user would name in
``HADOOP_CONF_DIR``. Blocks are small and a dead DataNode is noticed in seconds, so that a test sees recovery.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.kit.hadoop import servers
from tests.kit.hadoop.servers import Server

_SERVICE = "finwatch"
_QUICK = {
    "dfs.namenode.datanode.registration.ip-hostname-check": "false",
    "dfs.namenode.file.close.num-committed-allowed": "1",
    "dfs.namenode.safemode.extension": "0",
    "dfs.namenode.heartbeat.recheck-interval": "1000",
    "dfs.heartbeat.interval": "1",
    "dfs.namenode.redundancy.interval.seconds": "1",
    "dfs.namenode.reconstruction.pending.timeout-sec": "10",
    "dfs.namenode.fs-limits.min-block-size": "65536",
    "dfs.datanode.hostname": "127.0.0.1",
    "dfs.datanode.address": "127.0.0.1:0",
    "dfs.datanode.ipc.address": "127.0.0.1:0",
    "dfs.datanode.http.address": "127.0.0.1:0",
    "dfs.block.scanner.volume.bytes.per.second": "1073741824",
    "dfs.datanode.du.reserved": "0",
    "dfs.namenode.resource.du.reserved": "0",
    "dfs.journalnode.http-address": "127.0.0.1:0",
    "dfs.ha.tail-edits.period": "1s",
    "dfs.ha.fencing.methods": "shell(true)",
}


class Cluster:
    """NameNodes, DataNodes and, with two NameNodes, three JournalNodes."""

    def __init__(
        self,
        folder: Path,
        *,
        datanodes: int = 3,
        namenodes: int = 1,
        host: str = "127.0.0.1",
        block_bytes: int = 4 << 20,
        settings: Mapping[str, str] | None = None,
        java: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.conf = folder / "conf"
        self.conf.mkdir(parents=True)
        self._host = host
        self._java = java
        journals = 3 if namenodes > 1 else 0
        ports = servers.free_ports(2 * namenodes + journals)
        self._rpc, self._http, self._journal_ports = (
            [f"{host}:{port}" for port in ports[:namenodes]],
            [f"{host}:{port}" for port in ports[namenodes : 2 * namenodes]],
            ports[2 * namenodes :],
        )
        self.address = f"hdfs://{_SERVICE if namenodes > 1 else self._rpc[0]}"
        site = _QUICK | {
            "dfs.replication": str(min(3, datanodes)),
            "dfs.blocksize": str(block_bytes),
        }
        site |= self._names(namenodes) | dict(settings or {})
        servers.write_site(self.conf / "hdfs-site.xml", site)
        core = {"fs.defaultFS": self.address, "hadoop.tmp.dir": str(folder / "tmp")}
        security = {name: value for name, value in (settings or {}).items() if name.startswith("hadoop.")}
        servers.write_site(self.conf / "core-site.xml", core | security)
        self.namenodes = [self._server(f"nn{n + 1}", servers.NAMENODE, self._name_flags(n)) for n in range(namenodes)]
        self.datanodes = [self._datanode(number) for number in range(datanodes)]
        self.journals = [
            self._server(
                f"jn{n + 1}",
                servers.JOURNALNODE,
                (
                    f"-Ddfs.journalnode.rpc-address=127.0.0.1:{port}",
                    f"-Ddfs.journalnode.edits.dir={folder / f'jn{n + 1}'}",
                ),
            )
            for n, port in enumerate(self._journal_ports)
        ]

    def _server(self, name: str, main: str, flags: tuple[str, ...]) -> Server:
        server = Server(name, main, folder=self.folder, conf=self.conf, arguments=_options(flags))
        server.java = self._java
        return server

    def _datanode(self, number: int) -> Server:
        return self._server(f"dn{number + 1}", servers.DATANODE, (f"-Ddfs.datanode.data.dir={self.blocks(number)}",))

    def add_datanode(self) -> None:
        """Starts one DataNode more, with an empty disk."""
        self.datanodes.append(self._datanode(len(self.datanodes)))
        self.datanodes[-1].start()

    def _names(self, count: int) -> dict[str, str]:
        """The settings that say where the NameNodes are."""
        if count == 1:
            return {"dfs.namenode.rpc-address": self._rpc[0], "dfs.namenode.http-address": self._http[0]}
        ids = [f"nn{n + 1}" for n in range(count)]
        journals = ";".join(f"127.0.0.1:{port}" for port in self._journal_ports)
        site = {
            "dfs.nameservices": _SERVICE,
            f"dfs.ha.namenodes.{_SERVICE}": ",".join(ids),
            "dfs.namenode.shared.edits.dir": f"qjournal://{journals}/{_SERVICE}",
            f"dfs.client.failover.proxy.provider.{_SERVICE}": (
                "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider"
            ),
        }
        for name, rpc, http in zip(ids, self._rpc, self._http, strict=True):
            site[f"dfs.namenode.rpc-address.{_SERVICE}.{name}"] = rpc
            site[f"dfs.namenode.http-address.{_SERVICE}.{name}"] = http
        return site

    def _name_flags(self, number: int) -> tuple[str, ...]:
        flags = (f"-Ddfs.namenode.name.dir={self.folder / f'nn{number + 1}'}",)
        return (*flags, f"-Ddfs.ha.namenode.id=nn{number + 1}") if len(self._rpc) > 1 else flags

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Formats and starts everything; returns when files can be written with all DataNodes."""
        for journal in self.journals:
            journal.start()
        self._program(servers.NAMENODE, *self._name_flags(0), "-format", "-force", "-nonInteractive")
        self.namenodes[0].start()
        for datanode in self.datanodes:
            datanode.start()
        for number, namenode in enumerate(self.namenodes[1:], start=1):
            servers.until(lambda: bool(self.state(0)), "the first NameNode answers", servers=self.running())
            self._program(servers.NAMENODE, *self._name_flags(number), "-bootstrapStandby", "-force", "-nonInteractive")
            namenode.start()
        if len(self.namenodes) > 1:
            servers.until(
                lambda: all(self.state(n) == "standby" for n in range(len(self.namenodes))),
                "the NameNodes stand by",
                servers=self.running(),
            )
            self.activate(0)
        self.settle()

    def stop(self) -> None:
        """Stops every server, each by its own pid."""
        for server in (*self.datanodes, *self.namenodes, *self.journals):
            if server.pid is not None:
                server.kill()

    def running(self) -> tuple[Server, ...]:
        """The servers that run."""
        return tuple(one for one in (*self.namenodes, *self.datanodes, *self.journals) if one.pid is not None)

    def settle(self, *, datanodes: int | None = None, seconds: float = servers.STARTS_S) -> None:
        """Returns when the NameNode takes writes and sees exactly the DataNodes that run (or ``datanodes`` of them)."""
        wanted = datanodes if datanodes is not None else sum(one.pid is not None for one in self.datanodes)

        def settled() -> bool:
            seen = self.names()
            return not self.safe_mode() and seen.get("NumLiveDataNodes") == wanted

        servers.until(settled, f"{wanted} DataNodes are live", servers=self.running(), seconds=seconds)

    # ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────
    def names(self) -> dict[str, Any]:
        """``FSNamesystem`` of the active NameNode: live DataNodes, missing, corrupt and under-replicated blocks."""
        return servers.beans(self._http[self.active()], "service=NameNode,name=FSNamesystem") | servers.beans(
            self._http[self.active()], "service=NameNode,name=FSNamesystemState"
        )

    def safe_mode(self) -> bool:
        """Whether the active NameNode is read-only."""
        return bool(servers.beans(self._http[self.active()], "service=NameNode,name=NameNodeInfo").get("Safemode"))

    def state(self, number: int) -> str:
        """``active`` or ``standby``; empty while the NameNode does not answer."""
        try:
            bean = servers.beans(self._http[number], "service=NameNode,name=NameNodeStatus")
        except OSError:
            return ""
        return str(bean.get("State", ""))

    def active(self) -> int:
        """The number of the NameNode that is active, or the first that runs."""
        if len(self.namenodes) == 1:
            return 0
        return next((n for n in range(len(self.namenodes)) if self.state(n) == "active"), 0)

    def whole(self) -> bool:
        """Whether every block has all the replicas it should, and none is corrupt."""
        seen = self.names()
        return not any(
            seen[name]
            for name in ("UnderReplicatedBlocks", "CorruptBlocks", "MissingBlocks", "PendingReplicationBlocks")
        )

    def blocks(self, number: int) -> Path:
        """The folder in which a DataNode keeps its blocks."""
        return self.folder / f"dn{number + 1}"

    def block_files(self, number: int) -> list[Path]:
        """The finished blocks of a DataNode, the largest first."""
        found = [path for path in self.blocks(number).rglob("finalized/**/blk_*") if path.suffix != ".meta"]
        return sorted(found, key=lambda path: (-path.stat().st_size, path.name))

    # ── what is done to it ────────────────────────────────────────────────────────────────────────────────────────
    def admin(self, *arguments: str) -> str:
        """``hdfs dfsadmin``."""
        return self._program(servers.DFSADMIN, *arguments)

    def ha_admin(self, *arguments: str) -> str:
        """``hdfs haadmin``."""
        return self._program(servers.HAADMIN, *arguments)

    def check(self, path: str = "/") -> str:
        """The report of ``hdfs fsck``."""
        return self._program(servers.FSCK, path)

    def scan(self, number: int) -> None:
        """Has a DataNode read all its blocks again, as it does by itself every three weeks, and report bad ones."""
        self.datanodes[number].stop()
        for cursor in self.blocks(number).rglob("scanner.cursor*"):
            cursor.unlink()
        self.datanodes[number].start()

    def activate(self, number: int, *, though_the_other_is_gone: bool = False) -> None:
        """Makes a NameNode the active one: ``hdfs haadmin -transitionToActive``."""
        forced = ("--forceactive",) if though_the_other_is_gone else ()
        self.ha_admin("-transitionToActive", *forced, f"nn{number + 1}")

    def fail_over(self, old: int, new: int) -> None:
        """``hdfs haadmin -failover``: the old one stands by, the new one becomes active."""
        self.ha_admin("-failover", f"nn{old + 1}", f"nn{new + 1}")

    def _program(self, main: str, *arguments: str) -> str:
        flags = tuple(one for one in arguments if one.startswith("-D"))
        words = [one for one in arguments if not one.startswith("-D")]
        return servers.run(main, *_options(flags), *words, conf=self.conf, java=self._java)


def _options(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Hadoop's generic options: ``-D name=value``, two words each."""
    return tuple(word for flag in flags for word in ("-D", flag.removeprefix("-D")))


@contextmanager
def serving(**chosen: Any) -> Iterator[Cluster]:
    """A cluster while the block runs; its files go with it."""
    with tempfile.TemporaryDirectory(prefix="finwatch-hadoop-") as name:
        cluster = Cluster(Path(name), **chosen)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def configured(conf: Path) -> Iterator[None]:
    """``HADOOP_CONF_DIR`` set to ``conf`` while the block runs."""
    before = os.environ.get("HADOOP_CONF_DIR")
    os.environ["HADOOP_CONF_DIR"] = str(conf)
    try:
        yield
    finally:
        if before is None:
            del os.environ["HADOOP_CONF_DIR"]
        else:
            os.environ["HADOOP_CONF_DIR"] = before
