"""Captures as evidence: sealed under Merkle roots, chained, time-stamped, and verified without any network.

Stands beside the lake's captures. What comes in: complete WARC segments. What goes out: ``evidence/`` in the lake, a
``Verification`` of it, and for one capture a proof that can be checked with ``sha256sum`` and ``openssl`` alone.
The tree (RFC 9162) is that of ``transparency.merkle``; ``batch`` and ``chain`` are the files, ``authority`` the stamps
(RFC 3161), ``links`` the judgement of the chain. See docs/howto/evidence.md.
"""

from finwatch.lake.evidence.proof import Proof, prove
from finwatch.lake.evidence.seal import Sealed, seal
from finwatch.lake.evidence.verification import Alteration, Altered, Outcome, Verification
from finwatch.lake.evidence.verify import verify

__all__ = ["Alteration", "Altered", "Outcome", "Proof", "Sealed", "Verification", "prove", "seal", "verify"]
