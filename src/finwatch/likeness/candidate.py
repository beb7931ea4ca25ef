"""The side of an examined package that later packages are compared with."""

from __future__ import annotations

from finwatch.likeness.signer import signers_of
from finwatch.model.examination import Candidate
from finwatch.model.package import Manifest, PackageFacts


def candidate_of(facts: PackageFacts, *, institution: str | None = None, official: bool = False) -> Candidate:
    """``facts`` as an app to compare with; ``official`` only where its signer is known to be the institution's own."""
    manifest, icon, code = facts.manifest, facts.icon, facts.code
    return Candidate(
        app=manifest.package if manifest else "",
        sha256=facts.sha256,
        label=manifest.label if manifest else None,
        names=labels(manifest),
        institution=institution,
        official=official,
        signers=signers_of(facts),
        icon_phash=icon.phash if icon else None,
        icon_colours=icon.colours if icon else None,
        code_signature=code.signature,
        code_signature_version=code.signature_version,
        version_code=manifest.version_code if manifest else None,
    )


def labels(manifest: Manifest | None) -> tuple[str, ...]:
    """Every label of the application, in whatever locale, sorted."""
    if manifest is None:
        return ()
    every = {manifest.label, *(local.label for local in manifest.labels)}
    return tuple(sorted(label for label in every if label))
