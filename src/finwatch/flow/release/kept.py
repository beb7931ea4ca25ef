"""The releases of a published app: its examined packages from the store, its policies as fetched from the lake.

A policy is named by the SHA-256 of its original, which the lake keeps, so an old one is read again exactly. A policy
may change while the package stays: then both sides are the same package, each with its policy.
"""

from __future__ import annotations

from typing import NamedTuple

from finwatch.errors import InputError, NotFound
from finwatch.flow.policies import policy_from_bytes
from finwatch.flow.release.together import release_changes
from finwatch.lake import Lake
from finwatch.limits import POLICY
from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.disclosure import PolicySeen
from finwatch.model.examination import Examination
from finwatch.model.knowledge import Knowledge
from finwatch.model.release import ReleaseChanges
from finwatch.model.view import AppView, VersionRow
from finwatch.store import Store


class KeptPolicy(Model):
    """One text of a policy as it was fetched first."""

    sha256: str
    url: str
    seen: UtcTime
    content_type: str | None = None


class Chosen(NamedTuple):
    """A comparison of two releases of an app, and what else could be chosen."""

    changes: ReleaseChanges
    versions: tuple[VersionRow, ...]
    """Examined packages, newest first;"""
    policies: tuple[KeptPolicy, ...]
    """texts of the app's policies, newest first."""


def kept_changes(
    store: Store,
    lake: Lake,
    app: str,
    *,
    knowledge: Knowledge,
    before: str | None = None,
    after: str | None = None,
    policy_before: str | None = None,
    policy_after: str | None = None,
) -> Chosen:
    """What changed between two releases of a published app.

    ``before`` and ``after`` are SHA-256 of examined packages (default: the newest and the one before it);
    ``policy_…`` of policies' originals (default: the one that the package was examined beside; where there is one
    package alone, its policy then and now). Raises ``NotFound`` and ``InputError`` for what is not of this app.
    """
    view = store.app(app)
    versions = newest_first(view)
    if not versions:
        raise NotFound(f"No package of {app} was examined yet.", zh=f"{app} 尚无已检测的安装包。")
    new = _version(versions, after) if after else versions[0]
    old = _version(versions, before) if before else _previous(versions, new)
    first = store.version(old.sha256).examination
    second = first if old.sha256 == new.sha256 else store.version(new.sha256).examination
    policies = kept_policies(lake, view, first, second)
    newest = policies[0].sha256 if old.sha256 == new.sha256 and policies else _document(second)
    sides = (policy_before or _document(first), policy_after or newest)
    found = {one.sha256: one for one in policies}
    if unknown := [one for one in (policy_before, policy_after) if one is not None and one not in found]:
        raise InputError(f"{unknown[0]} is no policy of {app}.", zh=f"{unknown[0]} 不是该应用的政策。")
    seen = [_policy(lake, sha256, found, knowledge) if sha256 else None for sha256 in sides]
    changes = release_changes(first, second, policies=(seen[0], seen[1]), knowledge=knowledge)
    return Chosen(changes, versions, policies)


def newest_first(view: AppView) -> tuple[VersionRow, ...]:
    """An app's examined packages, the newest first."""
    return tuple(
        sorted(view.versions, key=lambda row: (row.version_code or -1, row.examined, row.sha256), reverse=True)
    )


def kept_policies(lake: Lake, view: AppView, *examinations: Examination) -> tuple[KeptPolicy, ...]:
    """Texts of the policies that the app's listings link or that it was examined beside, the newest first."""
    urls = {span.listing.policy_url for span in view.listings if span.listing.policy_url}
    urls |= {one.disclosure.origin for one in examinations if one.disclosure is not None}
    if not urls:
        return ()
    rows = lake.tables.read(
        "policies", columns=["sha256", "url", "seen", "content_type"], where={"url": sorted(urls)}
    ).to_pylist()
    first: dict[str, KeptPolicy] = {}
    for row in sorted(rows, key=lambda row: (row["seen"], row["sha256"])):
        first.setdefault(row["sha256"], KeptPolicy.model_validate(row))
    return tuple(sorted(first.values(), key=lambda one: (one.seen, one.sha256), reverse=True))


def _version(versions: tuple[VersionRow, ...], sha256: str) -> VersionRow:
    for row in versions:
        if row.sha256 == sha256.lower():
            return row
    raise NotFound(f"{sha256} is no examined package of this app.", zh=f"{sha256} 不是该应用已检测的安装包。")


def _previous(versions: tuple[VersionRow, ...], new: VersionRow) -> VersionRow:
    """The version before ``new``; itself where there is none."""
    place = versions.index(new)
    return versions[min(place + 1, len(versions) - 1)]


def _document(examination: Examination) -> str | None:
    return examination.disclosure.document if examination.disclosure is not None else None


def _policy(lake: Lake, sha256: str, known: dict[str, KeptPolicy], knowledge: Knowledge) -> PolicySeen:
    kept = known.get(sha256)
    origin = kept.url if kept else sha256[:12]
    try:
        with lake.blobs.open(sha256) as stream:
            data = stream.read(POLICY.file_bytes + 1)
    except NotFound:
        zh, en = "该政策的原件不在库中", "the original of this policy is not kept"
        return PolicySeen(origin, problem=Text(zh=zh, en=en))
    content_type = kept.content_type if kept else None
    return policy_from_bytes(data, origin=origin, knowledge=knowledge, content_type=content_type)
