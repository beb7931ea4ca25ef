"""The container: each trick is read as Android reads it, and told."""

from __future__ import annotations

import pytest

from finwatch.limits import PackageLimits
from finwatch.model.package import PackageFacts
from tests.kit import axml, zips
from tests.kit.zips import Entry
from tests.package.conftest import Read

MANIFEST = Entry("AndroidManifest.xml", axml.manifest("com.example.bank"))


def _kinds(facts: PackageFacts) -> set[tuple[str, str | None]]:
    return {(anomaly.kind, anomaly.path) for anomaly in facts.archive.anomalies}


def _package(facts: PackageFacts) -> str | None:
    return facts.manifest.package if facts.manifest else None


def test_an_honest_package_has_no_anomaly(read: Read) -> None:
    facts = read(zips.build([MANIFEST, Entry("assets/a", b"a" * 100, deflate=False)], comment=b"made by hand"))
    assert facts.archive.anomalies == ()
    assert [(one.path, one.bytes, one.method) for one in facts.archive.entries][1] == ("assets/a", 100, 0)
    assert _package(facts) == "com.example.bank"


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("local_header_differs", {"local_name": b"AndroidManifest.xxx"}),
        ("local_header_differs", {"local_method": 0}),
        ("local_header_differs", {"local_flags": 1}),
        ("local_header_differs", {"local_size": 1}),
        ("encrypted_flag", {"flags": 1}),
        ("bad_crc", {"crc": 1}),
        ("size_differs", {"deflate": False, "packed_size": 1}),
    ],
)
def test_a_tampered_entry_is_read_as_android_reads_it(read: Read, kind: str, entry: dict[str, object]) -> None:
    facts = read(zips.build([Entry("AndroidManifest.xml", MANIFEST.data, **entry)]))  # type: ignore[arg-type]
    assert (kind, "AndroidManifest.xml") in _kinds(facts)
    assert _package(facts) == "com.example.bank"


def test_an_unknown_method_means_stored(read: Read) -> None:
    facts = read(zips.build([Entry("AndroidManifest.xml", MANIFEST.data, deflate=False, method=0x4D2, packed_size=7)]))
    assert ("unknown_method", "AndroidManifest.xml") in _kinds(facts)
    assert _package(facts) == "com.example.bank"


def test_of_two_entries_of_one_name_the_first_counts(read: Read) -> None:
    other = Entry("AndroidManifest.xml", axml.manifest("com.example.other"))
    facts = read(zips.build([MANIFEST, other]))
    assert ("duplicate_name", "AndroidManifest.xml") in _kinds(facts)
    assert _package(facts) == "com.example.bank"


def test_entries_that_share_bytes_overlap(read: Read) -> None:
    facts = read(zips.build([MANIFEST, Entry("assets/copy", MANIFEST.data, local_offset=0)]))
    assert ("overlap", "assets/copy") in _kinds(facts)


def test_bytes_before_and_after_are_told(read: Read) -> None:
    assert ("data_before", None) in _kinds(read(zips.build([MANIFEST], before=b"dex\n035\0", moved=True)))
    facts = read(zips.build([MANIFEST], before=b"dex\n035\0" * 9, after=b"appended"))
    assert {("data_before", "AndroidManifest.xml"), ("data_after", None)} <= _kinds(facts)
    assert _package(facts) == "com.example.bank"


def test_the_padding_of_androids_own_build_tools_is_no_anomaly(read: Read) -> None:
    padding = b"PK\x03\x04" + bytes(22) + b"\0\0\x04\0" + b"pads"
    assert read(zips.build([MANIFEST], before=padding)).archive.anomalies == ()


def test_a_second_end_record_in_the_comment_does_not_mislead(read: Read) -> None:
    decoy = zips.build([Entry("AndroidManifest.xml", axml.manifest("com.example.decoy"))])[-22:]
    assert _package(read(zips.build([MANIFEST], comment=decoy[:-2] + b"\x05\0" + b"tail"))) == "com.example.bank"


def test_records_beyond_the_count_are_told_and_not_read(read: Read) -> None:
    facts = read(zips.build([MANIFEST, Entry("classes.dex", b"hidden")], count=1))
    assert ("directory_count", None) in _kinds(facts)
    assert [entry.path for entry in facts.archive.entries] == ["AndroidManifest.xml"]


def test_zip64_sizes_and_offsets_are_read(read: Read) -> None:
    facts = read(zips.build([Entry("AndroidManifest.xml", MANIFEST.data, zip64=True)]))
    assert _package(facts) == "com.example.bank"
    assert facts.archive.entries[0].bytes == len(MANIFEST.data)


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a\\b", b"\xff\xfe", "", "a\nb", "classes.dex/"])
def test_names_that_lead_elsewhere_are_told(read: Read, name: str | bytes) -> None:
    facts = read(zips.build([MANIFEST, Entry(name, b"")]))
    assert "unsafe_name" in {kind for kind, _ in _kinds(facts)}


def test_a_size_that_lies_is_told_and_the_rest_still_read(read: Read) -> None:
    facts = read(zips.build([Entry("AndroidManifest.xml", MANIFEST.data + b"more", size=len(MANIFEST.data))]))
    assert ("size_differs", "AndroidManifest.xml") in _kinds(facts)
    assert _package(facts) == "com.example.bank"


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (PackageLimits(entry_bytes=1000), "entry_bytes (1000)"),
        (PackageLimits(inflated_bytes=100_000), "inflated_bytes (100000)"),
        (PackageLimits(inflation_ratio=10), "inflation_ratio (10)"),
    ],
)
def test_a_bomb_meets_a_limit_that_is_named(read: Read, limits: PackageLimits, name: str) -> None:
    facts = read(zips.build([MANIFEST, Entry("classes.dex", bytes(1 << 20))]), limits)
    assert [entry.reason for entry in facts.unreadable if entry.part == "code"] == [f"over the limit {name}"]
    assert _package(facts) == "com.example.bank"


def test_a_claim_that_deflate_cannot_keep_is_refused_without_memory(read: Read) -> None:
    facts = read(zips.build([MANIFEST, Entry("classes.dex", b"small", size=500 << 20)]))
    assert "over the limit inflation_ratio (1200)" in {entry.reason for entry in facts.unreadable}


def test_too_many_entries_and_too_large_a_file(read: Read) -> None:
    data = zips.build([MANIFEST, Entry("a", b""), Entry("b", b"")])
    assert read(data, PackageLimits(entries=2)).unreadable[0].reason == "over the limit entries (2)"
    assert read(data, PackageLimits(file_bytes=10)).unreadable[0].reason == "over the limit file_bytes (10)"


@pytest.mark.parametrize("cut", [1, 21, 60, 200])
def test_a_truncated_package_is_unreadable_not_clean(read: Read, cut: int) -> None:
    facts = read(zips.build([MANIFEST])[:-cut])
    assert "no end-of-central-directory record" in facts.unreadable[0].reason


def test_a_broken_record_is_told_and_those_before_it_are_read(read: Read) -> None:
    data = bytearray(zips.build([MANIFEST, Entry("assets/a", b"")]))
    data[data.rindex(b"PK\x01\x02")] = 0
    facts = read(bytes(data))
    assert _package(facts) == "com.example.bank"
    assert "record 1 of 2" in facts.unreadable[0].reason


def test_of_a_set_of_packages_the_base_is_examined_and_the_others_are_named(read: Read) -> None:
    base = zips.build([MANIFEST, MANIFEST])
    split = zips.build([Entry("AndroidManifest.xml", axml.manifest("com.example.bank.split"))])
    for deflate in (False, True):
        files = [
            Entry("splits/base-en.apk", split),
            Entry("splits/base-master.apk", base, deflate=deflate),
            Entry("toc.pb", b""),
        ]
        facts = read(zips.build(files))
        assert (facts.format, _package(facts)) == ("apks", "com.example.bank")
        assert ("duplicate_name", "AndroidManifest.xml") in _kinds(facts)
        assert facts.archive.entries[0].path == "splits/base-en.apk"
        assert any("1 other packages were not" in entry.reason for entry in facts.unreadable)


@pytest.mark.parametrize(
    ("format_", "names"),
    [
        ("ipa", ["Payload/Bank.app/Info.plist"]),
        ("hap", ["module.json", "ets/modules.abc"]),
        ("harmony-app", ["pack.info", "entry.hap"]),
        ("aab", ["BundleConfig.pb", "base/manifest/AndroidManifest.xml"]),
    ],
)
def test_other_kinds_of_packages_are_recognised_and_said_to_be_unexamined(
    read: Read, format_: str, names: list[str]
) -> None:
    facts = read(zips.build([Entry(name, b"x") for name in names]))
    assert facts.format == format_
    assert [(entry.part, "not examined yet" in entry.reason) for entry in facts.unreadable] == [("code", True)]


def test_a_mini_program_and_a_mere_zip(read: Read) -> None:
    assert read(b"\xbe" + bytes(12) + b"\xed" + b"rest").format == "wxapkg"
    facts = read(zips.build([Entry("readme.txt", b"x")]))
    assert (facts.format, facts.unreadable[0].part) == ("unknown", "archive")
