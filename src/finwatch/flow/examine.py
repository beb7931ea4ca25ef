"""One package, from bytes to the examination document: the heart of the pipeline.

``examine`` strings the pure stages together; the CLI, the worker, a Spark partition and the tests all call it. It
needs no database and no network. ``rerate`` repeats its last two steps when other apps or earlier ratings have become
known, without opening the package again. The same input gives the same document, except ``engine.took_ms``.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

from finwatch import __version__
from finwatch.checks import Check, judge
from finwatch.identify import describe
from finwatch.likeness import compare
from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.base import Text
from finwatch.model.disclosure import Disclosure, PolicySeen
from finwatch.model.examination import (
    Candidate,
    ComponentSummary,
    Engine,
    Examination,
    Finding,
    LibrarySummary,
    Match,
    PackageSummary,
    Protection,
    Rating,
    Reason,
    SignerSummary,
    Subject,
)
from finwatch.model.knowledge import Knowledge, WatchList
from finwatch.model.listing import Listing
from finwatch.model.package import PackageFacts, Unreadable
from finwatch.risk import rate

FLOWS = "flows"
"""The part that no stage reads yet: said in every document, and no reason to distrust a rating."""

_FLOWS_UNTRACED = Unreadable(
    part=FLOWS,
    reason="data flow from sources to sinks is not traced yet; an empty list does not mean that nothing flows",
    reason_zh="尚未追踪从来源到去处的数据流；列表为空不代表没有数据流出",
)


_STATED = Reason(says=Text(zh="业务类型由使用者给定", en="the kind of business was stated by whoever asked"))


class PackageReader(Protocol):
    """Whatever turns a file into facts: ``finwatch.package.Reader``, or a test's own."""

    def read(self, path: Path, *, watch: WatchList, limits: PackageLimits = PACKAGE) -> PackageFacts:
        """The facts of the package at ``path``."""
        ...


def examine(
    path: Path,
    *,
    reader: PackageReader,
    knowledge: Knowledge,
    checks: Sequence[Check],
    on: date,
    listing: Listing | None = None,
    candidates: Sequence[Candidate] = (),
    history: Sequence[Rating] = (),
    policy: PolicySeen | None = None,
    kind: str | None = None,
) -> Examination:
    """The examination of the package at ``path``.

    ``on`` is the day whose clauses apply; ``candidates`` are apps to compare with; ``history`` holds the app's earlier
    ratings, oldest first; ``policy`` is the privacy policy as ``flow.policies`` reads it; ``kind`` is the kind of
    finance where somebody who knows has stated it. A damaged package gives a document that says so; ``OSError`` is
    raised only when the file itself cannot be opened.
    """
    started = time.perf_counter()
    with _collector_waits():
        # The facts have no name here: they are gone before the collector comes back and would walk them.
        examined = conclude(
            reader.read(path, watch=knowledge.watch),
            knowledge=knowledge,
            checks=checks,
            on=on,
            listing=listing,
            candidates=candidates,
            history=history,
            policy=policy,
            kind=kind,
        )
    return timed(examined, time.perf_counter() - started)


@contextmanager
def _collector_waits() -> Iterator[None]:
    """Keeps the garbage collector out of one examination: it would walk the tree of facts again and again, and frozen
    nouns have no cycles to find."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def conclude(
    facts: PackageFacts,
    *,
    knowledge: Knowledge,
    checks: Sequence[Check],
    on: date,
    listing: Listing | None = None,
    candidates: Sequence[Candidate] = (),
    history: Sequence[Rating] = (),
    policy: PolicySeen | None = None,
    kind: str | None = None,
) -> Examination:
    """The examination of facts already read (again from the lake, for instance); its ``took_ms`` is 0."""
    subject = describe(facts, listing=listing, knowledge=knowledge)
    if policy is not None:
        subject = subject.model_copy(update={"policy": policy})
    if kind is not None:
        identity = subject.identity.model_copy(update={"finance": True, "kind": kind, "reasons": (_STATED,)})
        subject = subject.model_copy(update={"identity": identity})
    findings, disclosure = judge(subject, checks, knowledge=knowledge, on=on)
    matches = compare(subject, candidates)
    gaps = unreadable_parts(facts)
    rating = rate(findings, matches, protection=subject.protection, unreadable=gaps, history=history)
    return document(
        subject,
        findings,
        matches,
        rating,
        unreadable=gaps,
        catalog_version=knowledge.version,
        disclosure=disclosure,
    )


def rerate(examination: Examination, matches: Sequence[Match], history: Sequence[Rating] = ()) -> Examination:
    """The same examination with other matches and history: only ``matches`` and ``rating`` differ."""
    rating = rate(
        examination.findings,
        matches,
        protection=examination.package.protection,
        unreadable=examination.unreadable,
        history=history,
    )
    return examination.model_copy(update={"matches": tuple(matches), "rating": rating})


def unreadable_parts(facts: PackageFacts) -> tuple[Unreadable, ...]:
    """What the package kept from us, the lists that a limit cut included."""
    cut = (Unreadable(part="code", reason=f"the limit {limit} cut a list") for limit in facts.code.truncated)
    return (*facts.unreadable, *cut)


def document(
    subject: Subject,
    findings: Sequence[Finding],
    matches: Sequence[Match],
    rating: Rating,
    *,
    unreadable: Sequence[Unreadable],
    catalog_version: str,
    disclosure: Disclosure | None = None,
) -> Examination:
    """The stages' results as one ``finwatch.examination/1`` document."""
    return Examination(
        package=summary(subject.facts, subject.protection),
        identity=subject.identity,
        sdks=subject.sdks,
        collection=subject.collection,
        endpoints=subject.endpoints,
        flows=(),
        findings=tuple(findings),
        disclosure=disclosure,
        matches=tuple(matches),
        rating=rating,
        unreadable=(*unreadable, _FLOWS_UNTRACED),
        engine=Engine(version=__version__, catalog_version=catalog_version, took_ms=0.0),
    )


def summary(facts: PackageFacts, protection: Protection) -> PackageSummary:
    """The package in the words of the document."""
    manifest = facts.manifest
    return PackageSummary(
        sha256=facts.sha256,
        bytes=facts.bytes,
        format=facts.format,
        id=manifest.package if manifest else None,
        version_name=manifest.version_name if manifest else None,
        version_code=manifest.version_code if manifest else None,
        label=manifest.label if manifest else None,
        min_sdk=manifest.min_sdk if manifest else None,
        target_sdk=manifest.target_sdk if manifest else None,
        permissions=tuple(permission.name for permission in manifest.permissions) if manifest else (),
        signers=tuple(
            SignerSummary(scheme=signer.scheme, sha256=signer.sha256, subject=signer.subject, verified=signer.verified)
            for signer in facts.signing.signers
        ),
        components=tuple(
            ComponentSummary(
                kind=component.kind, name=component.name, exported=component.exported, permission=component.permission
            )
            for component in (manifest.components if manifest else ())
        ),
        native_libraries=tuple(
            LibrarySummary(path=library.path, abi=library.abi, hardening=library.hardening)
            for library in facts.native_libraries
        ),
        protection=protection,
    )


def timed(examination: Examination, seconds: float) -> Examination:
    """The examination with the time it took."""
    engine = examination.engine.model_copy(update={"took_ms": round(seconds * 1000, 3)})
    return examination.model_copy(update={"engine": engine})
