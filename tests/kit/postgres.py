"""A real PostgreSQL 15 on loopback, on a port of its own, stopped by its own pid; its data lives in a temporary folder.

``initdb`` and ``postgres`` refuse to run as root, so root hands them to the account that Debian's package made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ACCOUNT = "postgres"
_READY = "database system is ready to accept connections"
HASTY = ("fsync=off", "full_page_writes=off", "deadlock_timeout=100ms")
"""Settings for tests: what they keep need not outlive the machine."""


def absent() -> str | None:
    """Why no server can be started here; ``None`` = one can."""
    if not (PROGRAMS / "initdb").is_file():
        return "PostgreSQL 15 is not installed: sudo apt-get install postgresql-15"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            return f"there is no account {ACCOUNT} to run PostgreSQL as: root may not"
    return None


class Server:
    """A server that can be killed and started again on the same data and the same port."""

    def __init__(self, folder: Path, *, settings: Sequence[str] = HASTY) -> None:
        self._folder = folder
        self._settings = settings
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self.port = _free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        if (self._data / "PG_VERSION").exists():
            return
        command = ["initdb", "--auth=trust", "--username=finwatch", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        # Words in dictionary order, as many servers have it: the store must not lean on the database's own order.
        command += ["--locale-provider=icu", "--icu-locale=en-US"]
        self._run([*command, "-D", str(self._data)])

    def _as(self) -> dict[str, object]:
        return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}

    def _run(self, command: list[str]) -> None:
        program = str(PROGRAMS / command[0])
        subprocess.run(
            [program, *command[1:]], check=True, capture_output=True, cwd=self._folder, timeout=120, **self._as()
        )

    def start(self) -> None:
        """Starts the server and returns when it takes connections."""
        command = [str(PROGRAMS / "postgres"), "-D", str(self._data), "-p", str(self.port), "-h", "127.0.0.1"]
        command += ["-k", "", *(word for setting in self._settings for word in ("-c", setting))]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self._folder, **self._as()
        )
        assert self._process.stderr is not None
        said: list[str] = []
        for line in self._process.stderr:
            said.append(line.decode("utf-8", "replace"))
            if _READY in said[-1]:
                break
        else:
            raise RuntimeError("PostgreSQL did not start: " + "".join(said))
        stream = self._process.stderr

        def drain() -> None:
            for _ in stream:
                pass
            stream.close()

        self._drain = threading.Thread(target=drain, name="postgres log", daemon=True)
        self._drain.start()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it: SIGINT ends sessions and shuts down, SIGQUIT drops everything at once (PostgreSQL, 19.5)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._drain.join(60)
            self._process = None

    def database(self, *, template: str = "template0", encoding: str = "UTF8") -> str:
        """The name of a new database."""
        self._count += 1
        name = f"test{self._count}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            making = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {}")
            locale = sql.SQL(" LOCALE_PROVIDER libc LOCALE 'C'") if encoding != "UTF8" else sql.SQL("")
            connection.execute(making.format(*map(sql.Identifier, (name, template, encoding))) + locale)
        return name

    def drop(self, name: str) -> None:
        """Drops a database, also one with open connections."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def address(self, name: str) -> str:
        """The store's address of a database."""
        return f"postgresql://finwatch@127.0.0.1:{self.port}/{name}"


@contextmanager
def serving() -> Iterator[Server]:
    """A server while the block runs."""
    with tempfile.TemporaryDirectory(prefix="finwatch-postgres-") as name:
        server = Server(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
