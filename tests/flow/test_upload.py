"""Uploads below HTTP: what a kill leaves between two steps, and what is forgotten when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from finwatch.errors import FormError, Held, NotFound, Stale, TooMany
from finwatch.flow.upload import Receiver
from finwatch.lake import Lake, open_lake
from finwatch.limits import UploadLimits
from finwatch.model.access import Actor, Role
from finwatch.store import Store, open_store
from tests.kit.office import Clock, furnish, hire

DATA = b"abcdefghij"
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store:
        furnish(store)
        yield store


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(str(tmp_path / "lake"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def actor(store: Store) -> Actor:
    return hire(store, "bank-a", Role.APP_OWNER)


@pytest.fixture
def receiver(store: Store, lake: Lake, clock: Clock) -> Receiver:
    return Receiver(store=store, lake=lake, clock=clock, limits=UploadLimits(sync_bytes=4, growing=3))


def sent(receiver: Receiver, actor: Actor, number: str, data: bytes, *, offset: int = 0, complete: bool = True) -> None:
    with receiver.growing(actor, number, offset=offset) as growth:
        growth.write(data)
        growth.end(complete=complete)


def test_a_file_in_two_turns_lies_in_the_lake(receiver: Receiver, actor: Actor, lake: Lake, store: Store) -> None:
    new = receiver.begin(actor, name="a.apk", length=10)
    sent(receiver, actor, new.id, DATA[:6], complete=False)
    assert receiver.get(actor, new.id).received == 6
    sent(receiver, actor, new.id, DATA[6:], offset=6)
    whole = receiver.get(actor, new.id)
    assert (whole.sha256, whole.md5) == (SHA, hashlib.md5(DATA, usedforsecurity=False).hexdigest())
    assert lake.blobs.read(SHA) == DATA
    assert store.uploads.file(SHA) == whole
    entry = store.cases.journal(scope=actor.scope, resource=f"blob:{SHA}")
    assert [one.action for one in entry] == ["document:upload"]


def test_the_same_file_twice_is_one_blob_and_two_uploads(receiver: Receiver, actor: Actor) -> None:
    for _ in range(2):
        new = receiver.begin(actor, name="a.apk", length=10)
        sent(receiver, actor, new.id, DATA)
    assert {one.sha256 for one in receiver.of(actor)} == {SHA}
    assert len(receiver.of(actor)) == 2


def test_bytes_that_were_not_safe_are_sent_again(receiver: Receiver, actor: Actor) -> None:
    """A kill between two checkpoints: the file has more than the row says; the row is right."""
    new = receiver.begin(actor, name="a.apk", length=10)
    with receiver.growing(actor, new.id, offset=0) as growth:
        growth.write(DATA[:5])
        growth.write(b"??")
    assert receiver.get(actor, new.id).received == 5
    sent(receiver, actor, new.id, DATA[5:], offset=5)
    assert receiver.get(actor, new.id).sha256 == SHA


def test_a_kill_after_the_last_byte_is_made_good(receiver: Receiver, actor: Actor, lake: Lake) -> None:
    new = receiver.begin(actor, name="a.apk", length=10)
    with receiver.growing(actor, new.id, offset=0) as growth:
        growth.write(DATA)
        growth.checkpoint()
    assert receiver.get(actor, new.id).sha256 == SHA
    assert lake.blobs.has(SHA)


def test_a_kill_between_row_and_blob_is_made_good(
    receiver: Receiver, actor: Actor, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = receiver.begin(actor, name="a.apk", length=10)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(lake.blobs), "adopt", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(receiver, actor, new.id, DATA)
    assert not lake.blobs.has(SHA)
    assert receiver.get(actor, new.id).sha256 == SHA
    assert lake.blobs.read(SHA) == DATA


def test_a_file_that_vanished_begins_again(receiver: Receiver, actor: Actor, lake: Lake) -> None:
    new = receiver.begin(actor, name="a.apk", length=10)
    sent(receiver, actor, new.id, DATA[:6], complete=False)
    lake.blobs.partial(f"upload-{new.id}").unlink()
    assert receiver.get(actor, new.id).received == 0
    sent(receiver, actor, new.id, DATA)
    assert receiver.get(actor, new.id).sha256 == SHA


def test_a_file_is_held_by_one_sender(receiver: Receiver, actor: Actor) -> None:
    new = receiver.begin(actor, name="a.apk", length=10)
    with receiver.growing(actor, new.id, offset=0) as growth:
        growth.write(b"a")
        with pytest.raises(Held), receiver.growing(actor, new.id, offset=0):
            raise AssertionError
        with pytest.raises(Held):
            receiver.drop(actor, new.id)


def test_what_nobody_adds_to_is_forgotten(receiver: Receiver, actor: Actor, clock: Clock, lake: Lake) -> None:
    old = receiver.begin(actor, name="old", length=10)
    sent(receiver, actor, old.id, b"abc", complete=False)
    done = receiver.begin(actor, name="done", length=10)
    sent(receiver, actor, done.id, DATA)
    clock.at += timedelta(days=6)
    kept = receiver.begin(actor, name="kept", length=10)
    sent(receiver, actor, kept.id, b"abc", complete=False)
    assert receiver.expires(receiver.get(actor, kept.id)) == clock.at + timedelta(days=7)
    clock.at += timedelta(days=2)
    assert receiver.sweep() == 1
    with pytest.raises(NotFound):
        receiver.get(actor, old.id)
    assert not lake.blobs.partial(f"upload-{old.id}").exists()
    assert receiver.get(actor, kept.id).received == 3
    assert receiver.get(actor, done.id).sha256 == SHA, "what was handed in stays"


def test_refusals(receiver: Receiver, actor: Actor) -> None:
    for length in (0, -1, (2 << 30) + 1):
        with pytest.raises(FormError) as told:
            receiver.begin(actor, name="a", length=length)
        assert told.value.problems[0].field == "file"
    new = receiver.begin(actor, name="a", length=3)
    with pytest.raises(FormError):
        sent(receiver, actor, new.id, b"abcd")
    with pytest.raises(Stale):
        sent(receiver, actor, new.id, b"a", offset=1)
    receiver.begin(actor, name="a", length=3)
    receiver.begin(actor, name="a", length=3)
    with pytest.raises(TooMany):
        receiver.begin(actor, name="a", length=3)
