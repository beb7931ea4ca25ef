"""Supervision's pages at moments of its tour, for everybody, in both languages: whole, or refused; never an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from finwatch import catalog, checks
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.store import Store, open_store
from finwatch.web.pages import Site
from tests.kit.people import Browser, session_of
from tests.supervise.driving import Stage
from tests.supervise.supervision_cast import SupervisionCast


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("supervision")
    with open_store(f"sqlite:///{folder / 'store.sqlite'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def stage(store: Store) -> Stage:
    """The tour up to an order of removal."""
    cast = SupervisionCast()
    cast.furnish(store)
    made = cast.enter(store)
    for act in cast.tour(made):
        act()
        if made.cases("removal", "still_there"):
            break
    return made


@pytest.fixture(scope="module")
def app(store: Store, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    definitions = tuple(check.definition for check in checks.load())
    lake = open_lake(str(tmp_path_factory.mktemp("lake")))
    return application(Site(store=store, lake=lake, knowledge=catalog.load(), checks=definitions))


def browser(app: FastAPI, store: Store, name: str) -> Browser:
    person = next(one for one in store.accounts.people(None) if one.id == name)
    return Browser(app, cookies={"finwatch-session": session_of(store, person)})


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["sup1", "analyst", "owner-a", "green"])
def test_every_page_is_whole_or_refused(app: FastAPI, store: Store, stage: Stage, name: str, language: str) -> None:
    reader = browser(app, store, name)
    seen = 0
    paths = ["/desk", "/deadlines", "/deadlines?machine=notice", "/cases/new/campaign/plan", "/cases/new/appeal/file"]
    for case in stage.cases("campaign"):
        paths += [f"/campaigns/{case.id}", f"/campaigns/{case.id}?state=suspected", f"/campaigns/{case.id}/report"]
        paths += [f"/campaigns/{case.id}/verify", f"/campaigns/{case.id}/notify"]
    paths += [f"/cases/{case.id}" for case in stage.cases()]
    for path in paths:
        answer = reader.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code in (200, 403, 404, 422), (path, answer.text[-2000:])
        seen += answer.status_code == 200
    assert seen > 3


def test_an_institution_sees_its_notices_and_no_suspicion(app: FastAPI, store: Store, stage: Stage) -> None:
    owner = browser(app, store, "owner-a")
    for case in stage.cases():
        status = owner.get(f"/cases/{case.id}").status_code
        mine = any(party.organisation == "bank-a" for party in case.parties)
        assert status == (200 if mine else 404), case
        assert not (mine and case.machine in ("campaign", "inspection"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("同意延长天数", '<th scope="col">代码相同</th>', "所见版本")),
        ("en", ("Days given", '<th scope="col">Equal code</th>', "Version seen")),
    ],
)
def test_what_the_system_wrote_is_read_in_words(
    app: FastAPI, store: Store, stage: Stage, language: str, words: tuple[str, ...]
) -> None:
    """Answers, retests, extensions and visits are told field by field, never as the JSON that they are kept as."""
    reader = browser(app, store, "sup1")
    told = ""
    for case in stage.cases():
        text = reader.get(f"/cases/{case.id}?lang={language}").text
        assert "{&#39;" not in text, case
        assert "{'" not in text, case
        told += text
    for word in words:
        assert word in told


def test_the_figures_are_the_same_over_the_api(app: FastAPI, store: Store, stage: Stage) -> None:
    supervisor = browser(app, store, "sup1")
    campaign = stage.cases("campaign")[0].id
    told = supervisor.get(f"/api/v1/campaigns/{campaign}").json()
    assert told["figures"]["apps"] == 6
    assert told["figures"]["with_problems"] == 4
    assert len(supervisor.get(f"/api/v1/campaigns/{campaign}/list").json()) == told["figures"]["notices"] == 4
    assert "检查 " in supervisor.get(f"/campaigns/{campaign}/report?lang=zh").text
    batch = supervisor.get(f"/api/v1/campaigns/{campaign}/batch").json()
    assert batch["rows"] == []
    assert batch["refused"], "nothing is left to be notified, and it says so"
    assert browser(app, store, "owner-a").get(f"/api/v1/campaigns/{campaign}").status_code == 404
    assert browser(app, store, "analyst").get(f"/api/v1/campaigns/{campaign}/batch").status_code == 403
