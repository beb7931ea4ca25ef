"""Parts of pages that are drawn once for what they show, and handed out again with it.

What comes in: a template and a frozen noun. What goes out: the same HTML for as long as that very object lives. The
store hands one object to everybody who may see all of a publication (``store.published.memory``), and a new one to
everybody else each time; so a part drawn for one reader reaches another only where the rows themselves do.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

_SELECTS: Final = 1_000
"""Fields of filters that are kept: each is as large as its options."""


class Drawn:
    """The parts of one language. Shared between threads: two who miss the same part both draw it."""

    def __init__(self, environment: Environment, language: str) -> None:
        self._environment = environment
        self._language = language
        self._kept: dict[tuple[str, int], tuple[weakref.ref[Any], Markup]] = {}
        self._select = lru_cache(maxsize=_SELECTS)(self._draw_select)

    def part(self, template: str, shown: Any, **also: Any) -> Markup:
        """``template`` with ``shown`` and ``also``, which must follow from ``shown`` alone: it is drawn for the first
        who asks. The template sees neither who reads nor the request."""
        key = (template, id(shown))
        kept = self._kept.get(key)
        if kept is not None and kept[0]() is shown:
            return kept[1]
        drawn = Markup(  # noqa: S704 - a template of ours, which escapes what it is given
            self._environment.get_template(template).render(shown=shown, lang=self._language, **also)
        )
        self._kept[key] = (weakref.ref(shown, lambda _gone: self._kept.pop(key, None)), drawn)
        return drawn

    def select(self, name: str, label: str, options: Iterable[tuple[str, str]], picked: Hashable) -> Markup:
        """A field with ``options`` (value and wording), the ``picked`` one chosen."""
        return self._select(name, label, tuple(options), picked)

    def _draw_select(self, name: str, label: str, options: tuple[tuple[str, str], ...], picked: Hashable) -> Markup:
        given = {"id": name, "label": label, "options": options, "chosen": picked}
        return Markup(self._environment.get_template("select.html").render(given))  # noqa: S704 - see above
