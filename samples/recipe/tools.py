"""The Debian tools that the recipe calls: where they are, and a clear word when one is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from finwatch.errors import SettingError

FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")
"""The platform's resources, which Debian's ``apktool`` depends on; aapt links against them."""
PACKAGES = {
    "aapt": "aapt",
    "zipalign": "zipalign",
    "apksigner": "apksigner",
    "smali": "libsmali-java",
    "keytool": "default-jre-headless",
}


def missing() -> list[str]:
    """Debian packages that the recipe needs and this machine lacks, in order of their names."""
    lacking = {package for tool, package in PACKAGES.items() if shutil.which(tool) is None}
    if not FRAMEWORK.exists():
        lacking.add("android-framework-res")
    return sorted(lacking)


def run(command: Sequence[str | Path], *, about: str, makes: Path | None = None) -> str:
    """Standard output of ``command``. Raises ``SettingError`` with the tool's own words when it fails.

    ``makes`` is the file that must be there afterwards: smali ends with 0 even where it refuses a source.
    """
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode or (makes is not None and not makes.exists()):
        raise SettingError(
            f"{command[0]} failed on {about}: {(done.stderr or done.stdout).strip()}",
            todo="Correct the source, or install the tool's Debian package.",
        )
    return done.stdout
