"""A telephone of a ledger on pages and over the API: the bank's own; others open it with a reason, which is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import EVERYTHING, Role
from finwatch.store import Store, open_store
from finwatch.supervise.office import desk_of
from finwatch.supervise.private import ACTION
from finwatch.web.pages import Site
from tests.kit.office import furnish, hire
from tests.kit.people import Browser, session_of

PHONE = "13800138000"
ENTRY = {"name": "青禾生活", "kind": "app", "department": "网络金融部", "responsible": "赵一鸣", "phone": PHONE}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("private")
    with open_store(f"sqlite:///{folder / 'store.sqlite'}") as opened:
        furnish(opened)
        hire(opened, "reg", Role.SUPERVISOR, name="sup")
        hire(opened, "reg", Role.AUDITOR, name="auditor")
        yield opened


@pytest.fixture(scope="module")
def entry(store: Store) -> int:
    owner = hire(store, "bank-a", Role.APP_OWNER, name="owner")
    return desk_of(store, knows=lambda _: True).open(owner, "ledger_entry", arc="propose", form=ENTRY).id


@pytest.fixture(scope="module")
def app(store: Store, entry: int, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    lake = open_lake(str(tmp_path_factory.mktemp("lake")))
    return application(Site(store=store, lake=lake, knowledge=catalog.load(), checks=()))


def browser(app: FastAPI, store: Store, name: str) -> Browser:
    person = next(one for one in store.accounts.people(None) if one.id == name)
    return Browser(app, cookies={"finwatch-session": session_of(store, person)})


def read(store: Store) -> list[str]:
    entries = store.cases.journal(scope=EVERYTHING, limit=500)
    return [str(one.detail["reason"]) for one in entries if one.action == ACTION]


def test_the_owner_reads_it_and_others_do_not(app: FastAPI, store: Store, entry: int) -> None:
    for path in (f"/cases/{entry}", f"/api/v1/cases/{entry}", "/api/v1/ledger/entries?living=false"):
        assert PHONE in browser(app, store, "owner").get(path).text, path
        for name in ("sup", "auditor"):
            answer = browser(app, store, name).get(path)
            assert answer.status_code == 200, (name, path)
            assert PHONE not in answer.text, (name, path)
            assert "青禾生活" in answer.text, (name, path)
    assert "个人信息，已隐去" in browser(app, store, "sup").get(f"/cases/{entry}?lang=zh").text
    assert f"/cases/{entry}/private" not in browser(app, store, "auditor").get(f"/cases/{entry}").text


def test_who_may_opens_it_with_a_reason_that_is_kept(app: FastAPI, store: Store, entry: int) -> None:
    page = browser(app, store, "sup")
    assert PHONE not in page.get(f"/cases/{entry}/private").text
    assert page.post(f"/cases/{entry}/private", reason="").status_code == 422
    assert read(store) == []
    assert PHONE in page.post(f"/cases/{entry}/private", reason="突发事件").text
    assert read(store) == ["突发事件"]


def test_who_may_not_does_not(app: FastAPI, store: Store, entry: int) -> None:
    kept = len(read(store))
    for name in ("auditor", "owner"):
        page = browser(app, store, name)
        assert page.get(f"/cases/{entry}/private").status_code == 403, name
        assert page.get("/desk").status_code == 200
        assert page.post(f"/cases/{entry}/private", reason="好奇").status_code == 403, name
    assert len(read(store)) == kept
