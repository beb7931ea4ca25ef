"""What lets anybody check that nothing was rewritten: trees, proofs, signed heads, signed lists. Pure.

Below ``lake`` (whose sealed captures stand in such trees) and ``store`` (whose log of decided rows is one). ``merkle``
is the tree of RFC 9162, ``proofs`` says which nodes a proof needs and tests proofs, ``note`` and ``head`` are the
signed texts (C2SP signed-note, tlog-checkpoint, tlog-cosignature), ``keys`` who may sign and how one key follows
another, ``signature`` the detached signature of a file, ``leaf`` what a leaf of the log says, ``approved_list`` the
bytes of the published list, ``bundle`` a proof to hand out. Formats: ``docs/reference/transparency.md``;
``tools/verify_log.py`` was written from those formats alone.
"""
