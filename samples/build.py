"""Builds the sample packages: ``python -m samples.build [app …]``. Reads ``samples/apps``, writes ``samples/packages``.

Needs Debian's ``libsmali-java aapt android-framework-res zipalign apksigner``. The same source gives the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from finwatch.errors import SettingError
from samples.recipe import archive, dex, elf, resources, seal, sign, source, tools
from samples.recipe.source import App

PACKAGES = Path(__file__).resolve().parent / "packages"
MANIFEST = PACKAGES / "MANIFEST.toml"


def contents(app: App, work: Path) -> dict[str, bytes]:
    """Every file of the unsigned package by its path; ``work`` is an empty folder."""
    files, symbols = resources.compile_resources(app, work)
    files["classes.dex"] = dex.assemble(
        app.smali(),
        work / "dex",
        api=app.dex_api,
        package=app.package,
        symbols=None if app.seal else symbols,
    )
    for name, path in app.files("assets").items():
        files[f"assets/{name}"] = path.read_bytes()
    for name in app.libraries:
        files[name] = elf.shared_library(name.rsplit("/", 1)[-1], name.split("/")[1])
    if app.seal:
        payload = dex.assemble(
            app.files("sealed"), work / "sealed", api=app.dex_api, package=app.package, symbols=symbols
        )
        files[f"assets/{app.seal.asset}"] = seal.rc4(app.seal.key.encode(), payload)
        files[f"assets/{app.seal.library}"] = elf.shared_library(app.seal.library, "armeabi-v7a")
    return files


def build(name: str) -> Path:
    """Builds one app and returns the package. Raises ``InputError`` or ``SettingError`` saying what is wrong."""
    app = source.load(name)
    for key in filter(None, (app.signer, app.signer_before)):
        sign.make_key(key, owner=app.developer.en)
    out = PACKAGES / app.file_name
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "dex").mkdir()
        (work / "sealed").mkdir()
        plain, aligned = work / "plain.apk", work / "aligned.apk"
        archive.write(contents(app, work), plain)
        tools.run(["zipalign", "-f", "-p", "4", plain, aligned], about=name)
        sign.sign(app, aligned, out)
    return out


def write_manifest(apps: Iterable[App]) -> None:
    """Writes ``MANIFEST.toml``: for each app its package file, its size in bytes, its SHA-256."""
    lines = ["# Written by samples/build.py: what each package must be."]
    for app in apps:
        body = (PACKAGES / app.file_name).read_bytes()
        lines += ["", f"[{app.id}]", f'file = "{app.file_name}"', f"bytes = {len(body)}"]
        lines += [f'sha256 = "{hashlib.sha256(body).hexdigest()}"']
    MANIFEST.write_text("\n".join(lines) + "\n", "utf-8")


def manifest() -> dict[str, dict[str, str | int]]:
    """``MANIFEST.toml``: app id to ``file``, ``bytes`` and ``sha256``."""
    return tomllib.loads(MANIFEST.read_text("utf-8"))


def package(name: str) -> Path:
    """The built package of the app called ``name``."""
    return PACKAGES / str(manifest()[name]["file"])


def main(arguments: list[str]) -> None:
    """Builds the apps named in ``arguments``, or all."""
    lacking = tools.missing()
    if lacking:
        raise SettingError("The sample recipe lacks tools.", todo=f"apt-get install {' '.join(lacking)}.")
    known = source.names()
    for number, name in enumerate(arguments or known, 1):
        out = build(name)
        print(f"{number:3d}  {out.stat().st_size:7d}  {out.name}")
    built = [app for app in map(source.load, known) if (PACKAGES / app.file_name).exists()]
    write_manifest(built)


if __name__ == "__main__":
    main(sys.argv[1:])
