"""A real OpenID Connect provider on loopback: Debian's Glewlwyd, set up over its own administration API."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SCHEMA = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
WEBAPP = Path("/usr/share/glewlwyd/webapp")
ADMIN_PASSWORD = "password"
"""As the package's own schema sets it."""
PASSWORD = "a password at the provider"
CLIENT, SECRET = "finwatch", "the secret of the client"
_MIME = {".html": "text/html", ".css": "text/css", ".js": "application/javascript", ".json": "application/json"}


def absent() -> str | None:
    """Why the provider cannot be started here; ``None`` = it can."""
    if shutil.which("glewlwyd") is None or not SCHEMA.is_file():
        return "glewlwyd, an OpenID Connect provider, is not installed: apt-get install glewlwyd"
    return None


@dataclass(frozen=True)
class Provider:
    """A provider that runs."""

    address: str
    issuer: str

    @contextmanager
    def as_admin(self) -> Iterator[httpx.Client]:
        """A session of its administrator."""
        with httpx.Client(base_url=self.address) as session:
            answer = session.post("/api/auth/", json={"username": "admin", "password": ADMIN_PASSWORD})
            answer.raise_for_status()
            yield session

    def add_client(self, redirect: str) -> None:
        """Registers our application, which comes back to ``redirect``."""
        with self.as_admin() as admin:
            values = {
                "client_id": CLIENT,
                "name": "Finwatch",
                "confidential": True,
                "password": SECRET,
                "client_secret": SECRET,
                "authorization_type": ["code"],
                "redirect_uri": [redirect],
                "token_endpoint_auth_method": ["client_secret_basic"],
                "scope": [],
                "enabled": True,
            }
            admin.post("/api/client/", json=values).raise_for_status()

    def add_user(self, name: str, *, groups: Sequence[str] = ()) -> None:
        """Registers somebody, with ``PASSWORD``, who has agreed to be known to our application."""
        with self.as_admin() as admin:
            values = {
                "username": name,
                "name": f"{name} of the provider",
                "password": PASSWORD,
                "groups": list(groups),
                "scope": ["openid", "g_profile"],
                "enabled": True,
            }
            admin.post("/api/user/", json=values).raise_for_status()
        with httpx.Client(base_url=self.address) as theirs:
            theirs.post("/api/auth/", json={"username": name, "password": PASSWORD}).raise_for_status()
            granted = theirs.put(f"/api/auth/grant/{CLIENT}", json={"scope": "openid"})
            granted.raise_for_status()

    def set_groups(self, name: str, groups: Sequence[str]) -> None:
        """Changes the groups of somebody."""
        with self.as_admin() as admin:
            values: dict[str, Any] = admin.get(f"/api/user/{name}").json()
            admin.put(f"/api/user/{name}", json={**values, "groups": list(groups)}).raise_for_status()

    def log_in(self, name: str, where: str) -> str:
        """Goes to ``where`` as a browser in which ``name`` logs in; the address it is sent back to."""
        with httpx.Client(base_url=self.address) as session:
            session.post("/api/auth/", json={"username": name, "password": PASSWORD}).raise_for_status()
            answer = session.get(f"{where}&g_continue")  # as its own log-in page goes on
            assert answer.status_code == 302, answer.text
            return answer.headers["location"]


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider while the block runs."""
    with tempfile.TemporaryDirectory(prefix="finwatch-provider-") as name:
        folder, port = Path(name), _free_port()
        address = f"http://localhost:{port}"
        with sqlite3.connect(folder / "provider.db") as database:
            database.executescript(SCHEMA.read_text("utf-8"))
            # the property that holds groups: the store of users keeps only properties that it was told of
            known = '"data-format":{"groups":{"multiple":true,"read":true,"write":true},'
            database.execute(
                "UPDATE g_user_module_instance SET gumi_parameters = replace(gumi_parameters, ?, ?)",
                ('"data-format":{', known),
            )
        database.close()
        (folder / "webapp").mkdir()
        shutil.copytree(WEBAPP, folder / "webapp", dirs_exist_ok=True)
        told = folder / "webapp" / "config.json"  # its log-in page asks the server that is named here
        text = (told / told.name if told.is_dir() else told).read_text("utf-8")  # Debian 12 ships it in a folder
        if told.is_dir():
            shutil.rmtree(told)
        told.write_text(text.replace("http://localhost:4593", address), "utf-8")
        (folder / "glewlwyd.conf").write_text(_configuration(folder, port, address), "utf-8")
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            ["glewlwyd", f"--config-file={folder / 'glewlwyd.conf'}"], stdout=log, stderr=subprocess.STDOUT, cwd=folder
        )
        try:
            _wait(process, port, folder / "log")
            provider = Provider(address=address, issuer=f"{address}/api/oidc")
            _enable_oidc(provider)
            yield provider
        finally:
            process.terminate()
            process.wait(20)
            log.close()


def _configuration(folder: Path, port: int, address: str) -> str:
    mime = ",".join(f'{{extension="{end}" mime_type="{kind}"}}' for end, kind in _MIME.items())
    return f"""
port={port}
bind_address="127.0.0.1"
external_url="{address}"
login_url="login.html"
api_prefix="api"
static_files_path="{folder / "webapp"}"
log_mode="console"
log_level="WARNING"
cookie_secure=0
session_expiration=2419200
session_key="PROVIDER_SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database={{ type="sqlite3"; path="{folder / "provider.db"}"; }};
static_files_mime_types=({mime})
"""


def _enable_oidc(provider: Provider) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    parameters = {
        "iss": provider.issuer,
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": private.decode(),
        "cert": public.decode(),
        "jwks-show": True,
        "access-token-duration": 3600,
        "refresh-token-duration": 1209600,
        "code-duration": 600,
        "refresh-token-rolling": False,
        "auth-type-code-enabled": True,
        "auth-type-code-revoke-replayed": True,
        "auth-type-token-enabled": False,
        "auth-type-refresh-enabled": True,
        "allow-non-oidc": False,
        "subject-type": "public",
        "allowed-scope": ["openid"],
        "name-claim": "mandatory",
        "pkce-allowed": True,
        "pkce-required": True,
        "pkce-method-plain-allowed": False,
        "claims": [{"name": "groups", "user-property": "groups", "type": "string", "mandatory": True}],
        "oauth-as-iss-id": True,
    }
    with provider.as_admin() as admin:
        plugin = {"module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "parameters": parameters}
        answer = admin.post("/api/mod/plugin/", json=plugin)
        assert answer.status_code == 200, answer.text


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when the server takes connections. It says nothing when it is ready, so it is asked."""
    import select

    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("Glewlwyd did not start: " + log.read_text("utf-8", "replace")[-2000:])
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        select.select([], [], [], 0.05)
    raise RuntimeError("Glewlwyd takes no connections: " + log.read_text("utf-8", "replace")[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
