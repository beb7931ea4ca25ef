"""The desk on a small workflow of its own: what is refused, what is written, and that nothing is written by halves."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from finwatch.errors import Denied, FormError, InputError, NotFound, Stale
from finwatch.model.access import Actor, Permission, Role
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Message, Part, Party
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.form import Form, field
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machine import SAME, Arc, Change, FollowUp, Machine, MachineError, Occasion, State
from tests.kit.office import Clock, furnish, hire


def _t(word: str) -> Text:
    return Text(zh=f"{word}（中）", en=word)


class Row(Form):
    name: str | None = field("名称", "Name", required=True)
    use: str | None = field("用途", "Use")


class Application(Form):
    title: str | None = field("标题", "Title", required=True, max_length=20)
    code: str | None = field("代码", "Code", pattern="[A-Z]{3}")
    count: int | None = field("数量", "Count")
    sdks: tuple[Row, ...] = field("组件", "Components", default=())


class Reply(Form):
    days: int | None = field("天数", "Days", required=True)


def _parties(on: Occasion) -> Change:
    ours = Party(part=Part.OWNER, organisation=on.case.owner)
    theirs = [Party(part=Part.ASSOCIATION, organisation=one.id) for one in on.look.organisations(_association())]
    return Change(title=on.form.get("title") or "", add=(ours, *theirs), subject=on.case.subject)


def _association() -> Any:
    from finwatch.model.access import OrganisationKind

    return OrganisationKind.ASSOCIATION


def _numbered(on: Occasion) -> Change:
    told = Message(
        channel="desk", to=on.case.owner, subject=_t("Filed"), body=_t("It is filed."), key=f"filed:{on.case.id}"
    )
    child = FollowUp(machine="echo", arc="hear", form={"title": "echo"}) if on.form.get("count") == 7 else None
    return Change(
        number=f"N{on.look.number('n'):05d}",
        messages=(told,),
        follow=(child,) if child else (),
        note={"why": "checked"},
    )


def _no_thirteen(on: Occasion) -> tuple[FieldProblem, ...]:
    return (FieldProblem(field="count", says=_t("Not thirteen.")),) if on.form.get("count") == 13 else ()


def _arcs() -> tuple[Arc, ...]:
    write, review, approve = Permission.FILING_WRITE, Permission.FILING_REVIEW, Permission.FILING_APPROVE
    owner, association = (Part.OWNER,), (Part.ASSOCIATION,)
    return (
        Arc(id="draft", name=_t("Draft"), sources=(), target="draft", permission=write, fields="*", effect=_parties),
        Arc(
            id="edit", name=_t("Edit"), sources=("draft",), target=SAME, permission=write, parts=owner, fields="*",
            effect=_parties,
        ),
        Arc(
            id="submit", name=_t("Submit"), sources=("draft",), target="asked", permission=write, parts=owner,
            fields="*", complete=True, guard=_no_thirteen,
        ),
        Arc(
            id="return", name=_t("Return"), sources=("asked", "seen"), target="draft", permission=review,
            parts=association, comment="required", note=Reply,
        ),
        Arc(id="see", name=_t("See"), sources=("asked",), target="seen", permission=review, parts=association),
        Arc(
            id="approve", name=_t("Approve"), sources=("seen",), target="filed", permission=approve,
            parts=association, four_eyes=("see",), effect=_numbered,
        ),
        Arc(
            id="lapse", name=_t("Lapse"), sources=("filed",), target="over", permission=approve, automatic=True
        ),
    )  # fmt: skip


STATES = tuple(State(id=one, name=_t(one), final=one == "over") for one in ("draft", "asked", "seen", "filed", "over"))
MACHINE = Machine(id="paper", name=_t("Paper"), states=STATES, arcs=_arcs(), form=Application, basis=_t("Our own."))
ECHO = Machine(
    id="echo",
    name=_t("Echo"),
    states=(State(id="heard", name=_t("Heard")),),
    arcs=(
        Arc(
            id="hear", name=_t("Hear"), sources=(), target="heard", permission=Permission.FILING_WRITE,
            automatic=True, fields="*", effect=_parties,
        ),
    ),
    form=Application,
    basis=_t("Our own."),
)  # fmt: skip


class Office:
    """A desk with people at it."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock()
        self.organisations = furnish(store)
        self.store = store
        self.desk = Desk(store, {"paper": MACHINE, "echo": ECHO}, look=StoreLook, clock=self.clock)
        self.bank = hire(store, "bank-a", Role.APP_OWNER)
        self.other = hire(store, "bank-b", Role.APP_OWNER)
        self.first = hire(store, "assoc", Role.FIRST_REVIEWER)
        self.second = hire(store, "assoc", Role.SECOND_REVIEWER)
        self.both = hire(store, "assoc", Role.FIRST_REVIEWER, Role.SECOND_REVIEWER)

    def asked(self, **form: Any) -> Case:
        """A case that waits for its review."""
        case = self.desk.open(self.bank, "paper", form={"title": "晨光", **form})
        return self.desk.go(self.bank, case.id, "submit", version=1)

    def leaves(self) -> list[dict[str, Any]]:
        """What the log says."""
        from sqlalchemy import select

        from finwatch.store.dialect import reading
        from finwatch.store.tables import log_leaf

        with reading(self.store._engine) as connection:
            return [json.loads(row.data) for row in connection.execute(select(log_leaf).order_by(log_leaf.c.index))]


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_case_goes_its_way_and_everything_is_written_down(office: Office) -> None:
    before = len(office.leaves())
    case = office.asked(count=7)
    seen = office.desk.go(office.first, case.id, "see", version=2)
    filed = office.desk.go(office.second, case.id, "approve", version=3, comment="in order")
    assert (seen.state, filed.state, filed.version, filed.number) == ("seen", "filed", 4, "N00001")
    steps = office.store.cases.steps(case.id, scope=office.bank.scope)
    assert [(one.arc, one.before, one.after) for one in steps] == [
        ("draft", "", "draft"), ("submit", "draft", "asked"), ("see", "asked", "seen"), ("approve", "seen", "filed"),
    ]  # fmt: skip
    assert steps[-1].comment == "in order"
    assert steps[-1].note == {"why": "checked"}
    assert [change.field for change in steps[0].changes] == ["count", "title"]
    said = office.store.cases.journal(scope=SYSTEM.scope, resource=f"case:{case.id}")
    assert [one.action for one in said] == ["paper:approve", "paper:see", "paper:submit", "paper:draft"]
    assert [one.key for one in office.store.outbox.newest("bank-a")] == [f"filed:{case.id}"]
    echo = office.store.cases.newest(CaseFilter(parent=case.id), scope=office.bank.scope).rows
    assert [(row.machine, row.state) for row in echo] == [("echo", "heard")]
    leaves = office.leaves()[before:]
    assert len(leaves) == 4, "one leaf a decision, follow-ups included"
    tables = {row[0] for row in leaves[-1]["rows"]}
    assert tables == {"case_file", "case_party", "counter", "journal", "step"}


def test_what_may_not_be_done_is_refused_and_leaves_nothing(office: Office) -> None:
    case = office.asked()
    leaves = len(office.leaves())
    with pytest.raises(Denied, match="filing:review"):
        office.desk.go(office.bank, case.id, "see", version=2)
    with pytest.raises(NotFound, match="you may see"):
        office.desk.go(office.other, case.id, "see", version=2)
    with pytest.raises(InputError, match="from asked there is no Submit"):
        office.desk.go(office.bank, case.id, "submit", version=2)
    assert len(office.leaves()) == leaves
    with pytest.raises(Denied, match="may not act for"):
        office.desk.open(office.bank, "paper", owner=office.organisations["bank-b"])
    with pytest.raises(NotFound, match="no workflow"):
        office.desk.open(office.bank, "nothing")


def test_four_eyes(office: Office) -> None:
    case = office.asked()
    office.desk.go(office.both, case.id, "see", version=2)
    with pytest.raises(Denied, match="four eyes"):
        office.desk.go(office.both, case.id, "approve", version=3)
    assert office.desk.go(office.second, case.id, "approve", version=3).state == "filed"


def test_the_system_decides_nothing_in_a_persons_place(office: Office) -> None:
    case = office.asked()
    with pytest.raises(Denied):
        office.desk.go(SYSTEM, case.id, "see")
    local = SYSTEM.model_copy(update={"person": "local"})
    office.desk.go(office.first, case.id, "see")
    office.desk.go(office.second, case.id, "approve")
    with pytest.raises(Denied, match="system alone"):
        office.desk.go(local, case.id, "lapse")
    assert office.desk.go(SYSTEM, case.id, "lapse").closed is not None


def test_a_second_decision_on_the_same_version_is_told_who_was_first(office: Office) -> None:
    case = office.asked()
    office.desk.go(office.first, case.id, "see", version=2)
    with pytest.raises(Stale, match="assoc-first_reviewer was first"):
        office.desk.go(office.both, case.id, "return", version=2, comment="no", note={"days": 5})


def test_of_many_at_once_one_wins(office: Office) -> None:
    case = office.asked()
    reviewers = [hire(office.store, "assoc", Role.FIRST_REVIEWER, name=f"r{n}") for n in range(6)]
    ends: list[str] = []

    def decide(actor: Actor) -> None:
        try:
            ends.append(office.desk.go(actor, case.id, "see", version=2).state)
        except Stale:
            ends.append("stale")

    threads = [threading.Thread(target=decide, args=(one,)) for one in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["seen", *["stale"] * 5]
    assert office.store.cases.get(case.id, scope=office.bank.scope).version == 3


@pytest.mark.parametrize(
    ("form", "field_", "words"),
    [
        ({"title": ""}, "title", "filled in"),
        ({"code": "ab"}, "code", "form it should have"),
        ({"count": "many"}, "count", "whole number"),
        ({"count": "13"}, "count", "Not thirteen"),
        ({"sdks.0.use": "push"}, "sdks.0.name", "filled in"),
        ({"colour": "red"}, "colour", "no field"),
        ({"title": "x" * 21}, "title", "too long"),
    ],
)
def test_a_wrong_field_is_named(office: Office, form: dict[str, Any], field_: str, words: str) -> None:
    case = office.desk.open(office.bank, "paper", form={"title": "晨光"})
    with pytest.raises(FormError) as caught:
        office.desk.go(office.bank, case.id, "submit", version=1, form=form)
    assert [(one.field, words in one.says.en) for one in caught.value.problems] == [(field_, True)]
    assert office.store.cases.get(case.id, scope=office.bank.scope).version == 1


def test_a_comment_and_a_note_that_are_needed(office: Office) -> None:
    case = office.asked()
    with pytest.raises(FormError) as caught:
        office.desk.go(office.first, case.id, "return", version=2)
    assert [one.field for one in caught.value.problems] == ["days"]
    with pytest.raises(FormError) as caught:
        office.desk.go(office.first, case.id, "return", version=2, note={"days": "5"})
    assert [one.field for one in caught.value.problems] == ["comment"]
    back = office.desk.go(office.first, case.id, "return", version=2, note={"days": "5"}, comment="补充材料")
    assert back.state == "draft"
    assert office.store.cases.steps(case.id, scope=office.first.scope)[-1].note == {"days": 5}


def test_fields_that_an_arc_may_not_write_stay(office: Office) -> None:
    case = office.asked()
    with pytest.raises(FormError, match="title: This step may not change it"):
        office.desk.go(office.first, case.id, "see", version=2, form={"title": "other"})


def test_who_sees_what(office: Office) -> None:
    office.asked()
    office.desk.open(office.other, "paper", form={"title": "远山"})
    regulator = hire(office.store, "reg-44", Role.ANALYST)
    branch = hire(office.store, "bank-a-east", Role.APP_OWNER)
    lab = hire(office.store, "lab", Role.TESTER)

    def titles(actor: Actor) -> list[str]:
        page = office.store.cases.newest(scope=actor.scope)
        assert page.total == len(page.rows)
        return sorted(row.title for row in page.rows)

    assert titles(office.bank) == ["晨光"]
    assert titles(office.other) == ["远山"]
    assert titles(office.first) == ["晨光", "远山"]
    assert titles(regulator) == ["晨光"]
    assert titles(branch) == []
    assert titles(lab) == []
    assert office.store.cases.counts("paper", scope=office.other.scope) == {"draft": 1}


def test_lists_page_by_key(office: Office) -> None:
    for number in range(7):
        office.clock.move(minutes=number % 2)
        office.desk.open(office.bank, "paper", form={"title": f"t{number}"})
    seen: list[str] = []
    after = None
    while True:
        page = office.store.cases.newest(scope=office.bank.scope, after=after, limit=3)
        seen += [row.title for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    with pytest.raises(InputError, match="end of a page"):
        office.store.cases.newest(scope=office.bank.scope, after="x~y")


def test_a_preview_writes_nothing_and_says_what_each_would_be(office: Office) -> None:
    one, two = office.asked(), office.desk.open(office.bank, "paper", form={"title": "b"})
    leaves = len(office.leaves())
    picked = [(one.id, 2), (two.id, 1), (999, 1)]
    told = office.desk.preview(office.first, picked, "see")
    assert [result if isinstance(result, str) else type(result).__name__ for _, result in told] == [
        "seen", "InputError", "NotFound",
    ]  # fmt: skip
    assert len(office.leaves()) == leaves
    done = office.desk.go_many(office.first, picked, "see")
    assert [result.state if isinstance(result, Case) else type(result).__name__ for _, result in done] == [
        "seen", "InputError", "NotFound",
    ]  # fmt: skip


def test_a_follow_up_that_fails_takes_everything_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.asked(count=7)
    office.desk.go(office.first, case.id, "see")
    leaves, letters = len(office.leaves()), office.store.outbox.newest("bank-a")
    monkeypatch.setattr(office.desk, "machines", {"paper": MACHINE})
    with pytest.raises(NotFound, match="echo"):
        office.desk.go(office.second, case.id, "approve", version=3)
    after = office.store.cases.get(case.id, scope=office.bank.scope)
    assert (after.state, after.version, after.number) == ("seen", 3, None)
    assert (len(office.leaves()), office.store.outbox.newest("bank-a")) == (leaves, letters)


@pytest.mark.parametrize(
    ("states", "arcs", "words"),
    [
        (STATES, _arcs()[:-1], r"no arc leads to \['over'\]"),
        (STATES[:-1], _arcs(), "no such state"),
        (STATES, (*_arcs(), _arcs()[0]), "there twice"),
    ],
)
def test_a_machine_that_contradicts_itself_is_not_made(
    states: tuple[State, ...], arcs: tuple[Arc, ...], words: str
) -> None:
    with pytest.raises(MachineError, match=words):
        Machine(id="m", name=_t("m"), states=states, arcs=arcs, form=Application, basis=_t("b"))


def test_values_as_a_browser_posts_them() -> None:
    values, problems = Application.read(
        {"title": " 晨光 ", "count": "３", "sdks.2.name": "推送", "sdks.2.use": "", "sdks.5.name": "", "code": ""}
    )
    assert problems == ()
    assert values == {"title": "晨光", "count": 3, "sdks": [{"name": "推送", "use": None}], "code": None}
