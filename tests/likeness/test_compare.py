"""Verdicts: what is suspected, what is related, and what must never be held against an app."""

from __future__ import annotations

from typing import Any

import pytest

from finwatch.likeness import candidate_of, compare
from finwatch.likeness.signer import PUBLIC_KEYS
from finwatch.model.examination import Candidate, Identity, Match, Protection, Subject, Verdict
from finwatch.model.package import Code, Icon, LocalLabel, Manifest, PackageFacts, Signer, Signing, Unreadable

BANK, OTHER, OLD = "aa" * 32, "bb" * 32, "cc" * 32
PHASH, COLOURS = "c9983650d9626499", "20a0c0" * 16
CODE = tuple(range(1000, 1128))


def signer(sha256: str, *, verified: bool = True, lineage: tuple[str, ...] = ()) -> Signer:
    return Signer(
        scheme="v3",
        sha256=sha256,
        subject="CN=x",
        issuer="CN=x",
        serial="1",
        lineage=lineage,
        verified=verified,
        errors=() if verified else ("the signature does not hold",),
    )


def facts(**changes: Any) -> PackageFacts:
    """青禾银行, package example.qinghe.bank, signed by BANK; ``changes`` make another app of it."""
    values: dict[str, Any] = {
        "package": "example.qinghe.bank",
        "label": "青禾银行",
        "version_code": 7,
        "signers": (signer(BANK),),
        "phash": PHASH,
        "colours": COLOURS,
        "code": CODE,
        "sha256": "11" * 32,
        "unreadable": (),
    } | changes
    label = values["label"]
    return PackageFacts(
        sha256=values["sha256"],
        bytes=1,
        format="apk",
        manifest=Manifest(
            package=values["package"],
            version_code=values["version_code"],
            label=label,
            labels=(LocalLabel(locale="zh", label=label),),
            application_line=9,
        ),
        signing=Signing(signers=values["signers"]),
        code=Code(signature=values["code"], signature_version=1),
        icon=Icon(path="res/a.png", sha256="0", phash=values["phash"], colours=values["colours"]),
        unreadable=values["unreadable"],
    )


def subject(*, institution: str | None = None, **changes: Any) -> Subject:
    return Subject(
        facts=facts(sha256="22" * 32, **changes),
        identity=Identity(finance=True, institution=institution),
        protection=Protection(extent="full"),
    )


OFFICIAL = candidate_of(facts(), institution="qinghe", official=True)
UNRELATED = {"code": tuple(range(5000, 5128))}
COPY = {"package": "example.update", "signers": (signer(OTHER),)}


def one(subject: Subject, candidate: Candidate = OFFICIAL) -> Match | None:
    matches = compare(subject, [candidate])
    return matches[0] if matches else None


def verdict(subject: Subject, candidate: Candidate = OFFICIAL) -> Verdict | None:
    match = one(subject, candidate)
    return match.verdict if match else None


def test_the_same_hand() -> None:
    assert verdict(subject()) is Verdict.SAME_APP
    assert verdict(subject(version_code=8)) is Verdict.OTHER_VERSION
    assert verdict(subject(package="example.qinghe.cards")) is Verdict.RELATED
    assert verdict(subject(version_code=8, **UNRELATED, label="其他", phash=None)) is Verdict.OTHER_VERSION


def test_the_very_same_file_is_no_match() -> None:
    assert (
        compare(
            Subject(facts=facts(), identity=Identity(finance=True), protection=Protection(extent="full")), [OFFICIAL]
        )
        == ()
    )


def test_a_proven_rotation_is_never_an_accusation() -> None:
    rotated = subject(signers=(signer(OTHER, lineage=(BANK,)),), version_code=8)
    assert verdict(rotated) is Verdict.OTHER_VERSION
    official = candidate_of(facts(signers=(signer(OTHER, lineage=(OLD,)),)), institution="qinghe", official=True)
    assert verdict(subject(signers=(signer(OLD),), version_code=3), official) is Verdict.OTHER_VERSION
    unproven = subject(signers=(signer(OTHER, lineage=(BANK,), verified=False),))
    assert verdict(unproven) is Verdict.SUSPECTED_REPACKAGED


def test_the_same_package_name_under_another_signer_is_suspected() -> None:
    match = one(subject(signers=(signer(OTHER),)))
    assert match is not None
    assert match.verdict is Verdict.SUSPECTED_REPACKAGED
    assert match.respects.signer == 0.0
    assert match.respects.code == 1.0
    said = " ".join(reason.says.en for reason in match.reasons)
    assert "another certificate" in said
    assert "the same package name: example.qinghe.bank" in said
    assert all(reason.evidence for reason in match.reasons)


def test_a_broken_signature_is_not_the_owners() -> None:
    broken = subject(signers=(signer(BANK, verified=False),))
    match = one(broken)
    assert match is not None
    assert match.verdict is Verdict.SUSPECTED_REPACKAGED
    assert match.respects.signer is None
    assert match.reasons[0].says.en == "no signature that holds"
    assert match.reasons[0].evidence[0].says.en == "the signature does not hold"


def test_an_unsigned_build_alone_is_not_a_copy() -> None:
    unlike = {"signers": (), "phash": None} | UNRELATED
    assert verdict(subject(**unlike)) is Verdict.RELATED
    assert verdict(subject(signers=())) is Verdict.SUSPECTED_REPACKAGED


def test_a_signature_that_could_not_be_read_accuses_nobody() -> None:
    unread = (Unreadable(part="signing", reason="cut short"),)
    assert verdict(subject(signers=(), unreadable=unread)) is Verdict.RELATED
    assert verdict(subject(unreadable=unread, **(COPY | UNRELATED))) is None


def test_name_and_icon_of_an_official_app_under_another_signer() -> None:
    match = one(subject(**(COPY | UNRELATED), label="青禾银行官方版"))
    assert match is not None
    assert match.verdict is Verdict.SUSPECTED_COUNTERFEIT
    said = {reason.says.en.split(":")[0].split(" (")[0] for reason in match.reasons}
    assert "the same icon to the eye" in said
    kinds = [piece.at.kind for reason in match.reasons for piece in reason.evidence]
    assert {"signing", "manifest", "file", "searched"} <= set(kinds)


@pytest.mark.parametrize(
    "changes",
    [
        {"phash": None},
        {"phash": "36" * 8},
        {"colours": "ff0000" * 16},
        {"label": "青禾日历"},
        {"label": "手机银行"},
    ],
    ids=["no icon", "other icon", "other colours", "other name", "only words of the trade"],
)
def test_one_respect_alone_never_suffices(changes: dict[str, Any]) -> None:
    assert verdict(subject(**(COPY | UNRELATED | changes))) is None


def test_words_of_the_trade_with_the_same_icon_accuse_nobody() -> None:
    official = candidate_of(facts(label="手机银行"), institution="qinghe", official=True)
    assert verdict(subject(**(COPY | UNRELATED), label="手机银行"), official) is None


def test_a_stock_icon_says_nothing() -> None:
    stock = "d450288fa52d1590"
    official = candidate_of(facts(phash=stock), institution="qinghe", official=True)
    assert verdict(subject(**(COPY | UNRELATED), phash=stock), official) is None


def test_only_an_official_app_with_known_signers_can_be_copied() -> None:
    alike = subject(**(COPY | UNRELATED))
    assert verdict(alike) is Verdict.SUSPECTED_COUNTERFEIT
    assert verdict(alike, OFFICIAL.model_copy(update={"official": False})) is None
    assert verdict(alike, OFFICIAL.model_copy(update={"signers": ()})) is None
    assert verdict(alike, OFFICIAL.model_copy(update={"signers": tuple(PUBLIC_KEYS)})) is None
    same_package = subject(signers=(signer(OTHER),))
    match = one(same_package, OFFICIAL.model_copy(update={"official": False}))
    assert match is not None
    assert match.verdict is Verdict.RELATED
    assert "which is the original is open" in match.reasons[-1].says.en


def test_the_same_code_needs_a_name_or_an_icon_to_be_a_copy() -> None:
    renamed = subject(**COPY, label="青禾日历")
    assert verdict(renamed) is Verdict.SUSPECTED_REPACKAGED
    rebranded = subject(**COPY, label="白桦银行", phash="36" * 8)
    match = one(rebranded)
    assert match is not None
    assert match.verdict is Verdict.RELATED
    assert "same supplier" in match.reasons[-1].says.en
    other_version = OFFICIAL.model_copy(update={"code_signature_version": 2})
    assert verdict(rebranded, other_version) is None


def test_an_institution_signing_its_own_app_is_not_accused() -> None:
    assert verdict(subject(institution="birch", **COPY)) is Verdict.RELATED
    assert verdict(subject(institution="birch", **(COPY | UNRELATED))) is None


def test_a_public_key_ties_nothing() -> None:
    public = sorted(PUBLIC_KEYS)[0]
    theirs = OFFICIAL.model_copy(update={"signers": (public,), "app": "example.third"})
    assert verdict(subject(signers=(signer(public),), **UNRELATED), theirs) is None
    assert verdict(subject(signers=(signer(public),))) is Verdict.SUSPECTED_REPACKAGED


def test_matches_are_sorted_and_the_same_each_time() -> None:
    others = [
        OFFICIAL.model_copy(update={"app": app, "sha256": sha256})
        for app, sha256 in (("z", "3" * 64), ("a", None), ("z", "1" * 64))
    ]
    first = compare(subject(), others)
    assert [(match.app, match.sha256) for match in first] == [("a", None), ("z", "1" * 64), ("z", "3" * 64)]
    assert compare(subject(), others[::-1]) == first
