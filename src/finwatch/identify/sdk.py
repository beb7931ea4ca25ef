"""Which third-party components are in the package, each with what shows it.

In: facts and the catalogue's SDKs. Out: ``SdkUse``, in order of ids. Classes are matched by exact Java packages,
components and libraries by exact names; nothing is matched as a substring. An SDK is not *third-party* in an app of
its own maker: where the app's own package lies below an SDK's prefix, that SDK is the app itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from finwatch.identify.protection import has_package_of
from finwatch.model.base import Text
from finwatch.model.examination import Evidence, SdkUse
from finwatch.model.knowledge import Sdk
from finwatch.model.locator import FileAt, ManifestAt
from finwatch.model.package import PackageFacts, PrefixHit

_CITED = 6
"""Pieces of evidence of each sort kept per SDK."""


def uses(facts: PackageFacts, sdks: Sequence[Sdk], *, hidden: bool) -> tuple[SdkUse, ...]:
    """The SDKs of the package. ``hidden``: the code could not be seen, so the manifest alone is believed.

    Where the code is visible, a component that is declared but has no class there is a leftover and shows nothing.
    """
    owners = {prefix: sdk.id for sdk in sdks for prefix in sdk.prefixes}
    hits = {hit.prefix: hit for hit in facts.code.prefixes}
    declared = _declared(facts, owners, hidden=hidden)
    exact = {name: sdk.id for sdk in sdks for name in sdk.components}
    libraries = _libraries(facts)
    found = []
    for sdk in sorted(sdks, key=lambda sdk: sdk.id):
        if _is_the_app(facts, sdk):
            continue
        own = [hits[prefix] for prefix in sorted(sdk.prefixes) if _own_classes(prefix, hits, owners) > 0]
        evidence = (
            *_class_evidence(own),
            *declared.get(sdk.id, ())[:_CITED],
            *_component_evidence(facts, sdk, exact, hidden=hidden),
            *_library_evidence(sdk, libraries),
        )
        if evidence:
            prefixes = tuple(hit.prefix for hit in own)
            found.append(
                SdkUse(
                    id=sdk.id,
                    name=sdk.name,
                    vendor=sdk.vendor,
                    purpose=sdk.purpose,
                    prefixes=prefixes,
                    evidence=evidence,
                )
            )
    return tuple(found)


def longest_prefix(class_path: str, prefixes: Mapping[str, str]) -> str | None:
    """The longest of ``prefixes`` (ending in a slash) above ``class_path`` (``com/x/Y``)."""
    end = class_path.rfind("/")
    while end > 0:
        if (prefix := class_path[: end + 1]) in prefixes:
            return prefix
        end = class_path.rfind("/", 0, end)
    return None


def _is_the_app(facts: PackageFacts, sdk: Sdk) -> bool:
    if facts.manifest is None:
        return False
    own = facts.manifest.package.replace(".", "/") + "/"
    return any(own.startswith(prefix) for prefix in sdk.prefixes)


def _own_classes(prefix: str, hits: Mapping[str, PrefixHit], owners: Mapping[str, str]) -> int:
    """Classes below the prefix that no longer prefix of *another* SDK takes away."""
    hit = hits.get(prefix)
    if hit is None:
        return 0
    below = [other for other in hits if other != prefix and other.startswith(prefix) and other in owners]
    outermost = [other for other in below if not any(o != other and other.startswith(o) for o in below)]
    return hit.classes - sum(hits[other].classes for other in outermost if owners[other] != owners[prefix])


def _class_evidence(hits: Sequence[PrefixHit]) -> Iterator[Evidence]:
    for hit in hits[:_CITED]:
        said = Text(zh=f"{hit.prefix} 下有 {hit.classes} 个类", en=f"{hit.classes} classes below {hit.prefix}")
        yield Evidence(says=said, at=FileAt(path=hit.dex), quote=hit.example)


def _declared(facts: PackageFacts, owners: Mapping[str, str], *, hidden: bool) -> dict[str, list[Evidence]]:
    """Components and meta-data whose name lies below an SDK's prefix, by SDK."""
    found: dict[str, list[Evidence]] = {}
    if facts.manifest is None:
        return found
    for component in facts.manifest.components:
        prefix = longest_prefix(component.name.replace(".", "/"), owners)
        if prefix is None or not (hidden or has_package_of(facts, component.name)):
            continue
        said = Text(zh="清单中声明了它的组件", en="the manifest declares a component of it")
        at = ManifestAt(element=component.element, attribute="android:name", line=component.line)
        found.setdefault(owners[prefix], []).append(Evidence(says=said, at=at, quote=component.name))
    for number, pair in enumerate(facts.manifest.meta_data, start=1):
        prefix = longest_prefix(pair.name.replace(".", "/"), owners)
        if prefix is None or not (hidden or owners[prefix] in found):
            continue
        said = Text(zh="清单中有它的配置项", en="the manifest carries a setting of it")
        element = f"manifest/application/meta-data[{number}]"
        at = ManifestAt(element=element, attribute="android:name", line=pair.line)
        found.setdefault(owners[prefix], []).append(Evidence(says=said, at=at, quote=pair.name))
    return found


def _component_evidence(
    facts: PackageFacts, sdk: Sdk, exact: Mapping[str, str], *, hidden: bool
) -> tuple[Evidence, ...]:
    if facts.manifest is None or not sdk.components:
        return ()
    said = Text(zh="清单中声明了它的组件", en="the manifest declares a component of it")
    return tuple(
        Evidence(
            says=said,
            at=ManifestAt(element=component.element, attribute="android:name", line=component.line),
            quote=component.name,
        )
        for component in facts.manifest.components
        if exact.get(component.name) == sdk.id and (hidden or has_package_of(facts, component.name))
    )[:_CITED]


def _libraries(facts: PackageFacts) -> dict[str, str]:
    """File name to the first path in the package, of everything that ends in ``.so``."""
    paths = sorted(
        {entry.path for entry in facts.archive.entries if entry.path.endswith(".so")}
        | {library.path for library in facts.native_libraries}
    )
    return {path.rpartition("/")[2]: path for path in reversed(paths)}


def _library_evidence(sdk: Sdk, libraries: Mapping[str, str]) -> Iterator[Evidence]:
    for name in [name for name in sdk.libraries if name in libraries][:_CITED]:
        said = Text(zh="有它的本地库", en="a native library of it")
        yield Evidence(says=said, at=FileAt(path=libraries[name]), quote=name)
