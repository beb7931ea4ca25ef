"""Could the code be seen? A named packer, or components whose classes are in no dex file.

In: facts and the catalogue's packers. Out: ``Protection``. What is *limited* here is never called clean later: a
shell loads the real code at run time, so its absence from the dex files proves nothing about the app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from finwatch.model.base import Text
from finwatch.model.examination import Evidence, Protection
from finwatch.model.knowledge import Packer
from finwatch.model.locator import FileAt, ManifestAt, SearchedAt
from finwatch.model.package import ArchiveEntry, Component, Manifest, PackageFacts

_ANDROID = {"apk", "apks", "aab"}
"""Formats that carry dex files; of the others nothing is known but that their code was not read."""
_PAYLOAD_BYTES = 16_384
_DENSE = 0.98
"""Packed to unpacked size above which deflate found no pattern: compressed or encrypted content."""
_PAYLOADS_CITED = 4
_COMPONENTS_CITED = 8
_MEDIA = (
    ".png", ".webp", ".jpg", ".jpeg", ".gif", ".mp3", ".mp4", ".m4a", ".ogg", ".aac", ".wav", ".webm", ".ttf", ".otf",
    ".woff", ".woff2", ".zip", ".gz", ".br", ".zst", ".xz", ".7z",
)  # fmt: skip
"""Files that are dense by nature."""


def judge(facts: PackageFacts, packers: Sequence[Packer]) -> Protection:
    """The packer, if one left its files or classes, and whether the code that runs is the code that was read."""
    if not facts.code.dex and (facts.format not in _ANDROID or _unread_code(facts)):
        said = Text(zh=f"没有读到代码（格式 {facts.format}）", en=f"no code was read (format {facts.format})")
        return Protection(extent="limited", evidence=(Evidence(says=said, at=SearchedAt(extent=facts.format)),))
    paths: dict[str, list[str]] = {}
    for entry in facts.archive.entries:
        paths.setdefault(entry.path.rpartition("/")[2], []).append(entry.path)
    found = [(packer, evidence) for packer in packers if (evidence := tuple(_traces(facts, packer, paths)))]
    missing = (*_missing_evidence(facts), *_rest_of_set(facts))
    if not found and not missing:
        return Protection(extent="full")
    payloads = tuple(_payloads(facts.archive.entries))
    if not found:
        return Protection(extent="limited", evidence=(*missing, *payloads))
    packer, traces = max(found, key=lambda hit: len(hit[1]))
    others = tuple(item for other, evidence in found if other is not packer for item in evidence)
    return Protection(packer=packer.id, extent="limited", evidence=(*traces, *others, *missing, *payloads))


def declared_classes(manifest: Manifest) -> tuple[Component, ...]:
    """The components whose class the package must bring: all that are enabled, without aliases."""
    return tuple(entry for entry in manifest.components if entry.enabled and entry.kind != "activity-alias")


def has_package_of(facts: PackageFacts, class_name: str) -> bool:
    """Some class of the package is in the same Java package (first three names) as ``class_name`` (with dots).

    ``False`` proves that the class is absent; ``True`` does not prove that it is there.
    """
    package = ".".join(class_name.split(".")[:-1][:3])
    return any(count.name == package for count in facts.code.packages)


def is_launcher(component: Component) -> bool:
    """The user starts it from the home screen."""
    return any(
        "android.intent.action.MAIN" in intents.actions and "android.intent.category.LAUNCHER" in intents.categories
        for intents in component.intent_filters
    )


def _traces(facts: PackageFacts, packer: Packer, paths: Mapping[str, Sequence[str]]) -> Iterator[Evidence]:
    for path in [path for name in packer.files for path in paths.get(name, ())]:
        said = Text(zh=f"{packer.name.zh} 的文件", en=f"a file of {packer.name.en}")
        yield Evidence(says=said, at=FileAt(path=path), quote=path)
    for hit in facts.code.prefixes:
        if hit.prefix in packer.prefixes:
            said = Text(zh=f"{packer.name.zh} 的外壳类", en=f"a class of the shell of {packer.name.en}")
            yield Evidence(says=said, at=FileAt(path=hit.dex), quote=hit.example)


def _missing_evidence(facts: PackageFacts) -> tuple[Evidence, ...]:
    """Declared classes that are in no dex file, when they are so many or so central that the app cannot run as read."""
    manifest = facts.manifest
    if manifest is None or _unread_code(facts):
        return ()
    declared = declared_classes(manifest)
    absent = [entry for entry in declared if not has_package_of(facts, entry.name)]
    application_absent = manifest.application is not None and not has_package_of(facts, manifest.application)
    central = application_absent or any(is_launcher(entry) for entry in absent)
    if not central and not len(absent) * 2 > len(declared) > 1:
        return ()
    evidence = []
    if application_absent:
        said = Text(
            zh="声明的 Application 类不在任何 dex 文件中", en="the declared application class is in no dex file"
        )
        at = ManifestAt(element="manifest/application", attribute="android:name", line=manifest.application_line)
        evidence.append(Evidence(says=said, at=at, quote=manifest.application))
    for entry in absent[:_COMPONENTS_CITED]:
        said = Text(zh="声明的组件类不在任何 dex 文件中", en="the class of a declared component is in no dex file")
        at = ManifestAt(element=entry.element, attribute="android:name", line=entry.line)
        evidence.append(Evidence(says=said, at=at, quote=entry.name))
    return tuple(evidence)


def _unread_code(facts: PackageFacts) -> bool:
    """The dex files were there and could not be read: that is damage, said in ``unreadable``, not protection."""
    return any(entry.part in {"code", "archive"} for entry in facts.unreadable)


def _rest_of_set(facts: PackageFacts) -> Iterator[Evidence]:
    """The packages of a set beside its base, which may bring code of their own (split by feature) and were not read."""
    if facts.format == "apks":
        for entry in facts.unreadable:
            if entry.part == "archive":
                said = Text(zh="这是一组安装包，只检测了其中一部分", en=f"a set of packages: {entry.reason}")
                yield Evidence(says=said, at=entry.at or SearchedAt(extent=facts.format))


def _payloads(entries: Sequence[ArchiveEntry]) -> Iterator[Evidence]:
    dense = [
        entry
        for entry in entries
        if entry.path.startswith("assets/")
        and entry.bytes >= _PAYLOAD_BYTES
        and entry.packed_bytes >= _DENSE * entry.bytes
        and entry.method == 8
        and not entry.path.lower().endswith(_MEDIA)
    ]
    for entry in sorted(dense, key=lambda entry: (-entry.bytes, entry.path))[:_PAYLOADS_CITED]:
        said = Text(
            zh="资源文件内容无规律，可能是加密的代码", en="an asset without any pattern, as encrypted code would look"
        )
        yield Evidence(
            says=said, at=FileAt(path=entry.path), quote=f"{entry.bytes} bytes, {entry.packed_bytes} deflated"
        )
