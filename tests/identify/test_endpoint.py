"""Addresses in strings, and what only looks like one."""

from __future__ import annotations

import pytest

from finwatch import catalog
from finwatch.identify.endpoint import addresses, endpoints
from finwatch.identify.owner import Owners
from finwatch.identify.sdk import uses
from finwatch.model.examination import Endpoint
from finwatch.model.locator import FileAt
from finwatch.model.package import PackageFacts
from tests.kit.identified import facts, hit, string


def read(given: PackageFacts) -> tuple[Endpoint, ...]:
    known = catalog.load()
    return endpoints(given, known.watch, Owners(given, uses(given, known.sdks, hidden=False), known))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://api.bank.example/v1", [("https://api.bank.example/v1", "api.bank.example")]),
        ("see http://a.cn/x, or http://b.cn.", [("http://a.cn/x", "a.cn"), ("http://b.cn", "b.cn")]),
        ("http://10.0.0.7:8080/up", [("http://10.0.0.7:8080/up", "10.0.0.7")]),
        ("https://user:pw@host.example:443/", [("https://user:pw@host.example:443/", "host.example")]),
        ("http://银行.example/登录", [("http://银行.example/登录", "银行.example")]),
        ("wss://push.bank.example", [("wss://push.bank.example", "push.bank.example")]),
        ("api.bank.com", [(None, "api.bank.com")]),
        ("api.bank.com:8443", [(None, "api.bank.com")]),
        ("10.0.0.7:8080", [(None, "10.0.0.7")]),
        ("com.bank.net", []),
        ("http://schemas.android.com/apk/res/android", []),
        ("http://www.w3.org/2001/XMLSchema", []),
        ("http://%s/path", []),
        ("http://", []),
        ("http://[bad", []),
        ("300.1.1.1:80", []),
        ("a sentence about bank.com", []),
    ],
)  # fmt: skip
def test_addresses_of_a_text(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert list(addresses(text)) == expected


def test_an_address_belongs_to_whoever_loads_it() -> None:
    given = facts(
        prefixes=(hit("cn/jpush/", 2),),
        strings=(string("https://a.example/", "cn/jpush/A", "cn/jpush/B", "cn/fictional/bank/C"),),
    )
    assert [(one.url, one.owner) for one in read(given)] == [
        ("https://a.example/", "sdk:jpush"),
        ("https://a.example/", "app"),
    ]


def test_a_string_that_nothing_loads_belongs_to_nobody() -> None:
    (one,) = read(facts(strings=(string("https://a.example/"),)))
    assert (one.owner, one.at) == ("unknown", FileAt(path="classes.dex"))


def test_strings_of_other_patterns_are_left_alone() -> None:
    assert read(facts(strings=(string("https://a.example/", "cn/fictional/bank/C", watch="policy.url"),))) == ()


def test_a_table_of_suffixes_is_no_list_of_servers() -> None:
    table = tuple(string(f"s{number}.com", "cn/fictional/bank/Suffixes", watch="endpoint.host") for number in range(17))
    assert read(facts(strings=table)) == ()
    assert len(read(facts(strings=table[:16]))) == 16
