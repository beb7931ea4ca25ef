"""May this be listed? Asked over a real socket with our sample packages, under orders, filings and a changed key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import Lake, open_lake
from finwatch.likeness.signer import signers_of
from finwatch.model.access import Permission, Role
from finwatch.model.approved import ApprovedVersion
from finwatch.model.case import Case
from finwatch.package import Reader
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.store import case as rows
from finwatch.supervise.desk import SYSTEM
from finwatch.web.pages import Site
from tests.api.test_taxii import serving
from tests.kit import publishing
from tests.kit import transparency as kit
from tests.kit.office import START, furnish, hire
from tests.kit.people import token_of

pytestmark = pytest.mark.server
PACKAGES = Path(__file__).parents[2] / "samples" / "packages"
BANK = "example.qinghe.bank_50200.apk"
ROTATED = "example.tundra.securities_710.apk"
COPY = "qinghe-bank-repackaged.apk"
PACKED = "example.copperbell.loan_603.apk"
NOTES = "example.slip.notes_102.apk"


class Shop:
    """A store operator who asks."""

    def __init__(self, address: str, token: str) -> None:
        self.client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def ask(self, package: bytes | str) -> dict[str, Any]:
        body = (PACKAGES / package).read_bytes() if isinstance(package, str) else package
        answer = self.client.post("/api/v1/may-be-listed", content=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def grounds(self, package: bytes | str) -> tuple[str, set[str]]:
        told = self.ask(package)
        assert all(one["reason"]["says"]["zh"] for one in told["reasons"])
        return told["verdict"], {one["ground"] for one in told["reasons"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Store, Lake]]:
    home = tmp_path_factory.mktemp("gate")
    settings = Settings(home=home)
    knowledge = catalog.load(None)
    with open_store(settings.store_address) as store, Reader() as reader:
        furnish(store)
        hire(store, "store", Role.STORE_OPERATOR, name="shop")
        hire(store, "bank-a", Role.APP_OWNER, name="banker")
        made = publishing.registry(store, home)
        facts = {name: reader.read(PACKAGES / name, watch=knowledge.watch) for name in (BANK, ROTATED, NOTES)}
        for number, name in enumerate((BANK, ROTATED, NOTES), 1):
            seen = facts[name]
            assert seen.manifest is not None
            signers = signers_of(seen)
            version = ApprovedVersion(version="1", sha256=seen.sha256, day=START.date())
            icon = seen.icon
            extra: dict[str, Any] = {"icon": {"phash": icon.phash, "colours": icon.colours}} if icon else {}
            if name == NOTES:
                extra |= {"state": "cancelled", "ended": "2026-03-05"}
            if name == ROTATED:
                signers = tuple(seen.signing.signers[-1].lineage[:1])
            made.put(
                kit.app(
                    number, package=seen.manifest.package, signers=signers, versions=(version,),
                    names=(seen.manifest.label or "",), **extra,
                )
            )  # fmt: skip
        made.publish()
        site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=knowledge, checks=())
        with serving(application(site, settings=settings)) as address:
            token = token_of(store, store.accounts.person("shop"), Permission.LISTING_ASK)
            shop = Shop(address, token)
            yield shop, store, site.lake
            shop.client.close()


def order(store: Store, package: str, sha256: str, state: str, *, app: str = "") -> Case:
    """A removal in force, with the notice that it came of, as the desk leaves them."""

    def write(machine: str, state: str, form: dict[str, Any], parent: int | None) -> Case:
        at = datetime(2026, 3, 3, tzinfo=UTC)
        case = Case(
            id=0, machine=machine, state=state, version=1, owner="store", region="", title=f"t {package}",
            form=form, opened=at, changed=at, parent=parent, subject=f"app:{package}",
        )  # fmt: skip
        with store.deciding(SYSTEM, now=at) as unit:
            return rows.add(unit, case, owner_name="青鸟应用商店")

    notice = write("notice", "removal", {"package": package, "sha256": sha256, "reference": "2026-1"}, None)
    form = {"app": app, "package": package, "notice_number": "2026-1", "reason": "逾期未整改", "market": "m"}
    return write("removal", state, form, notice.id)


def test_a_filed_app_as_it_was_filed(world: tuple[Shop, Store, Lake]) -> None:
    shop, _, _ = world
    told = shop.ask(BANK)
    assert (told["verdict"], told["filing"], told["list_number"]) == ("nothing_against", "genuine", 1)
    assert told["reasons"][0]["reason"]["says"]["zh"].startswith("未见不宜上架的情形")
    assert told["took_ms"] < 60_000


def test_a_changed_key_with_its_proof_is_no_ground(world: tuple[Shop, Store, Lake]) -> None:
    shop, _, _ = world
    told = shop.ask(ROTATED)
    assert told["filing"] == "genuine"
    assert any("轮换证明" in one["reason"]["says"]["zh"] for one in told["reasons"])
    assert {one["ground"] for one in told["reasons"]} <= {"note", "finding"}


def test_a_copy_asks_for_a_person_and_says_suspected(world: tuple[Shop, Store, Lake]) -> None:
    shop, _, _ = world
    told = shop.ask(COPY)
    assert told["verdict"] == "ask_a_person"
    likeness = [one["reason"]["says"]["zh"] for one in told["reasons"] if one["ground"] == "likeness"]
    assert any("疑似" in one and "人工确认" in one for one in likeness)


def test_what_could_not_be_seen_is_said(world: tuple[Shop, Store, Lake]) -> None:
    shop, _, _ = world
    verdict, grounds = shop.grounds(PACKED)
    assert verdict == "ask_a_person"
    assert "unseen" in grounds
    verdict, grounds = shop.grounds(b"this is no package")
    assert (verdict, "unseen" in grounds) == ("ask_a_person", True)


def test_a_filing_that_ended(world: tuple[Shop, Store, Lake]) -> None:
    shop, _, _ = world
    verdict, grounds = shop.grounds(NOTES)
    assert (verdict, "filing" in grounds) == ("ask_a_person", True)


def test_only_an_order_in_force_says_no_and_only_to_the_same_hand(world: tuple[Shop, Store, Lake]) -> None:
    shop, store, _ = world
    calculator = "example.square.calculator_14.apk"
    seen = shop.ask(calculator)
    assert seen["verdict"] != "not_to_be_listed"
    case = order(store, seen["package"], seen["sha256"], "ordered")
    told = shop.ask(calculator)
    assert told["verdict"] == "not_to_be_listed"
    assert any(one["ground"] == "order" and "2026-1" in one["reason"]["says"]["zh"] for one in told["reasons"])
    with store.deciding(SYSTEM, now=START) as unit:
        lifted = case.model_copy(update={"state": "lifted", "closed": START})
        rows.change(unit, case, lifted)
        notice = rows.found(unit, rows.CaseFilter(id=case.parent))[0]
        rows.change(unit, notice, notice.model_copy(update={"state": "withdrawn", "closed": START}))
    assert shop.ask(calculator)["verdict"] == seen["verdict"]
    order(store, seen["package"], "ab" * 32, "ordered")
    told = shop.ask(calculator)
    assert told["verdict"] == "ask_a_person", "another package of that name was judged; it is not known whose"


def test_an_order_against_a_counterfeit_is_known_by_the_signer_that_its_app_bears(
    world: tuple[Shop, Store, Lake],
) -> None:
    shop, store, _ = world
    plain = "example.kelp.insurance_300.apk"
    with Reader() as reader:
        facts = reader.read(PACKAGES / plain, watch=catalog.load().watch)
    (signer, *_) = signers_of(facts)
    package = str(facts.manifest.package) if facts.manifest else ""
    for hand, verdict in (("0" * 12, "ask_a_person"), (signer[:12], "not_to_be_listed")):
        case = order(store, package, "", "ordered", app=f"{package}~{hand}")
        assert shop.ask(plain)["verdict"] == verdict, hand
        with store.deciding(SYSTEM, now=START) as unit:
            rows.change(unit, case, case.model_copy(update={"state": "lifted", "closed": START}))
            risk = rows.found(unit, rows.CaseFilter(id=case.parent))[0]
            rows.change(unit, risk, risk.model_copy(update={"state": "withdrawn", "closed": START}))


def test_a_package_that_is_kept_here_is_asked_by_its_digest(world: tuple[Shop, Store, Lake]) -> None:
    shop, store, lake = world
    sha256 = lake.blobs.put((PACKAGES / BANK).read_bytes())
    answer = shop.client.post(f"/api/v1/may-be-listed/{sha256}")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "nothing_against")
    assert shop.client.post(f"/api/v1/may-be-listed/{'0' * 64}").status_code == 404
    said = store.cases.journal(scope=SYSTEM.scope, resource=f"package:{sha256}")[0]
    assert (said.action, said.detail["verdict"]) == ("listing:ask", "nothing_against")


def test_who_may_not_ask(world: tuple[Shop, Store, Lake]) -> None:
    shop, store, _ = world
    url = "/api/v1/may-be-listed"
    assert shop.client.post(url, content=b"x", headers={"Authorization": "Bearer fwt_x"}).status_code == 401
    token = token_of(store, store.accounts.person("banker"), Permission.OBSERVATION_READ)
    headers = {"Authorization": f"Bearer {token}"}
    assert shop.client.post(url, content=b"x", headers=headers).status_code == 403
    empty = shop.client.post(url, content=b"")
    assert (empty.status_code, empty.json()["detail_zh"]) == (422, "请求中没有安装包。")
