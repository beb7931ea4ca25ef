"""Our reading of every package of the corpora against aapt2's: manifest, components, label, icon."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from finwatch.model.knowledge import WatchList
from finwatch.model.package import Manifest, PackageFacts
from finwatch.package import Reader
from tests.kit import aapt, corpora

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not corpora.PACKAGES.is_dir(), reason=corpora.ABSENT),
    pytest.mark.skipif(shutil.which("aapt2") is None, reason="Debian's aapt is not installed"),
]

APKS = corpora.packages(".apk")
WATCH = WatchList()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def _manifest(reader: Reader, path: Path) -> Manifest:
    manifest = reader.read(path, watch=WATCH).manifest
    assert manifest is not None
    return manifest


@pytest.mark.parametrize("path", APKS, ids=lambda path: path.name)
def test_identity_versions_permissions_label_and_icon(reader: Reader, path: Path) -> None:
    theirs = aapt.badging(path)
    ours = _manifest(reader, path)
    assert ours.package == theirs.package["name"]
    assert (ours.version_name or "") == theirs.package["versionName"]
    assert str(ours.version_code) == theirs.package["versionCode"]
    assert _number(ours.min_sdk) == theirs.single.get("sdkVersion")
    assert _number(ours.target_sdk) == theirs.single.get("targetSdkVersion")
    assert [permission.name for permission in ours.permissions] == theirs.permissions
    assert (ours.label or "") == theirs.labels.get("", "")
    assert {label.label for label in ours.labels} == set(theirs.labels.values())
    _same_icon(ours.icon, theirs)


def _same_icon(ours: str | None, theirs: aapt.Badging) -> None:
    """aapt2 names the drawable that a new phone takes, an adaptive icon in XML where there is one; we name the
    densest picture of the same resource, because pictures can be compared."""
    if not theirs.icons:
        return
    assert ours is not None
    pictures = {density: icon for density, icon in theirs.icons.items() if not icon.endswith(".xml")}
    if pictures or ours.endswith(".xml"):
        assert ours in theirs.icons.values()
    else:
        assert PurePosixPath(ours).stem in {PurePosixPath(icon).stem for icon in theirs.icons.values()}


@pytest.mark.parametrize("path", APKS, ids=lambda path: path.name)
def test_components_with_their_lines(reader: Reader, path: Path) -> None:
    root = aapt.manifest(path)
    application = next(child for child in root.children if child.name == "application")
    theirs = [
        (child.name, _class(root, child.attributes["name"]), _bool(child.attributes.get("exported")), child.line)
        for child in application.children
        if child.name in aapt.KINDS
    ]
    ours = _manifest(reader, path)
    assert [(one.kind, one.name, one.exported_declared, one.line) for one in ours.components] == theirs
    filters = [
        [child.line for child in component.children if child.name == "intent-filter"]
        for component in application.children
        if component.name in aapt.KINDS
    ]
    assert [len(one.intent_filters) for one in ours.components] == [len(lines) for lines in filters]


@pytest.mark.parametrize("path", corpora.packages(), ids=lambda path: path.name)
def test_every_file_gives_a_document_or_says_why_not(reader: Reader, path: Path) -> None:
    facts = reader.read(path, watch=WATCH)
    assert facts.bytes == path.stat().st_size
    assert facts.manifest is not None or any(entry.reason for entry in facts.unreadable)
    if path.suffix == ".apk":
        assert facts.format == "apk"
        assert facts.code.dex
        assert facts.unreadable == _known_damage(path, facts)


def _known_damage(path: Path, facts: PackageFacts) -> tuple[object, ...]:
    return facts.unreadable if path.name in DAMAGED else ()


DAMAGED: dict[str, str] = {}
"""Packages of the corpora of which some part cannot be read, and why."""


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _class(root: aapt.Element, name: str) -> str:
    if name.startswith("."):
        return root.attributes["package"] + name
    return name if "." in name else f"{root.attributes['package']}.{name}"


def _bool(value: str | None) -> bool | None:
    return None if value is None else value == "true"
