"""Logging in through the pages: first password, second factor, recovery codes, lock-out, rotation, ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import text, update

from finwatch.access import passwords, secrets
from finwatch.limits import ACCESS, FORM
from finwatch.model.access import Role
from finwatch.store import Store, tables
from finwatch.store.dialect import reading, writing
from finwatch.supervise import accounts
from finwatch.supervise.accounts import OPERATOR
from tests.kit.people import PASSWORD, Browser, somebody


def enrolled(app: FastAPI, store: Store, account: str = "wang") -> tuple[Browser, str, list[str]]:
    """Somebody who has gone through the first log-in: their browser, TOTP secret and recovery codes."""
    _, first = accounts.add_person(
        store, OPERATOR, account=account, name="王", organisation="reg", roles=(Role.ADMINISTRATOR,)
    )
    browser = Browser(app)
    browser.get("/login")
    answer = browser.post("/login", account=account.upper(), password=first)
    assert answer.headers["location"] == "/login/enrol", answer.text
    page = browser.get("/login/enrol").text
    assert "<svg" in page
    secret = re.search(r'id="secret">([^<]+)<', page)[1].replace(" ", "")  # type: ignore[index]
    done = browser.post("/login/enrol", code=pyotp.TOTP(secret).now(), new=PASSWORD, again=PASSWORD)
    assert done.status_code == 200, done.text
    return browser, secret, re.findall(r"<li><code>([^<]+)</code>", done.text)


def answered(app: FastAPI, code: str) -> int:
    """What a browser that has sent the password is answered for ``code``."""
    browser = Browser(app)
    browser.get("/login")
    browser.post("/login", account="wang", password=PASSWORD)
    browser.get("/login/factor")
    return int(browser.post("/login/factor", code=code).status_code)


def forget_used_codes(store: Store) -> None:
    """As if thirty seconds had gone by since the last code."""
    with writing(store._engine) as connection:
        connection.execute(text("DELETE FROM used_code WHERE code LIKE 'totp:%'"))


def test_the_first_log_in_sets_password_and_second_factor(app: FastAPI, store: Store) -> None:
    browser, secret, codes = enrolled(app, store)
    assert len(set(codes)) == 10
    assert browser.get("/apps").status_code == 403, "an administrator administers; observations are for others"
    other = Browser(app)
    forget_used_codes(store)
    assert other.log_in("wang", PASSWORD, secret).headers["location"] == "/"
    assert other.get("/desk").status_code in {200, 403}


def test_a_code_is_good_once(app: FastAPI, store: Store) -> None:
    _, secret, codes = enrolled(app, store)
    code = pyotp.TOTP(secret).now()  # the enrolment's, unless its thirty seconds have just gone by
    taken = [answered(app, code) for _ in range(2)]
    assert taken[-1] == 422, "the code was used"
    assert answered(app, codes[3].lower().replace("-", " ")) == 303
    assert answered(app, codes[3]) == 422
    assert answered(app, codes[4]) == 303


def test_the_cookie_changes_at_every_step_and_half_way_opens_nothing(app: FastAPI, store: Store) -> None:
    _, _, codes = enrolled(app, store)
    browser = Browser(app)
    browser.get("/login")
    browser.post("/login", account="wang", password=PASSWORD)
    half = browser.cookies["finwatch-session"]
    assert browser.get("/people").headers["location"] == "/login?next=%2Fpeople"
    browser.get("/login/factor")
    browser.post("/login/factor", code=codes[0])
    whole = browser.cookies["finwatch-session"]
    assert whole != half
    with reading(store._engine) as connection:
        kept = connection.execute(text("SELECT digest FROM session")).scalars().all()
    assert whole not in kept, "the cookie itself is nowhere in the store"
    assert secrets.digest(whole) in kept
    old = Browser(app, cookies={"finwatch-session": half})
    assert old.get("/me").status_code == 303, "the half-way cookie is worth nothing any more"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(app: FastAPI, store: Store) -> None:
    browser = Browser(app)
    given = browser.get("/login").headers["set-cookie"].lower()
    assert "httponly" in given
    assert "samesite=lax" in given
    assert "secure" not in given
    secure = browser.ask("GET", "https://finwatch.test/login", headers={"cookie": ""})
    assert "secure" in Browser(app).ask("GET", "https://finwatch.test/login").headers["set-cookie"].lower()
    assert secure.status_code == 200


def test_five_wrong_passwords_lock_account_and_address_durably(app: FastAPI, store: Store) -> None:
    somebody(store, "reg", Role.ADMINISTRATOR)
    _, first = accounts.add_person(store, OPERATOR, account="li", name="李", organisation="reg")
    browser = Browser(app)
    browser.get("/login")
    for _ in range(ACCESS.tries_pair):
        assert browser.post("/login", account="li", password="wrong password!").status_code == 422
    locked = browser.post("/login", account="li", password=first)
    assert locked.status_code == 429
    assert "locked" in locked.text
    with writing(store._engine) as connection:
        long_ago = datetime.now(UTC) - timedelta(seconds=ACCESS.window_seconds + 1)
        connection.execute(update(tables.attempt).values(since=long_ago))
    assert browser.post("/login", account="li", password=first).status_code == 303


def test_an_unknown_account_is_told_nothing_and_is_counted_too(app: FastAPI, store: Store) -> None:
    somebody(store, "reg", Role.ADMINISTRATOR)
    browser = Browser(app)
    browser.get("/login")
    for _ in range(ACCESS.tries_pair):
        answer = browser.post("/login", account="nobody", password="wrong password!")
        assert answer.status_code == 422
        assert "Account or password is wrong" in answer.text
    assert browser.post("/login", account="nobody", password="wrong password!").status_code == 429


def test_a_form_without_the_token_of_its_page_is_refused(app: FastAPI, store: Store) -> None:
    browser, _, _ = enrolled(app, store)
    cookies = dict(browser.cookies)
    assert browser.ask("POST", "/logout", data={}).status_code == 403
    assert browser.ask("POST", "/logout", data={"csrf": secrets.form_token("another")}).status_code == 403
    assert browser.get("/me").status_code == 200
    browser.cookies = cookies
    assert browser.post("/logout").status_code == 303
    assert browser.get("/me").status_code == 303
    again = Browser(app, cookies=cookies)
    assert again.get("/me").status_code == 303, "the session has ended, not only the cookie"


@pytest.mark.parametrize("what", ["idle", "absolute", "closed"])
def test_a_session_ends(app: FastAPI, store: Store, what: str) -> None:
    browser, _, _ = enrolled(app, store)
    assert browser.get("/me").status_code == 200
    now = datetime.now(UTC)
    with writing(store._engine) as connection:
        if what == "idle":
            connection.execute(update(tables.session).values(seen=now - timedelta(seconds=ACCESS.idle_seconds)))
        elif what == "absolute":
            connection.execute(update(tables.session).values(until=now))
        else:
            connection.execute(update(tables.person).values(active=False))
    assert browser.get("/me").status_code == 303


def test_a_hash_of_former_parameters_is_made_anew(app: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolled(app, store)
    person = store.accounts.by_account("wang")
    assert person is not None
    monkeypatch.setattr(passwords, "ACCESS", ACCESS.model_copy(update={"hash_rounds": 2}))
    passwords._hasher.cache_clear()
    browser = Browser(app)
    browser.get("/login")
    assert browser.post("/login", account="wang", password=PASSWORD).status_code == 303
    known = store.accounts.credential(person.id, "password")
    assert known is not None
    assert "t=2," in known.value["hash"]
    passwords._hasher.cache_clear()


def test_where_a_log_in_leads_is_never_elsewhere(app: FastAPI, store: Store) -> None:
    _, _, codes = enrolled(app, store)
    for at, wish in enumerate(("//evil.example", "https://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b")):
        browser = Browser(app)
        browser.get("/login")
        browser.post("/login", account="wang", password=PASSWORD, next=wish)
        browser.get("/login/factor")
        assert browser.post("/login/factor", code=codes[at]).headers["location"] == "/"


def test_a_large_form_of_nobody_is_not_even_read(app: FastAPI, store: Store) -> None:
    somebody(store, "reg", Role.ADMINISTRATOR)
    browser = Browser(app)
    browser.get("/login")
    answer = browser.post("/login", account="x" * (FORM.bytes + 1))
    assert answer.status_code == 422
    assert "length" in answer.text
