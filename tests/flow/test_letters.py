"""Documents of cases: which there are, who numbers them, in which order; figures are those of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from finwatch import catalog
from finwatch.errors import Denied, NotFound
from finwatch.flow.letters import Documents
from finwatch.model.access import Role
from finwatch.report.letters import docx
from finwatch.report.letters.letter import Points
from finwatch.store import Store, open_store
from finwatch.supervise.desk import Desk
from tests.kit import register
from tests.kit.office import hire
from tests.supervise.driving import Stage
from tests.supervise.register_cast import RegisterCast, file_institution, furnish_register

KNOWLEDGE = catalog.load(None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        furnish_register(store)
        yield store


@pytest.fixture
def stage(store: Store) -> Stage:
    cast = RegisterCast()
    stage = cast.enter(store)
    file_institution(cast, stage, "bank-a")
    return stage


@pytest.fixture
def documents(stage: Stage) -> Documents:
    desk: Desk = stage.desk
    return Documents(desk=desk, knowledge=KNOWLEDGE, clock=stage.clock)


def returned(stage: Stage, package: str, *letters: str) -> int:
    """A filing that went back once for each letter; the number of its case."""
    owner, first = stage.people["owner-a"], stage.people["first"]
    today = stage.clock().date().isoformat()
    case = stage.desk.open(owner, "filing", arc="begin", form=register.assessed(package, "1.0", on=today))
    for arc, letter in zip(["submit", *["resubmit"] * 9], letters, strict=False):
        case = stage.desk.go(owner, case.id, arc, version=case.version)
        note = {"letter": letter, "lines": ["package:version｜a ≠ b"]}
        case = stage.desk.go(first, case.id, "return_first", version=case.version, note=note, comment="请补正")
    return case.id


def test_each_return_has_its_letter_and_numbers_follow_one_another(stage: Stage, documents: Documents) -> None:
    first = stage.people["first"]
    one = returned(stage, "example.one", "包名不一致。\n请说明版本。", "仍不一致。")
    other = returned(stage, "example.other", "图标不一致。")
    names = [one.name for one in documents.of(one, scope=first.scope)]
    assert len(names) == 2
    steps = [int(name.partition("-")[2]) for name in names]
    assert documents.letter(one, "return", steps[0], scope=first.scope).number is None

    assert documents.give_number(first, one, "return", steps[1]) == "星河互联网金融协会审函〔2026〕1号"
    step = int(documents.of(other, scope=first.scope)[0].name.partition("-")[2])
    assert documents.give_number(first, other, "return", step) == "星河互联网金融协会审函〔2026〕2号"
    assert documents.give_number(first, one, "return", steps[1]) == "星河互联网金融协会审函〔2026〕1号", "it keeps it"
    assert documents.give_number(first, one, "return", steps[0]) == "星河互联网金融协会审函〔2026〕3号"

    letter = documents.letter(one, "return", steps[0], scope=first.scope)
    assert letter.addressee == "晨光银行股份有限公司"
    assert [block for block in letter.body if isinstance(block, Points)] == [
        Points(items=("包名不一致。", "请说明版本。"))
    ]
    journal = stage.store.cases.journal(scope=first.scope, resource="letter:星河互联网金融协会审函〔2026〕3号")
    assert [entry.action for entry in journal] == ["document:number"]


def test_only_the_issuer_gives_a_number_and_outsiders_see_nothing(stage: Stage, documents: Documents) -> None:
    number = returned(stage, "example.one", "包名不一致。")
    first, owner, stranger = (stage.people[name] for name in ("first", "owner-a", "owner-b"))
    step = int(documents.of(number, scope=owner.scope)[0].name.partition("-")[2])
    with pytest.raises(Denied):
        documents.give_number(owner, number, "return", step)
    with pytest.raises(NotFound):
        documents.of(number, scope=stranger.scope)
    with pytest.raises(NotFound):
        documents.letter(number, "notice", step, scope=first.scope)
    assert documents.letter(number, "return", step, scope=owner.scope).number is None, "no number was lost or given"
    assert documents.give_number(first, number, "return", step).endswith("1号")


def test_the_weekly_report_has_the_figures_of_the_pages(stage: Stage, documents: Documents, store: Store) -> None:
    returned(stage, "example.one", "包名不一致。")
    manager = hire(store, "assoc", Role.ASSOCIATION_MANAGER, name="weekly")
    letter = documents.weekly(manager, numbered=True)
    assert letter.number == "星河互联网金融协会周报〔2026〕1号"
    assert documents.weekly(manager).number == letter.number, "one a week"
    told = {}
    for table in Document(BytesIO(docx(letter))).tables:
        told |= {row.cells[0].text: row.cells[-1].text for row in table.rows}
    view = store.overview()
    assert told["在册应用"] == f"{view.apps:,}"
    assert told["市场变动"] == f"{view.events:,}"
    for machine in ("filing", "institution"):
        for state, many in store.cases.counts(machine, scope=manager.scope).items():
            name = stage.desk.machine(machine).state(state).name.zh
            assert re.sub(",", "", told[name]) == str(many), name
