"""The form beside what stores show now: developer, version, package, certificate, ICP number."""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.model.base import Text
from finwatch.model.evidence import Evidence
from finwatch.model.listing import Listing
from finwatch.model.locator import ListingAt
from finwatch.model.view import ListingSpan
from finwatch.supervise.bench.declared import Declared
from finwatch.supervise.bench.line import Line, Seen, Side, Standing
from finwatch.supervise.bench.wording import folded, newer, same_organisation, same_version

CHANGES = ("NIFA-11", "NIFA-12")
SAME_PACKAGE = ("NIFAM-pkg",)


def newest(spans: tuple[ListingSpan, ...]) -> tuple[ListingSpan, ...]:
    """Of each market the newest version that it lists now."""
    found: dict[str, ListingSpan] = {}
    for span in spans:
        known = found.get(span.market)
        if span.gone_at is None and (known is None or _order(span) > _order(known)):
            found[span.market] = span
    return tuple(found[market] for market in sorted(found))


def _order(span: ListingSpan) -> tuple[int, str]:
    return span.listing.version_code or 0, span.first_seen.isoformat()


def lines(declared: Declared, seen: Seen) -> Iterator[Line]:
    """Every line about the markets, one market after the other."""
    for span in newest(seen.listings):
        name = seen.markets.get(span.market)
        for line in _of(declared, seen, span.listing):
            yield line if name is None else _named(line, span.market, name)


def _of(declared: Declared, seen: Seen, listing: Listing) -> Iterator[Line]:
    yield _developer(declared, seen.institution, listing)
    yield _version(declared, listing)
    if seen.examination is not None:
        yield from _package(declared, seen, listing)
    if declared.icp and listing.icp_number:
        yield _icp(declared.icp, listing)


def _named(line: Line, market: str, name: Text) -> Line:
    """The line with the market's name in place of its id; key and places keep the id."""
    label = Text(
        zh=line.label.zh.replace(f"{market}：", f"{name.zh}：", 1),
        en=line.label.en.replace(f"{market}:", f"{name.en}:", 1),
    )
    said = line.sentence and Text(
        zh=line.sentence.zh.replace(f"“{market}”", f"“{name.zh}”", 1),
        en=line.sentence.en.replace(f"“{market}”", f"“{name.en}”", 1),
    )
    return line.model_copy(update={"label": label, "sentence": said})


def _developer(declared: Declared, institution: tuple[str, ...], listing: Listing) -> Line:
    own = (*institution, *((declared.developer,) if declared.developer else ()))
    developer = listing.developer
    base = _base(
        listing, "developer", "developer", Text(zh="开发者", en="developer"), declared=own[:1], observed=developer
    )
    if developer is None:
        return Line(**base, standing=Standing.UNSEEN, why=_SILENT)
    if same_organisation(developer, own):
        return Line(**base, standing=Standing.AGREES)
    name = own[0] if own else ""
    return Line(
        **base,
        standing=Standing.DIFFERS,
        sentence=Text(
            zh=f"应用市场“{listing.market}”显示的开发者为“{developer}”，与提交机构“{name}”不一致。请说明两者关系，"
            "或更正该市场的开发者信息。",
            en=f"The market “{listing.market}” shows “{developer}” as developer, not “{name}”. Please explain how the "
            "two "
            "are related, or have the market corrected.",
        ),
    )


def _version(declared: Declared, listing: Listing) -> Line:
    shown = listing.version_name
    base = _base(
        listing,
        "version",
        "version",
        Text(zh="在架版本", en="version listed"),
        declared=(declared.version,) if declared.version else (),
        observed=shown,
    )
    if shown is None or not declared.version:
        return Line(**base, standing=Standing.UNSEEN, why=_SILENT)
    if same_version(shown, declared.version):
        return Line(**base, standing=Standing.AGREES)
    later = newer(shown, declared.version)
    if later is None:
        why = Text(
            zh="版本号格式不同，先后需人工判断。",
            en="The versions are written unlike; which is newer, a person must see.",
        )
        return Line(**base, standing=Standing.UNSEEN, why=why)
    if not later:
        why = Text(
            zh="市场在架的是更早的版本，填报版本可能尚未发布。",
            en="The market lists an earlier version; the one filed may not be out yet.",
        )
        return Line(**base, standing=Standing.UNSEEN, why=why)
    return Line(
        **base,
        standing=Standing.DIFFERS,
        clauses=CHANGES,
        sentence=Text(
            zh=f"应用市场“{listing.market}”在架版本为“{shown}”，新于填报版本“{declared.version}”。请提交现行版本，"
            "或按变更要求办理。",
            en=f"The market “{listing.market}” lists version “{shown}”, newer than “{declared.version}” as filed. "
            "Please "
            "file the version in use, or file it as a change.",
        ),
    )


def _package(declared: Declared, seen: Seen, listing: Listing) -> Iterator[Line]:
    assert seen.examination is not None
    package = seen.examination.package
    signers = {signer.sha256 for signer in package.signers}
    if listing.signer_sha256 and signers:
        base = _base(
            listing,
            "signer_sha256",
            "signers",
            Text(zh="签名证书", en="signing certificate"),
            declared=tuple(sorted(signers)),
            observed=", ".join(listing.signer_sha256),
        )
        if signers & set(listing.signer_sha256):
            yield Line(**base, standing=Standing.AGREES)
        else:
            sentence = Text(
                zh=f"应用市场“{listing.market}”同包名软件的签名证书与所提交安装包不同。"
                "请确认该市场的版本是否由贵机构发布，如非贵机构发布请告知。",
                en=f"On the market “{listing.market}” the app of this package name is signed with another certificate "
                "than "
                "the package handed in. Please say whether you published it; if not, tell us.",
            )
            yield Line(**base, standing=Standing.DIFFERS, clauses=SAME_PACKAGE, sentence=sentence)
    same = declared.version and listing.version_name and same_version(listing.version_name, declared.version)
    if same and listing.package_sha256:
        base = _base(
            listing,
            "package_sha256",
            "package",
            Text(zh="在架安装包摘要", en="digest of the package listed"),
            declared=(package.sha256,),
            observed=listing.package_sha256,
        )
        if listing.package_sha256 == package.sha256:
            yield Line(**base, standing=Standing.AGREES)
        else:
            sentence = Text(
                zh=f"应用市场“{listing.market}”同版本安装包的SHA-256与备案包不一致。如为渠道包，请说明差异；"
                "否则请提交与在架一致的安装包。",
                en=f"The package of this version on the market “{listing.market}” has another SHA-256 than the one "
                "filed. "
                "If it is a channel build, please explain the difference; if not, hand in the package that is listed.",
            )
            yield Line(**base, standing=Standing.DIFFERS, clauses=SAME_PACKAGE, sentence=sentence)


def _icp(stated: str, listing: Listing) -> Line:
    shown = listing.icp_number or ""
    base = _base(
        listing, "icp_number", "icp", Text(zh="ICP备案号", en="ICP number"), declared=(stated,), observed=shown
    )
    one, other = folded(stated), folded(shown)
    if one in other or other in one:
        return Line(**base, standing=Standing.AGREES)
    return Line(
        **base,
        standing=Standing.DIFFERS,
        sentence=Text(
            zh=f"填报的ICP备案号为“{stated}”，应用市场“{listing.market}”显示为“{shown}”，请核对。",
            en=f"The form states the ICP number “{stated}”; the market “{listing.market}” shows “{shown}”. Please "
            "check.",
        ),
    )


_SILENT = Text(zh="表中或该市场未给出此项。", en="The form or the market does not give it.")


def _base(
    listing: Listing, name: str, field: str, label: Text, *, declared: tuple[str, ...], observed: str | None
) -> dict[str, object]:
    market = listing.market
    at = ListingAt(market=market, app=listing.app, field=name, capture=listing.capture)
    seen = f"{listing.seen:%Y-%m-%d %H:%M} UTC"
    says = Text(zh=f"市场 {market} 于 {seen} 显示", en=f"shown by market {market} at {seen}")
    return {
        "key": f"market:{market}:{name}",
        "side": Side.MARKET,
        "field": field,
        "label": Text(zh=f"{market}：{label.zh}", en=f"{market}: {label.en}"),
        "declared": declared,
        "observed": (observed,) if observed else (),
        "evidence": (Evidence(says=says, at=at, quote=observed),) if observed else (),
    }
