"""The daily run publishes the approved list and signs a head; without a key it says so; killed, nothing comes twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finwatch.errors import LakeError
from finwatch.flow import publish_approved as step
from finwatch.flow.nightly import nightly
from finwatch.flow.signing import begin, make_key, trusted_of
from finwatch.lake import Lake, open_lake
from finwatch.model.base import Text
from finwatch.model.run import Run, RunState, StepName, StepState
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from tests.kit import publishing
from tests.kit import transparency as kit
from tests.kit.nights import kill, world
from tests.supervise.register_cast import RegisterCast


def settings_of(home: Path, key: Path | None) -> Settings:
    return Settings(home=home, signing_key=key)


def night(store: Store, lake: Lake, settings: Settings) -> Run:
    return nightly(store, lake, settings=settings, patience_s=0.0)


@pytest.fixture
def registry(tmp_path: Path) -> publishing.Registry:
    return publishing.registry(
        open_store(Settings(home=tmp_path).store_address), tmp_path, [kit.app(number) for number in range(1, 4)]
    )


def notes_of(
    registry: publishing.Registry, *, at: datetime, key: Path | None = None
) -> tuple[dict[str, int], list[Text]]:
    said: list[Text] = []
    told = settings_of(registry.folder, registry.key if key is None else key)
    counts = step.publish_approved(registry.store, registry.lake, told, clock=lambda: at, note=said.append)
    return counts, said


def test_a_night_publishes_the_filed_apps_and_signs_a_head(tmp_path: Path) -> None:
    """From the register's own cases: drafts become rows of the list without anybody's command."""
    with open_store(Settings(home=tmp_path).store_address) as store:
        cast = RegisterCast()
        cast.furnish(store)
        stage = cast.enter(store)
        for act in cast.tour(stage):
            act()
        key = tmp_path / "key.pem"
        begin(store, key, origin=kit.ORIGIN, actor=kit.ACTOR, now=kit.DAY)
        lake = open_lake(Settings(home=tmp_path).lake_address)
        run = night(store, lake, settings_of(tmp_path, key))
        done = run.step(StepName.APPROVED)
        listed = store.approved.list()
        head = store.heads.newest()
        assert head is not None
        assert listed.apps > 3
        assert done.counts == {"changed": listed.apps, "lists": 1, "apps": listed.apps, "heads": 1}
        assert (run.state, done.notes, listed.number) == (RunState.DONE, (), 1)
        assert lake.blobs.has(listed.sha256)
        assert listed.leaf is not None
        assert head.size > listed.leaf
        again = night(store, lake, settings_of(tmp_path, key)).step(StepName.APPROVED)
        assert again.counts == {"changed": 0, "heads": 1}, "nothing changed: no second list, another head"
        assert store.approved.list().number == 1
        assert not store.check_log(now=listed.at, trusted=trusted_of(store.heads.keys())).faults


def test_a_list_follows_a_change_and_is_renewed_every_week(registry: publishing.Registry) -> None:
    assert notes_of(registry, at=kit.later(1)) == ({"changed": 0, "lists": 1, "apps": 3, "heads": 1}, [])
    assert notes_of(registry, at=kit.later(2))[0] == {"changed": 0, "heads": 1}
    registry.put(kit.app(1, names=("改名",)), now=kit.later(3))
    assert notes_of(registry, at=kit.later(4))[0]["lists"] == 1
    registry.put(kit.app(9), now=kit.later(4))
    assert notes_of(registry, at=kit.later(5))[0]["apps"] == 4
    newest = registry.store.approved.list()
    assert "lists" not in notes_of(registry, at=newest.at + step.STALE - timedelta(seconds=1))[0]
    assert notes_of(registry, at=newest.at + step.STALE)[0]["lists"] == 1


def test_without_the_key_the_night_is_done_and_says_so(registry: publishing.Registry) -> None:
    bare = settings_of(registry.folder, None)
    run = night(registry.store, registry.lake, bare)
    done = run.step(StepName.APPROVED)
    assert (run.state, run.error, done.state, done.counts) == (RunState.DONE, None, StepState.DONE, {"changed": 0})
    (note,) = done.notes
    assert "FINWATCH_SIGNING_KEY is not set" in note.en
    assert "签名密钥" in note.zh
    assert registry.store.approved.lists() == ()
    assert registry.store.heads.newest() is None


def test_another_key_signs_nothing(registry: publishing.Registry, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    make_key(other)
    counts, (note,) = notes_of(registry, at=kit.later(1), key=other)
    assert (counts, "is not the one that signs" in note.en) == ({"changed": 0}, True)
    other.chmod(0o644)
    assert "Others may read the key" in notes_of(registry, at=kit.later(1), key=other)[1][0].en


@pytest.mark.parametrize("error", [LakeError("The lake is full.", zh="数据湖已满。"), OSError(28, "No space left")])
def test_what_fails_is_noted_and_done_the_next_night(
    registry: publishing.Registry, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("finwatch.flow.approved.write", full)
        run = night(registry.store, registry.lake, settings_of(registry.folder, registry.key))
        (note,) = run.step(StepName.APPROVED).notes
        assert run.state is RunState.DONE
        assert ("the next run tries again" in note.en, "下次运行" in note.zh) == (True, True)
    run = night(registry.store, registry.lake, settings_of(registry.folder, registry.key))
    assert run.step(StepName.APPROVED).counts["lists"] == 1


@pytest.mark.server
def test_killed_after_it_published_it_publishes_nothing_twice(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        with open_store(here.store) as store:
            made = publishing.registry(store, tmp_path, [kit.app(1)])
        told = {"FINWATCH_SIGNING_KEY": str(made.key)}
        kill(here.standing("after-approved", **told))
        with open_store(here.store) as store:
            assert [one.number for one in store.approved.lists()] == [1]
            assert store.runs.newest()[0].step(StepName.APPROVED).state is StepState.RUNNING
        done = here.run("nightly", "--json", "--patience", "0", **told)
        assert done.returncode == 0, done.stderr
        approved = Run.model_validate_json(done.stdout).step(StepName.APPROVED)
        assert (approved.attempts, approved.counts) == (2, {"changed": 0, "heads": 1})
        with open_store(here.store) as store:
            assert [one.number for one in store.approved.lists()] == [1]
