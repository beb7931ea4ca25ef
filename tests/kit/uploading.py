"""A server of uploads in a process of its own, killed when a test says so, and somebody who may send.

The application is the real one where it is whole; here it is the API's router with the door, which is what uploads
pass through.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Permission, Role
from finwatch.store import Store, open_store
from finwatch.supervise import accounts
from finwatch.supervise.door import standing

ROOT = Path(__file__).resolve().parents[2]
SERVER = """
import sys
import uvicorn
from fastapi import FastAPI, Request
from finwatch.access.secrets import Sealer
from finwatch.api import problems, routes
from finwatch.errors import FinwatchError
from finwatch.lake import open_lake
from finwatch.store import open_store
from finwatch.supervise.door import Door

home, port = sys.argv[1:3]
store, lake = open_store(f"sqlite:///{home}/store.sqlite"), open_lake(f"{home}/lake")
app = FastAPI()
app.include_router(routes.router(store=store, lake=lake, checks=(), catalog_version="c"))
app.state.door = Door(store, Sealer.fresh())

@app.middleware("http")
async def passed_through(request, call_next):
    return await call_next(request)

@app.exception_handler(FinwatchError)
def told(request: Request, error: FinwatchError):
    return problems.answer(request, error)

uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error")
"""


class Serving:
    """The server over ``home``; a port of its own that it keeps over restarts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/uploads"

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", SERVER, str(self.home), str(self.port)], cwd=ROOT)
        while True:
            assert self._process.poll() is None, "the server ended"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
                return
            except OSError:
                continue

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def memory(self) -> tuple[int, int]:
        """Bytes of memory that the process holds now, and the most it ever held."""
        assert self._process is not None
        told = dict(line.split(":", 1) for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines())
        return int(told["VmRSS"].split()[0]) << 10, int(told["VmHWM"].split()[0]) << 10

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)


def person(store: Store, account: str, *, permissions: Collection[Permission] = (Permission.FILING_WRITE,)) -> str:
    """Registers somebody of a fictional bank, where they are not there yet; a token of theirs."""
    home = OrganisationId("qinghe")
    if not store.accounts.anyone():
        bank = Organisation(id=home, kind=OrganisationKind.INSTITUTION, name="青禾银行股份有限公司", region="11")
        accounts.add_organisation(store, accounts.OPERATOR, bank)
    new, _ = accounts.add_person(
        store, accounts.OPERATOR, account=account, name=account, organisation=home, roles=(Role.APP_OWNER,)
    )
    actor = standing(new, store.accounts.below(home))
    token, _ = accounts.make_token(store, actor, name="upload", permissions=tuple(permissions), days=1)
    return token


def opened(home: Path) -> Store:
    """The store of a server's home."""
    return open_store(f"sqlite:///{home}/store.sqlite")


def now() -> datetime:
    return datetime.now(UTC)
