"""Families: one package name in one signer family is one app, and nobody is put into another's."""

from __future__ import annotations

from typing import Any

from finwatch.flow.families import families
from tests.kit.store import sha


def package(name: str, version: int | None, *signers: str, app: str | None = "cn.a") -> dict[str, Any]:
    return {"sha256": sha(name), "app": app, "version_code": version, "signers": [sha(one) for one in signers]}


def span(name: str, *signers: str, app: str = "cn.a") -> dict[str, Any]:
    return {"app": app, "package_sha256": sha(name), "signer_sha256": [sha(one) for one in signers]}


def test_a_rotated_key_stays_in_the_family() -> None:
    (one,) = families([package("new", 3, "new", "old"), package("old", 1, "old")], [])
    assert one.packages == (sha("new"), sha("old"))
    assert one.signer == sha("old")


def test_another_signer_is_another_app() -> None:
    found = families([package("a", 1, "bank"), package("b", 2, "thief")], [span("a"), span("b")])
    assert {one.signer: (one.packages, one.listings) for one in found} == {
        sha("bank"): ((sha("a"),), (0,)),
        sha("thief"): ((sha("b"),), (1,)),
    }


def test_what_was_examined_outweighs_what_the_market_says() -> None:
    (one,) = families([package("a", 1, "thief")], [span("a", "bank")])
    assert one.signer == sha("thief")


def test_a_listing_alone_goes_by_the_signer_that_the_market_names() -> None:
    found = families([package("a", 1, "bank")], [span("b", "bank"), span("c"), span("d", app="cn.b")])
    assert [(one.id, one.listings) for one in found] == [
        (f"cn.a~{sha('bank')[:12]}", (0,)),
        ("cn.a~unknown", (1,)),
        ("cn.b~unknown", (2,)),
    ]


def test_unsigned_and_nameless_packages_have_a_place() -> None:
    found = families([package("a", 1), package("b", None, "s", app=None)], [])
    assert [one.id for one in found] == ["cn.a~unsigned", f"package-{sha('b')[:12]}~{sha('s')[:12]}"]
    assert found[0].signer is None


def test_a_package_without_a_readable_name_goes_by_that_of_its_listing() -> None:
    found = families([package("b", None, "s", app=None)], [span("b", app="cn.z"), span("b", app="cn.listed")])
    (one,) = found
    assert (one.id, one.packages, one.listings) == (f"cn.listed~{sha('s')[:12]}", (sha("b"),), (0, 1))


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [package("x", 2, "k1", "k2"), package("y", 1, "k2"), package("z", 3, "k3"), package("w", 4, "k3", "k1")]
    assert families(rows, []) == families(rows[::-1], [])
    assert len(families(rows, [])) == 1
