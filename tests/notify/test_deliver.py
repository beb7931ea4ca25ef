"""Delivery against a real mail server and a real HTTP server on loopback: once each, refused, killed, in doubt."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from finwatch.errors import SettingError
from finwatch.model.base import Text
from finwatch.model.case import Message
from finwatch.notify import deliver
from finwatch.notify.deliver import LEASE_SECONDS, Sender
from finwatch.notify.mail import Mail
from finwatch.notify.webhook import Webhook
from finwatch.store import Store
from finwatch.store.outbox import ATTEMPTS
from finwatch.supervise.desk import SYSTEM
from tests.kit.office import Clock


def put(store: Store, *keys: str, channel: Any = "mail", to: str = "zhao@bank-a.example", now: Any = None) -> None:
    told = [
        Message(
            channel=channel,
            to=to,
            key=key,
            subject=Text(zh=f"风险提醒\r\nBcc: evil@x.example {key}", en="A risk"),
            body=Text(zh="请查看。", en="Please look."),
        )
        for key in keys
    ]
    with store.deciding(SYSTEM, now=now or Clock()()) as unit:
        unit.send(told)


class Box:
    """What a mail server takes, and how it answers."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.says = ""
        self.before_answer: Any = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.says:
            return self.says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content)
        self.before_answer()
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    taken = Box()
    server = Controller(taken, hostname="127.0.0.1", port=0)
    with _on_any_port(server) as port:
        yield taken, f"smtp://127.0.0.1:{port}"


@contextmanager
def _on_any_port(server: Controller) -> Iterator[int]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        server.port = probe.getsockname()[1]
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def mail(address: str) -> dict[str, Sender]:
    return {"mail": Mail(address, sender="finwatch@assoc.example")}


def test_mail_arrives_once_in_both_languages(store: Store, box: tuple[Box, str]) -> None:
    taken, address = box
    put(store, "a", "b")
    put(store, "a")
    report = deliver(store, mail(address), worker="w", clock=Clock())
    assert (report.sent, report.later, report.given_up) == (2, 0, 0)
    assert deliver(store, mail(address), worker="w", clock=Clock()).sent == 0
    first = email.message_from_bytes(taken.taken[0])
    assert str(make_header(decode_header(first["Subject"]))) == "风险提醒 Bcc: evil@x.example a / A risk"
    assert first["Bcc"] is None
    assert "请查看。" in first.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert first["Message-ID"] == f"<{hashlib.sha256(b'a').hexdigest()[:40]}@finwatch>"


def test_a_server_that_refuses_for_now_and_one_that_refuses_for_good(store: Store, box: tuple[Box, str]) -> None:
    taken, address = box
    clock = Clock()
    put(store, "a")
    taken.says = "451 try later"
    for attempt in range(1, ATTEMPTS):
        assert deliver(store, mail(address), worker="w", clock=clock).later == 1, attempt
        assert deliver(store, mail(address), worker="w", clock=clock).later == 0, "not before its time"
        clock.move(days=1)
    assert store.outbox.stuck() == []
    deliver(store, mail(address), worker="w", clock=clock)
    assert [(one.state, one.error) for one in store.outbox.stuck()] == [("dead", "The mail server said 451 try later")]
    put(store, "b")
    taken.says = "550 no such person"
    assert deliver(store, mail(address), worker="w", clock=clock).given_up == 1
    taken.says = ""
    assert store.outbox.decide(store.outbox.stuck()[0].id, again=True, now=clock())
    assert deliver(store, mail(address), worker="w", clock=clock).sent == 1
    assert len(taken.taken) == 1


def test_no_server_at_all_keeps_everything(store: Store) -> None:
    put(store, "a")
    report = deliver(store, mail("smtp://127.0.0.1:1"), worker="w", clock=Clock())
    assert report.later == 1
    assert deliver(store, {}, worker="w", clock=Clock()).without_channel == 1
    with pytest.raises(SettingError):
        Mail("mail.example", sender="x@y.example")


def test_an_address_that_is_none_is_given_up(store: Store, box: tuple[Box, str]) -> None:
    put(store, "a", to="nobody")
    put(store, "b", to="x@y.example\r\nRCPT TO:<evil@x.example>")
    assert deliver(store, mail(box[1]), worker="w", clock=Clock()).given_up == 2
    assert box[0].taken == []


SENDER = """
import sys
from finwatch.notify import deliver
from finwatch.notify.mail import Mail
from finwatch.store import open_store
from tests.kit.office import Clock
with open_store(sys.argv[1]) as store:
    deliver(store, {"mail": Mail(sys.argv[2], sender="f@a.example")}, worker="killed", clock=Clock())
"""


def test_a_sender_killed_after_the_server_took_it_sends_nothing_twice(
    store: Store, address: str, box: tuple[Box, str]
) -> None:
    taken, server = box
    put(store, "a", "b")
    child: list[subprocess.Popen[bytes]] = []
    started = threading.Event()

    def kill() -> None:
        started.wait(60)
        child[0].send_signal(signal.SIGKILL)

    taken.before_answer = kill
    child.append(subprocess.Popen([sys.executable, "-c", SENDER, address, server], env={**os.environ}))
    started.set()
    assert child[0].wait(60) == -signal.SIGKILL
    taken.before_answer = lambda: None
    clock = Clock()
    assert deliver(store, mail(server), worker="w", clock=clock).sent == 1, "the other one"
    clock.at += timedelta(seconds=LEASE_SECONDS + 1)
    assert deliver(store, mail(server), worker="w", clock=clock).sent == 0
    (doubt,) = store.outbox.stuck()
    assert (doubt.key, doubt.state) == ("a", "doubtful")
    assert len(taken.taken) == 2
    assert store.outbox.decide(doubt.id, again=False, now=clock())
    assert store.outbox.stuck() == []


def test_many_senders_at_once_send_each_once(store: Store, box: tuple[Box, str]) -> None:
    put(store, *(f"m{number}" for number in range(30)))
    threads = [
        threading.Thread(target=deliver, args=(store, mail(box[1])), kwargs={"worker": f"w{n}", "clock": Clock()})
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [email.message_from_bytes(one)["Message-ID"] for one in box[0].taken]
    assert len(ids) == len(set(ids)) == 30


@contextmanager
def hook(*answers: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    taken: list[tuple[dict[str, str], bytes]] = []
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(left.pop(0) if left else 204)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webhook(host: str, *, allow: bool = True) -> dict[str, Sender]:
    return {
        "webhook": Webhook(
            lambda name: f"http://{host}/in" if name == "bank-a" else None,
            lambda name: b"secret of " + name.encode(),
            allow_private=[host] if allow else (),
            clock=lambda: 1_772_413_200.0,
        )
    }


def test_a_webhook_is_signed_and_known_again(store: Store) -> None:
    clock = Clock()
    with hook(503, 302, 200) as (host, taken):
        put(store, "a", channel="webhook", to="bank-a")
        for sent in (0, 0, 1):
            assert deliver(store, webhook(host), worker="w", clock=clock).sent == sent
            clock.move(days=1)
    headers, body = taken[-1]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"secret of bank-a", content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["subject"]["en"] == "A risk"
    assert len({told["webhook-id"] for told, _ in taken}) == 1
    assert len(taken) == 3, "a redirect is not followed"


def test_a_webhook_leads_into_no_private_network(store: Store) -> None:
    with hook() as (host, taken):
        put(store, "a", channel="webhook", to="bank-a")
        assert deliver(store, webhook(host, allow=False), worker="w", clock=Clock()).later == 1
        assert taken == []
    put(store, "b", channel="webhook", to="bank-b")
    assert deliver(store, webhook("x.example"), worker="w", clock=Clock()).given_up == 1
