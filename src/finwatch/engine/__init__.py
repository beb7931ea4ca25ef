"""Where work runs: processes on this machine, DuckDB for tables."""
