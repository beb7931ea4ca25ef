"""The form's lists beside the package: permissions that are asked for, components that are built in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from finwatch.checks.ownership import BUILDING_BLOCKS
from finwatch.checks.policy.components import is_called
from finwatch.model.base import Text
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Examination, SdkUse
from finwatch.model.knowledge import Knowledge, Sdk
from finwatch.model.locator import ManifestAt, SearchedAt
from finwatch.supervise.bench.declared import Declared, DeclaredSdk
from finwatch.supervise.bench.line import Line, Side, Standing
from finwatch.supervise.bench.wording import folded, listed

PERMISSIONS = ("NIFAM-perm", "JRT0092-5.2.2")
COMPONENTS = ("NIFA-6",)
WORTH_TELLING = frozenset({"dangerous", "special"})
"""Levels of permissions whose absence from the form is told; others open no personal information."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_CITED = 12
_TIDY = re.compile(r"权限|允许|应用|程序|[（(].*?[)）]")


def permission_lines(declared: Declared, examination: Examination, knowledge: Knowledge) -> Iterator[Line]:
    """Permissions asked for and not filed; filed and not asked for."""
    asked = tuple(dict.fromkeys(examination.package.permissions))
    base = {"side": Side.PACKAGE, "field": "permissions", "declared": declared.permissions}
    label = Text(zh="应用权限", en="permissions")
    if _unread(examination, "manifest"):
        why = Text(zh="清单未能读取，权限无从比对。", en="The manifest was not read: permissions cannot be compared.")
        yield Line(**base, key="package:permissions", label=label, standing=Standing.UNSEEN, why=why)
        return
    named, strange = _permissions(declared.permissions, knowledge)
    shown = [one for one in asked if one not in named and _worth(one, knowledge)]
    unknown = None
    if strange:
        told = listed(strange)
        unknown = Text(
            zh=f"以下填报内容无法对应到系统权限，缺项是否即为其中之一需人工核对：{told.zh}",
            en="These entries match no permission of the platform; whether one of them is meant, a person must see: "
            f"{told.en}",
        )
    standing = Standing.AGREES
    if shown:
        standing = Standing.UNSEEN if strange else Standing.DIFFERS if declared.permissions else Standing.UNDECLARED
    names = listed(_called(one, knowledge) for one in shown)
    sentence = Text(
        zh=f"安装包清单申请了以下权限而表中未列：{names.zh}。请补充填报并说明用途，确无必要的请在后续版本中移除。",
        en=f"The package asks for these permissions that the form does not list: {names.en}. Please list them with "
        "their purpose, or remove those that are not needed in a later version.",
    )
    yield Line(
        **base,
        key="package:permissions",
        label=label,
        observed=asked,
        standing=standing,
        why=unknown if shown else None,
        evidence=tuple(_asked(one) for one in (shown or asked)[:_CITED]),
        clauses=PERMISSIONS if shown and not strange else (),
        sentence=sentence if shown and not strange else None,
    )
    idle = [one for one in named if one not in asked]
    if idle:
        names = listed(_called(one, knowledge) for one in idle)
        yield Line(
            **base,
            key="package:permissions:idle",
            label=Text(zh="填报而未申请的权限", en="permissions filed and not asked for"),
            observed=asked,
            standing=Standing.DIFFERS,
            evidence=(_nowhere("清单中无此权限", "no such permission in the manifest", "AndroidManifest.xml"),),
            clauses=PERMISSIONS,
            sentence=Text(
                zh=f"表中列有而安装包清单未申请的权限：{names.zh}。请核对所提交版本并更正填报内容。",
                en=f"The form lists permissions that the package does not ask for: {names.en}. Please check the "
                "version "
                "and correct the form.",
            ),
        )


def _permissions(entries: Iterable[str], knowledge: Knowledge) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The permissions that the entries name, and the entries that name none that is known."""
    short = {name.rpartition(".")[2]: name for name in reversed(list(knowledge.permissions))}
    titles = {_TIDY.sub("", folded(one.title.zh)): name for name, one in knowledge.permissions.items()}
    named: dict[str, None] = {}
    strange: list[str] = []
    for entry in entries:
        word = max(_NAME.findall(entry), key=len, default="")
        if "." in word:
            named[word] = None
        elif word.upper() in short:
            named[short[word.upper()]] = None
        elif (title := _TIDY.sub("", folded(entry))) in titles:
            named[titles[title]] = None
        else:
            strange.append(entry)
    return tuple(named), tuple(strange)


def _worth(name: str, knowledge: Knowledge) -> bool:
    known = knowledge.permissions.get(name)
    return known is not None and known.level in WORTH_TELLING


def _called(name: str, knowledge: Knowledge) -> str:
    known = knowledge.permissions.get(name)
    short = name.removeprefix("android.permission.")
    return f"{short}（{known.title.zh}）" if known else short


def _asked(name: str) -> Evidence:
    at = ManifestAt(element="manifest/uses-permission", attribute="android:name")
    return Evidence(says=Text(zh="清单申请的权限", en="asked for in the manifest"), at=at, quote=name)


# Components ----------------------------------------------------------------------------------------------------------


def component_lines(declared: Declared, examination: Examination, knowledge: Knowledge) -> Iterator[Line]:
    """Components found and not filed; filed, known to the catalogue, and not found."""
    label = Text(zh="第三方SDK", en="third-party components")
    found = [sdk for sdk in examination.sdks if sdk.purpose not in BUILDING_BLOCKS]
    base = {"side": Side.PACKAGE, "field": "sdks", "declared": tuple(_row(row) for row in declared.sdks)}
    known = {sdk.id: sdk for sdk in knowledge.sdks}
    limited = _hidden(examination)
    untold = [use for use in found if not any(_is(use, row, known) for row in declared.sdks)]
    near = [use for use in untold if any(_vendor(use, row, known) for row in declared.sdks)]
    missing = [use for use in untold if use not in near]
    standing = Standing.UNSEEN if limited or near else Standing.AGREES
    if missing:
        standing = Standing.DIFFERS if declared.sdks else Standing.UNDECLARED
    names = listed(use.name.zh for use in missing)
    english = listed(use.name.en for use in missing)
    yield Line(
        **base,
        key="package:sdks",
        label=label,
        observed=tuple(_use(use) for use in found),
        standing=standing,
        why=_why(near, limited),
        evidence=tuple(item for use in (missing or found) for item in use.evidence[:2])[: 2 * _CITED],
        clauses=COMPONENTS if missing else (),
        sentence=Text(
            zh=f"安装包中可识别出以下第三方SDK而表中未列：{names.zh}。请补充填报其名称、版本、用途和调用方，"
            "或说明其未被使用。",
            en=f"These third-party components can be recognised in the package and are not in the form: {english.en}. "
            "Please add name, version, purpose and caller, or explain that they are not used.",
        )
        if missing
        else None,
    )
    yield from _versions(declared, found, known)
    if not limited:
        yield from _idle(declared, found, knowledge, base)


def _versions(declared: Declared, found: list[SdkUse], known: dict[str, Sdk]) -> Iterator[Line]:
    for use in found:
        for row in declared.sdks:
            if use.version and row.version and _is(use, row, known) and folded(use.version) != folded(row.version):
                yield Line(
                    key=f"package:sdk_version:{use.id}",
                    side=Side.PACKAGE,
                    field="sdks",
                    label=Text(zh=f"SDK版本：{use.name.zh}", en=f"component version: {use.name.en}"),
                    declared=(row.version,),
                    observed=(use.version,),
                    standing=Standing.DIFFERS,
                    evidence=use.evidence[:2],
                    clauses=COMPONENTS,
                    sentence=Text(
                        zh=f"填报的{use.name.zh}版本为“{row.version}”，安装包中为“{use.version}”，请核对。",
                        en=f"The form states version “{row.version}” of {use.name.en}; the package holds "
                        f"“{use.version}”. Please check.",
                    ),
                )


def _idle(declared: Declared, found: list[SdkUse], knowledge: Knowledge, base: Mapping[str, object]) -> Iterator[Line]:
    """Rows whose component the catalogue could recognise, and that is not there."""
    have = {use.id for use in found}
    idle = []
    for row in declared.sdks:
        meant = [sdk for sdk in knowledge.sdks if sdk.prefixes and _names(sdk, row)]
        if meant and not any(sdk.id in have for sdk in meant):
            idle.append(row.name)
    if idle:
        names = listed(idle)
        yield Line.model_validate(
            {
                **base,
                "key": "package:sdks:idle",
                "label": Text(zh="填报而未识别到的SDK", en="components filed and not recognised"),
                "standing": Standing.DIFFERS,
                "evidence": (_nowhere("代码中未见其类", "none of their classes in the code", "classes*.dex"),),
                "clauses": COMPONENTS,
                "sentence": Text(
                    zh=f"表中列有而所提交安装包中未识别到的SDK：{names.zh}。请核对该版本是否实际集成。",
                    en=f"The form lists components that were not recognised in the package: {names.en}. Please check "
                    "whether this version holds them.",
                ),
            }
        )


def _is(use: SdkUse, row: DeclaredSdk, known: dict[str, Sdk]) -> bool:
    """Whether a row of the form is about a component: by its Java package, or by its own name."""
    if row.package:
        path = row.package.strip().replace(".", "/").rstrip("/") + "/"
        if any(path.startswith(prefix) or prefix.startswith(path) for prefix in use.prefixes):
            return True
    own = {_bare(use.name.zh), _bare(use.name.en), _bare(use.id)}
    if _bare(row.name) in own:
        return True
    return any(len(name) >= (2 if not name.isascii() else 4) and name in _bare(row.name) for name in own)


def _vendor(use: SdkUse, row: DeclaredSdk, known: dict[str, Sdk]) -> bool:
    """Whether a row may be about a component, as it names its vendor or brand."""
    sdk = known.get(use.id)
    return sdk is not None and is_called(sdk, row.name)


def _names(sdk: Sdk, row: DeclaredSdk) -> bool:
    return _bare(row.name) in {_bare(sdk.name.zh), _bare(sdk.name.en)}


def _bare(name: str) -> str:
    return re.sub(r"sdk|[_\-()（）·.]|服务|组件|android|安卓", "", folded(name))


def _why(near: list[SdkUse], limited: bool) -> Text | None:
    zh, en = [], []
    if limited:
        zh.append("代码未能读全（加固、损坏或超限），未识别到的不代表没有。")
        en.append("The code was not read whole (packed, damaged or over a limit): what was not found may be there.")
    if near:
        names = listed(use.name.zh for use in near)
        zh.append(f"以下组件仅提供方与表中某行相近，需人工核对：{names.zh}。")
        en.append(f"Of these only the vendor resembles a row of the form; a person must see: {names.en}.")
    return Text(zh="".join(zh), en=" ".join(en)) if zh else None


def _row(row: DeclaredSdk) -> str:
    return f"{row.name} {row.version}" if row.version else row.name


def _use(use: SdkUse) -> str:
    return f"{use.name.zh} {use.version}" if use.version else use.name.zh


def _hidden(examination: Examination) -> bool:
    return examination.package.protection.extent == "limited" or _unread(examination, "code")


def _unread(examination: Examination, part: str) -> bool:
    return any(one.part == part for one in examination.unreadable)


def _nowhere(zh: str, en: str, extent: str) -> Evidence:
    return Evidence(says=Text(zh=zh, en=en), at=SearchedAt(extent=extent))
