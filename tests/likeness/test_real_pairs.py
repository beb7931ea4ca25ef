"""Real copies and real relatives of the shared corpus, read by the native core."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pytest

from finwatch import _native
from finwatch.likeness import candidate_of, compare
from finwatch.limits import PACKAGE
from finwatch.model.examination import Identity, Match, Protection, Subject, Verdict
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts

PACKAGES = Path(__file__).parents[3] / "shared" / "packages"
SAMPLES = Path(__file__).parents[2] / "samples" / "packages"
SUSPECTED = {Verdict.SUSPECTED_COUNTERFEIT, Verdict.SUSPECTED_REPACKAGED}


@cache
def facts(path: Path) -> PackageFacts:
    watch = _native.Watch(WatchList().model_dump_json().encode())
    return PackageFacts.model_validate_json(_native.read_package(str(path), watch, PACKAGE.model_dump_json().encode()))


def match(ours: Path, theirs: Path) -> Match | None:
    """``ours`` against ``theirs``, taken for official."""
    subject = Subject(facts=facts(ours), identity=Identity(finance=None), protection=Protection(extent="full"))
    found = compare(subject, [candidate_of(facts(theirs), official=True)])
    return found[0] if found else None


def shared(name: str) -> Path:
    return PACKAGES / f"{name}.apk"


@pytest.mark.shared
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="../shared/packages is not there")
@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ("hello_world_repackaged", "hello_world", Verdict.SUSPECTED_REPACKAGED),
        ("obfuscapk_demo_rebuild", "obfuscapk_demo_original", Verdict.SUSPECTED_REPACKAGED),
        ("urzip-badsig", "urzip", Verdict.SUSPECTED_REPACKAGED),
        ("urzip", "urzip-release", Verdict.SUSPECTED_REPACKAGED),
        ("unionpay_uppay_2.1.6", "unionpay_uppay_3.1.0", Verdict.OTHER_VERSION),
        ("politedroid_6", "politedroid_3", Verdict.OTHER_VERSION),
        ("urzip-release", "politedroid_3", Verdict.RELATED),
        ("uncrackable-level1", "uncrackable-level2", Verdict.RELATED),
        ("fake_com.tencent.mobileqq", "wallet_qianbao_a", None),
        ("wallet_qianbao_a", "pocoservice", None),
        ("pivaa", "hello_world", None),
    ],
)
def test_real_pairs(ours: str, theirs: str, verdict: Verdict | None) -> None:
    found = match(shared(ours), shared(theirs))
    assert (found.verdict if found else None) is verdict


@pytest.mark.shared
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="../shared/packages is not there")
def test_the_impostor_of_a_package_name_is_suspected_by_the_signer_alone() -> None:
    """Only package name and signers of the real app are known, as the catalogue has them."""
    fake = facts(shared("fake_com.tencent.mobileqq"))
    subject = Subject(facts=fake, identity=Identity(finance=None), protection=Protection(extent="full"))
    real = candidate_of(facts(shared("urzip"))).model_copy(
        update={"app": "com.tencent.mobileqq", "official": True, "label": "QQ", "names": ("QQ",), "sha256": None}
    )
    (found,) = compare(subject, [real])
    assert found.verdict is Verdict.SUSPECTED_REPACKAGED
    assert found.respects.name is not None
    assert found.respects.name < 0.5


@pytest.mark.shared
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="../shared/packages is not there")
def test_no_two_unrelated_packages_are_held_against_each_other() -> None:
    """Every pair of the corpus with different package names, each side taken for official in turn."""
    paths = [path for path in sorted(PACKAGES.glob("*.apk")) if facts(path).manifest is not None]
    wrong = []
    for ours, theirs in itertools.permutations(paths, 2):
        a, b = facts(ours).manifest, facts(theirs).manifest
        assert a is not None
        assert b is not None
        found = match(ours, theirs) if a.package != b.package else None
        if found is not None and found.verdict in SUSPECTED:
            wrong.append((ours.stem, theirs.stem, found.verdict))
    assert wrong == []


def sample(stem: str) -> Path:
    return SAMPLES / f"{stem}.apk"


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ("qinghe-bank-repackaged", "example.qinghe.bank_50200", Verdict.SUSPECTED_REPACKAGED),
        ("example.kuaiyin.update_599", "example.qinghe.bank_50200", Verdict.SUSPECTED_COUNTERFEIT),
        ("example.claypot.wealth_11", "example.claypot.wealth_10", Verdict.OTHER_VERSION),
        ("example.cointycoon.game_40", "example.qinghe.bank_50200", None),
    ],
)
def test_the_copies_of_the_sample_world(ours: str, theirs: str, verdict: Verdict | None) -> None:
    found = match(sample(ours), sample(theirs))
    assert (found.verdict if found else None) is verdict


def test_nobody_else_of_the_sample_world_is_suspected() -> None:
    suspected = set()
    for ours, theirs in itertools.permutations(sorted(SAMPLES.glob("*.apk")), 2):
        found = match(ours, theirs)
        if found is not None and found.verdict in SUSPECTED:
            suspected.add(frozenset((ours.stem, theirs.stem)))
    copies = {"qinghe-bank-repackaged", "example.kuaiyin.update_599", "example.qinghe.bank_50200"}
    assert all(pair <= copies for pair in suspected)
