"""Every sample app is examined, and the document says the truth that its ``app.toml`` states: no less and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest

from finwatch import catalog, checks
from finwatch.flow.examine import examine
from finwatch.likeness import candidate_of
from finwatch.model.examination import Answer, Candidate, Examination
from finwatch.model.knowledge import Knowledge
from finwatch.package import Reader
from samples import build
from samples.recipe import source

CATALOG = build.PACKAGES.parent / "catalog"
ON = date(2026, 11, 22)
OFFICIAL = "qinghe-bank"
BEFORE_CONSENT = {True: "yes", None: "may", False: "no"}


class World(NamedTuple):
    """What every examination of this file shares."""

    reader: Reader
    knowledge: Knowledge
    candidates: tuple[Candidate, ...]

    def examination(self, name: str) -> Examination:
        return examine(
            build.package(name),
            reader=self.reader,
            knowledge=self.knowledge,
            checks=checks.load(),
            on=ON,
            candidates=self.candidates,
        )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    knowledge = catalog.load(CATALOG)
    with Reader() as reader:
        facts = reader.read(build.package(OFFICIAL), watch=knowledge.watch)
        official = candidate_of(facts, institution="qinghe", official=True)
        yield World(reader, knowledge, (official,))


@pytest.mark.parametrize("name", source.names())
def test_an_examination_says_the_truth_of_the_app(name: str, world: World) -> None:
    app, document = source.load(name), world.examination(name)
    expect, package, identity = app.expect, document.package, document.identity
    assert (package.id, package.version_name, package.version_code) == (app.package, app.version_name, app.version_code)
    assert (package.min_sdk, package.target_sdk, package.label) == (app.min_sdk, app.target_sdk, app.label.en)
    assert {signer.scheme for signer in package.signers} == set(app.schemes)
    assert all(signer.verified for signer in package.signers)
    assert (identity.finance, identity.kind, identity.institution) == (expect.finance, expect.kind, expect.institution)
    assert (package.protection.extent, package.protection.packer) == (expect.extent, expect.packer)
    assert tuple(sorted(sdk.id for sdk in document.sdks)) == tuple(sorted(expect.sdks))
    answers = {finding.check: finding.outcome for finding in document.findings}
    assert sorted(check for check, answer in answers.items() if answer is Answer.YES) == list(expect.findings_yes)
    assert {check: answers[check] for check in expect.findings_no} == dict.fromkeys(expect.findings_no, Answer.NO)


@pytest.mark.parametrize("name", source.names())
def test_an_examination_says_who_takes_what_and_when(name: str, world: World) -> None:
    expected = {(item.item, item.owner, item.before_consent) for item in source.load(name).expect.collection}
    taken = world.examination(name).collection
    assert {(found.item, found.owner, BEFORE_CONSENT[found.before_consent]) for found in taken} == expected


@pytest.mark.parametrize("name", source.names())
def test_only_the_copies_are_taken_for_copies(name: str, world: World) -> None:
    found = world.examination(name).matches
    others = {(match.app, match.verdict.value) for match in found if match.sha256 != build.manifest()[name]["sha256"]}
    assert others == {(match.app, match.verdict) for match in source.load(name).expect.matches}
