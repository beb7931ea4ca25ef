"""A filed package is examined by the work queue: asked for on a page that waits, done beside the pages, never lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch import catalog
from finwatch.checks import load
from finwatch.cli.application import application
from finwatch.flow.bench import Bench
from finwatch.flow.filed_work import Clerk, drain
from finwatch.lake import Lake, open_lake
from finwatch.model.access import EVERYTHING, Actor, Role
from finwatch.model.case import Case
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.store.queue import ATTEMPTS, FILED
from finwatch.supervise.bench import Standing
from finwatch.web.pages import Site
from tests.kit.benched import ROOT, filed
from tests.kit.people import Browser, session_of, somebody, token_of

DIES = """
import os, sys
from datetime import UTC, datetime
from finwatch.flow.filed_work import LEASE_SECONDS
from finwatch.store import open_store
from finwatch.store.lease import owner
from finwatch.store.queue import FILED
held = open_store(sys.argv[1]).queue.lease(FILED, now=datetime.now(UTC), worker=owner(), seconds=LEASE_SECONDS)
print(len(held), flush=True)
os.kill(os.getpid(), 9)
"""


@dataclass
class World:
    """An installation with one filing at its first review."""

    store: Store
    lake: Lake
    case: Case
    people: dict[str, Actor]
    bench: Bench
    browser: Browser
    """The first reviewer's."""
    token: str

    @property
    def waits(self) -> str:
        """The page that says how the examination stands."""
        return f"/cases/{self.case.id}/bench/examination"

    def ask(self) -> None:
        """The reviewer presses the button."""
        self.browser.get(f"/cases/{self.case.id}/bench?lang=en")
        answer = self.browser.post(self.waits)
        assert (answer.status_code, answer.headers["location"]) == (303, self.waits)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings(home=tmp_path)
    with open_store(settings.store_address) as store:
        lake = open_lake(settings.lake_address)
        case, people = filed(store, lake)
        site = Site(store=store, lake=lake, knowledge=catalog.load(None), checks=())
        reviewer = somebody(store, people["first"].organisation.id, Role.FIRST_REVIEWER)
        app = application(site, settings=settings)
        browser = Browser(app, cookies={"finwatch-session": session_of(store, reviewer)})
        bench = Bench(store=store, lake=lake, knowledge=site.knowledge, checks=load)
        yield World(store, lake, case, people, bench, browser, token_of(store, reviewer))


def test_the_page_waits_and_then_opens_the_bench_without_script(world: World) -> None:
    bench = world.browser.get(f"/cases/{world.case.id}/bench?lang=en").text
    assert "The package was not examined yet." in bench
    world.ask()
    page = world.browser.get(world.waits)
    assert "The package waits to be examined" in page.text
    assert page.headers["refresh"] == f"3;url={world.waits}"
    assert "<script" not in page.text.partition("<main")[2]
    still = world.browser.get(f"{world.waits}?still=1")
    assert "refresh" not in still.headers, "whoever reads slowly stops it"
    assert f'href="{world.waits}"' in world.browser.get(f"/cases/{world.case.id}/bench").text
    (held,) = world.store.queue.lease(FILED, now=datetime.now(UTC), worker="w", seconds=60)
    assert "The package is being examined" in world.browser.get(world.waits).text
    world.store.queue.give_back([held])
    assert drain(world.store, world.bench) == 1
    done = world.browser.get(world.waits)
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{world.case.id}/bench")
    bench = world.browser.get(f"/cases/{world.case.id}/bench").text
    assert "5.2.0" in bench.partition('id="line-package-version"')[2].partition('<li class="line')[0]
    assert "not examined" not in bench


def test_asked_for_twice_it_is_done_once(world: World) -> None:
    world.ask()
    world.ask()
    assert world.store.queue.backlog(FILED, now=datetime.now(UTC)).ready == 1
    assert drain(world.store, world.bench) == 1
    world.ask()
    assert drain(world.store, world.bench) == 0, "its result is kept"


def test_the_api_says_how_it_stands(world: World) -> None:
    def ask(method: str) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {world.token}"}
        answer = world.browser.ask(method, f"/api/v1/cases/{world.case.id}/bench/examination", headers=headers)
        return answer.status_code, answer.json()["stage"]

    assert ask("GET") == (200, "not_asked")
    assert ask("POST") == (202, "waiting")
    drain(world.store, world.bench)
    assert ask("GET") == (200, "done")


def test_what_cannot_be_examined_is_told_tried_again_and_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = world.lake.blobs.path(world.case.form["package_file"])
    world.ask()
    now = datetime.now(UTC)
    hidden = blob.with_name("hidden")
    blob.rename(hidden)
    assert drain(world.store, world.bench, clock=lambda: now) == 0
    hidden.rename(blob)
    page = world.browser.get(world.waits).text
    assert "The last attempt failed:" in page
    assert "There is no package to examine." in page
    broken: list[str] = []

    def bug(*_: object, **__: object) -> None:
        broken.append("again")
        raise ZeroDivisionError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(Bench, "_policy", bug)
        for _ in range(ATTEMPTS):
            now += timedelta(hours=1)
            drain(world.store, world.bench, clock=lambda now=now: now)
    assert len(broken) == ATTEMPTS - 1
    page = world.browser.get(world.waits)
    assert "The package could not be examined" in page.text
    assert "a mistake of ours" in page.text
    assert "refresh" not in page.headers
    world.ask()
    assert "waits to be examined" in world.browser.get(world.waits).text
    assert drain(world.store, world.bench) == 1


def test_a_job_of_another_catalogue_is_not_done_under_its_name(world: World) -> None:
    world.ask()
    other = world.bench.knowledge.model_copy(update={"version": "another"})
    strange = Bench(store=world.store, lake=world.lake, knowledge=other, checks=load)
    assert drain(world.store, strange) == 0
    assert "with another catalogue" in world.browser.get(world.waits).text


@pytest.mark.server
def test_what_a_killed_process_held_is_taken_up_by_the_next(world: World) -> None:
    world.ask()
    address = str(world.store._engine.url)
    died = subprocess.run([sys.executable, "-c", DIES, address], capture_output=True, text=True, check=False)
    assert (died.returncode, died.stdout.strip()) == (-9, "1"), died.stderr
    assert "is being examined" in world.browser.get(world.waits).text
    assert drain(world.store, world.bench) == 0, "it is held"
    with Beside(world) as done:
        assert done.wait(60)
    assert world.browser.get(world.waits).status_code == 303


def test_the_thread_beside_the_pages_begins_when_it_is_asked(world: World) -> None:
    with Beside(world, look_seconds=3_600) as done:
        world.bench.ask(world.case)
        assert done.wait(60), "it was woken, long before it would have looked"
    assert world.bench.seen(world.case).examination is not None


class Beside:
    """A clerk at work; gives an event that is set when a job has its result."""

    def __init__(self, world: World, *, look_seconds: float = 1.0) -> None:
        self.done = threading.Event()
        bench, work = world.bench, world.bench.work

        def told(key: str, payload: Mapping[str, Any]) -> None:
            work(key, payload)
            self.done.set()

        bench.work = told  # type: ignore[method-assign]
        self.clerk = Clerk(world.store, bench, look_seconds=look_seconds)
        bench.asked = self.clerk.wake

    def __enter__(self) -> threading.Event:
        self.clerk.start()
        return self.done

    def __exit__(self, *_: object) -> None:
        self.clerk.close(seconds=60)


@pytest.mark.parametrize(
    ("package", "suspected"), [("qinghe-bank-repackaged.apk", True), ("example.qinghe.bank_50200.apk", False)]
)
def test_a_package_that_may_imitate_another_is_shown_to_the_reviewer(
    tmp_path: Path, package: str, *, suspected: bool
) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        lake = open_lake(str(tmp_path / "lake"))
        data = (ROOT / "samples" / "packages" / package).read_bytes()
        sha256 = lake.blobs.put(data)
        case, _ = filed(store, lake, package_file=sha256, package_sha256=sha256)
        knowledge = catalog.load(ROOT / "samples" / "catalog")
        bench = Bench(store=store, lake=lake, knowledge=knowledge, checks=load)
        bench.ask(case)
        assert drain(store, bench) == 1
        told = [line for line in bench.compared(case).lines if line.key.startswith("package:likeness")]
    assert bool(told) is suspected
    for line in told:
        assert line.standing is Standing.UNSEEN, "a person must see it; nobody is accused"
        assert line.sentence is None
        assert line.observed == ("example.qinghe.bank",)
        assert line.evidence


def test_the_reviewed_package_is_the_one_that_was_handed_in(world: World) -> None:
    world.ask()
    drain(world.store, world.bench)
    seen = world.bench.seen(world.store.cases.get(world.case.id, scope=EVERYTHING))
    assert seen.examination is not None
    assert seen.examination.package.sha256 == world.case.form["package_file"]
