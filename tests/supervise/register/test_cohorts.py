"""A pilot of 23 fictional institutions, five sectors, three waves: progress as the register shows it, reminders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from finwatch.errors import NotFound
from finwatch.model.access import EVERYTHING, Organisation, OrganisationId, OrganisationKind
from finwatch.model.case import Case
from finwatch.store import access as people
from finwatch.supervise.desk import SYSTEM
from finwatch.supervise.register import reminding
from finwatch.supervise.register.cohort import STEPS
from finwatch.supervise.ticking import tick
from tests.kit import register
from tests.kit.office import START
from tests.supervise.driving import Play
from tests.supervise.register.conftest import Register, refused

SECTORS = {"bank": 9, "securities": 5, "fund": 3, "insurance": 3, "payment": 3}


def pilot(register_: Register, **wave: str) -> dict[str, Any]:
    """23 institutions, registered, in three waves a month apart; the first institution is the one that is filed."""
    names = []
    with register_.stage.store.deciding(SYSTEM, now=START) as unit:
        for sector, count in SECTORS.items():
            for number in range(1, count + 1):
                identity = OrganisationId(f"{sector}-{number}")
                kind = OrganisationKind.INSTITUTION
                name = f"示例{sector}机构{number}号"
                people.add_organisation(unit, Organisation(id=identity, kind=kind, name=name, region="440300"))
                names.append((identity, sector))
    names[0] = (OrganisationId("bank-a"), "bank")
    first = date.fromisoformat(register_.today)
    waves = [
        {
            "number": number,
            "starts": (first + timedelta(days=30 * (number - 1))).isoformat(),
            **{
                step: (first + timedelta(days=30 * (number - 1) + 10 * (place + 1))).isoformat()
                for place, step in enumerate(STEPS)
            },
            **wave,
        }
        for number in (1, 2, 3)
    ]
    members = [
        {"organisation": one, "sector": sector, "wave": place % 3 + 1} for place, (one, sector) in enumerate(names)
    ]
    return {"name": "首批试点", "waves": waves, "members": members}


def started(register_: Register) -> Case:
    """The pilot, running."""
    play = Play(register_.people["manager"], form=pilot(register_))
    case = register_.stage.open("cohort", "plan", play)
    return register_.go(case, "start", form={})


def shown(register_: Register, case: Case) -> dict[str, Any]:
    """The pilot's progress today."""
    today = date.fromisoformat(register_.today)
    return reminding.shown(register_.stage.desk, case.id, scope=EVERYTHING, today=today)


def test_a_pilot_of_23_institutions_shows_who_is_how_far(register_: Register) -> None:
    case = started(register_)
    told = shown(register_, case)
    assert len(told["members"]) == 23
    assert [(wave.wave, wave.members, wave.overdue) for wave in told["waves"]] == [(1, 8, 0), (2, 8, 0), (3, 7, 0)]
    mine = next(line for line in told["members"] if line.organisation == "bank-a")
    assert [(one.step, one.done is not None) for one in mine.milestones] == [
        ("institution_by", True),
        ("institution_filed_by", True),
        ("app_by", False),
        ("app_filed_by", False),
    ]
    register_.filed()
    mine = next(line for line in shown(register_, case)["members"] if line.organisation == "bank-a")
    assert (mine.done, mine.apps_filed) == (4, 1)
    assert [wave.done["app_filed_by"] for wave in shown(register_, case)["waves"]] == [1, 0, 0]


def test_who_is_late_is_told_with_days(register_: Register) -> None:
    case = started(register_)
    register_.stage.clock.move(days=45)
    told = shown(register_, case)
    late = {line.organisation: line.overdue for line in told["members"] if line.overdue}
    assert [(wave.wave, wave.overdue) for wave in told["waves"]] == [(1, 8), (2, 8), (3, 0)]
    assert late["bank-a"] == 15
    assert late["bank-4"] == 35
    assert late["bank-2"] == 5


def test_each_member_hears_of_its_start_and_of_each_stage_once(register_: Register) -> None:
    case, stage = started(register_), register_.stage
    assert "第1批" in register_.messages("bank-4")[0]
    assert "第2批" in register_.messages("bank-2")[0]
    counts = []
    for _ in range(13):
        counts.append(reminding.remind(stage.desk, now=stage.clock()))
        assert reminding.remind(stage.desk, now=stage.clock()) == 0
        stage.clock.move(days=1)
    # half, a fifth, the last day and overdue, to the 7 of wave 1 that have not begun; the other is filed
    # and is reminded of its first app at half of its time only
    assert [count for count in counts if count] == [7, 7, 7, 7]
    assert [place for place, count in enumerate(counts) if count] == [5, 8, 10, 11]
    assert register_.messages("bank-2") == [register_.messages("bank-2")[0]]
    assert "已逾期" in register_.messages("bank-4")[0]
    assert tick(stage.desk, now=stage.clock()).warned >= 0
    assert case.state == "running"


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"institution_by": "2026-01-01"}, "waves.0.institution_by", "Earlier than the step before"),
        ({"number": 1}, "waves.1.number", "twice"),
    ],
)
def test_waves_whose_dates_do_not_follow_one_another(
    register_: Register, change: dict[str, Any], field: str, says: str
) -> None:
    form = pilot(register_, **change)
    play = Play(register_.people["manager"], form=form)
    assert says in refused(lambda: register_.stage.open("cohort", "plan", play))[field]


def test_members_that_are_none(register_: Register) -> None:
    form = pilot(register_)
    form["members"][1] = {"organisation": "nobody", "sector": "bank", "wave": 1}
    form["members"][2] = {**form["members"][3]}
    form["members"][4] = {**form["members"][4], "wave": 7}
    told = refused(lambda: register_.stage.open("cohort", "plan", Play(register_.people["manager"], form=form)))
    assert "no institution “nobody”" in told["members.1.organisation"]
    assert "twice" in told["members.3.organisation"]
    assert "no such wave" in told["members.4.wave"]


def test_members_do_not_see_the_others(register_: Register) -> None:
    case = started(register_)
    with pytest.raises(NotFound):
        reminding.cohort_of(register_.stage.store, case.id, scope=register_.people["owner-a"].scope)
    filing = register_.app()
    with pytest.raises(NotFound, match="no cohort"):
        reminding.cohort_of(register_.stage.store, filing.id, scope=EVERYTHING)
    assert register.app()["name"]
