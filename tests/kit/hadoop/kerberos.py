"""A Kerberos realm for the tests, of Hadoop's own MiniKdc, and a cluster that asks for its tickets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kit.hadoop import servers
from tests.kit.hadoop.cluster import Cluster
from tests.kit.hadoop.servers import Server

_NAME = "FINWATCH.EXAMPLE"


@dataclass(frozen=True)
class Realm:
    """Where a KDC that runs left its settings and its keys."""

    conf: Path
    """What ``KRB5_CONFIG`` names."""
    keytab: Path
    """The keys of every principal of the realm."""

    def principal(self, service: str) -> str:
        """The name of a service on this machine."""
        return f"{service}/localhost@{_NAME}"


@contextmanager
def realm(folder: Path) -> Iterator[Realm]:
    """A KDC on loopback while the block runs, with the principals ``hdfs`` and ``HTTP`` of this machine."""
    folder.mkdir(parents=True)
    settings = folder / "minikdc.properties"
    (port,) = servers.free_ports(1)
    name, domain = _NAME.split(".")
    lines = {
        "org.name": name,
        "org.domain": domain,
        "kdc.bind.address": "127.0.0.1",
        "kdc.port": str(port),
        "instance": "finwatch",
        "max.ticket.lifetime": "86400000",
        "max.renewable.lifetime": "604800000",
        "transport": "TCP",
        "debug": "false",
    }
    settings.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
    keytab = folder / "keytab"
    words = (str(folder), str(settings), str(keytab), "hdfs/localhost", "HTTP/localhost")
    kdc = Server("kdc", servers.MINIKDC, folder=folder, conf=folder, arguments=words)
    kdc.start()
    try:
        servers.until(lambda: b"Do <CTRL-C>" in kdc.log.read_bytes(), "the KDC runs", servers=(kdc,))
        conf = folder / "krb5.conf"
        conf.write_text(
            f"[libdefaults]\n default_realm = {_NAME}\n udp_preference_limit = 1\n dns_lookup_kdc = false\n"
            f" rdns = false\n dns_canonicalize_hostname = false\n"
            f"[realms]\n {_NAME} = {{\n  kdc = 127.0.0.1:{port}\n }}\n[domain_realm]\n localhost = {_NAME}\n",
            "utf-8",
        )
        yield Realm(conf, keytab)
    finally:
        kdc.kill()


def secured(folder: Path, kdc: Realm) -> Cluster:
    """A cluster that lets nobody in without a ticket, also at its DataNodes; not started yet."""
    keys = {"hdfs": kdc.principal("hdfs"), "web": kdc.principal("HTTP")}
    settings = {
        "hadoop.security.authentication": "kerberos",
        "hadoop.security.authorization": "true",
        "dfs.namenode.kerberos.principal": keys["hdfs"],
        "dfs.namenode.keytab.file": str(kdc.keytab),
        "dfs.datanode.kerberos.principal": keys["hdfs"],
        "dfs.datanode.keytab.file": str(kdc.keytab),
        "dfs.web.authentication.kerberos.principal": keys["web"],
        "dfs.web.authentication.kerberos.keytab": str(kdc.keytab),
        "dfs.block.access.token.enable": "true",
        "dfs.data.transfer.protection": "authentication",
        "ignore.secure.ports.for.testing": "true",
    }
    java = (f"-Djava.security.krb5.conf={kdc.conf}",)
    return Cluster(folder, host="localhost", settings=settings, java=java)
