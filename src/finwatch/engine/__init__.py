"""Where work runs: processes on this machine for stages, DuckDB for questions over the lake's tables.

``protocol`` says what an engine is; ``local`` is the one for this machine. A stage is a function from Arrow batches to
Arrow batches and does not know where it runs; a question is SQL text in ``sql/``, one file each.
"""

from finwatch.engine.local import LocalEngine
from finwatch.engine.protocol import Engine, Problem, Ran, Stage

__all__ = ["Engine", "LocalEngine", "Problem", "Ran", "Stage"]
