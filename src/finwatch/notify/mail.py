"""Mail over SMTP (RFC 5321): one connection a message, TLS where the address says so, a Message-ID made of the key."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from finwatch.errors import SettingError
from finwatch.notify.deliver import Refused
from finwatch.store.outbox import Outgoing

SECONDS: Final = 30.0
"""Longest wait for the server."""
_PERMANENT: Final = range(500, 600)


class Mail:
    """A channel over one server: ``smtp://[user:password@]host[:port]`` (STARTTLS where offered), or ``smtps://``."""

    def __init__(self, server: str, *, sender: str) -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingError(
                f"FINWATCH_MAIL={parts.scheme or server!r} is no mail server.", todo="Write smtp://host:25 or smtps://…"
            )
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender

    def send(self, message: Outgoing) -> None:
        """Hands the message to the server. Raises ``Refused``: for good when the server says 5xx."""
        try:
            mail = self._mail(message)
        except ValueError as error:
            raise Refused(f"{message.address!r} is no mail address ({error}).", for_good=True) from error
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise Refused(_said(code, reason), for_good=code in _PERMANENT) from error
        except smtplib.SMTPResponseException as error:
            raise Refused(_said(error.smtp_code, error.smtp_error), for_good=error.smtp_code in _PERMANENT) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Refused(f"{self._host}:{self._port} cannot be reached ({error}).") from error

    def _connected(self) -> smtplib.SMTP:
        safe = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=safe)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=safe)
        if self._user:
            server.login(self._user, self._password)
        return server

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = Address(addr_spec=message.address)
        mail["Subject"] = _line(f"{message.subject.zh} / {message.subject.en}")
        mail["Date"] = format_datetime(message.made)
        name = hashlib.sha256(message.key.encode()).hexdigest()[:40]
        mail["Message-ID"] = f"<{name}@finwatch>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{message.body.zh}\n\n{message.body.en}\n")
        return mail


def _line(text: str) -> str:
    """A header has one line, whatever a package's name held."""
    return " ".join(text.split())[:400]


def _said(code: int, reason: bytes | str) -> str:
    told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return f"The mail server said {code} {told.strip()}"
