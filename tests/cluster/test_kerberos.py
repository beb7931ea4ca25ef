"""An HDFS that asks for Kerberos, with a real KDC: with a keytab it is a lake, without a ticket it is told why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.errors import LakeError
from finwatch.lake import open_lake
from tests.kit.hadoop import jars
from tests.kit.hadoop.cluster import Cluster, configured
from tests.kit.hadoop.kerberos import Realm, realm, secured
from tests.kit.hdfs_lake import DAY, exchange, visit

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.skipif(jars.missing() is not None, reason=str(jars.missing())),
]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Realm, Cluster]]:
    folder = tmp_path_factory.mktemp("kerberos")
    with realm(folder / "kdc") as kdc:
        cluster = secured(folder / "hadoop", kdc)
        try:
            cluster.start()
            with configured(cluster.conf):
                yield kdc, cluster
        finally:
            cluster.stop()


@pytest.fixture(autouse=True)
def environment(secure: tuple[Realm, Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINWATCH_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("KRB5_CONFIG", str(secure[0].conf))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'no-tickets'}")


def test_a_keytab_opens_the_lake(secure: tuple[Realm, Cluster], monkeypatch: pytest.MonkeyPatch) -> None:
    kdc, cluster = secure
    monkeypatch.setenv("FINWATCH_KERBEROS_PRINCIPAL", kdc.principal("hdfs"))
    monkeypatch.setenv("FINWATCH_KERBEROS_KEYTAB", str(kdc.keytab))
    lake = open_lake(f"{cluster.address}/finwatch")
    sha256 = lake.blobs.put(os.urandom(5 << 20))
    assert lake.tables.append("visits", [visit("v")], key="v", dt=DAY, market="shop")
    capture = lake.captures.append(**exchange(b"with a ticket"))
    lake.close()
    assert list(lake.blobs.verify()) == []
    assert lake.blobs.has(sha256)
    assert lake.tables.read("visits").to_pylist() == [visit("v")]
    assert lake.captures.read(capture.id) == (capture, b"with a ticket")


def test_without_a_ticket_it_says_what_to_do(secure: tuple[Realm, Cluster]) -> None:
    with pytest.raises(LakeError, match=r"Kerberos.*Run kinit, or set FINWATCH_KERBEROS_PRINCIPAL"):
        open_lake(f"{secure[1].address}/finwatch")


def test_who_knows_nothing_of_kerberos_is_refused_and_told(
    secure: tuple[Realm, Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HADOOP_CONF_DIR")
    with pytest.raises(LakeError, match=r"hung up.*If the cluster asks for Kerberos, name its settings.*kinit"):
        open_lake(f"{secure[1].address}/finwatch")
