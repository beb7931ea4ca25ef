"""The whole subject: of made-up facts, and of the corpora's real packages."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from finwatch import catalog
from finwatch.identify import describe
from finwatch.model.examination import Subject
from finwatch.package import Reader
from tests.kit import corpora
from tests.kit.identified import call, component, facts, hit, signer

MARKERS = {
    "alipay_sdk": "alipay_sdk",
    "crashlytics": "crashlytics",
    "dcloud": "dcloud",
    "facebook": "facebook",
    "firebase": "firebase",
    "firebase_analytics": "firebase_analytics",
    "gms_ads": "gms_ads",
    "google_analytics": "google_analytics",
    "okhttp": "okhttp",
    "unionpay": "unionpay",
    "wechat_sdk": "wechat_sdk",
    "x5_tbs": "x5_tbs",
}
"""The manifest's marker to our SDK."""
REFERENCES_ONLY = {
    ("wallet_qianbao_a.apk", "alipay_sdk"): "another SDK's code names PayTask; no class of it is in the package",
    ("alipay_msp_5.0.8.apk", "okhttp"): "code names the platform's okhttp; no class of it is in the package",
    ("alipay_msp_5.0.8.apk", "alipay_sdk"): "the app is Alipay's own",
    ("unionpay_uppay_2.1.6.apk", "unionpay"): "the app is UnionPay's own",
    ("unionpay_uppay_3.1.0.apk", "unionpay"): "the app is UnionPay's own",
    (
        "instapaper_lean.apk",
        "gms_ads",
    ): "only the client of the advertising id, which Play services' base library brings",
    ("uniapp_shuzixiangcun.apk", "oppo_vivo_push"): "classes of OPPO's OpenID are there, none of a push SDK",
}
"""Markers that were found by substring and name no third party in the package, each with the reason."""


def test_the_parts_agree() -> None:
    given = facts(
        label="青禾银行",
        components=(component("cn.fictional.bank.Main", launcher=True),),
        signers=(signer(),),
        prefixes=(hit("cn/jpush/", 3),),
        calls=(call("collect.imei.getDeviceId", "Landroid/telephony/TelephonyManager;->getDeviceId()V", "cn/jpush/A"),),
    )
    subject = describe(given, listing=None, knowledge=catalog.load())
    assert (subject.identity.finance, subject.identity.kind) == (True, "bank")
    assert subject.identity.operator == "Dev House"
    assert [one.owner for one in subject.collection] == ["sdk:jpush"]
    assert subject.protection.extent == "full"
    assert all(reason.says.zh and reason.says.en for reason in subject.identity.reasons)
    assert describe(given, listing=None, knowledge=catalog.load()).model_dump_json() == subject.model_dump_json()


def test_facts_of_nothing_conclude_nothing() -> None:
    subject = describe(facts(None, packages=(), dexes=0, file_format="unknown"), listing=None, knowledge=catalog.load())
    assert subject.identity.finance is None
    assert subject.protection.extent == "limited"
    assert (subject.sdks, subject.collection, subject.endpoints) == ((), (), ())


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def described(reader: Reader, name: str) -> Subject:
    known = catalog.load()
    return describe(reader.read(corpora.PACKAGES / name, watch=known.watch), listing=None, knowledge=known)


def _marked() -> list[tuple[str, str]]:
    if not corpora.PACKAGES.is_dir():
        return []
    with (corpora.PACKAGES / "MANIFEST.csv").open(encoding="utf-8-sig", newline="") as table:
        return [(row["file"], marker) for row in csv.DictReader(table) for marker in row["sdk_markers"].split()]


@pytest.mark.parametrize(("name", "marker"), _marked())
@pytest.mark.shared
@pytest.mark.skipif(not corpora.PACKAGES.is_dir(), reason=corpora.ABSENT)
def test_every_marked_sdk_is_found(reader: Reader, name: str, marker: str) -> None:
    found = {use.id for use in described(reader, name).sdks}
    if (name, marker) in REFERENCES_ONLY:
        assert MARKERS.get(marker, marker) not in found
    else:
        assert MARKERS[marker] in found


@pytest.mark.parametrize("path", [path.name for path in corpora.packages(".apk") if path.name.startswith("droidbench")])
@pytest.mark.shared
@pytest.mark.skipif(not corpora.PACKAGES.is_dir(), reason=corpora.ABSENT)
def test_test_programs_have_no_sdk_but_the_support_library(reader: Reader, path: str) -> None:
    subject = described(reader, path)
    assert {use.id for use in subject.sdks} <= {"androidx"}
    assert subject.identity.finance is False
    assert subject.protection.extent == "full"


@pytest.mark.parametrize(
    ("name", "finance", "kind"),
    [
        ("herdfinancial_goatdroid.apk", True, "other_finance"),
        ("insecurebankv2_v1.apk", True, "bank"),
        ("insecurebankv2_early_6085c9d.apk", True, "bank"),
        ("wallet_qianbao_a.apk", True, "payment"),
        ("unionpay_uppay_3.1.0.apk", True, "payment"),
        ("jizhang_account.apk", False, "bookkeeping"),
        ("sieve.apk", False, None),
        ("instapaper_lean.apk", False, None),
        ("politedroid_6.apk", False, None),
        ("haoduojisuanqi.wxapkg", None, None),
    ],
)
@pytest.mark.shared
@pytest.mark.skipif(not corpora.PACKAGES.is_dir(), reason=corpora.ABSENT)
def test_finance_of_a_real_package(reader: Reader, name: str, finance: bool | None, kind: str | None) -> None:
    identity = described(reader, name).identity
    assert (identity.finance, identity.kind) == (finance, kind)


@pytest.mark.parametrize(
    ("name", "institution"),
    [
        ("unionpay_uppay_2.1.6.apk", "unionpay"),
        ("unionpay_uppay_3.1.0.apk", "unionpay"),
        ("alipay_msp_5.0.8.apk", "alipay"),
        ("wallet_qianbao_a.apk", None),
    ],
)
@pytest.mark.shared
@pytest.mark.skipif(not corpora.PACKAGES.is_dir(), reason=corpora.ABSENT)
def test_genuine_signers_are_known(reader: Reader, name: str, institution: str | None) -> None:
    assert described(reader, name).identity.institution == institution
