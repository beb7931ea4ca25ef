"""A server on loopback that sends a file with ETag and ranges, and can stop in the middle of the first answer."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class DrippingServer(ThreadingHTTPServer):
    """Serves ``/repo/<name>``. While ``stalling``, a whole answer ends in the middle until ``go`` is set."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {f"/repo/{name}": body for name, body in files.items()}
        self.stalling = False
        self.half = threading.Event()
        self.go = threading.Event()
        self.asked: list[tuple[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), partial(_Handler, self))

    @property
    def address(self) -> str:
        """Where the repository stands."""
        return f"http://127.0.0.1:{self.server_address[1]}/repo"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, serving: DrippingServer, *arguments: object) -> None:
        self.serving = serving
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = self.serving.files.get(self.path)
        wanted = self.headers.get("Range")
        self.serving.asked.append((self.path, wanted))
        if body is None:
            self.send_error(404)
            return
        start = 0
        if wanted is not None:
            match = re.fullmatch(r"bytes=(\d+)-", wanted)
            assert match is not None
            start = int(match[1])
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"')
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if self.serving.stalling:
            self.wfile.write(body[start : len(body) // 2])
            self.wfile.flush()
            self.serving.half.set()
            self.serving.go.wait()
            self.close_connection = True
            return
        self.wfile.write(body[start:])

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def dripping(files: dict[str, bytes]) -> Iterator[DrippingServer]:
    """The server, answering until the block ends."""
    with DrippingServer(files) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.go.set()
            server.shutdown()
            thread.join()
