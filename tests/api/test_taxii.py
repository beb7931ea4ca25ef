"""TAXII 2.1, read by a client from PyPI over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import stix2validator
import uvicorn
from fastapi import FastAPI
from taxii2client.v21 import Collection, Server, as_pages

from finwatch import catalog
from finwatch.api import taxii
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import Permission, Role
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.supervise.desk import Desk
from finwatch.web.pages import Site
from tests.kit.office import furnish, hire
from tests.kit.people import token_of
from tests.supervise.public_cast import ALL, TOLD

pytestmark = pytest.mark.server
RISKS = 9


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    home = tmp_path_factory.mktemp("taxii")
    settings = Settings(home=Path(home))
    with open_store(settings.store_address) as store:
        furnish(store)
        site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
        app = application(site, settings=settings)
        desk: Desk = app.state.desk
        watcher = hire(store, "monitor", Role.MONITOR, name="watcher")
        manager = hire(store, "assoc", Role.ASSOCIATION_MANAGER, name="manager")
        hire(store, "bank-a", Role.COMPLIANCE_OFFICER, name="bank-a")
        hire(store, "bank-b", Role.COMPLIANCE_OFFICER, name="bank-b")
        hire(store, "cert", Role.CERTIFIER, name="certifier")
        for number in range(RISKS):
            bank = ("bank-a", "bank-b")[number % 2]
            case = desk.open(watcher, "risk", form={**TOLD, "institution": bank, "package": f"example.fake{number}"})
            desk.go(manager, case.id, "remind")
        desk.go(manager, case.id, "share", note=ALL)
        with serving(app) as address:
            yield address, store


def key(store: Store, name: str) -> str:
    return token_of(store, store.accounts.person(name), Permission.RISK_READ)


def collection(world: tuple[str, Store], name: str, of: str = taxii.RISKS) -> Collection:
    address, store = world
    return Collection(f"{address}{taxii.ROOT}collections/{of}/", user="token", password=key(store, name))


def test_a_client_finds_its_way_from_discovery_to_objects(world: tuple[str, Store]) -> None:
    address, store = world
    server = Server(f"{address}/taxii2/", user="token", password=key(store, "manager"))
    assert server.title == "Finwatch"
    (root,) = server.api_roots
    titles = {one.id: (one.can_read, one.can_write) for one in root.collections}
    assert titles == {taxii.RISKS: (True, False), taxii.SHARED: (True, False)}
    found = {one.id: one for one in root.collections}[taxii.RISKS].get_objects()
    kinds = [one["type"] for one in found["objects"]]
    assert (kinds.count("indicator"), kinds.count("report"), kinds.count("identity")) == (RISKS, RISKS, 1)
    assert not found["more"]
    options = stix2validator.ValidationOptions(version="2.1", strict=True, disabled="202,103")
    for one in found["objects"]:
        result = stix2validator.validate_instance(one, options)
        assert result.is_valid, result.errors


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_of_any_size_give_every_object_once(world: tuple[str, Store], size: int) -> None:
    whole = {one["id"] for one in collection(world, "manager").get_objects()["objects"]}
    paged = []
    for page in as_pages(collection(world, "manager").get_objects, per_request=size):
        assert len(page["objects"]) <= size
        paged += [one["id"] for one in page["objects"] if one["type"] != "identity"]
    assert sorted(paged) == sorted(name for name in whole if not name.startswith("identity"))


def test_each_reader_gets_what_they_may_see(world: tuple[str, Store]) -> None:
    def patterns(name: str) -> set[str]:
        return {one["pattern"] for one in collection(world, name).get_objects(type="indicator")["objects"]}

    everything = patterns("manager")
    assert len(everything) == RISKS
    assert patterns("bank-a") | patterns("bank-b") == everything
    assert patterns("bank-a") & patterns("bank-b") == set()
    shared = [collection(world, name, taxii.SHARED).get_objects()["objects"] for name in ("bank-a", "bank-b")]
    assert shared[0] == shared[1]
    assert [one["type"] for one in shared[0]] == ["identity", "note"]


def test_who_may_not_read_is_told_so(world: tuple[str, Store]) -> None:
    address, store = world
    url = f"{address}/taxii2/"
    accept = {"Accept": taxii.MEDIA}
    for auth, status in ((None, 401), (("x", "fwt_nothing"), 401), (("x", key(store, "certifier")), 403)):
        assert requests.get(url, auth=auth, headers=accept, timeout=30).status_code == status
    wrong = requests.get(url, headers={**accept, "Authorization": "Basic %%%"}, timeout=30)
    assert wrong.status_code == 401
    bearer = {"Authorization": f"Bearer {key(store, 'bank-a')}", **accept}
    assert requests.get(url, headers=bearer, timeout=30).status_code == 200
    assert requests.post(url, headers=bearer, timeout=30).status_code == 405
    for place in ("collections/nothing/", f"collections/{taxii.RISKS}/objects/indicator--1/"):
        assert requests.get(f"{address}{taxii.ROOT}{place}", headers=bearer, timeout=30).status_code == 404


def test_what_is_new_since_a_time_and_single_objects(world: tuple[str, Store]) -> None:
    ours = collection(world, "manager")
    manifest = ours.get_manifest()["objects"]
    added = sorted({one["date_added"] for one in manifest})
    later = ours.get_objects(added_after=added[-2])["objects"]
    assert {one["type"] for one in later} == {"indicator", "report", "identity"}
    assert sum(one["type"] == "indicator" for one in later) == 1
    name = next(one["id"] for one in later if one["type"] == "indicator")
    assert ours.get_object(name)["objects"][0]["id"] == name
    assert len(ours.object_versions(name)["versions"]) == 1
    assert ours.get_objects(added_after=added[-1])["objects"] == []
