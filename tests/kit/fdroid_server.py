"""A real ``fdroidserver`` in an environment of its own, and a real nginx that serves what it makes.

The environment is made once per machine, in the user's cache. ``missing()`` says why it cannot be used here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSION = "2.4.5"
ENVIRONMENT = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "finwatch" / f"fdroidserver-{VERSION}"
_SEARCH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
_PASSWORD = "only-for-this-test"


def missing() -> str | None:
    """The Debian command that is not here, or ``None``."""
    for command in ("nginx", "keytool", "apksigner", "aapt"):
        if shutil.which(command, path=_SEARCH) is None:
            return f"{command} is not installed"
    return None


def environment() -> Path:
    """The folder of the environment's commands; made from the package registry where it is not there yet."""
    ready = ENVIRONMENT / "ready"
    ENVIRONMENT.parent.mkdir(parents=True, exist_ok=True)
    with ENVIRONMENT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True, capture_output=True)
            pip = [
                ENVIRONMENT / "bin" / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                f"fdroidserver=={VERSION}",
                "setuptools",
            ]
            subprocess.run(pip, check=True, capture_output=True, text=True)
            ready.touch()
    return ENVIRONMENT / "bin"


@dataclass(frozen=True)
class Maker:
    """A repository's folder, and the commands that publish it."""

    folder: Path

    @classmethod
    def begin(cls, folder: Path) -> Maker:
        """A new repository with a key of its own."""
        (folder / "repo").mkdir(parents=True)
        subject = ["-dname", "CN=Test repository", "-alias", "repokey", "-keyalg", "RSA", "-keysize", "2048"]
        store = ["-keystore", "key.p12", "-storetype", "PKCS12", "-storepass", _PASSWORD, "-keypass", _PASSWORD]
        subprocess.run(
            ["keytool", "-genkeypair", "-validity", "10000", *subject, *store],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        settings = {
            "repo_url": "http://127.0.0.1/repo",
            "repo_name": "Test",
            "repo_description": "Test",
            "archive_older": "0",
            "repo_keyalias": "repokey",
            "keystore": "key.p12",
            "keystorepass": _PASSWORD,
            "keypass": _PASSWORD,
            "keydname": "CN=Test repository",
            "allow_disabled_algorithms": "true",
        }
        config = folder / "config.yml"
        config.write_text("".join(f"{name}: {value}\n" for name, value in settings.items()), "utf-8")
        config.chmod(0o600)
        return cls(folder)

    def put(self, package: Path) -> None:
        """Adds a package."""
        copy = self.folder / "repo" / package.name
        shutil.copyfile(package, copy)

    def remove(self, name: str) -> None:
        """Removes a package and what is said of its app."""
        (self.folder / "repo" / name).unlink()

    def publish(self) -> None:
        """Runs ``fdroid update``: reads the packages, writes and signs the indexes and the differences."""
        tools = environment()
        variables = {**os.environ, "PATH": f"{tools}{os.pathsep}{_SEARCH}", "LANG": "C.UTF-8"}
        made = subprocess.run(
            [tools / "fdroid", "update", "--create-metadata"],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr[-3000:]


class Nginx:
    """nginx in front of a folder, on a port that stays the same over restarts."""

    def __init__(self, root: Path, work: Path) -> None:
        self._root = root
        self._work = work
        self._log = work / "access.log"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        work.mkdir()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serves until the block ends; then every request is in the log."""
        configuration = self._work / "nginx.conf"
        configuration.write_text(
            f"""daemon off; master_process off; pid {self._work}/nginx.pid; error_log {self._work}/error.log;
            events {{ worker_connections 64; }}
            http {{
                access_log {self._log};
                types {{ }} default_type application/octet-stream;
                client_body_temp_path {self._work}/body; proxy_temp_path {self._work}/proxy;
                fastcgi_temp_path {self._work}/fastcgi; uwsgi_temp_path {self._work}/uwsgi;
                scgi_temp_path {self._work}/scgi;
                server {{ listen 127.0.0.1:{self.port}; root {self._root}; }}
            }}""",
            "utf-8",
        )
        nginx = shutil.which("nginx", path=_SEARCH) or "nginx"
        running = subprocess.Popen(
            [nginx, "-p", self._work, "-c", configuration, "-e", self._work / "error.log"],
        )
        while not self._answers():
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise RuntimeError(f"nginx ended with {running.wait(0.05)}: {(self._work / 'error.log').read_text()}")
        try:
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait()

    def asked(self) -> list[tuple[str, int]]:
        """Path and status of every request since the last call, in order."""
        text = self._log.read_text("utf-8") if self._log.exists() else ""
        self._log.unlink(missing_ok=True)
        return [(path, int(status)) for path, status in re.findall(r'"GET (\S+) HTTP/[\d.]+" (\d+)', text)]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True
