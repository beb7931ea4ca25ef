"""The source of one sample app: its folder, and what its ``app.toml`` says. First step of the recipe.

An app may rest on another (``extends``): files of the same path replace those below, everything else is taken over.
That is how a second version, a counterfeit's icon and a repackaged copy say exactly what differs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from finwatch.errors import InputError
from finwatch.model.base import Model, Text

APPS = Path(__file__).resolve().parent.parent / "apps"
STAND_INS = APPS.parent / "stand_ins"
MAX_DEPTH = 4


class Icon(Model):
    """A square icon as a list of shapes over a background; see ``recipe.icon`` for the shapes."""

    background: str
    draw: tuple[tuple[str | float, ...], ...]


class ExpectedCollection(Model):
    """A data item that the app takes, by whose code, and whether start-up code reaches it."""

    item: str
    owner: str
    before_consent: Literal["yes", "may", "no"]
    """``yes``: start-up code takes it with certainty; ``may``: a guard stands before it; ``no``: no path."""


class ExpectedMatch(Model):
    """What comparing with the official apps must say."""

    app: str
    verdict: str


class Expect(Model):
    """The ground truth: what an examination must say of the app, and what it must not.

    ``findings_yes`` holds every check whose outcome is *yes*, and no other; ``findings_no`` repeats those whose *no*
    is what the app is there to show.
    """

    finance: bool | None
    kind: str | None = None
    institution: str | None = None
    """Id of the fictional institution whose own key signed it."""
    extent: Literal["full", "limited"] = "full"
    packer: str | None = None
    findings_yes: tuple[str, ...] = ()
    findings_no: tuple[str, ...] = ()
    sdks: tuple[str, ...] = ()
    collection: tuple[ExpectedCollection, ...] = ()
    matches: tuple[ExpectedMatch, ...] = ()


class Seal(Model):
    """How a packed app hides its code: which class folder is sealed, under which asset, with which key."""

    asset: str
    key: str
    library: str
    """File name of the loader library that is put under ``assets/``."""


class App(Model):
    """``app.toml``."""

    id: str
    package: str
    version_name: str
    version_code: int
    min_sdk: int
    target_sdk: int
    label: Text
    shows: Text
    """What the app is there to show."""
    developer: Text
    signer: str
    """Name of a key in ``samples/keys``."""
    schemes: tuple[Literal["v1", "v2", "v3"], ...]
    signer_before: str | None = None
    """The key that the app was signed with before it was rotated to ``signer`` (APK Signature Scheme v3)."""
    dex_api: int = 21
    """API level for the assembler; it decides the dex version (< 24: 035, 24-25: 037, 26-27: 038, 28+: 039)."""
    extends: str | None = None
    icon: Icon | None = None
    icon_of: str | None = None
    """Another app whose icon it wears."""
    file: str | None = None
    """File name of the built package; by default ``<package>_<version code>.apk``, as F-Droid repositories do."""
    stand_ins: tuple[str, ...] = ()
    """Folders of ``samples/stand_ins`` whose smali goes in: our small classes of fictional SDKs."""
    libraries: tuple[str, ...] = ()
    """Paths of native libraries to make, such as ``lib/arm64-v8a/libguard.so``."""
    seal: Seal | None = None
    policy: str | None = None
    """Address of the privacy policy that the app names."""
    expect: Expect
    folder: Path = Field(exclude=True)

    @property
    def file_name(self) -> str:
        """Name of the built package."""
        return self.file or f"{self.package}_{self.version_code}.apk"

    def layers(self, part: str) -> list[Path]:
        """Folders or files called ``part``, lowest layer first."""
        below = load(self.extends).layers(part) if self.extends else []
        own = self.folder / part
        return [*below, own] if own.exists() else below

    def files(self, part: str) -> dict[str, Path]:
        """Files below ``part`` by their path relative to it, upper layers winning; in order of their names."""
        found: dict[str, Path] = {}
        for layer in self.layers(part):
            for path in sorted(layer.rglob("*")):
                if path.is_file():
                    found[path.relative_to(layer).as_posix()] = path
        return dict(sorted(found.items()))

    def smali(self) -> dict[str, Path]:
        """All smali files by path: the app's own, and those of the SDK stand-ins it carries."""
        found = self.files("smali")
        for name in self.all_stand_ins():
            folder = STAND_INS / name
            found |= {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.smali")}
        return dict(sorted(found.items()))

    def all_stand_ins(self) -> tuple[str, ...]:
        """The stand-ins of this app and of those it rests on."""
        below = load(self.extends).all_stand_ins() if self.extends else ()
        return tuple(sorted({*below, *self.stand_ins}))

    def effective_icon(self) -> Icon:
        """The icon, own or taken over. Raises ``InputError`` when no layer has one."""
        if self.icon:
            return self.icon
        if source := self.icon_of or self.extends:
            return load(source).effective_icon()
        raise InputError(f"samples/apps/{self.id}/app.toml has no [icon].", todo="Add one, or name an app to extend.")


def load(name: str, depth: int = 0) -> App:
    """The app in ``samples/apps/<name>``. Raises ``InputError`` naming the file and what is wrong in it."""
    folder = APPS / name
    path = folder / "app.toml"
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        app = App.model_validate({**raw, "folder": folder})
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}", todo="See samples/README.md for the form.") from error
    if app.id != name:
        raise InputError(f"{path}: id is {app.id!r}.", todo=f"Call it {name!r} like its folder.")
    if depth > MAX_DEPTH:
        raise InputError(f"{path}: apps extend one another in a circle.", todo="Break the circle.")
    if app.extends:
        load(app.extends, depth + 1)
    return app


def names() -> list[str]:
    """All apps, in order of their names."""
    return sorted(path.parent.name for path in APPS.glob("*/app.toml"))
