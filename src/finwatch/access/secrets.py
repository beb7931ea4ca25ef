"""Secrets that are handed out and known again by their digest, and what is sealed before it is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken

from finwatch.errors import SettingError

TOKEN_PREFIX: Final = "fwt_"  # noqa: S105 - begins each, is none
"""Begins every API token, so that scanners for leaked secrets know one."""


def new_secret() -> str:
    """256 random bits as text that fits a cookie, a form and an address."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A new API token."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """What is kept of a secret. It is random, so a plain hash tells nothing about it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(cookie: str) -> str:
    """What a form must bring along with the cookie ``cookie``: nobody can tell it who cannot read the cookie."""
    told = hashlib.sha256(b"finwatch form token\0" + cookie.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def is_form_token(token: str, cookie: str) -> bool:
    """Whether a form came from a page that was given out with ``cookie``."""
    return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), form_token(cookie).encode())


class Sealer:
    """Seals what the database must not be able to tell: secrets of second factors, forms that were kept (Fernet)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._lookup = hmac.new(key, b"finwatch lookup", hashlib.sha256).digest()

    def keyed(self, value: str) -> str:
        """A digest of ``value`` that nobody can try out without the key: by which a phone number is found again."""
        return hmac.new(self._lookup, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    @classmethod
    def fresh(cls) -> Sealer:
        """One with a key of its own, which ends with the process."""
        return cls(Fernet.generate_key())

    @classmethod
    def of(cls, file: Path) -> Sealer:
        """The one whose key is in ``file``; where there is none yet, it is made, readable by its owner only.

        Raises ``SettingError`` when the file cannot be read, made, or holds no key.
        """
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                pass
            else:
                with os.fdopen(handle, "wb") as out:
                    out.write(Fernet.generate_key())
            return cls(file.read_bytes().strip())
        except (OSError, ValueError) as error:
            raise SettingError(
                f"{file} holds no key ({error}).",
                zh=f"{file} 中没有密钥。",
                todo="Restore it from a backup, or remove it: second factors must then be set up again.",
            ) from error

    def seal(self, value: Any) -> str:
        """A JSON value as text that only this key opens."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> Any | None:
        """The value again; ``None`` when it was sealed with another key or was changed."""
        try:
            return json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            return None
