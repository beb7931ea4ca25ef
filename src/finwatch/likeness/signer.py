"""Whether two apps are signed by the same hand: certificates of verified signatures and their proven predecessors."""

from __future__ import annotations

from finwatch.model.package import PackageFacts

PUBLIC_KEYS = frozenset(
    {
        "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc",  # testkey
        "c8a2e9bccf597c2fb6dc66bee293fc13f2fc47ec77bc6b2b0d52c11f51192ab8",  # platform
        "28bbfe4a7b97e74681dc55c2fbb6ccb8d6c74963733f6af6ae74d8c3a6e879fd",  # shared
        "465983f7791f2abeb43ea2cbdc7f21a8260b72bc08a55c839fc1a43bc741a81e",  # media
    }
)
"""Certificates whose private keys are public (AOSP ``build/target/product/security``): anybody signs with them, so that
two apps share one proves nothing."""


def signers_of(facts: PackageFacts) -> tuple[str, ...]:
    """SHA-256 of every certificate whose signature was verified, and of its proven predecessors, sorted."""
    return tuple(
        sorted(
            {
                sha256
                for signer in facts.signing.signers
                if signer.verified
                for sha256 in (signer.sha256, *signer.lineage)
            }
        )
    )


def unread(facts: PackageFacts) -> bool:
    """The signatures could not be read: nothing may be concluded from there being none."""
    return any(entry.part in {"signing", "archive"} for entry in facts.unreadable)
