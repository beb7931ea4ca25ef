"""Second factors: time-based one-time passwords (RFC 6238) and recovery codes.

A code is accepted once: ``step_of`` names the time step it belongs to, and the store remembers which were used.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp

PERIOD: Final = 30
DIGITS: Final = 6
_DRIFT: Final = 1
"""Steps before and after the present one that are accepted: clocks differ, and people type slowly (RFC 6238 §5.2)."""
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without the letters and digits that people take for one another."""


def new_secret() -> str:
    """A new secret in base32: 160 bits, as long as the digest (RFC 4226 §4)."""
    return pyotp.random_base32()


def address(secret: str, *, account: str, issuer: str = "Finwatch") -> str:
    """The ``otpauth://`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step that ``code`` belongs to, looking one step to either side; ``None`` = it is wrong."""
    told = "".join(code.split())
    if len(told) != DIGITS or not (told.isascii() and told.isdigit()):
        return None
    now = int(at.timestamp()) // PERIOD
    clock = pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD)
    for step in sorted(range(now - _DRIFT, now + _DRIFT + 1), key=lambda step: abs(step - now)):
        if hmac.compare_digest(clock.at(step * PERIOD), told):
            return step
    return None


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to print and keep, each good for one log-in: 12 characters of 32, 60 bits."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    )


def recovery_digest(code: str) -> str:
    """The digest under which a recovery code is kept; blanks, hyphens and case do not matter."""
    told = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(f"recovery:{told}".encode()).hexdigest()
