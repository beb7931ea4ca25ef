"""Knowledge as data, versioned, linted, every entry with its source.

In: the files below ``data/`` and an operator's own folder of the same forms. Out: one frozen ``Knowledge``; beside it
deadlines and working days.
``files`` reads bytes, ``entries`` turns rows into nouns, ``knowledge`` puts them together, ``deadlines`` reads
clocks and calendars, ``lint`` judges them all.
"""

from finwatch.catalog.deadlines import clocks, working_calendar
from finwatch.catalog.knowledge import controls, data_items, load

__all__ = ["clocks", "controls", "data_items", "load", "working_calendar"]
