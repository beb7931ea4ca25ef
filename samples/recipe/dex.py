"""The smali of an app, assembled to a dex file by Debian's smali; resource numbers come in as ``R$type`` classes."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from samples.recipe.tools import run


def assemble(sources: Mapping[str, Path], work: Path, *, api: int, package: str, symbols: str | None) -> bytes:
    """The dex file of ``sources`` (relative path to file); ``work`` is a folder of its own.

    ``symbols`` is aapt's R.txt: a class ``<package>.R$<type>`` with one constant a resource is added for each type.
    Raises ``SettingError`` with smali's own message, which names file and line.
    """
    folder = work / "smali"
    for name, path in sources.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name, text in _constants(package, symbols or "").items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "ascii")
    out = work / "classes.dex"
    run(["smali", "assemble", "--jobs", "1", "--api", str(api), "--output", out, folder], about=package, makes=out)
    return out.read_bytes()


def _constants(package: str, symbols: str) -> dict[str, str]:
    types: dict[str, list[str]] = defaultdict(list)
    for line in symbols.splitlines():
        form, kind, name, number = line.split(" ", 3)
        if form == "int":
            types[kind].append(f".field public static final {name}:I = {number}")
    path = package.replace(".", "/")
    head = ".class public final L{0}/R${1};\n.super Ljava/lang/Object;\n"
    return {
        f"{path}/R${kind}.smali": head.format(path, kind) + "\n".join(sorted(fields)) + "\n"
        for kind, fields in sorted(types.items())
    }
