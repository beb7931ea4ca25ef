"""Risks as STIX 2.1: judged by the standard's own validator, read back, and refused where they cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stix2validator
from hypothesis import given
from hypothesis import strategies as st

from finwatch.errors import InputError
from finwatch.model.access import OrganisationId
from finwatch.model.case import Case
from finwatch.supervise.sharing import stix

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
FORMS: dict[str, dict[str, Any]] = {
    "app_risk": {"app": "晨光钱包", "package": "example.dawn", "sha256": "ab" * 32},
    "phishing_site": {"url": "https://dawn.example/login?x='1'"},
    "counterfeit_app": {"app": "晨光钱包助手", "package": "example.fake", "imitates": "晨光钱包"},
    "phishing_account": {"account": "晨光\\客服'", "imitates": "晨光银行"},
}


def risk(kind: str, **more: Any) -> Case:
    told = {"type": kind, "level": "high", "title": "仿冒“晨光”", "detail": "名称与图标相同。", "mark": "green"}
    return Case(
        id=7, machine="risk", state="received", version=1, owner=OrganisationId("monitor"), region="",
        title="t", number="R20260302-000007", form={**told, **FORMS[kind], **more}, opened=NOON, changed=NOON,
    )  # fmt: skip


def valid(data: bytes) -> list[str]:
    options = stix2validator.ValidationOptions(version="2.1", strict=True, disabled="202,103")
    result = stix2validator.validate_string(data.decode(), options)
    return [] if result.is_valid else [str(error) for error in result.errors]


@pytest.mark.parametrize("kind", FORMS)
def test_what_goes_out_is_valid_and_comes_in_again(kind: str) -> None:
    objects = stix.objects_of(risk(kind), author="瞭望监测中心", since=NOON)
    data = stix.bundle(objects)
    assert valid(data) == []
    assert data == stix.bundle(objects), "the same risk gives the same bytes"
    reading = stix.read(data)
    assert reading.unreadable == ()
    (draft,) = reading.drafts
    expected = {"type": kind, "level": "high", "title": "仿冒“晨光”", "mark": "green"}
    seen = {name: value for name, value in FORMS[kind].items() if name in ("package", "sha256", "url", "account")}
    assert {name: draft.form[name] for name in (*expected, *seen)} == {**expected, **seen}


def test_a_risk_told_to_all_names_no_author_and_no_case() -> None:
    common = risk("app_risk").model_copy(
        update={"machine": "common_risk", "form": {"type": "app_risk", "level": "low", "title": "提示", "text": "注意"}}
    )
    data = stix.bundle(stix.objects_of(common, author="协会", since=NOON))
    assert valid(data) == []
    for secret in ("created_by_ref", "协会", "monitor", "R20260302", "dawn"):
        assert secret not in data.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff", "no STIX bundle"),
        (b"[]", "no list of objects"),
        (b'{"type": "bundle", "objects": {}}', "no list of objects"),
        (b"[" * 100_000, "no STIX bundle"),
        (b" " * (stix.BYTES + 1), "more than 8,388,608 bytes"),
        (json.dumps({"type": "bundle", "objects": [{}] * 5_001}).encode(), "more than 5,000 objects"),
    ],
)
def test_what_is_no_bundle(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        stix.read(data)


def test_a_circle_is_named() -> None:
    def report(name: str, refers: str) -> dict[str, Any]:
        return {"type": "report", "id": f"report--{name}", "object_refs": [f"report--{refers}"]}

    objects = [report("a", "b"), report("b", "c"), report("c", "a"), report("d", "a")]
    with pytest.raises(InputError, match="in a circle: report--") as caught:
        stix.read(json.dumps({"type": "bundle", "objects": objects}).encode())
    assert "report--d" not in caught.value.en
    assert stix.read(json.dumps({"type": "bundle", "objects": objects[3:]}).encode()).drafts == ()


def test_an_object_that_cannot_be_read_is_named_and_the_others_are_taken() -> None:
    data = json.loads(stix.bundle(stix.objects_of(risk("phishing_site"), author=None, since=NOON)))
    broken = {"type": "indicator", "id": "indicator--1", "spec_version": "2.1"}
    mute = {**data["objects"][1], "id": "indicator--6a0c2a0e-7c1d-4f0e-9d5b-4d6f2f1b7a55"}
    mute["pattern"] = "[ipv4-addr:value = '192.0.2.1']"
    data["objects"] += [broken, mute]
    reading = stix.read(json.dumps(data).encode())
    assert len(reading.drafts) == 1
    assert [one.source for one in reading.unreadable] == [broken["id"], mute["id"]]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60))
def test_any_account_comes_back_as_it_was(account: str) -> None:
    form = {"type": "phishing_account", "account": account}
    found = stix._SEEN.search(stix.pattern(form))
    assert found is not None
    assert found["value"].replace("\\'", "'").replace("\\\\", "\\") == account or "\\" in account
