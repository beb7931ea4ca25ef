"""Two releases of the sample app, whose second one takes what its policy denies: from files, and as published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.errors import InputError, NotFound
from finwatch.flow.examine import examine
from finwatch.flow.policies import policy_from_bytes, policy_from_file
from finwatch.flow.publish import publish
from finwatch.flow.release import release_changes
from finwatch.flow.release.files import file_changes
from finwatch.flow.release.kept import kept_changes
from finwatch.lake import Lake
from finwatch.lake.web_rows import policy_row
from finwatch.model.disclosure import PolicySeen, Told
from finwatch.model.examination import Examination
from finwatch.model.fetch import MarketId
from finwatch.model.locator import SearchedAt
from finwatch.model.release import Aspect, Moved, ReleaseChanges
from finwatch.model.web import PolicyPage
from finwatch.package import Reader
from finwatch.report.changes import lines
from finwatch.store import Store
from samples import build
from tests.kit.observed import examined, visit
from tests.kit.store import MARKET, START, later, listing

SAMPLES = Path(build.__file__).parent
KNOWLEDGE = catalog.load(SAMPLES / "catalog")
CHECKS = checks.load()
ON = date(2026, 11, 22)
URL = "https://policies.finwatch.example/claypot-wealth.zh.html"
POLICY = (SAMPLES / "policies/claypot-wealth.zh.html").read_bytes()
TOLD = POLICY.replace("我们不会收集您的通讯录。".encode(), "为邀请好友，经您同意后我们会收集您的通讯录。".encode())
SILENT = POLICY.replace("<p>我们不会收集您的通讯录。</p>".encode(), b"")
ONE, TWO = build.package("claypot-wealth-1"), build.package("claypot-wealth-2")


def seen(data: bytes, origin: str = URL) -> PolicySeen:
    return policy_from_bytes(data, origin=origin, knowledge=KNOWLEDGE)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def judged(reader: Reader, package: Path, policy: PolicySeen | None) -> Examination:
    return examine(package, reader=reader, knowledge=KNOWLEDGE, checks=CHECKS, on=ON, policy=policy)


def compared(reader: Reader, before: tuple[Path, bytes], after: tuple[Path, bytes]) -> ReleaseChanges:
    return file_changes(
        (before[0], seen(before[1])),
        (after[0], seen(after[1])),
        reader=reader,
        knowledge=KNOWLEDGE,
        checks=CHECKS,
        on=ON,
    )


def printed(changes: ReleaseChanges, language: str = "en") -> str:
    return "\n".join(line.plain for line in lines(changes, language=language))


def test_a_collection_that_came_without_a_statement_stands_beside_the_sentence_that_denies_it(reader: Reader) -> None:
    found = compared(reader, (ONE, POLICY), (TWO, POLICY))
    assert [(one.subject, one.id, one.kind, one.told, one.stated_anew) for one in found.package] == [
        ("item", "contacts", Moved.ADDED, Told.DENIED, False),
        ("permission", "android.permission.READ_CONTACTS", Moved.ADDED, Told.DENIED, False),
    ]
    item = found.package[0]
    assert item.before == ()
    assert item.after[0].at.kind == "code"
    assert item.policy[0].quote == "我们不会收集您的通讯录。"
    assert found.policy == ()
    assert [one.kind for one in found.together] == ["taken_without_word"] * 2
    assert "byte for byte" in printed(found)


def test_a_collection_that_came_with_its_statement_is_told_as_both(reader: Reader) -> None:
    found = compared(reader, (ONE, POLICY), (TWO, TOLD))
    assert found.package[0].stated_anew
    assert found.package[0].told is Told.CONDITIONAL
    (said,) = found.policy
    assert (said.id, said.aspects, said.in_package) == ("contacts", (Aspect.DENIAL,), True)
    assert any("date of effect" in note.en for note in found.notes), "the text is another and its date is not"
    shown = printed(found, "zh")
    assert "政策同时新增说明" in shown
    assert "「我们不会收集您的通讯录。」" in shown
    assert "「为邀请好友,经您同意后我们会收集您的通讯录。」" in shown


def test_a_word_without_use_says_that_the_package_does_not_take_it(reader: Reader) -> None:
    found = compared(reader, (ONE, POLICY), (ONE, TOLD))
    assert found.package == ()
    assert [(one.id, one.in_package) for one in found.policy] == [("contacts", False)]


def test_silence_is_the_extent_that_was_searched(reader: Reader) -> None:
    found = compared(reader, (ONE, SILENT), (TWO, SILENT))
    item = found.package[0]
    assert item.told is Told.ABSENT
    assert isinstance(item.policy[0].at, SearchedAt)


def test_on_the_way_back_what_came_is_gone(reader: Reader) -> None:
    found = compared(reader, (TWO, TOLD), (ONE, POLICY))
    assert {(one.id, one.kind, one.told) for one in found.package} == {
        ("contacts", Moved.REMOVED, None),
        ("android.permission.READ_CONTACTS", Moved.REMOVED, None),
    }


def test_the_same_release_twice_is_no_change_and_the_same_bytes(reader: Reader) -> None:
    same = compared(reader, (TWO, POLICY), (TWO, POLICY))
    assert (same.package, same.policy, same.together) == ((), (), ())
    assert "Nothing changed." in printed(same)
    first, again = (compared(reader, (ONE, POLICY), (TWO, TOLD)).model_dump_json() for _ in range(2))
    assert first == again
    assert ReleaseChanges.model_validate_json(first).model_dump_json() == first


def test_what_could_not_be_seen_or_was_not_compared_is_said(reader: Reader) -> None:
    old, new = judged(reader, ONE, seen(POLICY)), judged(reader, TWO, seen(POLICY))
    hidden = old.package.protection.model_copy(update={"extent": "limited"})
    packed = old.model_copy(update={"package": old.package.model_copy(update={"protection": hidden})})
    notes = release_changes(packed, new, policies=(seen(POLICY), None), knowledge=KNOWLEDGE).notes
    assert [note.en.partition(":")[0] for note in notes] == [
        "The code of the release before was not read whole",
        "The release after",
    ]
    other = release_changes(old, new, policies=(seen(POLICY), seen(TOLD)), knowledge=KNOWLEDGE)
    assert other.package[0].told is None, "it was examined beside the other policy"
    assert other.together == ()
    assert any("examined beside another policy" in note.en for note in other.notes)


def test_code_that_came_before_consent_is_a_change(reader: Reader) -> None:
    old = judged(reader, TWO, seen(POLICY))
    (place,) = (one for one in old.collection if one.item == "contacts")
    early = old.model_copy(update={"collection": (place.model_copy(update={"before_consent": True}),)})
    late = old.model_copy(update={"collection": (place,)})
    (one,) = release_changes(late, early, policies=(None, None), knowledge=KNOWLEDGE).package
    assert (one.kind, one.aspects) == (Moved.ALTERED, (Aspect.EARLIER,))


# As published ---------------------------------------------------------------------------------------------------


def keep_policy(lake: Lake, data: bytes, *, day: int) -> str:
    """A policy as a visit keeps it: its original among the blobs, its text in the table."""
    sha256 = lake.blobs.put(data)
    at = START + timedelta(days=day)
    page = PolicyPage(
        market=MARKET, app="example.claypot.wealth", url=URL, capture=None, sha256=sha256, content_type=None, seen=at
    )
    row = policy_row(page, seen(data).text, error=None)
    lake.tables.append("policies", [row], key=f"policy {sha256}", dt=at.date(), market=MarketId(MARKET))
    return sha256


@pytest.fixture
def published(store: Store, lake: Lake, reader: Reader) -> tuple[Store, Lake, list[Examination], list[str]]:
    """Two releases, each examined beside the policy of its day, and a policy that changed afterwards."""
    hashes = [keep_policy(lake, data, day=day) for day, data in enumerate((POLICY, SILENT, TOLD))]
    both = [judged(reader, ONE, seen(POLICY)), judged(reader, TWO, seen(SILENT))]
    visit(lake, [listing(one).model_copy(update={"policy_url": URL}) for one in both], START)
    examined(lake, both, later(60))
    publish(store, lake)
    return store, lake, both, hashes


def test_the_newest_release_is_set_beside_the_one_before_it(
    published: tuple[Store, Lake, list[Examination], list[str]],
) -> None:
    store, lake, (one, two), hashes = published
    chosen = kept_changes(store, lake, "example.claypot.wealth", knowledge=KNOWLEDGE)
    assert (chosen.changes.before.sha256, chosen.changes.after.sha256) == (one.package.sha256, two.package.sha256)
    assert (chosen.changes.before.policy, chosen.changes.after.policy) == (hashes[0], hashes[1])
    assert (chosen.changes.package[0].id, chosen.changes.package[0].told) == ("contacts", Told.ABSENT)
    assert [(row.id, row.kind, row.action) for row in chosen.changes.policy] == [
        ("contacts", Moved.REMOVED, "not-collect")
    ]
    assert [one.sha256 for one in chosen.policies] == [hashes[2], hashes[1], hashes[0]]


def test_a_policy_that_changed_alone_is_compared_with_itself(
    published: tuple[Store, Lake, list[Examination], list[str]],
) -> None:
    store, lake, (_, two), hashes = published
    sha256 = two.package.sha256
    chosen = kept_changes(store, lake, "example.claypot.wealth", knowledge=KNOWLEDGE, before=sha256, after=sha256)
    assert (chosen.changes.before.policy, chosen.changes.after.policy) == (hashes[1], hashes[2])
    assert chosen.changes.package == ()
    assert [(row.id, row.kind, row.in_package) for row in chosen.changes.policy] == [("contacts", Moved.ADDED, True)]


def test_what_is_not_of_the_app_is_refused(published: tuple[Store, Lake, list[Examination], list[str]]) -> None:
    store, lake, *_ = published
    with pytest.raises(NotFound, match="no examined package"):
        kept_changes(store, lake, "example.claypot.wealth", knowledge=KNOWLEDGE, before="f" * 64)
    with pytest.raises(InputError, match="no policy of"):
        kept_changes(store, lake, "example.claypot.wealth", knowledge=KNOWLEDGE, policy_after="f" * 64)
    with pytest.raises(NotFound):
        kept_changes(store, lake, "example.unknown", knowledge=KNOWLEDGE)


def test_a_policy_whose_original_is_gone_is_said_to_be(
    published: tuple[Store, Lake, list[Examination], list[str]],
) -> None:
    store, lake, _, hashes = published
    lake.blobs.path(hashes[0]).unlink()
    found = kept_changes(store, lake, "example.claypot.wealth", knowledge=KNOWLEDGE).changes
    assert found.policy == ()
    assert any("the original of this policy is not kept" in note.en for note in found.notes)


def test_the_sample_policy_is_the_one_of_the_files() -> None:
    """The kit's bytes are the market's."""
    assert policy_from_file(SAMPLES / "policies/claypot-wealth.zh.html", knowledge=KNOWLEDGE).text == seen(POLICY).text


def test_a_call_that_the_manifest_makes_fruitless_is_no_collection(reader: Reader) -> None:
    old, new = judged(reader, ONE, seen(POLICY)), judged(reader, TWO, seen(POLICY))
    (place,) = (one for one in new.collection if one.item == "contacts")
    for permitted, found in ((False, []), (None, ["contacts"]), (True, ["contacts"])):
        shown = new.model_copy(update={"collection": (place.model_copy(update={"permitted": permitted}),)})
        changes = release_changes(old, shown, policies=(None, None), knowledge=KNOWLEDGE)
        assert [one.id for one in changes.package if one.subject == "item"] == found
