"""The form beside the package: its name, label, version, file, shell, icon, and what no package shows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from finwatch.model.base import Text
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Examination, Match, PackageSummary, Verdict
from finwatch.model.knowledge import Knowledge, Packer
from finwatch.model.locator import FileAt, ManifestAt, SearchedAt, SigningAt
from finwatch.supervise.bench.declared import Declared
from finwatch.supervise.bench.line import FiledFile, Line, Seen, Side, Standing
from finwatch.supervise.bench.wording import folded, same_name, same_version

MATERIALS = ("NIFA-6",)
ICON_ALIKE = 0.93
ICON_OTHER = 0.75
"""Likeness of two icons above which they are one picture, and below which they are two; between, a person looks."""
_SUSPECTED = frozenset({Verdict.SUSPECTED_COUNTERFEIT, Verdict.SUSPECTED_REPACKAGED})
_HINTS = 5
_NAMES = 3


def lines(declared: Declared, seen: Seen, knowledge: Knowledge) -> Iterator[Line]:
    """Every line about the package, permissions and components apart."""
    yield from _file(declared, seen.file)
    examination = seen.examination
    if examination is None:
        return
    yield from _identity(declared, examination.package, seen.labels)
    yield _signers(declared, examination.package)
    yield _sdk_levels(examination.package)
    yield _hardening(declared, examination, knowledge)
    yield _icon(declared, seen)
    yield _ipv6(declared, examination)
    yield from (_likeness(match) for match in examination.matches if match.verdict in _SUSPECTED)


# Whom it resembles ---------------------------------------------------------------------------------------------------


def _likeness(match: Match) -> Line:
    """A package that may imitate another: only a person can tell, so nothing is proposed for the letter."""
    reasons = match.reasons
    return Line(
        key=f"package:likeness:{match.app}:{match.sha256 or ''}",
        side=Side.PACKAGE,
        field="package_file",
        label=Text(zh="疑似仿冒", en="suspected imitation"),
        observed=(match.app,),
        standing=Standing.UNSEEN,
        why=Text(
            zh=f"疑似仿冒或重打包 {match.app}，须人工确认：{'；'.join(one.says.zh for one in reasons)}。",
            en=f"It may imitate or repackage {match.app}; a person must confirm it: "
            f"{'; '.join(one.says.en for one in reasons)}.",
        ),
        evidence=tuple(one for reason in reasons for one in reason.evidence),
    )


# The file ------------------------------------------------------------------------------------------------------------


def _file(declared: Declared, file: FiledFile | None) -> Iterator[Line]:
    if file is None:
        return
    at = FileAt(path=file.name)
    yield compared(
        field="package_size",
        label=Text(zh="安装包大小（字节）", en="package size (bytes)"),
        declared=() if declared.file_size is None else (f"{declared.file_size:,}",),
        observed=(f"{file.bytes:,}",),
        same=declared.file_size == file.bytes,
        at=at,
        differs=Text(
            zh=f"填报的安装包大小与所提交文件的实际大小（{file.bytes:,}字节）不一致，"
            "请核对所提交的安装包是否为拟备案版本。",
            en=f"The package size stated differs from the file handed in ({file.bytes:,} bytes). Please check that the "
            "file is the version to be filed.",
        ),
        clauses=MATERIALS,
    )
    yield compared(
        field="package_md5",
        label=Text(zh="安装包MD5", en="package MD5"),
        declared=(declared.file_md5,) if declared.file_md5 else (),
        observed=(file.md5,),
        same=folded(declared.file_md5 or "") == file.md5,
        at=at,
        differs=Text(
            zh=f"填报的安装包MD5与所提交文件计算所得值（{file.md5}）不一致，请核对并重新提交一致的安装包和摘要值。",
            en=f"The MD5 stated is not that of the file handed in ({file.md5}). Please hand in a file and a digest "
            "that "
            "belong together.",
        ),
        missing=Text(zh="未填写安装包MD5，请补充。", en="The MD5 of the package is not stated; please add it."),
        clauses=MATERIALS,
    )
    yield compared(
        field="package_sha256",
        label=Text(zh="安装包SHA-256", en="package SHA-256"),
        declared=(declared.file_sha256,) if declared.file_sha256 else (),
        observed=(file.sha256,),
        same=folded(declared.file_sha256 or "") == file.sha256,
        at=at,
        differs=Text(
            zh=f"填报的安装包SHA-256与所提交文件计算所得值（{file.sha256}）不一致，"
            "请核对并重新提交一致的安装包和摘要值。",
            en=f"The SHA-256 stated is not that of the file handed in ({file.sha256}). Please hand in a file and a "
            "digest "
            "that belong together.",
        ),
        clauses=MATERIALS,
    )


# What the manifest says ----------------------------------------------------------------------------------------------


def _identity(declared: Declared, package: PackageSummary, labels: tuple[str, ...]) -> Iterator[Line]:
    shown = tuple(dict.fromkeys((*((package.label,) if package.label else ()), *labels)))
    names = "”“".join(shown[:_NAMES])
    yield compared(
        field="package",
        label=Text(zh="包名", en="package name"),
        declared=(declared.package,) if declared.package else (),
        observed=(package.id,) if package.id else (),
        same=declared.package == package.id,
        at=ManifestAt(element="manifest", attribute="package"),
        differs=Text(
            zh=f"填报的包名为“{declared.package}”，所提交安装包的包名为“{package.id}”。"
            "请核对后更正填报内容或重新提交安装包。",
            en=f"The form states the package name “{declared.package}”; the package handed in is named “{package.id}”. "
            "Please correct the form or hand in the right package.",
        ),
        missing=Text(zh="未填写包名，请补充。", en="The package name is not stated; please add it."),
        clauses=MATERIALS,
    )
    yield compared(
        field="name",
        label=Text(zh="软件名称", en="name of the app"),
        declared=(declared.name,) if declared.name else (),
        observed=shown,
        same=any(same_name(declared.name or "", one) for one in shown),
        at=ManifestAt(element="manifest/application", attribute="android:label"),
        differs=Text(
            zh=f"填报的软件名称为“{declared.name}”，安装后显示的名称为“{names}”。请核对并保持一致，如属简称请予说明。",
            en=f"The form names the app “{declared.name}”; once installed it is shown as “{names}”. Please "
            "make "
            "the two agree, or explain where one is a short form.",
        ),
        missing=Text(zh="未填写软件名称，请补充。", en="The name of the app is not stated; please add it."),
        clauses=MATERIALS,
    )
    yield compared(
        field="version",
        label=Text(zh="软件版本", en="version"),
        declared=(declared.version,) if declared.version else (),
        observed=(package.version_name,) if package.version_name else (),
        same=same_version(declared.version or "", package.version_name or ""),
        at=ManifestAt(element="manifest", attribute="android:versionName"),
        differs=Text(
            zh=f"填报的软件版本为“{declared.version}”，所提交安装包的版本为“{package.version_name}”。"
            "请核对后提交与填报版本一致的安装包。",
            en=f"The form states version “{declared.version}”; the package handed in is version "
            f"“{package.version_name}”. Please hand in the package of the version that is stated.",
        ),
        missing=Text(zh="未填写软件版本，请补充。", en="The version is not stated; please add it."),
        clauses=MATERIALS,
    )


def _signers(declared: Declared, package: PackageSummary) -> Line:
    """The certificates: each one of the package must be among those stated, where any is."""
    found = tuple(dict.fromkeys(signer.sha256 for signer in package.signers))
    strange = [one for one in found if one not in declared.signers]
    base = {
        "key": "package:signers",
        "side": Side.PACKAGE,
        "field": "signers",
        "label": Text(zh="签名证书SHA-256", en="signing certificates, SHA-256"),
        "declared": declared.signers,
        "observed": found,
        "evidence": tuple(
            _evidence(signer.subject, signer.subject, SigningAt(scheme=signer.scheme), signer.sha256)
            for signer in package.signers
        ),
    }
    if not found:
        return Line(**base, standing=Standing.UNSEEN, why=Text(zh="未能读取签名证书。", en="No certificate was read."))
    if not declared.signers:
        return Line(**base, standing=Standing.UNDECLARED)
    if not strange:
        return Line(**base, standing=Standing.AGREES)
    sentence = Text(
        zh=f"所提交安装包的签名证书（SHA-256：{strange[0]}）不在填报的证书之列，请核对签名证书或更正填报内容。",
        en=f"The package handed in is signed with a certificate (SHA-256 {strange[0]}) that the form does not state. "
        "Please check the certificate or correct the form.",
    )
    return Line(**base, standing=Standing.DIFFERS, clauses=MATERIALS, sentence=sentence)


def _sdk_levels(package: PackageSummary) -> Line:
    levels = [f"{name} {value}" for name, value in (("min", package.min_sdk), ("target", package.target_sdk)) if value]
    return Line(
        key="package:sdk_levels",
        side=Side.PACKAGE,
        field="",
        label=Text(zh="最低/目标系统版本（API级别）", en="lowest and target system (API level)"),
        observed=tuple(levels),
        standing=Standing.UNDECLARED if levels else Standing.UNSEEN,
        why=None if levels else Text(zh="清单未写明。", en="The manifest does not tell."),
        evidence=(
            _evidence("清单", "the manifest", ManifestAt(element="manifest/uses-sdk"), ", ".join(levels)),
        ) if levels else (),
    )  # fmt: skip


# Shell, icon, network ------------------------------------------------------------------------------------------------


def _hardening(declared: Declared, examination: Examination, knowledge: Knowledge) -> Line:
    protection = examination.package.protection
    known = {packer.id: packer for packer in knowledge.packers}
    found = known.get(protection.packer or "")
    stated = _packer(declared.hardening, knowledge.packers)
    observed = (found.name.zh,) if found else ()
    base = {
        "key": "package:hardening",
        "side": Side.PACKAGE,
        "field": "protection_vendor",
        "label": Text(zh="第三方安全加固单位", en="hardening by a third party"),
        "declared": (declared.hardening,) if declared.hardening else (),
        "observed": observed,
    }
    if found and not declared.hardening:
        sentence = Text(
            zh=f"安装包中可见“{found.name.zh}”的加固特征，表中未填写第三方安全加固单位，请补充填报。",
            en=f"The package bears the traces of “{found.name.en}”; the form names no hardening vendor. Please add it.",
        )
        return Line(**base, standing=Standing.UNDECLARED, evidence=protection.evidence[:_HINTS], sentence=sentence)
    if found and stated is not None and stated.id != found.id:
        sentence = Text(
            zh=f"填报的加固单位为“{declared.hardening}”，安装包中可见的是“{found.name.zh}”的加固特征，请核对。",
            en=f"The form names “{declared.hardening}” as hardening vendor; the traces in the package are those of "
            f"“{found.name.en}”. Please check.",
        )
        return Line(**base, standing=Standing.DIFFERS, evidence=protection.evidence[:_HINTS], sentence=sentence)
    if found and stated is not None:
        return Line(**base, standing=Standing.AGREES, evidence=protection.evidence[:_HINTS])
    if stated is not None and protection.extent == "full":
        sentence = Text(
            zh=f"填报的加固单位为“{declared.hardening}”，所提交安装包中未见其加固特征。"
            "请说明所提交的是否为加固后的发布版本。",
            en=f"The form names “{declared.hardening}” as hardening vendor; the package handed in bears no trace of "
            "it. "
            "Please say whether it is the version that will be released.",
        )
        searched = _evidence(
            "全部文件名与类名", "all names of files and classes", SearchedAt(extent="*, classes*.dex"), None
        )
        return Line(**base, standing=Standing.DIFFERS, evidence=(searched,), sentence=sentence)
    if not declared.hardening and protection.extent == "full":
        none = Text(zh="未填写，安装包中也未见加固特征。", en="None is stated, and the package shows none.")
        return Line(**base, standing=Standing.AGREES, why=none)
    why = Text(
        zh="加固特征无法对应到填报的单位（不在特征库中，或代码未能读全）。",
        en="The traces cannot be tied to the vendor stated: it is not in the catalogue, or the code was not read "
        "whole.",
    )
    return Line(**base, standing=Standing.UNSEEN, why=why, evidence=protection.evidence[:_HINTS])


def _packer(stated: str | None, packers: tuple[Packer, ...]) -> Packer | None:
    """The packer that the form names, if the catalogue knows it."""
    if not stated:
        return None
    name = folded(stated)
    for packer in packers:
        for own in (packer.name.zh, packer.name.en, packer.id):
            brand = folded(own).replace("加固", "")
            if len(brand) >= 2 and (brand in name or name in brand):
                return packer
    return None


def _icon(declared: Declared, seen: Seen) -> Line:
    icon = seen.icon
    likeness = icon.likeness if icon else None
    alike, other = (likeness is not None and likeness >= ICON_ALIKE), (likeness is not None and likeness < ICON_OTHER)
    standing = Standing.AGREES if alike else Standing.DIFFERS if other else Standing.UNSEEN
    why = Text(
        zh="图标未提交、不是位图或无法比较。", en="No icon was handed in, or it is no picture that can be compared."
    )
    if likeness is not None:
        why = Text(zh=f"像素相似度 {likeness:.0%}", en=f"pixels alike to {likeness:.0%}")
    sentence = Text(
        zh="所提交的软件图标与安装包内的启动图标不一致，请核对并提交与发布版本一致的图标。",
        en="The icon handed in is not the launcher icon of the package. Please hand in the icon of the release.",
    )
    return Line(
        key="package:icon",
        side=Side.PACKAGE,
        field="icon",
        label=Text(zh="软件图标", en="icon"),
        declared=(declared.icon[:12],) if declared.icon else (),
        observed=(icon.path,) if icon else (),
        standing=standing,
        why=why,
        evidence=(_evidence("安装包内的启动图标", "launcher icon of the package", FileAt(path=icon.path), None),)
        if icon
        else (),
        clauses=MATERIALS if other else (),
        sentence=sentence if other else None,
    )


def _ipv6(declared: Declared, examination: Examination) -> Line:
    """Whether it works over IPv6 shows at run time only; addresses written out in IPv4 are told as a hint."""
    written = [one for one in examination.endpoints if _is_ipv4(one.host)]
    stated = {True: ("是",), False: ("否",), None: ()}[declared.ipv6]
    return Line(
        key="package:ipv6",
        side=Side.PACKAGE,
        field="ipv6",
        label=Text(zh="是否支持IPv6", en="works over IPv6"),
        declared=stated,
        observed=tuple(dict.fromkeys(one.host for one in written))[:_HINTS],
        standing=Standing.UNSEEN,
        why=Text(
            zh="静态检查看不出是否支持IPv6；列出的是代码中直接写明的IPv4地址。",
            en="A package at rest does not show it; listed are addresses that its code writes out in IPv4.",
        ),
        evidence=tuple(
            _evidence("IPv4地址", "an IPv4 address", one.at, one.url or one.host) for one in written[:_HINTS]
        ),
    )


def _is_ipv4(host: str) -> bool:
    try:
        return isinstance(ipaddress.ip_address(host), ipaddress.IPv4Address)
    except ValueError:
        return False


# One line ------------------------------------------------------------------------------------------------------------


def _evidence(zh: str, en: str, at: FileAt | ManifestAt | SigningAt | object, quote: str | None) -> Evidence:
    return Evidence.model_validate({"says": Text(zh=zh, en=en), "at": at, "quote": quote})


def compared(
    *,
    field: str,
    label: Text,
    declared: tuple[str, ...],
    observed: tuple[str, ...],
    same: bool,
    at: FileAt | ManifestAt,
    differs: Text,
    missing: Text | None = None,
    clauses: tuple[str, ...] = (),
) -> Line:
    """A line about one value: what could not be seen is never called a mismatch."""
    standing, sentence, why = Standing.AGREES, None, None
    if not observed:
        standing, why = (
            Standing.UNSEEN,
            Text(zh="安装包的这一部分未能读取。", en="This part of the package was not read."),
        )
    elif not declared:
        standing, sentence = Standing.UNDECLARED, missing
    elif not same:
        standing, sentence = Standing.DIFFERS, differs
    evidence = (_evidence("安装包所示", "as the package shows", at, observed[0]),) if observed else ()
    return Line(
        key=f"package:{field}",
        side=Side.PACKAGE,
        field=field,
        label=label,
        declared=declared,
        observed=observed,
        standing=standing,
        why=why,
        evidence=evidence,
        clauses=clauses if sentence else (),
        sentence=sentence,
    )
