"""Hidden code is said to be hidden; visible code is not."""

from __future__ import annotations

import pytest

from finwatch import catalog
from finwatch.identify.protection import judge
from finwatch.model.examination import Protection
from finwatch.model.locator import FileAt, ManifestAt
from finwatch.model.package import PackageFacts, Unreadable
from tests.kit.identified import component, entry, facts, hit


def protection(given: PackageFacts) -> Protection:
    return judge(given, catalog.load().packers)


def test_an_ordinary_package_is_seen_in_full() -> None:
    assert protection(facts(components=(component("cn.fictional.bank.Main", launcher=True),))) == Protection(
        extent="full"
    )


def test_of_a_set_only_the_base_was_seen() -> None:
    at = FileAt(path="splits/base-master.apk")
    others = Unreadable(part="archive", reason="only splits/base-master.apk of the set was examined", at=at)
    seen = facts(unreadable=(others,)).model_copy(update={"format": "apks"})
    found = protection(seen)
    assert (found.packer, found.extent) == (None, "limited")
    assert [item.at for item in found.evidence] == [at]
    assert others.reason in found.evidence[0].says.en
    assert protection(seen.model_copy(update={"unreadable": ()})).extent == "full"


@pytest.mark.parametrize("path", ["assets/libjiagu.so", "lib/arm64-v8a/libjiagu.so", "libjiagu.so"])
def test_a_packers_file_names_it(path: str) -> None:
    found = protection(facts(entries=(entry(path),)))
    assert (found.packer, found.extent) == ("qihoo-jiagu", "limited")
    assert found.evidence[0].at == FileAt(path=path)


def test_a_file_whose_name_only_contains_a_packers_is_nothing() -> None:
    assert protection(facts(entries=(entry("lib/x86/mylibjiagu.so"), entry("libjiagu.so.txt")))).extent == "full"


def test_a_shell_class_names_the_packer() -> None:
    found = protection(facts(prefixes=(hit("com/secneo/apkwrapper/", 2),)))
    assert (found.packer, found.extent) == ("bangcle", "limited")
    assert found.evidence[0].quote == "Lcom/secneo/apkwrapper/A;"


def test_the_packer_with_more_traces_is_named_and_the_other_cited() -> None:
    found = protection(
        facts(entries=(entry("assets/libjiagu.so"), entry("assets/ijiami.dat"), entry("lib/x86/libexecmain.so")))
    )
    assert found.packer == "ijiami"
    assert "assets/libjiagu.so" in {item.quote for item in found.evidence}


def test_a_missing_launcher_limits_without_naming_anybody() -> None:
    found = protection(facts(components=(component("cn.hidden.app.Main", launcher=True),)))
    assert (found.packer, found.extent) == (None, "limited")
    assert isinstance(found.evidence[0].at, ManifestAt)
    assert found.evidence[0].quote == "cn.hidden.app.Main"


def test_a_missing_application_class_limits() -> None:
    assert protection(facts(manifest={"application": "cn.hidden.app.App"})).extent == "limited"
    assert protection(facts(manifest={"application": "cn.fictional.bank.App"})).extent == "full"


def test_one_leftover_component_is_no_protection() -> None:
    left = component("com.gone.sdk.Service", "service")
    kept = tuple(component(f"cn.fictional.bank.A{number}") for number in range(3))
    assert protection(facts(components=(left, *kept))).extent == "full"


def test_most_components_missing_limits() -> None:
    gone = tuple(component(f"com.gone.sdk.A{number}") for number in range(3))
    assert protection(facts(components=(*gone, component("cn.fictional.bank.Main")))).extent == "limited"


def test_disabled_components_and_aliases_need_no_class() -> None:
    alias = component("com.gone.a.Alias", "activity-alias")
    off = component("com.gone.b.Off", launcher=True, enabled=False)
    assert protection(facts(components=(alias, off))).extent == "full"


def test_a_dense_asset_is_cited_beside_missing_code_only() -> None:
    payload = entry("assets/data.bin", 100_000, packed=100_000)
    picture = entry("assets/a.png", 200_000, packed=200_000)
    words = entry("assets/words.bin", 100_000, packed=60_000)
    missing = (component("cn.hidden.app.Main", launcher=True),)
    given = facts(components=missing, entries=(payload, picture, words))
    cited = {item.quote for item in protection(given).evidence}
    assert "100000 bytes, 100000 deflated" in cited
    assert len(cited) == 2
    assert protection(facts(entries=(payload,))).extent == "full"


def test_code_that_was_not_read_is_limited() -> None:
    gap = (Unreadable(part="code", reason="not read"),)
    assert protection(facts(dexes=0, file_format="ipa")).extent == "limited"
    assert protection(facts(dexes=0, file_format="aab", unreadable=gap)).extent == "limited"


def test_damaged_dex_is_not_taken_for_protection() -> None:
    gap = (Unreadable(part="code", reason="classes2.dex is cut off"),)
    missing = (component("cn.hidden.app.Main", launcher=True),)
    assert protection(facts(components=missing, unreadable=gap)).extent == "full"
