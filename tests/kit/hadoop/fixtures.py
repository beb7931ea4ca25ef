"""Pytest's hold on a cluster: import ``hadoop_cluster`` in a conftest and name it in a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.hadoop import jars
from tests.kit.hadoop.cluster import Cluster, configured, serving


@pytest.fixture(scope="session")
def hadoop_cluster() -> Iterator[Cluster]:
    """A NameNode and three DataNodes for the whole session, with ``HADOOP_CONF_DIR`` set; skips where none can be.

    A test that stops a server starts it again, or takes a cluster of its own from ``serving``.
    """
    if (reason := jars.missing()) is not None:
        pytest.skip(reason)
    with serving(settings={"dfs.permissions.enabled": "false"}) as cluster, configured(cluster.conf):
        yield cluster
