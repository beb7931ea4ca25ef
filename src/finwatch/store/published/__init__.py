"""The read model: how a publication gets in (``publication``, ``documents``), and what the screens ask of it.

One file a noun with its named questions; each question sees one generation (``publication.Snapshot``). All of it can be
dropped and built again from the lake.
"""
