"""Forms of the register that are refused: the problem stands at its field, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import Lake, open_lake
from finwatch.limits import ACCESS
from finwatch.model.access import EVERYTHING, Role
from finwatch.settings import Settings
from finwatch.store import Store, open_store, tables
from finwatch.store.dialect import writing
from finwatch.supervise.register.forms import FilingForm
from finwatch.web.pages import Site
from tests.kit import register
from tests.kit.people import Browser, session_of, somebody
from tests.supervise.register_cast import RegisterCast, file_institution, furnish_register

PACKAGE = "example.qinghe.bank"


@dataclass
class Office:
    """An installation with an institution that is filed, and the browser of its app owner."""

    store: Store
    lake: Lake
    browser: Browser
    person: Any

    def draft(self, machine: str = "filing") -> int:
        """A draft of a filing, begun on the page."""
        first = {"form.name": "晨光手机银行", "form.package": PACKAGE, "form.platform": "android"}
        self.browser.get(f"/cases/new/{machine}/begin")
        answer = self.browser.ask("POST", f"/cases/new/{machine}/begin", data=self.sent(first))
        assert answer.status_code == 303, answer.text
        return int(answer.headers["location"].rpartition("/")[2])

    def sent(self, controls: Mapping[str, Any]) -> dict[str, Any]:
        """What a browser sends with these controls."""
        return {"csrf": self.browser.token, "version": "0", "owner": "", **controls}

    def submit(self, number: int, controls: Mapping[str, Any]) -> Any:
        """The filing handed in with these controls."""
        page = self.browser.get(f"/cases/{number}/submit?lang=en")
        version = Controls.of(page.text)["version"]
        return self.browser.ask("POST", f"/cases/{number}/submit", data={**self.sent(controls), "version": version})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = Settings(home=tmp_path)
    with open_store(settings.store_address) as store:
        furnish_register(store)
        cast = RegisterCast()
        stage = cast.enter(store)
        file_institution(cast, stage, "bank-a")
        lake = open_lake(settings.lake_address)
        person = somebody(store, stage.people["owner-a"].organisation.id, Role.APP_OWNER)
        site = Site(store=store, lake=lake, knowledge=catalog.load(None), checks=())
        browser = Browser(application(site, settings=settings), {"finwatch-session": session_of(store, person)})
        yield Office(store, lake, browser, person)


class Controls(HTMLParser):
    """Name to value of every control of the form of a page, ticked ones of a name together."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._text: str | None = None
        self._choice: str | None = None

    @classmethod
    def of(cls, page: str) -> dict[str, str]:
        """The controls of the form of the case."""
        parser = cls()
        parser.feed(page.partition('<form class="casework"')[2].partition("</form>")[0])
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "textarea":
            self._text, self.found[name] = name, ""
        elif tag == "select":
            self._choice = name
            self.found[name] = ""
        elif tag == "option" and self._choice and "selected" in told:
            self.found[self._choice] = told.get("value") or ""
        elif tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            before = self.found.get(name)
            value = told.get("value") or ""
            self.found[name] = f"{before}\n{value}" if before and told.get("type") == "checkbox" else value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self.found[self._text] += data


def controls_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """A form as the controls of its page hold it."""
    told: dict[str, Any] = {}
    for name, value in form.items():
        if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                told |= {f"form.{name}.{number}.{column}": str(one) for column, one in row.items()}
        elif isinstance(value, bool):
            told[f"form.{name}"] = "on" if value else ""
        elif isinstance(value, list | tuple):
            told[f"form.{name}"] = "\n".join(map(str, value))
        elif value is not None:
            told[f"form.{name}"] = str(value)
    return told


def filing(office: Office, **changes: Any) -> dict[str, Any]:
    """The form of a filing whose files are really here, every field of it typed."""
    put = office.lake.blobs.put
    here: dict[str, Any] = dict(register.app(PACKAGE, certifier="明镜认证中心"))
    for field in FilingForm.shown():
        if field.widget == "file" and here.get(field.name):
            here[field.name] = put(field.name.encode())
        files = [column.name for column in field.columns if column.widget == "file"]
        if files and here.get(field.name):
            rows = enumerate(here[field.name])
            here[field.name] = [{**row, **{one: put(f"{one} {at}".encode()) for one in files}} for at, row in rows]
    here["package_sha256"] = here["package_file"]
    return {**here, **changes}


def problem(page: str, field: str) -> str:
    """What is said at a field, which is marked and tied to it."""
    marks = f'aria-invalid="true" aria-describedby="problem-form-{field}"'
    assert marks in page, f"{field} is marked, and the mark leads to what is said"
    assert f'href="#form-{field}"' in page, "the summary leads to the field"
    return page.partition(f'id="problem-form-{field}"')[2].partition("</p>")[0]


def lost(page: str, typed: Mapping[str, Any]) -> dict[str, tuple[str, str | None]]:
    """What was typed and does not stand in the form that came back."""
    stands = Controls.of(page)
    ticked = {name: stands.get(f"{name}[]", stands.get(name)) for name in typed}
    return {
        name: (value, ticked[name])
        for name, value in typed.items()
        if (ticked[name] or "").strip().split("\n") != str(value).strip().split("\n")
    }


def test_a_package_that_is_not_the_filed_one_is_told_at_the_field_with_both_digests(office: Office) -> None:
    number = office.draft()
    other = register.sha("another package")
    form = filing(office, package_sha256=other)
    typed = controls_of(form)
    answer = office.submit(number, typed)
    assert answer.status_code == 422
    told = problem(answer.text, "package_sha256")
    assert "This is not the package that is filed" in told
    assert other in told
    assert form["package_file"] in told
    assert lost(answer.text, typed) == {}
    assert office.store.cases.get(number, scope=EVERYTHING).state == "draft"
    handed = office.submit(number, {**typed, "form.package_sha256": form["package_file"]})
    assert handed.status_code == 303, "corrected, it goes"


def test_a_wrong_credit_code_is_told_at_the_field(office: Office) -> None:
    number = office.draft()
    right = register.credit_code(9)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    typed = controls_of(filing(office, developed_by="other", developer="示例软件公司", developer_code=wrong))
    answer = office.submit(number, typed)
    assert answer.status_code == 422
    assert problem(answer.text, "developer_code")
    assert lost(answer.text, typed) == {}
    assert wrong in answer.text


def test_a_filing_that_is_sent_after_the_session_has_ended_waits_behind_the_log_in(office: Office) -> None:
    """A form of several tables and files: all of it comes back after the log-in and goes on from there."""
    number = office.draft()
    typed = controls_of(filing(office))
    page = office.browser.get(f"/cases/{number}/submit?lang=en").text
    version = Controls.of(page)["version"]
    with writing(office.store._engine) as connection:
        idle = datetime.now(UTC) - timedelta(seconds=ACCESS.idle_seconds + 1)
        connection.execute(update(tables.session).values(seen=idle))
    data = {**office.sent(typed), "version": version}
    answer = office.browser.ask("POST", f"/cases/{number}/submit", data=data)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Fresume%2F")
    assert office.store.cases.get(number, scope=EVERYTHING).state == "draft", "nothing was done meanwhile"
    office.browser.cookies["finwatch-session"] = session_of(office.store, office.person)
    resumed = answer.headers["location"].partition("next=")[2].replace("%2F", "/")
    page = office.browser.get(resumed).text
    assert f'action="/cases/{number}/submit"' in page
    kept = Kept.of(page)
    assert {name: kept.get(name) for name in typed} == {
        name: value.replace("\n", "\r\n") for name, value in typed.items()
    }
    sent = office.browser.ask("POST", f"/cases/{number}/submit", data={**kept, "csrf": office.browser.token})
    assert sent.status_code == 303
    assert office.store.cases.get(number, scope=EVERYTHING).state != "draft"


class Kept(HTMLParser):
    """The fields of the form that is given back after a log-in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._name: str | None = None

    @classmethod
    def of(cls, page: str) -> dict[str, str]:
        """Name to text."""
        parser = cls()
        parser.feed(page)
        return {name: text.removeprefix("\r\n").removeprefix("\n") for name, text in parser.found.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "textarea" and "hidden" in told:
            self._name = told["name"] or ""
            self.found[self._name] = ""

    def handle_endtag(self, tag: str) -> None:
        self._name = None if tag == "textarea" else self._name

    def handle_data(self, data: str) -> None:
        if self._name is not None:
            self.found[self._name] += data
