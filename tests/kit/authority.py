"""A time-stamp authority on loopback: ``openssl ts`` behind a small HTTP server, its certificates made here."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No ``certs`` here: a reply that carries the whole chain is refused by rfc3161-client.
_CONFIGURATION = """
[tsa]
default_tsa = local
[local]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
_CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")
_TSA = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class LocalAuthority:
    """The authority: ``url`` to ask, ``certificate`` to judge by; ``status`` other than 200 makes it fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self.url = ""
        self.status = 200
        self.asked = 0
        self.authorization: str | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._make()

    def _make(self) -> None:
        here = self.folder
        added = [part for extension in _CA for part in ("-addext", extension)]
        subject = f"/CN=Root of {here.name}"
        _openssl("req", "-x509", *_CURVE, "-keyout", here / "ca.key", "-out", here / "ca.pem", "-subj", subject, *added)
        _openssl("req", *_CURVE, "-keyout", here / "tsa.key", "-out", here / "tsa.csr", "-subj", "/CN=Test TSA")
        (here / "tsa.ext").write_text(_TSA)
        signed = ("-CA", here / "ca.pem", "-CAkey", here / "ca.key", "-CAcreateserial", "-extfile", here / "tsa.ext")
        _openssl("x509", "-req", "-in", here / "tsa.csr", *signed, "-days", "30", "-out", here / "tsa.pem")
        (here / "serial").write_text("01\n")
        (here / "ts.cnf").write_text(_CONFIGURATION.format(folder=here))

    def reply(self, query: bytes) -> bytes:
        """The reply to a request, signed now."""
        asked = self.folder / "query.tsq"
        asked.write_bytes(query)
        answer = self.folder / "reply.tsr"
        _openssl("ts", "-reply", "-config", self.folder / "ts.cnf", "-queryfile", asked, "-out", answer)
        return answer.read_bytes()

    @contextmanager
    def serving(self) -> Iterator[LocalAuthority]:
        """Answers at ``url`` while the block runs."""
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.asked += 1
                authority.authorization = self.headers["Authorization"]
                query = self.rfile.read(int(self.headers["Content-Length"]))
                body = authority.reply(query) if authority.status == 200 else b"not now"
                self.send_response(authority.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/tsr"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _openssl(*arguments: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
