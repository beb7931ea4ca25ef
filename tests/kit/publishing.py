"""An installation with a key, a few filed apps and published lists: what a reader would fetch, as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from finwatch.flow.approved import publish
from finwatch.flow.signing import Signer, begin, rotate, signer_of
from finwatch.lake import Lake, open_lake
from finwatch.model.approved import ApprovedApp, PublishedList
from finwatch.settings import Settings
from finwatch.store import Store
from tests.kit import transparency as kit


@dataclass
class Registry:
    """A store and a lake that publish."""

    store: Store
    lake: Lake
    folder: Path
    key: Path

    @property
    def signer(self) -> Signer:
        """Who signs now."""
        return signer_of(self.store, self.key)

    @property
    def pin(self) -> Path:
        """The first key, as a reader keeps it."""
        return self.folder / "pin.txt"

    def put(self, *apps: ApprovedApp, now: datetime = kit.DAY) -> None:
        """Apps as they stand from now on."""
        self.store.approved.record(kit.ACTOR, apps, now=now)

    def publish(self, *, now: datetime = kit.DAY) -> PublishedList:
        """A new list."""
        return publish(self.store, self.lake, signer=self.signer, actor=kit.ACTOR, now=now)

    def rotate(self, *, now: datetime) -> None:
        """The next key."""
        new = self.folder / f"key-{now:%Y%m%d}.pem"
        rotate(self.store, self.signer, new, actor=kit.ACTOR, now=now)
        self.key = new

    def files(self, published: PublishedList) -> Path:
        """The JSON file with its signature beside it."""
        path = self.folder / f"approved-{published.number}.json"
        path.write_bytes(self.lake.blobs.read(published.sha256))
        path.with_name(path.name + ".sig").write_text(published.signature, "utf-8")
        return path


def registry(store: Store, folder: Path, apps: Sequence[ApprovedApp] = ()) -> Registry:
    """An installation whose first key is made and pinned."""
    made = Registry(store, open_lake(Settings(home=folder).lake_address), folder, folder / "key.pem")
    public = begin(store, made.key, origin=kit.ORIGIN, actor=kit.ACTOR, now=kit.DAY)
    made.pin.write_text(f"# the association\n{public}\n", "utf-8")
    if apps:
        made.put(*apps)
    return made
