"""Sets apart the tests that start Hadoop or Spark, half an hour of Java machines; makes generated tests repeatable."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("TEST_EXAMPLES", "repeatable"))
# The same commit gives the same examples, so what CI says of it is true tomorrow; TEST_EXAMPLES=explore looks for more.

CLUSTER = ("tests/cluster/", "tests/lake/test_hdfs.py", "tests/engine/test_spark")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cluster`` runs them too."""
    parser.addoption("--cluster", action="store_true", help="also the tests that start Hadoop and Spark")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips them, and says so, unless they are asked for."""
    if config.getoption("--cluster"):
        return
    apart = pytest.mark.skip(reason="starts Hadoop or Spark: make cluster-test")
    for item in items:
        if item.nodeid.startswith(CLUSTER):
            item.add_marker(apart)
