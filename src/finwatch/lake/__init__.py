"""What was observed: blobs, captures, tables. Append-only."""
