"""The report says what the document says: no more, nothing hidden, in both languages."""

from __future__ import annotations

import pytest

from finwatch import catalog
from finwatch.model.base import Text
from finwatch.model.examination import (
    Answer,
    Band,
    Collection,
    Confidence,
    Engine,
    Evidence,
    Examination,
    Finding,
    Identity,
    PackageSummary,
    Protection,
    Rating,
    Reason,
)
from finwatch.model.knowledge import Severity
from finwatch.model.locator import CodeAt, FileAt, Locator, ManifestAt, PolicyAt, SearchedAt, SigningAt
from finwatch.model.package import Unreadable
from finwatch.report import words
from finwatch.report.place import place
from finwatch.report.text import Report

CALL = CodeAt(dex="classes2.dex", method="Lexample/a/B;->c(I)V", offset=18)


def finding(check: str, outcome: Answer, **fields: object) -> Finding:
    base = {
        "check": check,
        "version": 1,
        "outcome": outcome,
        "severity": Severity.HIGH,
        "clauses": (),
        "title": Text(zh=f"{check} 标题", en=f"{check} title"),
    }
    return Finding.model_validate(base | fields)


def document(**fields: object) -> Examination:
    package = PackageSummary(
        sha256="ab" * 32,
        bytes=1234567,
        format="apk",
        id="example.a",
        version_name="1.0",
        version_code=1,
        label="示例",
        min_sdk=21,
        target_sdk=34,
        permissions=(),
        signers=(),
        components=(),
        native_libraries=(),
        protection=Protection(extent="full"),
    )
    base = {
        "package": package,
        "identity": Identity(finance=True, kind=None, operator="示例公司"),
        "sdks": (),
        "collection": (),
        "endpoints": (),
        "findings": (),
        "matches": (),
        "rating": Rating(band=Band.GREEN, score=0),
        "unreadable": (),
        "engine": Engine(version="0", catalog_version="0", took_ms=1),
    }
    return Examination.model_validate(base | fields)


def text(shown: Examination, language: str = "en", evidence: int = 5) -> str:
    report = Report(shown, catalog.load(), language=language, evidence=evidence)
    return "\n".join(line.plain for line in report.lines())


def test_a_finding_shows_confidence_evidence_place_quote_and_remedy() -> None:
    evidence = Evidence(says=Text(zh="读取", en="reads it"), at=CALL, quote="query(content://sms)")
    found = finding("reads_sms", Answer.YES, evidence=(evidence,), remedy=Text(zh="删除该调用", en="Remove the call"))
    shown = text(document(findings=(found,)))
    for part in (
        "reads_sms title",
        "certain",
        "reads it",
        "classes2.dex · Lexample/a/B;->c(I)V · 0x0012",
        "content://sms",
    ):
        assert part in shown
    assert "→ Remove the call" in shown
    assert "→ 删除该调用" in text(document(findings=(found,)), "zh")


def test_suspicions_stand_after_findings_and_say_that_a_person_must_confirm() -> None:
    sure = finding("sure", Answer.YES, severity=Severity.LOW)
    maybe = finding("maybe", Answer.YES, confidence=Confidence.SUSPECTED)
    shown = text(document(findings=(maybe, sure)))
    assert shown.index("sure title") < shown.index("maybe title")
    assert "for a person to confirm" in shown


def test_what_was_not_seen_is_said_and_not_counted_as_clear() -> None:
    blind = finding("blind", Answer.NOT_AVAILABLE, summary=Text(zh="代码未见", en="code was not seen"))
    clear = finding("clear", Answer.NO)
    gap = Unreadable(part="code", reason="packed", at=FileAt(path="assets/x"))
    shown = text(document(findings=(blind, clear), unreadable=(gap,)))
    assert "blind: code was not seen" in shown
    assert "1 further checks found nothing" in shown
    assert "code: packed · assets/x" in shown
    assert "not the same as clean" in shown


def test_a_guarded_read_is_shown_as_no_accusation_and_a_plain_no_is_only_counted() -> None:
    evidence = (Evidence(says=Text(zh="路径", en="the way"), at=CALL),)
    guarded = finding("guarded", Answer.NO, confidence=Confidence.SUSPECTED, evidence=evidence)
    plain = finding(
        "plain", Answer.NO, evidence=(Evidence(says=Text(zh="范围", en="extent"), at=SearchedAt(extent="x")),)
    )
    shown = text(document(findings=(guarded, plain)))
    assert "Traces that are no accusation (1)" in shown
    assert "the way" in shown
    assert "plain title" not in shown
    assert "1 further checks found nothing" in shown


def test_more_evidence_than_shown_is_counted() -> None:
    evidence = tuple(Evidence(says=Text(zh=str(n), en=str(n)), at=CALL) for n in range(7))
    shown = text(document(findings=(finding("many", Answer.YES, evidence=evidence),)), evidence=2)
    assert "… and 5 more places" in shown


def test_every_point_of_the_rating_is_shown() -> None:
    reasons = (Reason(says=Text(zh="一", en="one"), points=12.5), Reason(says=Text(zh="二", en="two")))
    shown = text(document(rating=Rating(band=Band.ORANGE, score=12.5, reasons=reasons)))
    assert "orange · 12.5/100" in shown
    assert "+12.5  one" in shown
    assert "two" in shown


@pytest.mark.parametrize(("value", "words_en"), [(True, "always gets there"), (None, "possibly"), (False, "no path")])
def test_consent_is_never_overstated(value: bool | None, words_en: str) -> None:
    entry = Collection(item="imei", api="a", caller="b", owner="unknown", before_consent=value, at=CALL)
    shown = text(document(collection=(entry,)))
    assert words_en in shown
    assert "unknown owner" in shown


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (CALL, "classes2.dex · Lexample/a/B;->c(I)V · 0x0012", "classes2.dex · Lexample/a/B;->c(I)V · 0x0012"),
        (ManifestAt(element="manifest/application", attribute="debuggable", line=7), "第 7 行", "@debuggable · line 7"),
        (PolicyAt(document="cd" * 32, paragraph=0, start=3, end=9), "第 1 段", "paragraph 1"),
        (SigningAt(scheme="v2", signer=0), "签名方案 v2 #1", "signature scheme v2 #1"),
        (SearchedAt(extent="classes.dex"), "已搜索：classes.dex", "searched: classes.dex"),
    ],
)
def test_places_read_in_both_languages(at: Locator, zh: str, en: str) -> None:
    assert zh in place(at).zh
    assert en in place(at).en


def test_a_clause_whose_text_was_not_seen_is_shown_without_its_number() -> None:
    knowledge = catalog.load()
    hidden = [clause for clause in knowledge.clauses.values() if not clause.numbered]
    shown = [clause for clause in knowledge.clauses.values() if clause.numbered]
    assert hidden
    assert shown
    for clause in hidden:
        assert f"{clause.source} {clause.number}" not in words.clause(clause).en
        assert "not verified" in words.clause(clause).en
    for clause in shown:
        assert f"{clause.source} {clause.number}" in words.clause(clause).en
