"""A form that is sent after the session has ended: what was typed waits behind the log-in, for its person only."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from fastapi import FastAPI
from sqlalchemy import update

from finwatch.limits import ACCESS
from finwatch.model.access import Person, Role
from finwatch.store import Store, tables
from finwatch.store.dialect import reading, writing
from tests.kit.people import Browser, session_of, somebody

NAME = '赵 "quoted" <b>&amp;\r\nsecond line'


def ended(app: FastAPI, store: Store, person: Person) -> Browser:
    """A browser that has loaded a form, and whose session has ended since."""
    browser = Browser(app, cookies={"finwatch-session": session_of(store, person)})
    assert browser.get("/organisations/qinghe").status_code == 200
    with writing(store._engine) as connection:
        idle = datetime.now(UTC) - timedelta(seconds=ACCESS.idle_seconds + 1)
        connection.execute(update(tables.session).values(seen=idle))
    return browser


def typed(page: str) -> dict[str, str]:
    """The fields of the form that is given back."""
    found = re.findall(r'<textarea name="([^"]+)" hidden>\r?\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


def test_what_was_typed_goes_on_after_the_log_in(app: FastAPI, store: Store) -> None:
    person = somebody(store, "qinghe", Role.ADMINISTRATOR)
    browser = ended(app, store, person)
    answer = browser.post("/organisations/qinghe/people", account="zhao", name=NAME, role="app_owner", password="hush")
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where.startswith("/login?next=%2Fresume%2F")
    assert "What you typed is kept" in browser.get(where + "&lang=en").text
    assert store.accounts.by_account("zhao") is None, "nothing was done meanwhile"
    browser.cookies["finwatch-session"] = session_of(store, person)
    resume = unescape(where.partition("next=")[2]).replace("%2F", "/")
    page = browser.get(resume).text
    assert typed(page) == {"account": "zhao", "name": NAME, "role": "app_owner"}
    assert "hush" not in page
    assert 'action="/organisations/qinghe/people"' in page
    sent = browser.post("/organisations/qinghe/people", **typed(page))
    assert sent.status_code == 200
    made = store.accounts.by_account("zhao")
    assert made is not None
    assert made.roles == (Role.APP_OWNER,)


def test_another_person_does_not_get_it(app: FastAPI, store: Store) -> None:
    browser = ended(app, store, somebody(store, "qinghe", Role.ADMINISTRATOR))
    where = browser.post("/organisations/qinghe/people", account="zhao", name="secret").headers["location"]
    resume = where.partition("next=")[2].replace("%2F", "/")
    other = Browser(app, cookies={"finwatch-session": session_of(store, somebody(store, "yunxi", Role.ADMINISTRATOR))})
    answer = other.get(resume)
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert Browser(app).get(resume).status_code == 303


def test_it_is_sealed_and_a_foreign_form_is_not_kept(app: FastAPI, store: Store) -> None:
    browser = ended(app, store, somebody(store, "qinghe", Role.ADMINISTRATOR))
    foreign = browser.ask("POST", "/organisations/qinghe/people", data={"account": "evil", "csrf": "invented"})
    assert foreign.status_code == 403
    with reading(store._engine) as connection:
        assert connection.execute(tables.kept_form.select()).all() == []
    browser.post("/organisations/qinghe/people", account="zhao", name="plainly readable")
    with reading(store._engine) as connection:
        (row,) = connection.execute(tables.kept_form.select()).all()
    assert "plainly" not in row.sealed


def test_a_book_is_not_kept(app: FastAPI, store: Store) -> None:
    browser = ended(app, store, somebody(store, "qinghe", Role.ADMINISTRATOR))
    answer = browser.post("/organisations/qinghe/people", name="x" * (ACCESS.form_bytes + 1))
    assert answer.headers["location"] == "/login"
