"""What was observed: blobs by SHA-256, captures as WARC records, tables as Parquet. Append-only.

Second room of the pipeline. What comes in: bytes, exchanges and rows from ``crawl`` and ``flow``. What goes out: the
same, for ever. ``open_lake`` is the door; ``ports`` says what a lake is, ``schemas`` what its tables hold, ``rows``
turns nouns into rows and back.
"""

from finwatch.lake.local import copies, open_lake
from finwatch.lake.ports import Blobs, Captures, Damage, Lake, Tables, Tidied

__all__ = ["Blobs", "Captures", "Damage", "Lake", "Tables", "Tidied", "copies", "open_lake"]
