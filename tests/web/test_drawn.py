"""Parts of pages are drawn once for an object, and for no other, however equal."""

from __future__ import annotations

import gc

import pytest
from jinja2 import DictLoader, Environment

from finwatch.model.base import Text
from finwatch.web.drawn import Drawn

TEMPLATES = {
    "part.html": "<p>{{ shown.zh }}{{ drawing() }} {{ lang }}</p>",
    "select.html": "{{ drawing() }}<select name='{{ id }}'>{% for value, text in options %}"
    "<option value='{{ value }}'{% if value == chosen %} selected{% endif %}>{{ text }}</option>{% endfor %}</select>",
}


@pytest.fixture
def drawing() -> list[str]:
    return []


@pytest.fixture
def drawn(drawing: list[str]) -> Drawn:
    environment = Environment(loader=DictLoader(TEMPLATES), autoescape=True)

    def count() -> str:
        drawing.append("drawn")
        return ""

    environment.globals.update(drawing=count)
    return Drawn(environment, "zh")


def test_one_object_is_drawn_once(drawn: Drawn, drawing: list[str]) -> None:
    noun = Text(zh="<甲>", en="a")
    assert {str(drawn.part("part.html", noun)) for _ in range(3)} == {"<p>&lt;甲&gt; zh</p>"}
    assert drawing == ["drawn"]


def test_an_equal_object_is_another(drawn: Drawn, drawing: list[str]) -> None:
    """Who is given an object of their own gets what is drawn from it, and nothing that was drawn for somebody else."""
    first, second = Text(zh="甲", en="a"), Text(zh="甲", en="a")
    drawn.part("part.html", first)
    drawn.part("part.html", second)
    assert len(drawing) == 2


def test_a_part_goes_with_its_object(drawn: Drawn) -> None:
    """Also where the next object is put in the same place of memory."""
    for number in range(200):
        assert f"{number}" in drawn.part("part.html", Text(zh=f"{number}", en=""))
    gc.collect()
    assert drawn._kept == {}


def test_a_select_is_drawn_once_for_what_it_offers(drawn: Drawn, drawing: list[str]) -> None:
    options = [("a", "<A>"), ("b", "B")]
    picked = [drawn.select("kind", "Kind", options, "b") for _ in range(2)]
    assert picked[0] == picked[1]
    assert "<option value='b' selected>B" in picked[0]
    assert "&lt;A&gt;" in picked[0]
    assert "selected" not in drawn.select("kind", "Kind", options, None)
    assert "selected" not in drawn.select("kind", "Kind", options[:1], "b")
    assert len(drawing) == 3
