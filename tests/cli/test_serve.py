"""How ``finwatch serve`` listens: what is accepted answers at once, and a port in use is named."""

from __future__ import annotations

import socket

import pytest

from finwatch.cli.serve import listen
from finwatch.errors import InputError


def test_what_is_accepted_does_not_hold_the_end_of_an_answer_back() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as reader:
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            accepted.sendall(b"answer")
            assert reader.recv(6) == b"answer"


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port} cannot be listened on"):
            listen("127.0.0.1", port)
