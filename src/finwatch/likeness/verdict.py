"""What likeness amounts to, by rules that a person can follow.

For each candidate, in this order (*signer* always means: a certificate of a verified signature, or one that a proof of
rotation ties to it; a key that anybody has counts as nobody's):

1. A signer in common: the same package name is ``same_app`` (no other version known) or ``other_version``; another
   package name is ``related``. A proven change of key is never held against an app.
2. The candidate is not official, its signers are not known, or the subject's own signature could not be read: nobody is
   accused. The same code, or the same package name, under two signers is ``related``, with what is not known said.
3. The subject is itself signed by a known institution: ``related`` when code is the same (suppliers sell one app to
   many banks), else nothing.
4. The same package name as an official app: ``suspected_repackaged``. A subject without any signature that holds must
   have the same code or the same icon too: an unfinished build is not yet a copy.
5. Another package name and the same code: ``suspected_repackaged`` if name or icon is alike too, else ``related``.
6. Another package name, a name alike that is more than words of the trade, and the same icon:
   ``suspected_counterfeit``.

Everything else is no match. A name alone, an icon alone never suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finwatch import _native
from finwatch.likeness.candidate import labels
from finwatch.likeness.icon import IconLikeness, compare_icons
from finwatch.likeness.name import NameLikeness, compare_names
from finwatch.likeness.signer import PUBLIC_KEYS, signers_of, unread
from finwatch.likeness.thresholds import CODE_COPY, NAME_ALIKE
from finwatch.model.base import Text
from finwatch.model.examination import Candidate, Evidence, Match, Reason, Respects, Subject, Verdict
from finwatch.model.locator import FileAt, ManifestAt, SearchedAt, SigningAt
from finwatch.model.package import PackageFacts


def compare(subject: Subject, candidates: Sequence[Candidate]) -> tuple[Match, ...]:
    """The candidates that ``subject`` resembles, each with verdict and reasons, sorted by app and SHA-256.

    A candidate that is the very file of ``subject`` is left out.
    """
    matches = [
        match
        for candidate in candidates
        if candidate.sha256 != subject.facts.sha256
        if (match := _match(_Pair.of(subject, candidate))) is not None
    ]
    return tuple(sorted(matches, key=lambda match: (match.app, match.sha256 or "")))


@dataclass(frozen=True)
class _Pair:
    """A subject and a candidate, compared in every respect."""

    subject: Subject
    candidate: Candidate
    ours: frozenset[str]
    theirs: frozenset[str]
    name: NameLikeness | None
    icon: IconLikeness | None
    code: float | None

    @classmethod
    def of(cls, subject: Subject, candidate: Candidate) -> _Pair:
        facts, listing = subject.facts, subject.listing
        icon = (facts.icon.phash, facts.icon.colours) if facts.icon else (None, None)
        names = [*labels(facts.manifest), *(listing.names.values() if listing else ())]
        return cls(
            subject=subject,
            candidate=candidate,
            ours=frozenset(signers_of(facts)),
            theirs=frozenset(candidate.signers),
            name=compare_names(names, [*candidate.names, *([candidate.label] if candidate.label else [])]),
            icon=compare_icons(icon, (candidate.icon_phash, candidate.icon_colours)),
            code=_code(subject, candidate),
        )

    @property
    def shared(self) -> frozenset[str]:
        return (self.ours & self.theirs) - PUBLIC_KEYS

    @property
    def known(self) -> bool:
        """The candidate's signer is somebody."""
        return bool(self.theirs - PUBLIC_KEYS)

    @property
    def same_package(self) -> bool:
        manifest = self.subject.facts.manifest
        return manifest is not None and bool(manifest.package) and manifest.package == self.candidate.app

    @property
    def same_code(self) -> bool:
        return self.code is not None and self.code >= CODE_COPY

    @property
    def name_alike(self) -> bool:
        return self.name is not None and self.name.distinctive and self.name.score >= NAME_ALIKE

    @property
    def icon_alike(self) -> bool:
        return self.icon is not None and self.icon.alike

    @property
    def respects(self) -> Respects:
        signer = None if not (self.ours and self.known) else float(bool(self.shared))
        return Respects(
            name=None if self.name is None else self.name.score,
            icon=None if self.icon is None else self.icon.score,
            code=None if self.code is None else round(self.code, 4),
            signer=signer,
        )


def code_alike(first: PackageFacts, second: PackageFacts) -> float | None:
    """The share of code that two packages have in common, 0 … 1; ``None`` = the code of one could not be seen."""
    ours, theirs = first.code, second.code
    if not ours.signature or not theirs.signature or ours.signature_version != theirs.signature_version:
        return None
    return _native.similarity(list(ours.signature), list(theirs.signature))


def _code(subject: Subject, candidate: Candidate) -> float | None:
    code = subject.facts.code
    if not code.signature or not candidate.code_signature or code.signature_version != candidate.code_signature_version:
        return None
    return _native.similarity(list(code.signature), list(candidate.code_signature))


def _match(pair: _Pair) -> Match | None:
    verdict = _verdict(pair)
    if verdict is None:
        return None
    return Match(
        app=pair.candidate.app,
        sha256=pair.candidate.sha256,
        respects=pair.respects,
        verdict=verdict,
        reasons=tuple(_reasons(pair, verdict)),
    )


def _verdict(pair: _Pair) -> Verdict | None:
    if pair.shared:
        return _same_hand(pair)
    related = Verdict.RELATED if pair.same_code or pair.same_package else None
    if not pair.candidate.official or not pair.known or unread(pair.subject.facts):
        return related
    if pair.subject.identity.institution is not None:
        return Verdict.RELATED if pair.same_code else None
    if pair.same_package:
        telling = bool(pair.ours) or pair.same_code or pair.icon_alike
        return Verdict.SUSPECTED_REPACKAGED if telling else Verdict.RELATED
    if pair.same_code:
        return Verdict.SUSPECTED_REPACKAGED if pair.name_alike or pair.icon_alike else Verdict.RELATED
    return Verdict.SUSPECTED_COUNTERFEIT if pair.name_alike and pair.icon_alike else None


def _same_hand(pair: _Pair) -> Verdict:
    if not pair.same_package:
        return Verdict.RELATED
    manifest = pair.subject.facts.manifest
    ours, theirs = manifest.version_code if manifest else None, pair.candidate.version_code
    return Verdict.SAME_APP if theirs is None or ours is None or ours == theirs else Verdict.OTHER_VERSION


def _reasons(pair: _Pair, verdict: Verdict) -> list[Reason]:
    reasons = [_signer_reason(pair)]
    if pair.same_package:
        reasons.append(_package_reason(pair))
    if pair.name_alike and pair.name is not None:
        reasons.append(Reason(says=pair.name.says, evidence=_name_evidence(pair)))
    if pair.icon_alike and pair.icon is not None:
        reasons.append(_icon_reason(pair, pair.icon))
    if pair.code is not None:
        reasons.append(_code_reason(pair, pair.code))
    if verdict is Verdict.RELATED and not pair.shared:
        reasons.append(_open_reason(pair))
    return reasons


def _signer_reason(pair: _Pair) -> Reason:
    facts = pair.subject.facts
    if pair.shared:
        says = Text(
            zh="签名证书相同（或由密钥轮换证明相连）",
            en="the same signing certificate, or one tied to it by proof of rotation",
        )
    elif not pair.known:
        says = Text(zh="对方的签名者未知", en="the other app's signer is not known")
    elif pair.ours:
        says = Text(zh="签名证书与对方不同", en="signed with another certificate than the other app")
    else:
        says = Text(zh="没有任何可验证的签名", en="no signature that holds")
    evidence = []
    for place, signer in enumerate(facts.signing.signers):
        told = not pair.shared or not pair.shared.isdisjoint((signer.sha256, *signer.lineage))
        if told:
            holds = (
                Text(zh="签名有效", en="the signature holds")
                if signer.verified
                else Text(zh="签名无效", en="the signature does not hold")
            )
            at = SigningAt(scheme=signer.scheme, signer=place)
            evidence.append(Evidence(says=holds, at=at, quote=f"{signer.sha256} {signer.subject}"))
    if not evidence:
        evidence.append(Evidence(says=says, at=SearchedAt(extent="v1, v2, v3, v3.1"), quote=None))
    return Reason(says=says, evidence=tuple(evidence))


def _package_reason(pair: _Pair) -> Reason:
    says = Text(zh=f"包名相同：{pair.candidate.app}", en=f"the same package name: {pair.candidate.app}")
    at = ManifestAt(element="manifest", attribute="package")
    return Reason(says=says, evidence=(Evidence(says=says, at=at, quote=pair.candidate.app),))


def _name_evidence(pair: _Pair) -> tuple[Evidence, ...]:
    manifest = pair.subject.facts.manifest
    line = manifest.application_line if manifest else None
    at = ManifestAt(element="manifest/application", attribute="android:label", line=line)
    quote = pair.name.ours if pair.name else None
    return (Evidence(says=Text(zh="应用名称", en="name of the app"), at=at, quote=quote),)


def _icon_reason(pair: _Pair, icon: IconLikeness) -> Reason:
    says = Text(
        zh=f"图标相同或极为相近（64 位哈希相差 {icon.bits} 位，平均色差 {icon.colours}/255）",
        en=f"the same icon to the eye ({icon.bits} of 64 hash bits and {icon.colours} of 255 in colour apart)",
    )
    path = pair.subject.facts.icon.path if pair.subject.facts.icon else ""
    at = FileAt(path=path)
    return Reason(says=says, evidence=(Evidence(says=says, at=at, quote=pair.candidate.icon_phash),))


def _code_reason(pair: _Pair, code: float) -> Reason:
    says = Text(zh=f"代码相同部分约 {code:.0%}", en=f"about {code:.0%} of the code is the same")
    files = [dex.name for dex in pair.subject.facts.code.dex]
    methods = sum(dex.code_items for dex in pair.subject.facts.code.dex)
    at = SearchedAt(extent=f"{', '.join(files[:4])}{' …' if len(files) > 4 else ''}; {methods} methods")
    return Reason(says=says, evidence=(Evidence(says=says, at=at, quote=None),))


def _open_reason(pair: _Pair) -> Reason:
    if not pair.candidate.official or not pair.known:
        says = Text(
            zh="两者均未确认为官方应用，无法判断孰为原版",
            en="neither is known to be the official app, so which is the original is open",
        )
    else:
        says = Text(
            zh="可能出自同一开发商或未签名的构建，不构成指认",
            en="it may come of the same supplier or be an unsigned build; nobody is accused",
        )
    return Reason(says=says)
