"""Manifest and resources of an app, compiled by aapt: binary XML, resources.arsc, and the numbers of every resource."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from samples.recipe import icon
from samples.recipe.source import App
from samples.recipe.tools import FRAMEWORK, run

ICON_SIZES = {"drawable-hdpi": 72, "drawable-xxhdpi": 144}


def compile_resources(app: App, work: Path) -> tuple[dict[str, bytes], str]:
    """The compiled files by their path in the package, and aapt's table of resource numbers (R.txt).

    ``work`` is an empty folder. Raises ``SettingError`` with aapt's message when a source is wrong.
    """
    folder = work / "res"
    for name, path in app.files("res").items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name, size in ICON_SIZES.items():
        target = folder / name / "ic_launcher.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(icon.draw(app.effective_icon(), size))
    manifest = app.layers("AndroidManifest.xml")[-1]
    out, symbols = work / "resources.zip", work / "symbols"
    symbols.mkdir()
    command: list[str | Path] = ["aapt", "package", "-f", "--no-crunch", "--no-version-vectors", "-M", manifest]
    command += ["-S", folder, "-I", FRAMEWORK, "-F", out, "--output-text-symbols", symbols, "-J", symbols, "-m"]
    command += ["--version-code", str(app.version_code), "--version-name", app.version_name]
    command += ["--min-sdk-version", str(app.min_sdk), "--target-sdk-version", str(app.target_sdk)]
    run(command, about=f"resources of {app.id}")
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in sorted(archive.namelist())}
    return files, (symbols / "R.txt").read_text("ascii")
