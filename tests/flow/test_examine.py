"""The heart of the pipeline: one package in, one document out, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.checks import cases
from finwatch.flow.examine import conclude, examine, rerate
from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.examination import Band, Examination, Match, Rating, Respects, Verdict
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts, Unreadable
from finwatch.package import Reader

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = catalog.load()
CHECKS = checks.load()
DAY = date(2026, 11, 22)
COUNTERFEIT = Match(
    app="cn.example.bank",
    respects=Respects(name=1.0, icon=1.0, code=0.0, signer=0.0),
    verdict=Verdict.SUSPECTED_COUNTERFEIT,
)


class Answering:
    """A reader that has the facts already."""

    def __init__(self, facts: PackageFacts) -> None:
        self.facts = facts

    def read(self, path: Path, *, watch: WatchList, limits: PackageLimits = PACKAGE) -> PackageFacts:
        """The facts, whatever the path."""
        assert watch == KNOWLEDGE.watch
        return self.facts


@pytest.fixture
def facts(tmp_path: Path) -> PackageFacts:
    """A debuggable package that encrypts in ECB mode."""
    path = tmp_path / "cases.toml"
    path.write_text(
        '[[case]]\nname = "x"\noutcome = "yes"\nmanifest = { debuggable = true, label = "示例" }\n'
        'permissions = ["CAMERA"]\ncomponents = [{ kind = "service", name = "cn.example.app.S" }]\n'
        'libraries = [{ path = "lib/arm64-v8a/liba.so", hardening = { nx = true } }]\n'
        'calls = [{ watch = "crypto.cipher", args = ["AES/ECB/PKCS5Padding"], in = "Lcn/example/app/C;->a()V" }]\n',
        "utf-8",
    )
    (case,) = cases.read(path, knowledge=KNOWLEDGE)
    return case.subject.facts


def document(facts: PackageFacts, **more: object) -> Examination:
    return examine(
        Path("x.apk"), reader=Answering(facts), knowledge=KNOWLEDGE, checks=CHECKS, on=DAY, **more  # type: ignore[arg-type]
    )  # fmt: skip


def without_time(examination: Examination) -> dict[str, object]:
    written = json.loads(examination.model_dump_json())
    assert written["engine"].pop("took_ms") >= 0
    return written  # type: ignore[no-any-return]


def test_the_document_has_the_parts_of_its_schema(facts: PackageFacts) -> None:
    written = json.loads(document(facts).model_dump_json())
    assert list(written) == [
        *(
            "schema",
            "package",
            "identity",
            "sdks",
            "collection",
            "endpoints",
            "flows",
            "findings",
            "disclosure",
            "matches",
        ),
        *("rating", "unreadable", "engine"),
    ]
    assert written["schema"] == "finwatch.examination/1"
    package = written["package"]
    assert (package["id"], package["label"], package["permissions"]) == (
        "cn.example.app",
        "示例",
        ["android.permission.CAMERA"],
    )
    assert package["signers"][0]["scheme"] == "v2"
    assert package["components"][0]["name"] == "cn.example.app.S"
    assert package["native_libraries"][0]["hardening"] == {"nx": True}
    assert written["engine"]["catalog_version"] == KNOWLEDGE.version


def test_the_document_reads_back(facts: PackageFacts) -> None:
    examination = document(facts)
    assert Examination.model_validate_json(examination.model_dump_json()) == examination


def test_the_same_input_gives_the_same_bytes_but_for_the_time(facts: PackageFacts) -> None:
    assert without_time(document(facts)) == without_time(document(facts))


def test_a_finding_leads_to_its_place_and_the_rating_to_the_finding(facts: PackageFacts) -> None:
    examination = document(facts)
    found = {finding.check: finding for finding in examination.findings}
    (evidence,) = found["uses_ecb_mode"].evidence
    assert evidence.at.kind == "code"
    assert "AES/ECB/PKCS5Padding" in (evidence.quote or "")
    reasons = {reason.check: reason.points for reason in examination.rating.reasons}
    assert reasons["uses_ecb_mode"] == 10.0
    assert reasons["is_debuggable"] == 40.0
    assert examination.rating.band is Band.ORANGE


def test_untraced_flows_are_said_and_do_not_limit_the_rating(facts: PackageFacts) -> None:
    examination = document(facts)
    assert examination.flows == ()
    assert [entry.part for entry in examination.unreadable] == ["flows"]
    assert examination.rating.band is not Band.LIMITED


def test_a_package_of_which_nothing_could_be_read_is_limited_not_green(facts: PackageFacts) -> None:
    broken = PackageFacts(
        sha256=facts.sha256, bytes=3, format="unknown", unreadable=(Unreadable(part="archive", reason="not a zip"),)
    )
    examination = document(broken)
    assert examination.package.id is None
    assert examination.rating.band is Band.LIMITED
    assert {finding.outcome.value for finding in examination.findings} <= {"not_available", "no"}
    assert [entry.part for entry in examination.unreadable] == ["archive", "flows"]


def test_a_list_that_a_limit_cut_is_said(facts: PackageFacts) -> None:
    cut = facts.model_copy(update={"code": facts.code.model_copy(update={"truncated": ("calls",)})})
    assert any("calls" in entry.reason for entry in document(cut).unreadable)


def test_rerating_repeats_the_last_two_steps_only(facts: PackageFacts) -> None:
    first = document(facts)
    again = rerate(first, [COUNTERFEIT])
    assert again.matches == (COUNTERFEIT,)
    assert again.rating.score > first.rating.score
    assert rerate(again, first.matches) == first
    assert again.findings == first.findings


def test_rerating_of_a_limited_package_stays_limited(facts: PackageFacts) -> None:
    quiet = PackageFacts(
        sha256=facts.sha256, bytes=3, format="apk", unreadable=(Unreadable(part="code", reason="cut short"),)
    )
    first = document(quiet)
    assert rerate(first, ()).rating == first.rating


def test_history_is_seen(facts: PackageFacts) -> None:
    reasons = document(facts, history=[Rating(band=Band.GREEN, score=1.0)]).rating.reasons
    assert any("rose" in reason.says.en for reason in reasons)


def test_facts_from_the_lake_give_the_same_conclusion(facts: PackageFacts) -> None:
    concluded = conclude(facts, knowledge=KNOWLEDGE, checks=CHECKS, on=DAY)
    assert concluded.engine.took_ms == 0
    assert without_time(concluded) == without_time(document(facts))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The real reader, warm."""
    with Reader() as warm:
        yield warm


def test_a_real_package_from_bytes_to_document(reader: Reader) -> None:
    package = next((ROOT / "samples/packages").glob("example.pineneedle.savings_*.apk"))
    first, second = (examine(package, reader=reader, knowledge=KNOWLEDGE, checks=CHECKS, on=DAY) for _ in range(2))
    assert first.engine.took_ms > 0
    assert without_time(first) == without_time(second)
    assert "is_debuggable" in {finding.check for finding in first.findings if finding.outcome == "yes"}
    assert first.identity.finance is True
