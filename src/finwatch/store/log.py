"""The transparency log as it is kept: leaves in order, each appended in the transaction of the rows it vouches for."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from finwatch.store.dialect import alone
from finwatch.store.tables import log_leaf


def append(connection: Connection, data: bytes, *, at: datetime) -> int:
    """Appends ``data`` (canonical JSON in UTF-8) as the last leaf; returns its index, from 0.

    One transaction at a time appends: the lock is held until it ends, so call this last.
    """
    alone(connection, "log")
    last = connection.execute(select(func.max(log_leaf.c.index))).scalar()
    index = 0 if last is None else last + 1
    digest = hashlib.sha256(b"\x00" + data).hexdigest()
    connection.execute(insert(log_leaf).values(index=index, at=at, data=data.decode(), hash=digest))
    return index
