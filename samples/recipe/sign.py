"""Signing: throw-away keys kept in the repository, and apksigner. Last step of the recipe.

The keys protect nothing and are public on purpose: with them anybody rebuilds the samples, signature included.
They are named, dated and subject-marked as samples; nothing outside ``samples/`` may trust them.
"""

from __future__ import annotations

from pathlib import Path

from samples.recipe.source import App
from samples.recipe.tools import run

KEYS = Path(__file__).resolve().parent.parent / "keys"
PASSWORD = "finwatch-sample"
VALID_DAYS = 36_500


def make_key(name: str, *, owner: str) -> None:
    """Makes ``samples/keys/<name>.p12`` with a certificate in the name of ``owner``, unless it is there."""
    path = KEYS / f"{name}.p12"
    if path.exists():
        return
    command: list[str | Path] = ["keytool", "-genkeypair", "-keystore", path, "-storetype", "PKCS12", "-alias", name]
    command += ["-storepass", PASSWORD, "-keyalg", "RSA", "-keysize", "2048", "-validity", str(VALID_DAYS)]
    organisation = owner.replace(",", "\\,")
    name_of_owner = f"CN={name}, OU=Finwatch throw-away sample key, O={organisation}, C=CN"
    command += ["-startdate", "2026/01/01 00:00:00", "-dname", name_of_owner]
    run(command, about=f"key {name}")


def lineage(before: str, after: str) -> Path:
    """The proof that ``before`` handed over to ``after`` (APK Signature Scheme v3), made once and kept."""
    path = KEYS / f"{before}-to-{after}.lineage"
    if not path.exists():
        command: list[str | Path] = ["apksigner", "rotate", "--out", path]
        for flag, name in (("--old-signer", before), ("--new-signer", after)):
            command += [flag, *key_options(name)]
        run(command, about=f"lineage {before} to {after}")
    return path


def sign(app: App, aligned: Path, out: Path) -> None:
    """Signs ``aligned`` to ``out`` with the app's key under exactly the schemes it names."""
    command: list[str | Path] = ["apksigner", "sign"]
    for scheme in ("v1", "v2", "v3"):
        command += [f"--{scheme}-signing-enabled", "true" if scheme in app.schemes else "false"]
    command += ["--v4-signing-enabled", "false", "--debuggable-apk-permitted", "true"]
    command += ["--min-sdk-version", str(app.min_sdk)]
    if app.signer_before:
        command += ["--lineage", lineage(app.signer_before, app.signer)]
        command += [*key_options(app.signer_before), "--next-signer"]
    command += [*key_options(app.signer), "--in", aligned, "--out", out]
    run(command, about=f"signing {app.id}")


def key_options(name: str) -> list[str | Path]:
    """The options by which apksigner finds a sample key."""
    return ["--ks", KEYS / f"{name}.p12", "--ks-key-alias", name, "--ks-pass", f"pass:{PASSWORD}"]
