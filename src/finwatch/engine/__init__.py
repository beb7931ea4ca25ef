"""Where work runs: stages over batches and questions over the lake's tables, on this machine or on a cluster.

``protocol`` says what an engine is; ``local`` is the one for this machine (processes, DuckDB), ``spark`` the one for a
cluster. A stage is a function from Arrow batches to Arrow batches and does not know where it runs; a question is SQL
text in ``sql/``, one file each, the same for both. ``open_engine`` is the door.
"""

from finwatch.engine.local import LocalEngine
from finwatch.engine.opening import open_engine
from finwatch.engine.protocol import Engine, Problem, Ran, Stage

__all__ = ["Engine", "LocalEngine", "Problem", "Ran", "Stage", "open_engine"]
