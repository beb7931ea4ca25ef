"""``finwatch evidence`` as a person and a script call it: lines, JSON, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from finwatch.cli.main import app
from finwatch.errors import NotFound
from tests.kit.authority import LocalAuthority
from tests.kit.sealed import SealedLake, flip

pytestmark = pytest.mark.server


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path / "authority").serving() as serving:
        yield serving


@pytest.fixture
def made(tmp_path: Path, authority: LocalAuthority, monkeypatch: pytest.MonkeyPatch) -> SealedLake:
    lake = SealedLake(tmp_path / "lake", authority)
    lake.segment(b"one", b"two")
    monkeypatch.setenv("FINWATCH_LAKE", str(lake.root))
    monkeypatch.setenv("FINWATCH_TSA_URL", authority.url)
    monkeypatch.setenv("FINWATCH_TSA_CERTIFICATE", str(authority.certificate))
    monkeypatch.chdir(tmp_path)
    return lake


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["evidence", *arguments])


def test_seal_verify_show_export(made: SealedLake, tmp_path: Path) -> None:
    result = run("seal")
    assert result.exit_code == 0, result.output
    assert "sealed 1 segments with 5 records; 1 time stamps received, 0 pending" in result.stdout
    head = next(line for line in result.stdout.splitlines() if line.startswith("head 1:")).removeprefix("head ")
    result = run("verify", "--head", head, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "whole: 1 batches (1 hashed again), 5 records" in result.stdout
    capture = made.captures[1]
    result = run("show", capture.id)
    assert result.exit_code == 0
    assert "The record leads to the root." in result.stdout
    assert f"answer     200 text/html from 192.0.2.7\n  payload    3 bytes, SHA-256 {capture.payload_sha256}" in (
        result.stdout
    )
    shown = json.loads(run("show", capture.id, "--json").stdout)
    assert shown["capture"]["id"] == capture.id
    result = run("export", capture.id)
    assert result.exit_code == 0
    assert [path.name for path in tmp_path.glob("*.zip")] == [result.stdout.partition(":")[0]]


def test_an_alteration_is_named_with_its_place_and_exit_code_1(made: SealedLake) -> None:
    run("seal")
    capture = made.captures[0]
    offset = int(capture.id.partition("#")[2])
    flip(made.segment_of(capture), offset + 80)
    result = run("verify", "--lang", "en")
    assert result.exit_code == 1
    assert "ALTERED record, batch 1: The response record has other bytes." in result.stdout
    place = f"  captures/2026-11-20/{capture.id} · {capture.url} · 2026-11-20T08:00:00.000000Z"
    assert place in result.stdout
    assert "存档记录被改动（批次 1）" in run("verify", "--lang", "zh").stdout
    (one,) = json.loads(run("verify", "--json").stdout)["alterations"]
    assert (one["kind"], one["offset"], one["url"], one["batch"]) == ("record", offset, capture.url, 1)
    result = run("show", capture.id)
    assert result.exit_code == 1
    assert "ALTERED" in result.stdout


def test_what_cannot_be_verified_has_exit_code_2(made: SealedLake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("verify").exit_code == 2
    run("seal")
    monkeypatch.delenv("FINWATCH_TSA_URL")
    monkeypatch.delenv("FINWATCH_TSA_CERTIFICATE")
    result = run("verify", "--lang", "en")
    assert result.exit_code == 2
    assert "? 1 time stamps were not verified" in result.stdout
    assert json.loads(run("verify", "--json").stdout)["outcome"] == "unusable"


def test_an_authority_that_is_down_is_said_and_no_failure(made: SealedLake, authority: LocalAuthority) -> None:
    authority.status = 503
    result = run("seal")
    assert result.exit_code == 0
    assert "1 pending" in result.stdout
    assert "answered 503" in result.stderr
    assert "roots are kept" in result.stderr
    authority.status = 200
    assert json.loads(run("seal", "--json").stdout)["stamped"] == [1]


def test_a_capture_that_is_unknown_is_said(made: SealedLake) -> None:
    run("seal")
    assert isinstance(run("show", "nothing#0").exception, NotFound)
    assert isinstance(run("export", "nothing#0").exception, NotFound)


def test_doctor_says_whether_stamps_can_be_had(made: SealedLake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ok       time stamps: asked of 127.0.0.1, judged by" in CliRunner().invoke(app, ["doctor"]).stdout
    monkeypatch.delenv("FINWATCH_TSA_CERTIFICATE")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "PROBLEM  time stamps: FINWATCH_TSA_URL is set, but FINWATCH_TSA_CERTIFICATE is not." in result.stdout
    monkeypatch.delenv("FINWATCH_TSA_URL")
    assert "sealed captures wait for their stamps" in CliRunner().invoke(app, ["doctor"]).stdout
