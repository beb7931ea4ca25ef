"""A made-up field for supervision: 215 finance apps in 13 categories, two markets on loopback that offer them, offices.

The markets are read over HTTP by the real crawl. The examinations are made up as a worker would leave them, because no
such apps exist; nobody in it is real.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from finwatch.crawl.sources import descriptor
from finwatch.engine import LocalEngine
from finwatch.flow.collect import collect
from finwatch.flow.publish import publish
from finwatch.flow.retest import Followed, follow_cases
from finwatch.lake import open_lake
from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Role
from finwatch.model.examination import Answer, Confidence, Evidence, Examination, Finding
from finwatch.model.knowledge import Severity
from finwatch.model.locator import CodeAt
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.store import access as people
from finwatch.supervise.desk import SYSTEM
from finwatch.supervise.office import desk_of
from tests.kit import observed
from tests.kit.office import furnish, hire
from tests.kit.store import examination, finding, match, said, sha

CATEGORIES = (
    "bank", "payment", "loan", "consumer_finance", "securities", "fund", "futures", "insurance", "wealth",
    "credit_reporting", "crypto", "other_finance", "bookkeeping",
)  # fmt: skip
APPS = 215
SURE, UNSURE = 115, 2
"""Apps with problems that are certain, and with one that is only suspected."""
PROBLEMS = ("trusts_any_certificate", "logs_personal_data", "is_debuggable")
MARKETS = ("greenbird", "bluefish")
OPERATORS = {
    "bank-a": "晨光银行股份有限公司",
    "bank-b": "远山消费金融有限公司",
    "quiet": "静水小额贷款有限公司",
}
_PAGE = 100


_IN_SDK: Final = Evidence(
    says=said("a call"), at=CodeAt(dex="classes.dex", method="Lcom/umeng/A;->b()V", offset=12), quote="invoke-virtual"
)
"""A piece of evidence in the classes of the SDK that every one of them has."""


def findings(number: int, *, fixed: bool = False) -> tuple[Finding, ...]:
    """What the checks say of an app: the first ``SURE`` have a problem, the next ``UNSURE`` a suspected one."""
    sure, suspected = number < SURE, SURE <= number < SURE + UNSURE
    found = []
    for at, check in enumerate(PROBLEMS):
        yes = not fixed and at == number % len(PROBLEMS) and (sure or suspected)
        confidence = Confidence.SUSPECTED if suspected else Confidence.CERTAIN
        found.append(
            finding(
                check,
                Answer.YES if yes else Answer.NO,
                severity=Severity.HIGH,
                confidence=confidence if yes else Confidence.CERTAIN,
                **({"evidence": (_IN_SDK,)} if yes and number % 5 == 0 else {}),
            )
        )
    return tuple(found)


def package(number: int, version: int = 1, *, fixed: bool = False) -> Examination:
    """The examination of a version of an app."""
    operator = list(OPERATORS)[2] if number == 1 else list(OPERATORS)[number % 2]
    made = examination(
        f"cn.example.app{number:03}",
        version=version,
        label=f"示例金融{number:03}",
        signer=f"signer {number}",
        kind=CATEGORIES[number % len(CATEGORIES)],
        findings=findings(number, fixed=fixed),
    )
    return made.model_copy(update={"identity": made.identity.model_copy(update={"operator": OPERATORS[operator]})})


COUNTERFEIT: Final = "cn.example.app000.helper"


def counterfeit(signer: str) -> Examination:
    """The examination of an app that bears the name and icon of the first one and is signed by a stranger."""
    original = package(0).package
    made = examination(
        COUNTERFEIT,
        label="示例金融000助手",
        signer=signer,
        kind="bank",
        findings=(),
        matches=(match(f"{original.id}~{original.signers[0].sha256[:12]}", original.sha256),),
    )
    return made.model_copy(update={"identity": made.identity.model_copy(update={"operator": None})})


class Shops(ThreadingHTTPServer):
    """Two markets: ``/greenbird/list?page=1`` answers JSON."""

    daemon_threads = True

    def __init__(self) -> None:
        self.offers: dict[str, dict[str, dict[str, Any]]] = {market: {} for market in MARKETS}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_address[1]}"

    def descriptor(self) -> str:
        """The markets as the crawler is told of them."""
        names = ("app", "name", "developer", "version_name", "version_code", "package_sha256", "signer_sha256")
        fields = "\n".join(f'{name} = "{name}"' for name in names)
        return "\n".join(
            f'[[market]]\nid = "{market}"\nname = {{ zh = "示例{market}", en = "Sample {market}" }}\n'
            f'protocol = "pages"\naddress = "http://{self.address}/{market}/list"\nenabled = true\n'
            "politeness = { requests_per_second = 200.0, requests_per_day = 1000 }\n"
            f'[market.source]\nlocale = "zh-CN"\nzone = "UTC"\n[[market.source.lists]]\n'
            f'url = "http://{self.address}/{market}/list?page={{page}}"\nitems = "apps"\npaging = {{ by = "page" }}\n'
            f"[market.source.lists.fields]\n{fields}\n"
            for market in MARKETS
        )

    def offer(self, one: Examination, *markets: str) -> None:
        """The markets offer a package, in place of what they offered of the app."""
        told = {
            "app": one.package.id,
            "name": one.package.label,
            "developer": one.identity.operator,
            "version_name": one.package.version_name,
            "version_code": one.package.version_code,
            "package_sha256": one.package.sha256,
            "signer_sha256": one.package.signers[0].sha256,
        }
        for market in markets or MARKETS:
            self.offers[market][str(one.package.id)] = told


class _Handler(BaseHTTPRequestHandler):
    server: Shops

    def do_GET(self) -> None:
        """A page of a market's list; everything else is not there."""
        parts = urlsplit(self.path)
        market = parts.path.strip("/").partition("/")[0]
        if market not in MARKETS or not parts.path.endswith("/list"):
            self.send_error(404)
            return
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        rows = [row for _, row in sorted(self.server.offers[market].items())]
        body = json.dumps({"apps": rows[(page - 1) * _PAGE : page * _PAGE]}, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Ahead:
    """The real time and what was added to it: markets are visited in real time, deadlines pass by leaps."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    @property
    def at(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + self._ahead

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    def move(self, **span: float) -> None:
        """Moves on by ``timedelta(**span)``."""
        self._ahead += timedelta(**span)


class Country:
    """The field with its store, its lake and its markets; its time moves when a night passes."""

    def __init__(self, home: Path, store: Store, shops: Shops) -> None:
        self.store = store
        self.shops = shops
        self.settings = Settings(home=home, allow_private=(shops.address,))
        self.lake = open_lake(self.settings.lake_address)
        self.engine = LocalEngine(processes=1)
        self.clock = Ahead()
        self.desk = desk_of(store, knows=self.lake.blobs.has, clock=self.clock)

    def publish_version(self, one: Examination, *markets: str, code: tuple[int, ...]) -> None:
        """A version comes out: examined, and offered."""
        observed.examined(self.lake, [one], datetime.now(UTC), code=code)
        self.shops.offer(one, *markets)

    def night(self, **span: float) -> Followed:
        """Time passes; the markets are crawled, everything published, and the cases follow.

        In a thread of its own: the crawl has an event loop, and so has whoever drives a browser.
        """
        self.clock.move(**(span or {"hours": 2}))
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._night).result()

    def _night(self) -> Followed:
        collected = collect(self.store, self.lake, settings=self.settings, again=True, patience_s=5.0)
        assert collected.visits >= len(MARKETS), collected
        assert collected.failures == {}, collected
        publish(self.store, self.lake, engine=self.engine)
        return follow_cases(self.desk, self.lake, engine=self.engine, now=self.clock.at)


def code_of(number: int, *, changed: bool = False) -> tuple[int, ...]:
    """A signature of code that belongs to an app; ``changed`` = of another version of its code."""
    return tuple(int(sha(f"{number} {changed} {at}")[:12], 16) for at in range(128))


def furnish_country(store: Store) -> None:
    """Offices and people; the third institution has nobody yet."""
    furnish(store)
    with store.deciding(SYSTEM, now=datetime.now(UTC)) as unit:
        quiet = Organisation(id=OrganisationId("quiet"), kind=OrganisationKind.INSTITUTION, name=OPERATORS["quiet"])
        people.add_organisation(unit, quiet)
        for market in MARKETS:
            identity, kind = OrganisationId(f"store-{market}"), OrganisationKind.STORE
            people.add_organisation(
                unit, Organisation(id=identity, kind=kind, name=f"示例{market}应用商店", market=market)
            )
    for name, organisation, role in (
        ("sup1", "reg", Role.SUPERVISOR),
        ("sup2", "reg", Role.SUPERVISOR),
        ("owner-a", "bank-a", Role.APP_OWNER),
        ("owner-b", "bank-b", Role.APP_OWNER),
        ("green", "store-greenbird", Role.STORE_OPERATOR),
        ("blue", "store-bluefish", Role.STORE_OPERATOR),
        ("watcher", "monitor", Role.MONITOR),
        ("manager", "assoc", Role.ASSOCIATION_MANAGER),
        ("officer-a", "bank-a", Role.COMPLIANCE_OFFICER),
    ):
        hire(store, organisation, role, name=name, now=datetime.now(UTC))


@contextmanager
def country(home: Path, store: Store) -> Iterator[Country]:
    """The field on its first night, with everything examined, crawled and published."""
    shops = Shops()
    thread = threading.Thread(target=shops.serve_forever, daemon=True)
    thread.start()
    try:
        furnish_country(store)
        for market in descriptor.parse(shops.descriptor(), name="campaign.toml"):
            store.markets.register(market, now=datetime.now(UTC))
        made = Country(home, store, shops)
        for number in range(APPS):
            made.publish_version(package(number), code=code_of(number))
        made.night()
        yield made
    finally:
        shops.shutdown()
        shops.server_close()
        thread.join()
