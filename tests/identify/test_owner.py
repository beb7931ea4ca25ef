"""Whose code a class is; what nothing ties to anybody stays unknown."""

from __future__ import annotations

import pytest

from finwatch import catalog
from finwatch.identify.owner import Owners, namespaces
from finwatch.identify.sdk import uses
from finwatch.model.package import PackageFacts
from tests.kit.identified import component, facts, hit


def owners(given: PackageFacts) -> Owners:
    known = catalog.load()
    return Owners(given, uses(given, known.sdks, hidden=False), known)


@pytest.mark.parametrize(
    ("class_name", "owner"),
    [
        ("Lcn/fictional/bank/Main;", "app"),
        ("Lcn/fictional/bank/ui/a/b;", "app"),
        ("Lcn/fictional/shared/Net;", "app"),
        ("Lcn/jpush/android/api/JPushInterface;", "sdk:jpush"),
        ("Lcom/umeng/analytics/A;", "unknown"),
        ("Lcn/fictionally/X;", "unknown"),
        ("La/b/c;", "unknown"),
        ("LMain;", "unknown"),
    ],
)
def test_owner_of_a_class(class_name: str, owner: str) -> None:
    assert owners(facts(prefixes=(hit("cn/jpush/", 3),))).of(class_name) == owner


def test_the_longest_prefix_wins_in_both_directions() -> None:
    inside = facts("cn.jpush.example.wallet", prefixes=(hit("cn/jiguang/api/", 3), hit("cn/jpush/", 3)))
    assert owners(inside).of("Lcn/jpush/example/wallet/Main;") == "app"
    below = facts("com.tencent.wallet", prefixes=(hit("com/tencent/bugly/", 3),))
    assert owners(below).of("Lcom/tencent/bugly/crashreport/A;") == "sdk:bugly"
    assert owners(below).of("Lcom/tencent/base/A;") == "app"


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("cn.fictional", {"cn/fictional/"}),
        ("cn.fictional.bank", {"cn/fictional/bank/", "cn/fictional/"}),
        ("cn.fictional.bank.pad", {"cn/fictional/bank/pad/", "cn/fictional/bank/", "cn/fictional/"}),
        ("com.example.account", {"com/example/account/"}),
        ("cn.com.fictional.bank", {"cn/com/fictional/bank/", "cn/com/fictional/"}),
    ],
)
def test_namespaces_of_an_application_id(package: str, expected: set[str]) -> None:
    assert namespaces(facts(package), set()) == expected


def test_the_launcher_tells_where_the_source_lives() -> None:
    given = facts("uni.UNI1234", components=(component("cn.maker.shop.ui.Main", launcher=True),))
    assert owners(given).of("Lcn/maker/shop/Net;") == "app"


def test_another_component_does_not() -> None:
    given = facts("uni.UNI1234", components=(component("cn.stranger.sdk.PayActivity"),))
    assert owners(given).of("Lcn/stranger/sdk/Net;") == "unknown"


def test_an_application_class_of_an_sdk_or_a_shell_is_not_the_apps() -> None:
    uni = facts(manifest={"application": "io.dcloud.application.DCloudApplication"}, prefixes=(hit("io/dcloud/", 9),))
    assert owners(uni).of("Lio/dcloud/common/Net;") == "sdk:dcloud"
    packed = facts(manifest={"application": "com.stub.StubApp"}, packages=("com.stub",))
    assert owners(packed).of("Lcom/stub/StubApp;") == "unknown"


def test_a_launcher_of_shortened_names_ties_nothing() -> None:
    given = facts(components=(component("a.b.Main", launcher=True),))
    assert owners(given).of("La/b/Net;") == "unknown"


def test_without_a_manifest_everything_is_unknown() -> None:
    assert owners(facts(None)).of("Lcn/fictional/bank/Main;") == "unknown"
