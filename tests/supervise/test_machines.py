"""Every machine: each legal arc reached, each illegal one refused; rows, journal and log in accord after each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.store import Store
from tests.supervise import driving
from tests.supervise.casts import CASTS
from tests.supervise.driving import Cast, Stage

NAMES = [cast.name for cast in CASTS]


@pytest.fixture
def stage(cast: Cast, store: Store) -> Iterator[Stage]:
    cast.furnish(store)
    return cast.enter(store)


@pytest.mark.parametrize("cast", CASTS, ids=NAMES)
def test_a_tour_goes_every_arc_and_nothing_else_can_be_done_where_it_ends(cast: Cast, stage: Stage) -> None:
    driving.tour(cast, stage)
    assert driving.illegal(cast, stage) > 100
    assert driving.forbidden(cast, stage) > 0


@pytest.mark.parametrize("cast", CASTS, ids=NAMES)
def test_walks_that_try_everything(cast: Cast, tmp_path: Path) -> None:
    arcs = sum(len(machine.arcs) for machine in cast.machines)
    gone = driving.walk(cast, tmp_path, examples=max(15, arcs // 2))
    assert len(gone) > arcs // 3, gone
