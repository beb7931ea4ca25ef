"""Knowledge as data, versioned, linted, every entry with its source.

In: the files below ``data/`` and an operator's own folder of the same forms. Out: one frozen ``Knowledge``.
``files`` reads bytes, ``entries`` turns rows into nouns, ``knowledge`` puts them together, ``lint`` judges them.
"""

from finwatch.catalog.knowledge import controls, load

__all__ = ["controls", "load"]
