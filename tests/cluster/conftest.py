"""A cluster for the session, for those that leave it as they found it."""

from tests.kit.hadoop.fixtures import hadoop_cluster

__all__ = ["hadoop_cluster"]
