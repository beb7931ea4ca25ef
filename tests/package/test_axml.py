"""The manifest: what Android makes of it, in honest files and in files made to mislead readers."""

from __future__ import annotations

import struct

import pytest

from finwatch.limits import PackageLimits
from finwatch.model.package import Component, Manifest, PackageFacts
from tests.kit import axml, zips
from tests.kit.axml import El
from tests.kit.zips import Entry
from tests.package.conftest import Read


def _facts(read: Read, manifest: bytes, limits: PackageLimits | None = None) -> PackageFacts:
    data = zips.build([Entry("AndroidManifest.xml", manifest)])
    return read(data, limits) if limits else read(data)


def _manifest(read: Read, manifest: bytes) -> Manifest:
    facts = _facts(read, manifest)
    assert facts.manifest is not None, facts.unreadable
    return facts.manifest


def _troubles(facts: PackageFacts) -> list[str]:
    return [entry.reason for entry in facts.unreadable if entry.part == "manifest"]


VIEW = El("intent-filter", children=[El("action", {"name": "android.intent.action.VIEW"})])


@pytest.mark.parametrize("utf8", [False, True])
def test_a_manifest_in_both_encodings(read: Read, utf8: bool) -> None:
    application = {"label": "钱包 💰", "debuggable": True, "allowBackup": False, "name": ".App"}
    found = _manifest(read, axml.manifest("com.example", application=application, utf8=utf8))
    assert (found.package, found.version_name, found.version_code) == ("com.example", "1.0", 1)
    assert (found.label, found.debuggable, found.allow_backup) == ("钱包 💰", True, False)
    assert found.application == "com.example.App"


def test_attributes_are_known_by_id_whatever_their_names_say(read: Read) -> None:
    found = _manifest(
        read,
        axml.manifest(
            "a.b", application={"debuggable": True, "label": "A"}, names={"debuggable": "label", "label": ""}
        ),
    )
    assert (found.debuggable, found.label) == (True, "A")


@pytest.mark.parametrize("how", [{"attribute_size": 36}, {"kind": 0}, {"junk": axml.chunk(0x7777, b"", b"odd!")}])
def test_what_android_overlooks_is_overlooked(read: Read, how: dict[str, object]) -> None:
    found = _manifest(read, axml.manifest("a.b", application={"debuggable": True}, **how))
    assert (found.package, found.debuggable) == ("a.b", True)


def test_unusual_records_are_read_and_told(read: Read) -> None:
    for written, said in (
        (axml.manifest("a.b", attribute_size=24), "attribute records have an unusual size"),
        (axml.manifest("a.b", kind=0), "the file does not begin as binary XML does"),
    ):
        facts = _facts(read, written)
        assert facts.manifest is not None
        assert facts.manifest.package == "a.b"
        assert _troubles(facts) == [], "it was read"
        assert [(one.kind, one.path, one.detail) for one in facts.archive.anomalies] == [
            ("odd_xml", "AndroidManifest.xml", said)
        ]
    assert _facts(read, axml.manifest("a.b")).archive.anomalies == ()
    assert _troubles(_facts(read, axml.manifest("a.b"))) == []


def test_a_string_count_that_lies_changes_nothing(read: Read) -> None:
    assert _manifest(read, axml.manifest("a.b", count=0x7FFFFFFF)).package == "a.b"


def test_a_manifest_cut_short_is_read_as_far_as_it_goes(read: Read) -> None:
    whole = axml.manifest("a.b", El("activity", {"name": ".A"}), El("activity", {"name": ".B"}))
    facts = _facts(read, whole[:-150])
    assert facts.manifest is not None
    assert facts.manifest.package == "a.b"
    assert "the file is shorter than its header says" in _troubles(facts)


def test_no_xml_at_all_is_unreadable(read: Read) -> None:
    facts = _facts(read, b"<manifest/>" * 10)
    assert facts.manifest is None
    assert _troubles(facts)[0].startswith("not binary XML")


def test_another_root_is_unreadable(read: Read) -> None:
    facts = _facts(read, axml.document(El("resources")))
    assert _troubles(facts) == ["the root element of AndroidManifest.xml is not <manifest>"]


def test_depth_is_bounded(read: Read) -> None:
    root = El("manifest")
    for _ in range(300):
        root = El("manifest", children=[root])
    assert _troubles(_facts(read, axml.document(root))) == ["over the limit xml_depth (256)"]


def test_a_string_named_a_thousand_times_is_bounded(read: Read) -> None:
    long = "x" * 30_000
    data = axml.manifest("a.b", *[El("meta-data", {"name": long, "value": long}) for _ in range(2_000)])
    assert _troubles(_facts(read, data)) == ["over the limit xml_text (67108864)"]


def test_a_large_manifest_meets_its_limit(read: Read) -> None:
    facts = _facts(read, axml.manifest("a.b"), PackageLimits(manifest_bytes=100))
    assert _troubles(facts) == ["over the limit manifest_bytes (100)"]


def _component(read: Read, element: El, target: int | None, **application: object) -> Component:
    sdk = {} if target is None else {"targetSdkVersion": target}
    root = El(
        "manifest", children=[El("uses-sdk", sdk), El("application", application, [element])], plain={"package": "a.b"}
    )
    (component,) = _manifest(read, axml.document(root)).components
    return component


@pytest.mark.parametrize(
    ("element", "target", "exported"),
    [
        (El("activity", {"name": ".A"}), 33, False),
        (El("activity", {"name": ".A"}, [VIEW]), 30, True),
        (El("activity", {"name": ".A", "exported": False}, [VIEW]), 30, False),
        (El("service", {"name": ".A"}, [VIEW]), 30, True),
        (El("receiver", {"name": ".A", "exported": True}), 30, True),
        (El("provider", {"name": ".A"}), 16, True),
        (El("provider", {"name": ".A"}), 17, False),
        (El("provider", {"name": ".A"}), None, True),
    ],
)
def test_exported_by_androids_defaults(read: Read, element: El, target: int | None, exported: bool) -> None:
    assert _component(read, element, target).exported is exported


def test_names_are_completed_and_the_permission_of_the_application_counts(read: Read) -> None:
    guarded = _component(read, El("service", {"name": "Pay"}), 30, permission="a.b.GUARD")
    assert (guarded.name, guarded.permission) == ("a.b.Pay", "a.b.GUARD")
    alias = El("activity-alias", {"name": ".Alias", "targetActivity": ".Main"})
    found = _component(read, alias, 30, permission="a.b.GUARD")
    assert (found.name, found.target_activity, found.permission) == ("a.b.Alias", "a.b.Main", None)


def test_elements_have_paths_and_lines(read: Read) -> None:
    found = _manifest(
        read,
        axml.manifest(
            "a.b", El("activity", {"name": ".A"}), El("service", {"name": ".S"}), El("activity", {"name": ".B"})
        ),
    )
    assert [component.element for component in found.components] == [
        "manifest/application/activity[1]",
        "manifest/application/service",
        "manifest/application/activity[2]",
    ]
    assert [component.line for component in found.components] == [3, 4, 5]


def test_permissions_queries_features_and_metadata(read: Read) -> None:
    root = El(
        "manifest",
        {"versionCode": 7, "versionCodeMajor": 1},
        [
            El("uses-permission", {"name": "android.permission.READ_SMS"}),
            El("uses-permission-sdk-23", {"name": "android.permission.CAMERA"}),
            El("permission", {"name": "a.b.P", "protectionLevel": 2}),
            El("uses-feature", {"name": "android.hardware.nfc"}),
            El(
                "queries",
                {},
                [El("package", {"name": "com.tencent.mm"}), El("intent", {}, [El("action", {"name": "VIEW"})])],
            ),
            El("application", {}, [El("meta-data", {"name": "KEY", "value": "v"})]),
            El("application", {"debuggable": True}),
        ],
        {"package": "a.b"},
    )
    found = _manifest(read, axml.document(root))
    assert found.version_code == (1 << 32) + 7
    assert [one.name.rpartition(".")[2] for one in found.permissions] == ["READ_SMS", "CAMERA"]
    assert [(one.name, one.protection_level) for one in found.declared_permissions] == [("a.b.P", 2)]
    assert (found.features, found.queries) == (("android.hardware.nfc",), ("com.tencent.mm", "intent:VIEW"))
    assert [(one.name, one.value) for one in found.meta_data] == [("KEY", "v")]
    assert not found.debuggable, "only the first application element counts"


def test_a_platform_may_be_named(read: Read) -> None:
    root = El(
        "manifest", children=[El("uses-sdk", {"minSdkVersion": "23", "targetSdkVersion": "R"})], plain={"package": "a"}
    )
    found = _manifest(read, axml.document(root))
    assert (found.min_sdk, found.target_sdk) == (23, 30)


def test_a_reference_that_leads_nowhere_is_still_a_value(read: Read) -> None:
    found = _manifest(read, axml.manifest("a.b", application={"networkSecurityConfig": axml.Ref(0x7F010000)}))
    assert found.network_security_config == "@0x7f010000"


def test_the_network_security_configuration(read: Read) -> None:
    config = El(
        "network-security-config",
        children=[
            El(
                "base-config",
                children=[El("trust-anchors", children=[El("certificates", plain={"src": "user"})])],
                plain={"cleartextTrafficPermitted": True},
            ),
            El(
                "domain-config",
                children=[
                    El("domain", text="Pay.Example.cn"),
                    El("pin-set", children=[El("pin", text="abc"), El("pin", text="def")]),
                    El("domain-config", children=[El("domain", text="a.example.cn")]),
                ],
                plain={"cleartextTrafficPermitted": "false"},
            ),
        ],
    )
    facts = read(
        zips.build(
            [
                Entry(
                    "AndroidManifest.xml", axml.manifest("a", application={"networkSecurityConfig": "res/xml/n.xml"})
                ),
                Entry("res/xml/n.xml", axml.document(config)),
            ]
        )
    )
    assert facts.network_security is not None
    rules = facts.network_security.rules
    assert [(rule.kind, rule.domains, rule.cleartext, rule.trusts_user, rule.pins) for rule in rules] == [
        ("base", (), True, True, 0),
        ("domain", ("pay.example.cn",), False, False, 2),
        ("domain", ("a.example.cn",), False, False, 2),
    ]


def test_an_element_that_ends_twice_is_told(read: Read) -> None:
    whole = bytearray(axml.manifest("a.b"))
    ending = whole[-24:]
    whole += ending
    struct.pack_into("<I", whole, 4, len(whole))
    assert _troubles(_facts(read, bytes(whole))) == ["an element ends that was never open"]
