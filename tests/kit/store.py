"""Builders for the store's tests: times, tasks, outcomes, examinations of fictional apps."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from finwatch.model.base import Text
from finwatch.model.examination import (
    Answer,
    Band,
    Collection,
    Endpoint,
    Engine,
    Evidence,
    Examination,
    Finding,
    Identity,
    Match,
    PackageSummary,
    Protection,
    Rating,
    Reason,
    Respects,
    SdkUse,
    SignerSummary,
    Verdict,
)
from finwatch.model.fetch import FrontierTask, Market, MarketId, Outcome, OutcomeKind, TaskKind
from finwatch.model.knowledge import Severity
from finwatch.model.listing import Listing
from finwatch.model.locator import CodeAt, FileAt, ManifestAt
from finwatch.model.package import PackageFacts

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MARKET = MarketId("shop")


def later(seconds: float) -> datetime:
    """A time after ``START``."""
    return START + timedelta(seconds=seconds)


def sha(name: str) -> str:
    """A SHA-256 that belongs to a name."""
    return hashlib.sha256(name.encode()).hexdigest()


def market(name: str = MARKET, **fields: Any) -> Market:
    """A market of the F-Droid type."""
    return Market(
        id=MarketId(name),
        name=Text(zh="示例市场", en="Sample market"),
        protocol="fdroid",
        address=f"https://{name}.example/repo",
        **fields,
    )


def task(url: str, **fields: Any) -> FrontierTask:
    """A package task that is due at ``START``."""
    values: dict[str, Any] = {
        "market": MARKET,
        "kind": TaskKind.PACKAGE,
        "url": url,
        "bucket": "shop.example:443",
        "due": START,
    }
    return FrontierTask(**values | fields)


def outcome(of: FrontierTask, kind: OutcomeKind = OutcomeKind.OK, **fields: Any) -> Outcome:
    """How a visit to a task ended."""
    values: dict[str, Any] = {
        "market": of.market,
        "kind": kind,
        "task": of.kind,
        "url": of.url,
        "started": START,
        "took_ms": 20,
        "message": "" if kind in {OutcomeKind.OK, OutcomeKind.NOT_MODIFIED} else f"{kind.value} at {of.url}",
    }
    return Outcome(**values | fields)


def said(en: str, zh: str | None = None) -> Text:
    """A text in both languages."""
    return Text(zh=zh or f"（{en}）", en=en)


def finding(check: str = "trusts_any_certificate", outcome: Answer = Answer.YES, **fields: Any) -> Finding:
    """A finding with one piece of evidence in code."""
    at = CodeAt(dex="classes.dex", method="Lcn/qinghe/A;->b()V", offset=12)
    values: dict[str, Any] = {
        "check": check,
        "version": 1,
        "outcome": outcome,
        "severity": Severity.HIGH,
        "clauses": ("jrt0092-5.2.1",),
        "title": said(f"The app {check.replace('_', ' ')}"),
        "summary": said("seen once"),
        "evidence": (Evidence(says=said("a call"), at=at, quote="invoke-virtual {v0}"),)
        if outcome is Answer.YES
        else (),
    }
    return Finding(**values | fields)


def match(app: str, sha256: str | None, verdict: Verdict = Verdict.SUSPECTED_COUNTERFEIT) -> Match:
    """A match with one reason."""
    respects = Respects(name=1.0, icon=0.9, code=None, signer=0.0)
    return Match(app=app, sha256=sha256, respects=respects, verdict=verdict, reasons=(Reason(says=said("same name")),))


def examination(
    app: str = "cn.qinghe.bank",
    *,
    version: int = 1,
    label: str = "青禾银行",
    signer: str | None = "qinghe",
    package: str | None = None,
    band: Band = Band.RED,
    score: float = 71.5,
    kind: str | None = "bank",
    findings: tuple[Finding, ...] | None = None,
    matches: tuple[Match, ...] = (),
    permissions: tuple[str, ...] = ("android.permission.READ_SMS",),
) -> Examination:
    """An examination with something in every list. ``package`` names the bytes; else app and version do."""
    at = CodeAt(dex="classes.dex", method=f"L{app.replace('.', '/')}/Main;->onCreate()V", offset=4)
    subject = f"CN={signer}"
    return Examination(
        package=PackageSummary(
            sha256=sha(package or f"{app} {version} {signer}"),
            bytes=40_000,
            format="apk",
            id=app,
            version_name=f"{version}.0",
            version_code=version,
            label=label,
            min_sdk=21,
            target_sdk=34,
            permissions=permissions,
            signers=(SignerSummary(scheme="v2", sha256=sha(signer), subject=subject, verified=True),) if signer else (),
            components=(),
            native_libraries=(),
            protection=Protection(extent="full"),
        ),
        identity=Identity(
            finance=kind is not None,
            kind=kind,
            operator="青禾银行股份有限公司",
            reasons=(Reason(says=said("its name")),),
        ),
        sdks=(SdkUse(id="umeng", name=said("U"), vendor=said("V"), purpose="analytics", prefixes=("com/umeng/",)),),
        collection=(
            Collection(item="sms", api="La;->b()V", caller=at.method, owner="app", before_consent=None, at=at),
        ),
        endpoints=(Endpoint(url="https://api.qinghe.example/v1", host="api.qinghe.example", owner="app", at=at),),
        findings=(finding(), finding("keeps_debuggable", Answer.NO, severity=Severity.MEDIUM))
        if findings is None
        else findings,
        matches=matches,
        rating=Rating(band=band, score=score, reasons=(Reason(says=said("one high finding"), points=score),)),
        unreadable=(),
        engine=Engine(version="0.1.0", catalog_version="c1", took_ms=1.5),
    )


def facts(of: Examination) -> PackageFacts:
    """Facts that go with an examination: no more than its hash and size."""
    return PackageFacts(sha256=of.package.sha256, bytes=of.package.bytes, format="apk")


def listing(of: Examination, seen: datetime = START, *, market: str = MARKET, **fields: Any) -> Listing:
    """What a market says of an examined package."""
    values: dict[str, Any] = {
        "market": MarketId(market),
        "app": of.package.id,
        "names": {"zh-CN": of.package.label, "en-US": f"{of.package.id} app"},
        "developer": "Qinghe",
        "version_name": of.package.version_name,
        "version_code": of.package.version_code,
        "package_url": f"https://shop.example/repo/{of.package.id}_{of.package.version_code}.apk",
        "package_sha256": of.package.sha256,
        "package_bytes": of.package.bytes,
        "signer_sha256": tuple(signer.sha256 for signer in of.package.signers),
        "permissions": of.package.permissions,
        "seen": seen,
        "capture": "segment.warc.gz#0",
    }
    return Listing(**values | fields)


MANIFEST = ManifestAt(element="manifest/application", attribute="debuggable", line=7)
FILE = FileAt(path="assets/a.bin")
