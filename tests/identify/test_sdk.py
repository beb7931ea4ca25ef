"""SDKs are found by exact marks, and by nothing that only looks like one."""

from __future__ import annotations

from finwatch import catalog
from finwatch.identify.sdk import longest_prefix, uses
from finwatch.model.examination import SdkUse
from finwatch.model.locator import FileAt, ManifestAt
from finwatch.model.package import MetaData, PackageFacts
from tests.kit.identified import component, entry, facts, hit


def found(given: PackageFacts, *, hidden: bool = False) -> dict[str, SdkUse]:
    return {use.id: use for use in uses(given, catalog.load().sdks, hidden=hidden)}


def test_classes_show_an_sdk() -> None:
    use = found(facts(prefixes=(hit("cn/jpush/", 40),)))["jpush"]
    assert use.prefixes == ("cn/jpush/",)
    assert use.evidence[0].at == FileAt(path="classes.dex")
    assert "40" in use.evidence[0].says.zh
    assert use.evidence[0].quote == "Lcn/jpush/A;"


def test_nothing_shows_nothing() -> None:
    assert found(facts()) == {}


def test_classes_of_a_longer_prefix_do_not_show_the_shorter() -> None:
    only_ads = facts(prefixes=(hit("com/google/android/gms/", 5), hit("com/google/android/gms/ads/", 5)))
    assert set(found(only_ads)) == {"gms_ads"}
    both = facts(prefixes=(hit("com/google/android/gms/", 6), hit("com/google/android/gms/ads/", 5)))
    assert set(found(both)) == {"gms", "gms_ads"}


def test_two_prefixes_of_one_sdk_take_nothing_from_each_other() -> None:
    given = facts(prefixes=(hit("com/sensetime/", 4), hit("com/sensetime/liveness/", 4)))
    assert found(given)["sensetime"].prefixes == ("com/sensetime/", "com/sensetime/liveness/")


def test_a_component_of_an_absent_class_is_a_leftover() -> None:
    declared = (component("com.tencent.tauth.AuthActivity"),)
    assert found(facts(components=declared)) == {}
    assert set(found(facts(components=declared), hidden=True)) == {"qq_connect"}


def test_an_exact_component_outside_the_prefixes_counts() -> None:
    sdk = next(sdk for sdk in catalog.load().sdks if sdk.components)
    name = sdk.components[0]
    package = ".".join(name.split(".")[:-1][:3])
    use = found(facts(components=(component(name),), packages=(package,)))[sdk.id]
    assert isinstance(use.evidence[0].at, ManifestAt)
    assert use.evidence[0].quote == name
    assert sdk.id not in found(facts(components=(component(name + "2"),), packages=(package,)))
    assert sdk.id not in found(facts(components=(component(name),)))
    assert sdk.id in found(facts(components=(component(name),)), hidden=True)


def test_a_library_counts_by_its_exact_name() -> None:
    assert set(found(facts(entries=(entry("lib/x86/libtongdun.so"),)))) == {"tongdun"}
    assert found(facts(entries=(entry("lib/x86/libtongdun2.so"), entry("lib/x86/xlibtongdun.so")))) == {}


def test_a_library_for_four_machines_is_cited_once() -> None:
    abis = ("x86", "armeabi", "arm64-v8a", "armeabi-v7a")
    use = found(facts(entries=tuple(entry(f"lib/{abi}/libtongdun.so") for abi in abis)))["tongdun"]
    assert [item.at for item in use.evidence] == [FileAt(path="lib/arm64-v8a/libtongdun.so")]


def test_meta_data_supports_and_shows_alone_only_where_code_is_hidden() -> None:
    settings = {"meta_data": (MetaData(name="com.amap.api.v2.apikey", value="k"),)}
    assert found(facts(manifest=settings)) == {}
    assert set(found(facts(manifest=settings), hidden=True)) == {"amap"}


def test_a_part_that_other_libraries_bring_along_shows_no_sdk() -> None:
    """The base of Play services, Firebase's instance ids, Facebook's marker class, the loader of native libraries."""
    brought = facts(
        prefixes=(
            hit("com/google/android/gms/", 30),
            hit("com/google/android/gms/ads/", 5),
            hit("com/google/android/gms/ads/identifier/", 5),
            hit("com/google/android/gms/auth/", 3),
            hit("com/google/firebase/", 20),
            hit("com/google/firebase/iid/", 16),
            hit("com/facebook/common/", 7),
            hit("com/facebook/soloader/", 54),
        )
    )
    assert set(found(brought)) == {"firebase", "gms"}
    signing_in = (component("com.google.android.gms.auth.api.signin.internal.SignInHubActivity"),)
    assert "google_signin" in found(facts(components=signing_in, packages=("com.google.android",)))


def test_an_app_of_the_maker_itself_has_no_third_party_there() -> None:
    given = facts("com.unionpay.uppay", prefixes=(hit("com/unionpay/", 170),))
    assert found(given) == {}
    assert set(found(facts("com.unionpayfan.app", prefixes=(hit("com/unionpay/", 170),)))) == {"unionpay"}


def test_the_order_is_that_of_the_ids() -> None:
    given = facts(prefixes=(hit("com/umeng/analytics/", 1), hit("cn/jpush/", 1), hit("com/amap/api/", 1)))
    assert list(found(given)) == ["amap", "jpush", "umeng"]


def test_prefixes_end_at_names() -> None:
    prefixes = {"com/foo/": "a", "com/foo/bar/": "b"}
    assert longest_prefix("com/foo/bar/X", prefixes) == "com/foo/bar/"
    assert longest_prefix("com/foo/barn/X", prefixes) == "com/foo/"
    assert longest_prefix("com/foobar/X", prefixes) is None
    assert longest_prefix("X", prefixes) is None
