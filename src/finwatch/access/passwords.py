"""Passwords: what is taken, how it is kept (argon2id, RFC 9106), when it is hashed again."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from finwatch.limits import ACCESS
from finwatch.model.base import Text

_AT_ONCE = threading.BoundedSemaphore(ACCESS.hashes_at_once)
"""Each hash takes its memory: so many people may log in at once, the others wait a moment."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(
        time_cost=ACCESS.hash_rounds,
        memory_cost=ACCESS.hash_kib,
        parallelism=ACCESS.hash_lanes,
        type=Type.ID,
    )


def normal(password: str) -> str:
    """The password as it is hashed: NFKC, so that the same keys give the same bytes on every machine (RFC 8265)."""
    return unicodedata.normalize("NFKC", password)


def refused(password: str, *, about: tuple[str, ...] = ()) -> Text | None:
    """Why a new password is not taken; ``None`` = it is. ``about`` = account, name, organisation: none may be in it.

    Length over rules of composition (NIST SP 800-63B §5.1.1.2).
    """
    told = normal(password)
    if len(told) < ACCESS.password_least:
        return Text(
            zh=f"密码至少需要 {ACCESS.password_least} 个字符。",
            en=f"A password has {ACCESS.password_least} characters or more.",
        )
    if len(told.encode()) > ACCESS.password_bytes:
        return Text(
            zh=f"密码不得超过 {ACCESS.password_bytes} 字节。",
            en=f"A password has {ACCESS.password_bytes} bytes at most.",
        )
    if len(set(told)) < ACCESS.password_least // 2 - 1:
        return Text(zh="密码中重复的字符过多。", en="This password repeats too few characters.")
    lower = told.casefold()
    if any(len(word) > 3 and word.casefold() in lower for word in about):
        return Text(
            zh="密码不得包含账号、姓名或机构名称。", en="A password may not hold the account, name or organisation."
        )
    return None


def hashed(password: str) -> str:
    """The argon2id hash with its parameters and salt, as one text (PHC string format)."""
    with _AT_ONCE:
        return _hasher().hash(normal(password))


def matches(hash_: str, password: str) -> bool:
    """Whether ``password`` is the one of ``hash_``; ``False`` also where the hash cannot be read."""
    if len(password.encode("utf-8", "surrogatepass")) > ACCESS.password_bytes:
        return False
    try:
        with _AT_ONCE:
            return _hasher().verify(hash_, normal(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def outdated(hash_: str) -> bool:
    """Whether ``hash_`` was made with other parameters than are used now."""
    try:
        return _hasher().check_needs_rehash(hash_)
    except InvalidHashError:
        return True


@cache
def nobody() -> str:
    """A hash of no password: checked for an unknown account, so that it takes as long as a known one."""
    return hashed("nobody has this password")
