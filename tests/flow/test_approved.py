"""From filing cases to published lists and proofs, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from finwatch.errors import InputError, LakeError, NotFound, SettingError
from finwatch.flow import approved as publishing
from finwatch.flow.filed_packages import packages_of
from finwatch.flow.proving import Prover, consistency, export, find_rows, leaf_proof
from finwatch.flow.signing import make_key, read_key, sign_head, signer_of, trusted_of
from finwatch.flow.verify import by_number, open_list
from finwatch.flow.witness import compare_views, view_of
from finwatch.lake import open_lake
from finwatch.model.approved import Answered, ApprovedIcon, ApprovedState
from finwatch.store import Store
from finwatch.store.dialect import Conflict
from finwatch.supervise.approved import MACHINES
from finwatch.transparency import bundle
from finwatch.transparency import leaf as leaves
from finwatch.transparency.keys import pinned
from tests.kit import publishing as kit_publishing
from tests.kit import transparency as kit
from tests.store.conftest import address, bare_address, database_kind, databases, store
from tests.supervise.register_cast import RegisterCast

__all__ = ["address", "bare_address", "database_kind", "databases", "store"]


ICON = ApprovedIcon(phash="0" * 16, colours="0" * 96)


def seen_in(_sha256: str) -> publishing.Seen:
    """What every package of these tests shows."""
    return publishing.Seen(icon=ICON, signers=(kit.sha("signer"),))


@pytest.fixture
def registry(store: Store, tmp_path: Path) -> kit_publishing.Registry:
    return kit_publishing.registry(store, tmp_path, [kit.app(number) for number in range(1, 8)])


def test_every_filing_of_the_register_becomes_its_row(store: Store) -> None:
    """The register's own tour through every state, the list brought up to date after each step of it."""
    cast = RegisterCast()
    cast.furnish(store)
    stage = cast.enter(store)
    seen: set[ApprovedState] = set()
    listed: set[int] = set()
    for act in cast.tour(stage):
        act()
        publishing.refresh(store, actor=kit.ACTOR, now=stage.clock.at, packages=seen_in)
        rows = {row.id: row for row in store.approved.page(limit=500).rows}
        assert listed <= set(rows), "whoever stood in the list stays in it"
        listed, seen = set(rows), seen | {row.state for row in rows.values()}
    assert seen == set(ApprovedState)
    for case in (case for machine in MACHINES for case in stage.cases(machine)):
        row = rows.get(case.id)
        if row is None:
            assert case.state in {"draft", "withdrawn"} or (case.machine == "linked" and case.number is None)
            continue
        assert (row.number, row.region, row.package) == (case.number, case.region, case.form["package"])
        if case.state in {"filed", "expired", "cancelled"} and case.number:
            assert row.state.value == case.state
            assert row.credit_code
            assert row.filed is not None
            assert (row.ended is None) == (case.state == "filed")
        if case.form.get("package_sha256") and not case.form.get("head_case"):
            assert (row.icon, row.signers) == (ICON, tuple(case.form.get("signers") or (kit.sha("signer"),)))
        if case.state == "withdrawn":
            assert (row.state, row.number) == (ApprovedState.CANCELLED, None), "it was seen as registered before"
    assert publishing.refresh(store, actor=kit.ACTOR, now=stage.clock.at) == 0, "nothing changed since"
    assert not store.check_log(now=stage.clock.at, trusted=()).faults


def test_a_list_is_published_signed_and_under_the_log(registry: kit_publishing.Registry) -> None:
    published = registry.publish()
    assert (published.number, published.apps) == (1, 7)
    assert published.leaf is not None
    leaf = leaves.parse(registry.store.log.leaves(published.leaf, 1)[0].data)
    assert [(one.number, one.sha256, one.root) for one in leaf.lists] == [(1, published.sha256, published.root)]
    listed = open_list(registry.files(published), trusted=pinned(registry.pin.read_text()))
    assert [app.id for app in listed.apps()] == list(range(1, 8))
    head = registry.store.heads.newest()
    assert head is not None
    assert head.size == published.leaf + 1
    assert registry.lake.blobs.read(published.csv_sha256).startswith(b"\xef\xbb\xbf")
    second = registry.publish(now=kit.later(1))
    assert (second.number, second.root) == (2, published.root)
    assert [one.number for one in registry.store.approved.lists()] == [2, 1]
    assert not registry.store.check_log(now=kit.later(2), trusted=trusted_of(registry.store.heads.keys())).faults


def test_the_empty_list_is_a_list(store: Store, tmp_path: Path) -> None:
    made = kit_publishing.registry(store, tmp_path)
    published = made.publish()
    listed = open_list(made.files(published), trusted=pinned(made.pin.read_text()))
    assert list(listed.apps()) == []
    assert by_number("1", listed)[0].answer is Answered.NOT_FILED
    with pytest.raises(NotFound, match="not in list 1"):
        Prover(made.store, made.lake).entry(1)


def test_a_row_that_changes_while_a_list_is_written_sends_it_back(
    registry: kit_publishing.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, times = publishing._written, []

    def written(*args: object, **given: object) -> object:
        made = real(*args, **given)  # type: ignore[arg-type]
        if len(times) < 3:
            times.append(1)
            registry.put(kit.app(90 + len(times)), now=kit.later(len(times)))
        return made

    monkeypatch.setattr(publishing, "_written", written)
    with pytest.raises(Conflict, match="changed while it was written"):
        registry.publish()
    assert registry.store.approved.lists() == ()
    assert registry.publish().apps == 10


def test_removals_stay_visible(registry: kit_publishing.Registry) -> None:
    registry.publish()
    registry.put(kit.app(3, state="cancelled", ended="2026-04-01"), now=kit.later(1))
    listed = open_list(registry.files(registry.publish(now=kit.later(2))), trusted=pinned(registry.pin.read_text()))
    told = by_number("示备00000003", listed)[0]
    assert (told.answer, told.holds) == (Answered.GENUINE, False)
    assert "cancelled on 2026-04-01" in told.reasons[-1].says.en


def test_pages_follow_one_another_and_filters_narrow(registry: kit_publishing.Registry) -> None:
    ask = registry.store.approved.page
    first = ask(limit=3)
    assert ([row.id for row in first.rows], first.total, first.next) == ([1, 2, 3], 7, "3")
    assert [row.id for row in ask(after=6, limit=3).rows] == [7]
    assert [row.id for row in ask(q="BANK 5").rows] == [5]
    assert [row.id for row in ask(q="青禾银行6").rows] == [6]
    assert ask(q="100%").total == 0
    assert ask(state=ApprovedState.EXPIRED).total == 0
    assert ask(package="example.qinghe.bank2", platform="android", region="11").total == 1


def test_every_row_is_proved_without_the_list(registry: kit_publishing.Registry) -> None:
    registry.publish()
    registry.publish(now=kit.later(1))
    prover, trusted = Prover(registry.store, registry.lake), pinned(registry.pin.read_text())
    for number in range(1, 8):
        proof = prover.entry(number)
        assert bundle.refusal(proof, trusted) is None
        assert proof.entry is not None
        assert json.loads(proof.entry.row)["id"] == number
    assert prover.entry(2, number=1).leaf.index != prover.entry(2).leaf.index
    with pytest.raises(NotFound, match="not in list 2"):
        prover.entry(99)
    (index, *_) = find_rows(registry.store, "approved_app", "3")
    assert bundle.refusal(leaf_proof(registry.store, index), trusted) is None


def test_a_proof_of_something_else_is_refused(registry: kit_publishing.Registry) -> None:
    registry.publish()
    trusted = pinned(registry.pin.read_text())
    proof = Prover(registry.store, registry.lake).entry(3)
    assert proof.entry is not None
    entry, leaf = proof.entry, proof.leaf
    forged = [
        proof.model_copy(update={"entry": entry.model_copy(update={"row": entry.row.replace("filed", "field")})}),
        proof.model_copy(update={"entry": entry.model_copy(update={"index": 1})}),
        proof.model_copy(update={"entry": entry.model_copy(update={"list_number": 2})}),
        proof.model_copy(update={"leaf": leaf.model_copy(update={"data": leaf.data.replace("1", "2", 1)})}),
        proof.model_copy(update={"leaf": leaf.model_copy(update={"index": 0})}),
        proof.model_copy(update={"head": proof.head.replace("2026", "2027")}),
    ]
    told = [bundle.refusal(one, trusted) for one in forged]
    assert [one.en.split(" ")[0:3] if one else None for one in told] == [
        ["the", "row", "is"],
        ["the", "row", "is"],
        ["the", "leaf", "does"],
        ["leaf", str(leaf.index), "is"],
        ["leaf", "0", "is"],
        ["no", "key", "that"],
    ]
    assert bundle.refusal(proof, kit.trusted(9)) is not None


def test_a_key_that_follows_is_no_false_alarm(registry: kit_publishing.Registry) -> None:
    old = registry.files(registry.publish())
    registry.rotate(now=kit.later(10))
    registry.rotate(now=kit.later(20))
    new = registry.files(registry.publish(now=kit.later(21)))
    first = pinned(registry.pin.read_text())
    assert open_list(old, trusted=first).head.number == 1
    assert open_list(new, trusted=first).head.number == 2, "the reader kept the first key only"
    assert bundle.refusal(Prover(registry.store, registry.lake).entry(1), first) is None
    with pytest.raises(InputError, match="none that you trust"):
        open_list(new, trusted=kit.trusted(9))
    assert not registry.store.check_log(now=kit.later(30), trusted=trusted_of(registry.store.heads.keys())).faults


def test_two_histories_are_shown_with_both_signed_heads(
    registry: kit_publishing.Registry, tmp_path_factory: pytest.TempPathFactory, databases: object
) -> None:
    """The same key signs a second history that differs in one app: a witness of the first sees it at once."""
    registry.publish()
    one = export(registry.store)
    address = databases.made()  # type: ignore[attr-defined]
    from finwatch.store import open_store

    with open_store(address) as other:
        folder = tmp_path_factory.mktemp("other")
        (folder / "key.pem").write_bytes(registry.key.read_bytes())
        (folder / "key.pem").chmod(0o600)
        file = registry.store.heads.keys()
        assert file is not None
        other.heads.add_key(kit.ACTOR, file.keys[0], origin=kit.ORIGIN, now=kit.DAY)
        second = kit_publishing.Registry(other, registry.lake, folder, folder / "key.pem")
        second.put(*(kit.app(number, state="cancelled", ended="2026-03-02") for number in range(1, 8)))
        second.publish()
        two = export(other)
        grown = two
        second.put(kit.app(50))
        sign_head(other, second.signer, now=kit.later(1))
        grown = export(other)
    databases.drop(address)  # type: ignore[attr-defined]
    pin = registry.pin.read_text()
    found = compare_views(one, two, proof=None, key=pin)
    assert found.outcome == "two"
    told = "\n".join(found.lines("en"))
    assert one.heads[-1] in told
    assert two.heads[-1] in told
    assert compare_views(one, one, proof=None, key=pin).outcome == "one"
    assert compare_views(one, grown, proof=None, key=pin).outcome == "two"
    assert compare_views(one, two, proof=None, key=str(kit.public(9))).outcome == "open", "nobody's signature"


def test_a_log_that_grew_is_one_history(registry: kit_publishing.Registry) -> None:
    registry.publish()
    before = registry.store.heads.newest()
    assert before is not None
    registry.put(kit.app(60))
    after = sign_head(registry.store, registry.signer, now=kit.later(1))
    pin = registry.pin.read_text()
    views = view_of(before.note), view_of(after.note)
    assert compare_views(*views, proof=None, key=pin).outcome == "open", "the proof is missing"
    tie = consistency(registry.store, before.size, after.size)
    assert compare_views(*views, proof=tie.model_dump_json(), key=pin).outcome == "one"
    wrong = tie.model_copy(update={"path": tie.path[::-1] or ("00" * 32,)})
    found = compare_views(*views, proof=wrong.model_dump_json(), key=pin)
    assert (found.outcome, [one.relation for one in found.compared]) == ("two", ["inconsistent"])
    whole = export(registry.store)
    assert compare_views(whole, views[0], proof=wrong.model_dump_json(), key=pin).outcome == "one"


def test_keys_are_kept_from_others(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="has no key"):
        signer_of(store, None)
    made = kit_publishing.registry(store, tmp_path)
    with pytest.raises(SettingError, match="is not set"):
        signer_of(store, None)
    with pytest.raises(InputError, match="never overwritten"):
        make_key(made.key)
    made.key.chmod(0o644)
    with pytest.raises(SettingError, match="Others may read"):
        read_key(made.key)
    made.key.chmod(0o600)
    make_key(tmp_path / "another.pem")
    with pytest.raises(SettingError, match="is not the one that signs"):
        signer_of(store, tmp_path / "another.pem")
    (tmp_path / "text.pem").write_text("no key")
    (tmp_path / "text.pem").chmod(0o600)
    with pytest.raises(SettingError, match="no private key"):
        read_key(tmp_path / "text.pem")


def test_a_file_that_is_not_what_was_written_is_not_signed(
    registry: kit_publishing.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = publishing.write

    def write(*args: Any, document: BinaryIO, **given: Any) -> object:
        made = real(*args, document=document, **given)
        document.seek(5)
        document.write(b"!")
        return made

    monkeypatch.setattr(publishing, "write", write)
    with pytest.raises(LakeError, match="not what was written"):
        registry.publish()
    assert registry.store.approved.lists() == ()


def test_a_filed_package_shows_its_icon_and_signers(tmp_path: Path) -> None:
    sample = Path(__file__).resolve().parents[2] / "samples" / "packages" / "example.qinghe.bank_50200.apk"
    lake = open_lake(str(tmp_path / "lake"))
    sha256, broken = lake.blobs.put(sample.read_bytes()), lake.blobs.put(b"no package")
    with packages_of(lake) as packages:
        seen = packages(sha256)
        assert seen is not None
        assert seen.icon is not None
        assert len(seen.signers) == 1
        assert packages(kit.sha("absent")) is None
        assert packages(broken) == publishing.Seen(icon=None, signers=())
