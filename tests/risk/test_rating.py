"""The rating adds up, never falls when a finding is added, and never calls anybody red on suspicion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finwatch import checks
from finwatch.model.base import Text
from finwatch.model.examination import (
    Answer,
    Band,
    Confidence,
    Evidence,
    Finding,
    Match,
    Protection,
    Rating,
    Respects,
    Verdict,
)
from finwatch.model.knowledge import Severity
from finwatch.model.locator import ManifestAt
from finwatch.model.package import Unreadable
from finwatch.risk import rate
from finwatch.risk.weights import published

OPEN = Protection(extent="full")
HIDDEN = Protection(packer="example shell", extent="limited")
IDS = sorted(check.definition.id for check in checks.load())
ORDER = [Band.GREEN, Band.YELLOW, Band.ORANGE, Band.RED]


def finding(
    check: str,
    *,
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.CERTAIN,
    outcome: Answer = Answer.YES,
) -> Finding:
    title = Text(zh="标题", en=check)
    evidence = (Evidence(says=title, at=ManifestAt(element="manifest"), quote=check),)
    return Finding(
        check=check,
        version=1,
        outcome=outcome,
        severity=severity,
        confidence=confidence,
        clauses=(),
        title=title,
        evidence=evidence,
    )


def match(verdict: Verdict) -> Match:
    return Match(app="cn.example.bank", respects=Respects(name=1.0, icon=1.0, code=0.1, signer=0.0), verdict=verdict)


FINDINGS = st.builds(
    finding,
    st.sampled_from([*IDS, "a_check_of_an_operator"]),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    outcome=st.sampled_from(Answer),
)
MATCHES = st.builds(match, st.sampled_from(Verdict))


def plain(findings: list[Finding], matches: list[Match] | None = None) -> Rating:
    return rate(findings, matches or [], protection=OPEN, unreadable=())


@given(st.lists(FINDINGS, max_size=25), st.lists(MATCHES, max_size=4), FINDINGS)
def test_adding_a_finding_never_lowers_the_score(findings: list[Finding], matches: list[Match], more: Finding) -> None:
    before, after = plain(findings, matches), plain([*findings, more], matches)
    assert after.score >= before.score
    assert ORDER.index(after.band) >= ORDER.index(before.band)


@given(st.lists(FINDINGS, max_size=25), st.lists(MATCHES, max_size=4))
def test_the_points_of_the_reasons_add_up_to_the_score(findings: list[Finding], matches: list[Match]) -> None:
    rating = plain(findings, matches)
    assert round(sum(reason.points or 0.0 for reason in rating.reasons), 1) == rating.score
    assert 0 <= rating.score <= 100


@given(st.lists(FINDINGS, max_size=25), st.lists(MATCHES, max_size=4))
def test_every_yes_is_a_reason_with_its_check_and_evidence(findings: list[Finding], matches: list[Match]) -> None:
    rating = plain(findings, matches)
    cited = sorted(reason.check for reason in rating.reasons if reason.check)
    assert cited == sorted(entry.check for entry in findings if entry.outcome is Answer.YES)
    assert all(reason.evidence for reason in rating.reasons if reason.check)


@given(st.lists(FINDINGS, max_size=40), st.lists(MATCHES, max_size=8))
def test_suspicion_alone_is_never_red(findings: list[Finding], matches: list[Match]) -> None:
    suspected = [entry.model_copy(update={"confidence": Confidence.SUSPECTED}) for entry in findings]
    assert plain(suspected, matches).band is not Band.RED


@given(st.permutations([finding(check) for check in IDS[:8]]))
def test_the_order_of_findings_does_not_matter(findings: list[Finding]) -> None:
    assert plain(findings) == plain(sorted(findings, key=lambda entry: entry.check))


def test_nothing_found_is_green_with_no_points() -> None:
    rating = plain([finding("is_debuggable", outcome=Answer.NO)])
    assert (rating.band, rating.score, rating.reasons) == (Band.GREEN, 0.0, ())


def test_one_high_finding_is_orange_and_two_in_different_topics_are_red() -> None:
    one = plain([finding("is_debuggable")])
    two = plain([finding("is_debuggable"), finding("trusts_any_certificate")])
    assert (one.band, one.score) == (Band.ORANGE, 40.0)
    assert (two.band, two.score) == (Band.RED, 80.0)


def test_a_second_finding_of_one_topic_counts_less() -> None:
    alike = plain([finding("trusts_any_certificate"), finding("accepts_any_host_name")])
    apart = plain([finding("trusts_any_certificate"), finding("is_debuggable")])
    assert alike.score < apart.score


def test_within_a_topic_the_heaviest_counts_in_full_and_each_further_one_half_of_the_last() -> None:
    medium = [finding(check, severity=Severity.MEDIUM) for check in ("allows_backup", "exposes_component")]
    assert plain(medium).score == 15.0
    assert plain([*medium, finding("is_debuggable")]).score == 47.5


def test_suspicion_on_top_of_a_little_that_is_firm_stays_below_red() -> None:
    firm = [
        finding("allows_backup", severity=Severity.MEDIUM),
        finding("uses_ecb_mode", severity=Severity.MEDIUM),
        finding("signs_with_weak_key", severity=Severity.MEDIUM),
    ]
    rating = plain(firm, [match(Verdict.SUSPECTED_COUNTERFEIT)])
    assert (rating.band, rating.score) == (Band.ORANGE, 64.0)
    assert any("before it is confirmed" in reason.says.en for reason in rating.reasons)


def test_what_was_not_seen_is_never_called_good() -> None:
    unread = [Unreadable(part="classes2.dex", reason="bad header")]
    hidden = rate([], [], protection=HIDDEN, unreadable=())
    broken = rate([], [], protection=OPEN, unreadable=unread)
    assert hidden.band is Band.LIMITED
    assert broken.band is Band.LIMITED
    assert any("classes2.dex" in reason.says.en for reason in broken.reasons)


def test_a_bad_rating_stays_bad_when_parts_were_not_seen() -> None:
    found = [finding("is_debuggable"), finding("trusts_any_certificate")]
    assert rate(found, [], protection=HIDDEN, unreadable=()).band is Band.RED


def test_a_picture_that_cannot_be_read_limits_nothing() -> None:
    entry = Unreadable(part="res/drawable/icon.png", reason="not an image")
    assert rate([], [], protection=OPEN, unreadable=[entry]).band is Band.GREEN


def test_a_suspected_counterfeit_is_orange_and_says_of_whom() -> None:
    rating = plain([], [match(Verdict.SUSPECTED_COUNTERFEIT)])
    assert rating.band is Band.ORANGE
    assert "cn.example.bank" in rating.reasons[0].says.en
    assert plain([], [match(Verdict.SAME_APP)]).score == 0


def test_a_rise_is_pointed_out_without_points() -> None:
    history = [Rating(band=Band.GREEN, score=5.0)]
    rating = rate([finding("is_debuggable")], [], protection=OPEN, unreadable=(), history=history)
    assert rating.score == 40.0
    assert "rose from 5 to 40" in rating.reasons[-1].says.en
    assert not any("rose" in reason.says.en for reason in plain([finding("is_debuggable")]).reasons)


def test_every_check_has_one_topic() -> None:
    named = [check for topic in published().topic for check in topic.checks]
    assert sorted(named) == IDS
