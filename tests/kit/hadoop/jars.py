"""Hadoop's jars, fetched once per machine by Maven into the user's cache. ``missing()`` says why they cannot be."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
_POM = HERE / "pom.xml"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "finwatch"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def missing() -> str | None:
    """Why no Hadoop can be started here; ``None`` = it can, or can be tried."""
    if shutil.which("java") is None:
        return "Java 17 is not installed: sudo apt-get install openjdk-17-jre-headless"
    if not _ready(_folder()) and shutil.which("mvn") is None:
        return "Maven, which fetches Hadoop's jars, is not installed: sudo apt-get install maven"
    try:
        import hdfs_native  # noqa: F401
    except ImportError:
        return "hdfs-native is not installed: pip install finwatch[cluster]"
    return None


def classpath() -> str:
    """The class path of the servers; the jars are fetched where they are not there yet.

    Raises ``RuntimeError`` with Maven's own words when they cannot be.
    """
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _ready(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            done = subprocess.run(
                ["mvn", "-q", "-B", "-f", _POM, _PLUGIN, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"Maven could not fetch Hadoop: {done.stdout[-2000:]}{done.stderr[-2000:]}")
            for page in ("hdfs", "datanode", "journal", "static"):  # the servers start no web page without its folder
                (folder / "webapps" / page).mkdir(parents=True)
            (folder / "ready").touch()
    return f"{folder}:{folder}/*"


def _folder() -> Path:
    return _CACHE / f"hadoop-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:16]}"


def _ready(folder: Path) -> bool:
    return (folder / "ready").exists()
