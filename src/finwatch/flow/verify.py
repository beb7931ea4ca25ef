"""Is this app filed, and is this package the one that was filed? Answered from a signed list alone.

What comes in: a package or a filing number, and a published list whose signature was checked. What goes out:
``Verified``, with each respect that was compared and where. A package counts as the filed app when a signature that
holds was made by a certificate that was filed, or by one that a proof of rotation (APK signature scheme v3) ties to it:
a new key is no false alarm. A package that only resembles a filed app is *suspected*; a person has to confirm it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from finwatch.errors import InputError
from finwatch.flow.mapping import mapped
from finwatch.identify import describe
from finwatch.likeness import compare
from finwatch.likeness.signer import PUBLIC_KEYS, signers_of
from finwatch.likeness.thresholds import ICON_BITS
from finwatch.model.approved import Answered, ApprovedApp, ApprovedHead, ApprovedState, Verified
from finwatch.model.base import Text
from finwatch.model.examination import Candidate, Evidence, Match, Reason, Verdict
from finwatch.model.knowledge import Knowledge
from finwatch.model.locator import FileAt, ManifestAt, SearchedAt, SigningAt
from finwatch.model.package import PackageFacts
from finwatch.transparency import signature
from finwatch.transparency.approved_list import app_of, canonical, read
from finwatch.transparency.keys import Trusted

if TYPE_CHECKING:  # whoever verifies offline has no store and no lake, and does not wait for their libraries
    from finwatch.flow.examine import PackageReader
    from finwatch.lake import Lake
    from finwatch.store import Store

HOLDING = ApprovedState.FILED
_SUSPECTED = frozenset({Verdict.SUSPECTED_COUNTERFEIT, Verdict.SUSPECTED_REPACKAGED})


@dataclass(frozen=True)
class Listed:
    """A signed list, open to be gone through."""

    path: Path
    head: ApprovedHead
    sha256: str

    def apps(self, *, worth: Callable[[str], bool] = lambda _: True) -> Iterable[ApprovedApp]:
        """Its rows, one after another; only those whose text is ``worth`` reading, where it is given, which makes a
        list of a whole country a matter of a second. Raises ``InputError`` naming a line that is none."""
        with self.path.open(encoding="utf-8", newline="\n") as file:
            _, rows = read(file)
            for row in rows:
                if worth(row):
                    yield app_of(row)


def open_list(path: Path, *, signed: Path | None = None, trusted: Sequence[Trusted]) -> Listed:
    """The list in a file, its signature (default: beside it, ``NAME.sig``) checked.

    Raises ``InputError`` when a file cannot be read or the signature does not make the list believable.
    """
    beside = signed or path.with_name(path.name + ".sig")
    try:
        told = signature.parse(beside.read_text("utf-8"))
        with path.open(encoding="utf-8", newline="\n") as file:
            head, _ = read(file)
        with mapped(path) as data:
            refused = signature.refusal(data, told, trusted, at=head.at)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path} or {beside} cannot be read ({why}).",
            zh=f"无法读取 {path} 或 {beside}（{why}）。",
            todo="Fetch the list and its .sig again.",
        ) from error
    if refused is None and told.origin != head.origin:
        refused = Text(zh="名单与签名的来源不同", en="the list and its signature are of different origins")
    if refused is not None:
        raise InputError(
            f"{path} is not to be believed: {refused.en}.",
            zh=f"{path} 不可信：{refused.zh}。",
            todo="Fetch the list, its .sig and the key again from where they are published.",
        )
    return Listed(path=path, head=head, sha256=told.sha256)


def open_own(store: Store, lake: Lake, *, trusted: Sequence[Trusted], folder: Path) -> Listed:
    """The newest list of this installation, its signature checked. ``folder`` takes the signature for a moment."""
    published = store.approved.list()
    beside = folder / "approved.json.sig"
    beside.write_text(published.signature, "utf-8")
    return open_list(lake.blobs.path(published.sha256), signed=beside, trusted=trusted)


def by_number(number: str, listed: Listed) -> tuple[Verified, ...]:
    """What the list says of a filing number: one answer for each platform, or one that it has none."""
    wanted = number.strip()
    written = canonical(wanted)
    found = [app for app in listed.apps(worth=lambda row: written in row) if app.number == wanted]
    if not found:
        says = Text(zh=f"名单中没有备案编号“{wanted}”", en=f"the list has no filing number “{wanted}”")
        return (_answer(wanted, listed, Answered.NOT_FILED, (Reason(says=says, evidence=_searched(listed)),)),)
    told = []
    for app in found:
        says = Text(zh=f"备案编号在名单中，平台 {app.platform}", en=f"the number is in the list, for {app.platform}")
        reasons = (Reason(says=says, evidence=_searched(listed)), *_standing(app))
        told.append(_answer(wanted, listed, Answered.GENUINE, reasons, app=app))
    return tuple(told)


def by_package(path: Path, listed: Listed, *, reader: PackageReader, knowledge: Knowledge) -> Verified:
    """What the list says of a package. Raises ``OSError`` when the file cannot be opened."""
    facts = reader.read(path, watch=knowledge.watch)
    return of_facts(facts, listed, asked=path.name, knowledge=knowledge)


def of_facts(facts: PackageFacts, listed: Listed, *, asked: str, knowledge: Knowledge) -> Verified:
    """What the list says of a package that was read."""
    if facts.manifest is None or not facts.manifest.package:
        return _unreadable(facts, listed, asked)
    near = _near(facts, listed.apps(worth=_worth(facts)))
    if near.filed is not None:
        return _filed(facts, near.filed, listed, asked)
    subject = describe(facts, listing=None, knowledge=knowledge)
    if near.hand is not None:  # signed by an institution of the list: nobody imitates who signs with a filed key
        subject = subject.model_copy(
            update={"identity": subject.identity.model_copy(update={"institution": near.hand.institution})}
        )
    matches = compare(subject, [_candidate(app) for app in near.like])
    suspected = [match for match in matches if match.verdict in _SUSPECTED]
    if suspected:
        return _suspected(facts, suspected, near, listed, asked)
    reasons = [Reason(says=_NOT_FILED, evidence=_searched(listed))]
    reasons += [_related(match) for match in matches]
    if any(app.package == facts.manifest.package and not app.signers for app in near.like):
        reasons.append(Reason(says=_NO_CERTIFICATE))
    if any(entry.part in {"signing", "archive"} for entry in facts.unreadable):
        reasons.append(Reason(says=_SIGNATURE_UNREAD))
    return _answer(asked, listed, Answered.NOT_FILED, tuple(reasons), sha256=facts.sha256, matches=tuple(matches))


_NOT_FILED = Text(zh="名单中没有由该签名者发布的这个包名", en="the list has no app of this package name by this signer")
_NO_CERTIFICATE = Text(
    zh="名单中有同名的包，但未载明签名证书：仅凭包名无法判断是否为同一应用",
    en="the list has this package name without a certificate: by its name alone it cannot be said to be that app",
)
_SIGNATURE_UNREAD = Text(
    zh="签名未能读取：无法判断由谁发布", en="its signatures could not be read: who published it cannot be said"
)


@dataclass
class _Near:
    """The rows of the list that matter for one package."""

    filed: ApprovedApp | None = None
    hand: ApprovedApp | None = None
    """A filed app of another package name that the same hand signed."""
    like: list[ApprovedApp] = field(default_factory=list)


def _near(facts: PackageFacts, apps: Iterable[ApprovedApp]) -> _Near:
    """The row of the very app, and those that could be taken for it: same package name, same signer, like icon."""
    assert facts.manifest is not None
    package = facts.manifest.package
    hands = frozenset(signers_of(facts)) - PUBLIC_KEYS
    phash = int(facts.icon.phash, 16) if facts.icon and facts.icon.phash else None
    near = _Near()
    for app in apps:
        if app.platform != "android":
            continue
        shared = not hands.isdisjoint(app.signers)
        if shared and app.state is not ApprovedState.REGISTERED:
            near.hand = near.hand or app
        same = shared or any(version.sha256 == facts.sha256 for version in app.versions)
        if app.package == package and same and app.state is not ApprovedState.REGISTERED:
            near.filed = _better(near.filed, app)
        elif app.package == package or shared or _icon_near(phash, app):
            near.like.append(app)
    return near


_PHASH = re.compile(r'"phash":"([0-9A-Fa-f]+)"')


def _worth(facts: PackageFacts) -> Callable[[str], bool]:
    """Whether the text of a row can be one that ``_near`` takes: it has one of the texts, or an icon that is alike."""
    package = canonical(facts.manifest.package if facts.manifest else "")
    told = (package, facts.sha256, *sorted(frozenset(signers_of(facts)) - PUBLIC_KEYS))
    phash = int(facts.icon.phash, 16) if facts.icon and facts.icon.phash else None

    def worth(row: str) -> bool:
        for text in told:  # a loop: a generator for each of 133,000 rows takes a tenth of a second more
            if text in row:
                return True
        if phash is None or (icon := _PHASH.search(row)) is None:
            return False
        return (phash ^ int(icon[1], 16)).bit_count() <= ICON_BITS

    return worth


def _better(one: ApprovedApp | None, other: ApprovedApp) -> ApprovedApp:
    """Of two rows for one app the one whose filing holds, else the later: a new filing after one that ended."""
    if one is None:
        return other
    return max((one, other), key=lambda app: (app.state is HOLDING, app.filed is not None and app.filed, app.id))


def _icon_near(phash: int | None, app: ApprovedApp) -> bool:
    return phash is not None and app.icon is not None and (phash ^ int(app.icon.phash, 16)).bit_count() <= ICON_BITS


def _candidate(app: ApprovedApp) -> Candidate:
    """A row as an app to compare with: official only once it was filed, for that is what the association checked."""
    return Candidate(
        app=app.package,
        sha256=next((version.sha256 for version in reversed(app.versions) if version.sha256), None),
        label=app.names[0] if app.names else None,
        names=app.names,
        institution=app.institution,
        official=app.state is not ApprovedState.REGISTERED,
        signers=app.signers,
        icon_phash=app.icon.phash if app.icon else None,
        icon_colours=app.icon.colours if app.icon else None,
    )


def _filed(facts: PackageFacts, app: ApprovedApp, listed: Listed, asked: str) -> Verified:
    version = next((one for one in app.versions if one.sha256 == facts.sha256), None)
    reasons = [_package_reason(facts), *_signer_reasons(facts, app)]
    at = (
        Evidence(says=Text(zh="文件的 SHA-256", en="SHA-256 of the file"), at=FileAt(path=asked), quote=facts.sha256),
    )
    if version is not None:
        says = Text(
            zh=f"安装包与备案的版本 {version.version}（{version.day}）逐字节相同",
            en=f"byte for byte the package that was filed as version {version.version} on {version.day}",
        )
        answer = Answered.GENUINE
    else:
        known = "、".join(one.version for one in app.versions) or "—"
        here = (facts.manifest.version_name if facts.manifest else None) or "?"
        says = Text(
            zh=f"该安装包（版本 {here}）不在已备案版本之列：{known}",
            en=f"this package (version {here}) is none of those filed: {known.replace('、', ', ')}",
        )
        answer = Answered.OTHER_VERSION
    reasons.append(Reason(says=says, evidence=at))
    return _answer(asked, listed, answer, (*reasons, *_standing(app)), app=app, sha256=facts.sha256)


def _suspected(facts: PackageFacts, suspected: Sequence[Match], near: _Near, listed: Listed, asked: str) -> Verified:
    """The gravest suspicion first: the same package name, then the likeness."""
    first = max(suspected, key=lambda match: (match.verdict is Verdict.SUSPECTED_REPACKAGED, match.respects.name or 0))
    app = next(one for one in near.like if one.package == first.app and one.state is not ApprovedState.REGISTERED)
    name = app.names[0] if app.names else app.package
    says = Text(
        zh=f"疑似仿冒“{name}”（{app.institution}，备案编号 {app.number}），须经人工确认",
        en=f"suspected to imitate “{name}” of {app.institution}, filed under {app.number}; a person must confirm it",
    )
    return _answer(
        asked,
        listed,
        Answered.SUSPECTED_COUNTERFEIT,
        (Reason(says=says), *first.reasons),
        app=app,
        sha256=facts.sha256,
        matches=tuple(suspected),
    )


def _unreadable(facts: PackageFacts, listed: Listed, asked: str) -> Verified:
    reasons = tuple(
        Reason(says=Text(zh=f"{entry.part}：{entry.why('zh')}", en=f"{entry.part}: {entry.why('en')}"))
        for entry in facts.unreadable
    )
    none = Reason(says=Text(zh="没有可读取的清单文件", en="there is no manifest in it that can be read"))
    return _answer(asked, listed, Answered.UNREADABLE, reasons or (none,), sha256=facts.sha256)


def _package_reason(facts: PackageFacts) -> Reason:
    assert facts.manifest is not None
    says = Text(zh=f"包名相同：{facts.manifest.package}", en=f"the same package name: {facts.manifest.package}")
    at = ManifestAt(element="manifest", attribute="package")
    return Reason(says=says, evidence=(Evidence(says=says, at=at, quote=facts.manifest.package),))


def _signer_reasons(facts: PackageFacts, app: ApprovedApp) -> list[Reason]:
    """By which filed certificate it is signed: itself, or through a proof of rotation."""
    found = []
    for place, signer in enumerate(facts.signing.signers):
        if not signer.verified:
            continue
        at = SigningAt(scheme=signer.scheme, signer=place)
        if signer.sha256 in app.signers:
            says = Text(
                zh="由已备案的证书签名，签名有效", en="signed by a certificate that was filed; the signature holds"
            )
            found.append(Reason(says=says, evidence=(Evidence(says=says, at=at, quote=signer.sha256),)))
        elif earlier := [one for one in signer.lineage if one in app.signers]:
            says = Text(
                zh="签名证书已更换，由轮换证明（v3）与已备案的证书相连",
                en="signed by a new certificate that a proof of rotation (v3) ties to one that was filed",
            )
            quote = f"{earlier[-1]} → {signer.sha256}"
            found.append(Reason(says=says, evidence=(Evidence(says=says, at=at, quote=quote),)))
    return found


def _standing(app: ApprovedApp) -> tuple[Reason, ...]:
    """That a filing does not hold now."""
    if app.state is HOLDING:
        return ()
    says = {
        ApprovedState.REGISTERED: Text(zh="仅已登记，尚未通过备案", en="registered only: the filing has not passed"),
        ApprovedState.EXPIRED: Text(zh=f"备案已于 {app.ended} 过期", en=f"the filing expired on {app.ended}"),
        ApprovedState.CANCELLED: Text(zh=f"备案已于 {app.ended} 注销", en=f"the filing was cancelled on {app.ended}"),
    }[app.state]
    return (Reason(says=says),)


def _related(match: Match) -> Reason:
    says = Text(
        zh=f"与名单中的 {match.app} 有关联，但不足以怀疑：{'；'.join(one.says.zh for one in match.reasons)}",
        en=f"related to {match.app} of the list, which is no suspicion: "
        f"{'; '.join(one.says.en for one in match.reasons)}",
    )
    return Reason(says=says)


def _searched(listed: Listed) -> tuple[Evidence, ...]:
    number, day = listed.head.number, f"{listed.head.at:%Y-%m-%d}"
    says = Text(zh=f"第 {number} 期名单，{day}", en=f"list {number} of {day}")
    return (Evidence(says=says, at=SearchedAt(extent=f"approved list {number}"), quote=listed.sha256),)


def _answer(
    asked: str,
    listed: Listed,
    answer: Answered,
    reasons: tuple[Reason, ...],
    *,
    app: ApprovedApp | None = None,
    sha256: str | None = None,
    matches: tuple[Match, ...] = (),
) -> Verified:
    return Verified(
        asked=asked,
        sha256=sha256,
        answer=answer,
        app=app,
        holds=app is not None and app.state is HOLDING,
        reasons=reasons,
        matches=matches,
        list_number=listed.head.number,
        list_at=listed.head.at,
        list_sha256=listed.sha256,
    )
