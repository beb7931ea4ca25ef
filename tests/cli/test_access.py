"""``finwatch access``: the first administrator, and what others may read of a password."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finwatch.access import passwords
from finwatch.cli.main import app
from finwatch.cli.serve import check_reach
from finwatch.errors import FinwatchError, InputError, SettingError
from finwatch.settings import Settings
from finwatch.store import Store, open_store

FIRST = ["access", "first", "wang", "--name", "王", "--organisation", "reg", "--organisation-name", "示例监管局"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("FINWATCH_HOME", str(tmp_path))
    return open_store(Settings(home=tmp_path).store_address)


def run(*words: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, list(words), input=typed)
    if isinstance(result.exception, FinwatchError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_first_administrator_and_those_who_follow(store: Store) -> None:
    with pytest.raises(SettingError, match="Nobody is registered"):
        check_reach(store, "0.0.0.0")
    for loopback in ("127.0.0.1", "::1", "localhost"):
        check_reach(store, loopback)
    run(*FIRST, typed="correct horse battery\n")
    check_reach(store, "0.0.0.0")
    person = store.accounts.by_account("WANG")
    assert person is not None
    known = store.accounts.credential(person.id, "password")
    assert known is not None
    assert passwords.matches(known.value["hash"], "correct horse battery")
    assert known.value["first"], "it is changed at the first log-in"
    with pytest.raises(InputError, match="already"):
        run(*FIRST, typed="correct horse battery\n")
    run("access", "organisation", "add", "qinghe", "--name", "青禾银行", "--kind", "institution", "--region", "32")
    run(
        "access",
        "person",
        "add",
        "li",
        "--name",
        "李",
        "--organisation",
        "qinghe",
        "--role",
        "app_owner",
        typed="another long word\n",
    )
    listed = [json.loads(line) for line in run("access", "person", "list", "--json").splitlines()]
    assert [(one["account"], one["roles"]) for one in listed] == [("li", ["app_owner"]), ("wang", ["administrator"])]
    assert "qinghe\tinstitution\t32" in run("access", "organisation", "list")
    run("access", "grant", "li", "--role", "auditor", "--role", "administrator")
    token = run("access", "token", "li", "--name", "nightly", "--permission", "ledger:read").strip()
    assert token.startswith("fwt_")
    with pytest.raises(InputError):
        run("access", "token", "li", "--name", "more", "--permission", "filing:write")


def test_no_verb_takes_a_password_as_an_option(store: Store) -> None:
    for words in (("first",), ("person", "add"), ("token",), ("grant",)):
        assert "--password" not in run("access", *words, "--help")


def test_a_weak_first_password_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="12 characters"):
        run(*FIRST, typed="short\n")
    assert not store.accounts.anyone()
