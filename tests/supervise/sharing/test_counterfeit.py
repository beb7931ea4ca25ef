"""A counterfeit out of the markets: only what its institution confirmed, and never the institution's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finwatch.errors import Denied, FormError, InputError
from finwatch.model.case import Case
from finwatch.store import open_store
from finwatch.supervise.desk import SYSTEM
from tests.supervise.driving import Play, Stage
from tests.supervise.public_cast import FAKE, MARKET, OWN, TOLD, PublicCast, visit


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    cast = PublicCast()
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        cast.furnish(store)
        yield cast.enter(store)


def adopted(stage: Stage, **form: Any) -> Case:
    """A risk that the bank confirmed."""
    made = stage.open("risk", "send", Play(stage.people["watcher"], form={**TOLD, **form}))
    stage.go(made.id, "remind", Play(stage.people["manager"]))
    return stage.go(made.id, "adopt", Play(stage.people["bank"], comment="与本机构无关"))


def order(stage: Stage, case: Case, app: str = FAKE, *markets: str) -> Case:
    note = {"app": app, "markets": list(markets or (MARKET,))}
    return stage.go(case.id, "order_removal", Play(stage.people["sup"], note=note, comment="机构确认仿冒"))


def test_what_nobody_confirmed_is_not_ordered_out(stage: Stage) -> None:
    made = stage.open("risk", "send", Play(stage.people["watcher"], form=TOLD))
    with pytest.raises(InputError):
        order(stage, made)
    assert stage.cases("removal") == ()


@pytest.mark.parametrize(
    ("app", "market", "says"),
    [
        (OWN, MARKET, "不是仿冒"),
        ("example.none~1", MARKET, "没有已发布"),
        (FAKE, "bluefish", "没有登记的运营单位"),
    ],
)
def test_an_order_that_would_be_wrong_is_refused_and_nothing_is_sent(
    stage: Stage, app: str, market: str, says: str
) -> None:
    case = adopted(stage)
    before = len(stage.cases())
    with pytest.raises(FormError) as refused:
        order(stage, case, app, market)
    assert says in refused.value.problems[0].says.zh
    assert stage.case(case.id).state == "adopted"
    assert len(stage.cases()) == before


def test_another_package_than_the_risk_names_is_refused(stage: Stage) -> None:
    case = adopted(stage, package="example.other")
    with pytest.raises(FormError) as refused:
        order(stage, case)
    assert "包名" in refused.value.problems[0].says.zh


def test_another_kind_of_risk_is_not_ordered_out(stage: Stage) -> None:
    case = adopted(stage, type="app_risk")
    with pytest.raises(FormError) as refused:
        order(stage, case)
    assert "仿冒" in refused.value.problems[0].says.zh


def test_who_sent_it_does_not_order_and_an_institution_never_does(stage: Stage) -> None:
    made = stage.open("risk", "send", Play(stage.people["manager"], form=TOLD))
    stage.go(made.id, "remind", Play(stage.people["manager"]))
    case = stage.go(made.id, "adopt", Play(stage.people["bank"], comment="与本机构无关"))
    for name in ("manager", "bank"):
        play = Play(stage.people[name], note={"app": FAKE, "markets": [MARKET]}, comment="c")
        with pytest.raises(Denied):
            stage.go(case.id, "order_removal", play)
    assert order(stage, case).state == "removal"


def test_proven_by_a_visit_found_again_and_told_to_the_institution(stage: Stage) -> None:
    case = order(stage, adopted(stage))
    (removal,) = stage.cases("removal")
    assert removal.subject == f"app:{FAKE}"
    with pytest.raises(FormError):
        order(stage, case)  # one order a market
    stage.go(removal.id, "visit", Play(SYSTEM, note=visit(listed=False)))
    assert stage.case(case.id).state == "removed"
    stage.go(removal.id, "visit", Play(SYSTEM, note=visit(listed=True)))
    assert (stage.case(case.id).state, stage.case(removal.id).form["found_again"]) == ("removal", 1)
    told = [one.subject.zh for one in stage.store.outbox.newest("bank-a", limit=50)]
    assert any(one.startswith("仿冒应用再次上架") for one in told), told
    assert any(one.startswith("仿冒应用已下架") for one in told), told
    shop = stage.store.outbox.newest("store-green", limit=50)
    assert any("另一签名者" in one.body.zh for one in shop), shop
    stage.go(case.id, "lift", Play(stage.people["sup"], comment="误报"))
    assert (stage.case(case.id).state, stage.case(removal.id).state) == ("adopted", "lifted")
