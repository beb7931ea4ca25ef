"""Signers as ``apksigner`` tells them, on real packages: schemes that hold, certificates, names, keys.

``apksigner verify`` looks only at the schemes that the API levels asked for need, so each package is asked twice: as
Android 4.1 to 6.0 would (v1 alone decides) and as Android 7.0 and later would. Differences that are meant:

- below API level 18 apksigner refuses some algorithms that the devices of that time lacked; the levels 18 to 23 are
  asked for instead of the package's own ``minSdkVersion``;
- apksigner tells the signers of a package that verifies only; for one that does not, ours must have no verified
  signer for those levels, and its reason must stand in ``errors`` or ``notes``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from finwatch.model.package import Signing
from tests.package.test_signing import read

PACKAGES = Path(__file__).parents[3] / "shared" / "packages"
CASES = sorted(PACKAGES.glob("*.apk")) if PACKAGES.is_dir() else []


def apksigner(path: Path, *levels: str) -> tuple[set[str], set[tuple[str, str, str, int]]]:
    """The schemes that hold and the signers told, empty for a package that does not verify."""
    done = subprocess.run(
        ["apksigner", "verify", "--verbose", "--print-certs", *levels, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if not done.stdout.startswith("Verifies"):
        return set(), set()
    schemes = set(re.findall(r"^Verified using (v[123]) scheme .*: true$", done.stdout, re.M))
    fields = ("certificate DN", "certificate SHA-256 digest", "key algorithm", "key size (bits)")
    columns = [re.findall(rf"^Signer #\d+ {re.escape(field)}: (.*)$", done.stdout, re.M) for field in fields]
    return schemes, {(sha256, name, kind, int(bits)) for name, sha256, kind, bits in zip(*columns, strict=True)}


def ours(signing: Signing, schemes: set[str]) -> tuple[set[str], set[tuple[str, str, str, int]]]:
    """The same from our facts; of the schemes that hold the highest tells the signers."""
    held = {
        scheme
        for scheme in schemes
        if (of := [signer for signer in signing.signers if signer.scheme == scheme])
        and all(signer.verified for signer in of)
    }
    top = max(held, default=None)
    return held, {
        (signer.sha256, signer.subject, signer.key_algorithm or "", signer.key_bits or 0)
        for signer in signing.signers
        if signer.scheme == top
    }


@pytest.mark.shared
@pytest.mark.skipif(not CASES, reason="../shared/packages is not there")
@pytest.mark.skipif(shutil.which("apksigner") is None, reason="apksigner is not installed")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_signers_are_those_of_apksigner(path: Path) -> None:
    signing = read(path)
    old = apksigner(path, "--min-sdk-version", "18", "--max-sdk-version", "23")
    assert ours(signing, {"v1"}) == (old[0] & {"v1"}, old[1])
    later = apksigner(path, "--min-sdk-version", "28")
    # From Android 9 on v3 decides, else v2, else v1; apksigner stops at the first that is there.
    present = set(signing.schemes)
    deciding = {"v3"} & present or {"v2"} & present or {"v1"} & present
    held, told = ours(signing, deciding)
    assert held <= later[0]
    assert told == later[1]
    if not later[0]:
        assert not held
        assert signing.notes or any(signer.errors for signer in signing.signers)
