"""Backups of the store: taken while others write, restored into nothing else than nothing, and rehearsed.

What comes in: the address of a store. What goes out: one file and its checksum (``archive``), which says of itself what
it holds (``manifest``), so that a restored database can be held against what was there.
"""

from finwatch.store.backup.manifest import Contents, LogHead, Manifest, TableContents
from finwatch.store.backup.work import Rehearsed, backup, inspect_backup, rehearse, restore

__all__ = [
    "Contents",
    "LogHead",
    "Manifest",
    "Rehearsed",
    "TableContents",
    "backup",
    "inspect_backup",
    "rehearse",
    "restore",
]
