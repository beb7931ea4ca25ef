"""Installs the Debian packages that tests and samples use, where that is possible; otherwise says what is missing.

Tests that need an absent tool skip and name it, so a machine without root still runs the rest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = {
    "aapt": "aapt",
    "aapt2": "aapt",
    "apksigner": "apksigner",
    "zipalign": "zipalign",
    "apktool": "apktool",
    "dexdump": "dexdump",
    "keytool": "default-jre-headless",
    "mvn": "maven",
    "nginx": "nginx-light",
    "postgres": "postgresql-15",
    "chromium": "chromium",
    "glewlwyd": "glewlwyd",
}
"""Command to the Debian package that brings it."""
FILES = {
    "/usr/share/java/smali.jar": "libsmali-java",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}
SBIN = os.pathsep.join(("/usr/sbin", "/usr/lib/postgresql/15/bin"))


def missing() -> list[str]:
    """Debian packages whose command or file is not on this machine, sorted."""
    path = os.pathsep.join((os.environ.get("PATH", ""), SBIN))
    absent = {package for command, package in PACKAGES.items() if shutil.which(command, path=path) is None}
    absent |= {package for file, package in FILES.items() if not os.path.exists(file)}
    return sorted(absent)


def main() -> int:
    """Installs what is missing as root with apt; elsewhere prints the command a person can run. Never fails."""
    wanted = missing()
    if not wanted:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"Some tests will be skipped. To run them all: sudo apt-get install {' '.join(wanted)}", file=sys.stderr)
        return 0
    print(f"· Debian packages for the tests: {' '.join(wanted)}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False, **quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    subprocess.run(install, env=environment, check=False, **quiet)
    for package in missing():
        print(f"warning: {package} could not be installed; tests that need it will be skipped.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
