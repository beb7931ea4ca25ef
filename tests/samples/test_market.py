"""The sample markets are real repositories: signed, consistent, and served as the web serves files."""

from __future__ import annotations

import hashlib
import http.client
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from finwatch.crawl.sources import descriptor
from samples import build
from samples.market import index, offer
from samples.market.serve import POLICIES, MarketServer, serving
from samples.recipe import source

MARKETS = offer.markets()
STATES = [(name, day) for name, market in MARKETS.items() for day in market.days]


def state(market: str, day: int, name: str) -> Any:
    return json.loads((offer.DATA / market / f"day{day}" / name).read_text("utf-8"))


@pytest.mark.parametrize(("name", "day"), STATES)
def test_an_index_says_what_the_packages_are(name: str, day: int) -> None:
    market = MARKETS[name]
    packages = state(name, day, "index-v2.json")["packages"]
    listed = {sha256: version for found in packages.values() for sha256, version in found["versions"].items()}
    offered = {build.manifest()[app]["sha256"] for app in market.days[day]}
    assert set(listed) == offered
    for sha256, version in listed.items():
        body = (build.PACKAGES / version["file"]["name"].lstrip("/")).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (sha256, version["file"]["size"])


@pytest.mark.parametrize(("name", "day"), STATES)
def test_the_entry_names_every_file_by_hash(name: str, day: int) -> None:
    folder = offer.DATA / name / f"day{day}"
    entry = state(name, day, "entry.json")
    for file in (entry["index"], *entry["diffs"].values()):
        body = (folder / file["name"].lstrip("/")).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (file["sha256"], file["size"])
    icons = [found["metadata"]["icon"]["en-US"] for found in state(name, day, "index-v2.json")["packages"].values()]
    for icon in icons:
        body = (folder.parent / icon["name"].lstrip("/")).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (icon["sha256"], icon["size"])


@pytest.mark.parametrize(("name", "day"), STATES)
@pytest.mark.parametrize(("jar", "inner"), [("entry.jar", "entry.json"), ("index-v1.jar", "index-v1.json")])
def test_a_jar_holds_the_index_under_the_signature_that_the_descriptor_names(
    name: str, day: int, jar: str, inner: str
) -> None:
    folder = offer.DATA / name / f"day{day}"
    with zipfile.ZipFile(folder / jar) as archive:
        assert archive.read(inner) == (folder / inner).read_bytes()
        block = next(entry for entry in archive.namelist() if entry.startswith("META-INF/") and entry.endswith(".RSA"))
        certificates = pkcs7.load_der_pkcs7_certificates(archive.read(block))
    seen = {hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest() for found in certificates}
    described = {market.id: market for market in descriptor.read(offer.HERE / "descriptor.toml")}
    assert seen == {described[name].fingerprint}
    assert described[name].address == MARKETS[name].address


@pytest.mark.parametrize("name", MARKETS)
def test_the_diff_turns_the_first_day_into_the_second(name: str) -> None:
    first, second = state(name, 1, "index-v2.json"), state(name, 2, "index-v2.json")
    patch = state(name, 2, f"diff/{first['repo']['timestamp']}.json")
    assert merged(first, patch) == second
    assert len(patch["packages"]) < len(second["packages"])


def test_between_the_days_one_app_is_updated_one_gone_one_new() -> None:
    first, second = (state("sample", day, "index-v2.json")["packages"] for day in (1, 2))
    assert set(first) - set(second) == {"example.yingzhou.pay"}
    assert set(second) - set(first) == {"example.guyu.instalments"}
    assert len(second["example.claypot.wealth"]["versions"]) == len(first["example.claypot.wealth"]["versions"]) + 1


def test_a_diff_keeps_what_did_not_change_out() -> None:
    assert index.diff({"a": 1, "b": {"c": 2, "d": 3}, "e": 4}, {"a": 1, "b": {"c": 2, "d": 5}}) == {
        "e": None,
        "b": {"d": 5},
    }


def test_every_policy_that_an_app_names_is_there() -> None:
    for app in map(source.load, source.names()):
        if app.policy:
            assert (POLICIES / app.policy.rsplit("/", 1)[-1]).is_file(), app.id


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, written as the RFC writes it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@pytest.fixture
def server() -> Iterator[MarketServer]:
    with serving() as running:
        yield running


def ask(
    server: MarketServer, path: str, *, host: str = "market.finwatch.example", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": f"{host}:80", **sent})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.mark.server
def test_the_server_gives_the_day_it_is_set_to(server: MarketServer) -> None:
    assert ask(server, "/repo/entry.jar")[2] == (offer.DATA / "sample" / "day1" / "entry.jar").read_bytes()
    assert ask(server, "/repo/example.yingzhou.pay_440.apk")[2] == build.package("yingzhou-pay").read_bytes()
    assert ask(server, "/repo/example.guyu.instalments_120.apk")[0] == 404
    server.day = 2
    assert ask(server, "/repo/entry.jar")[2] == (offer.DATA / "sample" / "day2" / "entry.jar").read_bytes()
    assert ask(server, "/repo/example.yingzhou.pay_440.apk")[0] == 404
    assert ask(server, "/repo/example.guyu.instalments_120.apk")[0] == 200


@pytest.mark.server
def test_each_name_has_its_own_content(server: MarketServer) -> None:
    assert ask(server, "/repo/qinghe-bank-repackaged.apk", host="backstreet.finwatch.example")[0] == 200
    assert ask(server, "/repo/qinghe-bank-repackaged.apk")[0] == 404
    status, headers, body = ask(server, "/kelp-insurance.zh.pdf", host="policies.finwatch.example")
    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    assert ask(server, "/repo/entry.jar", host="127.0.0.1")[0] == 200
    assert b"Disallow: /private/" in ask(server, "/robots.txt")[2]


@pytest.mark.server
def test_conditional_requests_are_answered_304(server: MarketServer) -> None:
    _, headers, body = ask(server, "/repo/entry.jar")
    assert ask(server, "/repo/entry.jar", If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert ask(server, "/repo/entry.jar", If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert ask(server, "/repo/entry.jar", If_None_Match='"another"')[::2] == (200, body)
    server.day = 2
    assert ask(server, "/repo/entry.jar", If_None_Match=headers["ETag"])[0] == 200


@pytest.mark.server
def test_ranges_resume_a_download_unless_the_file_changed(server: MarketServer) -> None:
    path = "/repo/example.qinghe.bank_50200.apk"
    _, headers, body = ask(server, path)
    status, partial, rest = ask(server, path, Range="bytes=1000-", If_Range=headers["ETag"])
    assert (status, rest) == (206, body[1000:])
    assert partial["Content-Range"] == f"bytes 1000-{len(body) - 1}/{len(body)}"
    assert ask(server, path, Range="bytes=1000-", If_Range='"older"')[::2] == (200, body)
    assert ask(server, path, Range="bytes=-10")[::2] == (206, body[-10:])
    assert ask(server, path, Range=f"bytes={len(body)}-")[0] == 416
    assert ask(server, path, method="HEAD")[::2] == (200, b"")


@pytest.mark.server
def test_nothing_outside_its_folders_is_served_and_every_request_is_logged(server: MarketServer) -> None:
    assert ask(server, "/repo/../../build.py")[0] == 404
    assert ask(server, "/repo/%2e%2e/%2e%2e/serve.py")[0] == 404
    assert ask(server, "/print.py", host="policies.finwatch.example")[0] == 404
    assert [request.status for request in server.requests] == [404, 404, 404]
    assert server.environment["FINWATCH_ALLOW_PRIVATE"].split(",") == server.names
