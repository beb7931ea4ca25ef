"""Messages are kept in both kinds of database."""

from tests.store.conftest import address, bare_address, database_kind, databases, fresh, store

__all__ = ["address", "bare_address", "database_kind", "databases", "fresh", "store"]
