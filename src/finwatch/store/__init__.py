"""The only folder that knows SQL: what people decided, what is due, and the read model of the screens.

``open_store(address)`` gives a ``Store``: ``frontier`` and ``queue`` (what is due), ``markets`` and ``outcomes``,
``publication`` (takes the read model in) and the named questions (give it out as ``finwatch.model.view`` objects).
"""

from finwatch.store.open import Store, open_store

__all__ = ["Store", "open_store"]
