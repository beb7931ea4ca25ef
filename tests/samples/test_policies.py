"""Every sample policy beside its app says what ``samples/policies/expected.toml`` states: none missing, none more."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finwatch import catalog, checks
from finwatch.flow.examine import examine
from finwatch.flow.policies import policy_from_file
from finwatch.model.disclosure import Compared, Disclosed, PolicySeen
from finwatch.model.examination import Answer, Examination
from finwatch.model.locator import PolicyAt, SearchedAt
from finwatch.package import Reader
from samples import build

POLICIES = Path(build.__file__).parent / "policies"
KNOWLEDGE = catalog.load(POLICIES.parent / "catalog")
CHECKS = checks.load()
ABOUT_POLICIES = {check.definition.id for check in CHECKS if "policy" in check.definition.needs}
PAIRS: list[dict[str, Any]] = tomllib.loads((POLICIES / "expected.toml").read_text("utf-8"))["pair"]
ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def examined(reader: Reader, pair: dict[str, Any], policy: PolicySeen | None = None) -> Examination:
    seen = policy or policy_from_file(POLICIES / pair["policy"], knowledge=KNOWLEDGE)
    return examine(build.package(pair["app"]), reader=reader, knowledge=KNOWLEDGE, checks=CHECKS, on=ON, policy=seen)


def rows(document: Examination, subject: str) -> list[Compared]:
    assert document.disclosure is not None
    return [row for row in document.disclosure.rows if row.subject == subject]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["app"]))
def test_a_policy_is_judged_as_its_maker_meant(reader: Reader, pair: dict[str, Any]) -> None:
    document = examined(reader, pair)
    said = {finding.check for finding in document.findings if finding.outcome is Answer.YES}
    assert sorted(said & ABOUT_POLICIES) == pair["findings_yes"]
    unsaid = [
        finding.check
        for finding in document.findings
        if finding.check in ABOUT_POLICIES and finding.outcome is Answer.NOT_AVAILABLE
    ]
    assert unsaid == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["app"]))
def test_package_policy_and_law_are_compared_line_by_line(reader: Reader, pair: dict[str, Any]) -> None:
    document = examined(reader, pair)
    items = {(row.id, row.owner, row.outcome.value, row.need and row.need.value) for row in rows(document, "item")}
    assert items == {(one["item"], one["owner"], one["outcome"], one["need"]) for one in pair.get("items", ())}
    permissions = {
        (row.id.removeprefix("android.permission."), row.outcome.value) for row in rows(document, "permission")
    }
    assert permissions == {(one["name"], one["outcome"]) for one in pair.get("permissions", ())}
    sdks = {(row.id, row.outcome.value) for row in rows(document, "sdk")}
    assert sdks == {(one["id"], one["outcome"]) for one in pair.get("sdks", ())}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair["app"]))
def test_every_line_quotes_both_sides(reader: Reader, pair: dict[str, Any]) -> None:
    document = examined(reader, pair)
    assert document.disclosure is not None
    for row in document.disclosure.rows:
        assert row.package
        assert row.policy, row
        if row.outcome is Disclosed.UNDISCLOSED:
            assert all(isinstance(piece.at, SearchedAt) for piece in row.policy)
        else:
            assert all(isinstance(piece.at, PolicyAt) and piece.quote for piece in row.policy)


def test_a_policy_that_was_not_read_whole_accuses_nobody_of_silence(reader: Reader) -> None:
    pair = next(pair for pair in PAIRS if pair["app"] == "paperkite-loan")
    whole = policy_from_file(POLICIES / pair["policy"], knowledge=KNOWLEDGE)
    assert whole.text is not None
    part = PolicySeen(
        whole.origin,
        text=whole.text.model_copy(update={"unreadable": ("page 2 has no text; it may be a picture",)}),
        reading=whole.reading,
    )
    document = examined(reader, pair, part)
    said = {finding.check for finding in document.findings if finding.outcome is Answer.YES} & ABOUT_POLICIES
    assert said == {
        "policy_changes_without_asking",
        "policy_leaves_its_list_open",
        "policy_shares_with_unnamed_parties",
        "policy_takes_use_for_consent",
    }, "only what stands there in words"
    assert {row.outcome for row in rows(document, "item")} == {Disclosed.UNREAD}


def test_without_a_policy_nothing_is_compared_and_one_check_says_so(reader: Reader) -> None:
    document = examine(build.package("paperkite-loan"), reader=reader, knowledge=KNOWLEDGE, checks=CHECKS, on=ON)
    assert document.disclosure is None
    asked = {finding.check: finding.outcome for finding in document.findings if finding.check in ABOUT_POLICIES}
    assert asked == {"offers_no_privacy_policy": Answer.NOT_AVAILABLE}
