"""From filing cases to the published list: rows brought up to date, written out, signed, put under the log.

Each step can be cut anywhere and run again: rows are compared with what stands, files are blobs by their digest, and an
edition is kept only if nothing changed while it was written.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from finwatch.errors import LakeError, NotFound
from finwatch.flow.mapping import mapped
from finwatch.flow.signing import Signer, sign_head
from finwatch.lake import Lake
from finwatch.model.access import EVERYTHING, Actor, Organisation
from finwatch.model.approved import ApprovedApp, ApprovedHead, ApprovedIcon, PublishedList
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.store.approved import CHUNK, Edition
from finwatch.store.case import CaseFilter
from finwatch.store.dialect import Conflict
from finwatch.supervise.approved import MACHINES, listed
from finwatch.supervise.register.linked import LINKED
from finwatch.transparency import signature
from finwatch.transparency.approved_list import NOTICE, Written, write

_TRIES: Final = 3


@dataclass(frozen=True)
class Seen:
    """What a filed package shows of itself."""

    icon: ApprovedIcon | None
    signers: tuple[str, ...]
    """Of signatures that hold."""


Packages = Callable[[str], Seen | None]
"""From the SHA-256 of a package to what it shows; ``None`` = it is not here, or cannot be read."""


def refresh(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    packages: Packages | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Brings the rows of the approved list up to date with the filing cases; returns how many changed."""
    known: dict[str, Organisation] = {}
    changed = last = done = 0
    while cases := store.cases.following(last, CaseFilter(machines=MACHINES), scope=EVERYTHING, limit=CHUNK):
        standing = store.approved.some([case.id for case in cases])
        apps = []
        for case in cases:
            if case.owner not in known:
                known[case.owner] = store.accounts.organisation(case.owner)
            app = _row(store, case, known[case.owner], standing.get(case.id), packages)
            if app is not None and app != standing.get(case.id):
                apps.append(app)
        if apps:
            changed += store.approved.record(actor, apps, now=now)
        last, done = cases[-1].id, done + len(cases)
        if progress is not None:
            progress(done)
    return changed


def _row(
    store: Store, case: Case, institution: Organisation, standing: ApprovedApp | None, packages: Packages | None
) -> ApprovedApp | None:
    head = _head(store, case) if case.machine == LINKED else None
    file = (head or case).form.get("package_sha256") or (head or case).form.get("package_file")
    seen = None
    if file and packages is not None and (standing is None or not _has(standing, file)):
        seen = packages(str(file))
    if seen is None and standing is not None:
        seen = Seen(standing.icon, standing.signers)
    seen = seen or Seen(None, ())
    return listed(case, institution, head=head, icon=seen.icon, signers=seen.signers, was_listed=standing is not None)


def _has(app: ApprovedApp, sha256: str) -> bool:
    return any(version.sha256 == sha256 for version in app.versions)


def _head(store: Store, case: Case) -> Case | None:
    number = case.form.get("head_case")
    if not isinstance(number, int):
        return None
    try:
        return store.cases.get(number, scope=EVERYTHING)
    except NotFound:
        return None


def publish(store: Store, lake: Lake, *, signer: Signer, actor: Actor, now: datetime) -> PublishedList:
    """The list as it stands, written out as JSON and CSV, signed, and put under the log with a signed head.

    ``now`` is cut to whole seconds. Raises ``Conflict`` when rows keep changing meanwhile.
    """
    now = now.replace(microsecond=0)
    for attempt in range(_TRIES):
        with store.approved.edition() as edition:
            published = _written(lake, edition, signer=signer, now=now)
            mark = edition.mark
        try:
            store.approved.publish(actor, published, mark=mark)
        except Conflict:
            if attempt + 1 == _TRIES:
                raise
            continue
        break
    sign_head(store, signer, now=now)
    return store.approved.list(published.number)


def _written(lake: Lake, edition: Edition, *, signer: Signer, now: datetime) -> PublishedList:
    """Both files as blobs of the lake, and what is to be kept of them."""
    head = ApprovedHead(origin=signer.origin, number=edition.number, at=now, notice=NOTICE)
    own = secrets.token_hex(8)  # two who publish at once write files of their own
    document, table = (lake.blobs.partial(f"approved-{own}.{kind}") for kind in ("json", "csv"))
    for path in (document, table):
        path.parent.mkdir(parents=True, exist_ok=True)
    with document.open("wb") as json_file, table.open("wb") as csv_file:
        made = write(head, edition.rows, document=json_file, table=csv_file)
    signatures = [
        _signature(path, digest, signer, now=now)
        for path, digest in ((document, made.sha256), (table, made.csv_sha256))
    ]
    lake.blobs.adopt(document, made.sha256)
    lake.blobs.adopt(table, made.csv_sha256)
    return _kept(made, edition, signatures, now=now)


def _kept(made: Written, edition: Edition, signatures: list[str], *, now: datetime) -> PublishedList:
    return PublishedList(
        number=edition.number,
        at=now,
        apps=made.apps,
        bytes=made.bytes,
        sha256=made.sha256,
        root=made.root,
        csv_bytes=made.csv_bytes,
        csv_sha256=made.csv_sha256,
        signature=signatures[0],
        csv_signature=signatures[1],
    )


def _signature(path: Path, digest: str, signer: Signer, *, now: datetime) -> str:
    with mapped(path) as data:
        made = signature.sign(
            data,
            signer.private,
            name=signer.origin,
            origin=signer.origin,
            at=now,
            endorsements=signer.endorsements,
        )
    if made.sha256 != digest:
        raise LakeError(
            f"{path} is not what was written into it.",
            zh=f"{path} 的内容与写入的不同。",
            todo="Check the disk, then publish again: nothing was signed.",
        )
    return made.model_dump_json() + "\n"
