"""Logging in: password, then second factor; attempts are counted first, and the cookie changes at each step.

What comes in: what somebody typed, and from which address. What goes out: a cookie, or an error that says no more than
that account or password is wrong. Sessions are rows of the store: ending one ends it everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from finwatch.access import factors, passwords, secrets
from finwatch.errors import InputError, SignedOut, TooMany
from finwatch.limits import ACCESS
from finwatch.model.access import Actor, Person, PersonId
from finwatch.model.account import Credential, Session, Stage
from finwatch.store import access as rows
from finwatch.supervise.door import Door, nobody

_WINDOW: Final = timedelta(seconds=ACCESS.window_seconds)
_LIFE: Final = timedelta(seconds=ACCESS.session_seconds)


class Login:
    """The steps of a log-in. Shared between threads; ``clock`` gives the time of each."""

    def __init__(self, door: Door, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.door = door
        self._store = door.store
        self._clock = clock

    def password(self, account: str, password: str, *, address: str, next_: str | None = None) -> tuple[str, Stage]:
        """The cookie of somebody whose password was right, and what is asked of them now.

        Raises ``TooMany`` before anything is tried, ``InputError`` when account and password do not belong together.
        """
        now, account = self._clock(), account.strip().lower()
        keys = self._counted(account, address, now)
        person = self._store.accounts.by_account(account)
        known = self._store.accounts.credential(person.id, "password") if person is not None else None
        right = passwords.matches(known.value["hash"] if known else passwords.nobody(), password)
        if person is None or known is None or not right or not person.active:
            _wrong()
        self._store.sessions.forgive(keys)
        if passwords.outdated(known.value["hash"]):
            value = {**known.value, "hash": passwords.hashed(password)}
            with self._store.deciding(self.door.actor(person), now=now) as unit:
                rows.set_credential(unit, known.model_copy(update={"value": value}), why="password:rehash")
        has_factor = self._store.accounts.credential(person.id, "totp") is not None
        stage = Stage.FACTOR if has_factor and not known.value.get("first") else Stage.ENROL
        secret = None if stage is Stage.FACTOR else self.door.sealer.seal(factors.new_secret())
        return self._begin(person, stage, means="password", secret=secret, next_=next_), stage

    def factor(self, cookie: str | None, code: str, *, address: str) -> tuple[str, Session]:
        """The cookie of somebody who is logged in now, and the session. ``code``: one-time password or recovery code.

        Raises ``SignedOut`` when the first step is too long ago, ``TooMany``, ``InputError`` for a wrong or used code.
        """
        now = self._clock()
        session = self._half_way(cookie, Stage.FACTOR, now)
        keys = self._counted(f"factor:{session.person}", address, now)
        known = self._store.accounts.credential(session.person, "totp")
        if known is None or not self._accepts(known, code, now):
            raise InputError(
                "This code is wrong or was used before.",
                zh="验证码错误或已使用过。",
                todo="Wait for the next one, or type a recovery code.",
            )
        self._store.sessions.forgive(keys)
        return self._enter(session, now)

    def _accepts(self, known: Credential, code: str, now: datetime) -> bool:
        secret = self.door.sealer.open(known.value["secret"])
        step = factors.step_of(secret, code, at=now) if isinstance(secret, str) else None
        if step is not None:
            return self._store.sessions.use_code(known.person, f"totp:{step}", now=now)
        digest = factors.recovery_digest(code)
        if digest not in known.value["recovery"]:
            return False
        return self._store.sessions.use_code(known.person, f"recovery:{digest}", now=now)

    def enrolling(self, cookie: str | None) -> tuple[Person, str, bool]:
        """Who is setting up a second factor, its secret, and whether they must also choose a password.

        Raises ``SignedOut``.
        """
        session = self._half_way(cookie, Stage.ENROL, self._clock())
        person = self._store.accounts.person(session.person)
        known = self._store.accounts.credential(person.id, "password")
        return person, self._secret(session), bool(known and known.value.get("first"))

    def enrol(self, cookie: str | None, code: str, *, new_password: str | None, address: str) -> tuple[str, list[str]]:
        """Sets up the second factor that ``code`` was made with; the new cookie and the recovery codes, shown once.

        Raises ``SignedOut``, ``TooMany``, ``InputError`` when the code does not fit or the password is not taken.
        """
        now = self._clock()
        session = self._half_way(cookie, Stage.ENROL, now)
        person, secret, first = self.enrolling(cookie)
        keys = self._counted(f"factor:{person.id}", address, now)
        step = factors.step_of(secret, code, at=now)
        changed = self._new_password(person, new_password or "", now) if first and step is not None else None
        if step is None or not self._store.sessions.use_code(person.id, f"totp:{step}", now=now):
            raise InputError(
                "The code does not fit the secret.", zh="验证码与密钥不符。", todo="Check the clock of the telephone."
            )
        codes = list(factors.new_recovery_codes())
        value = {"secret": self.door.sealer.seal(secret), "recovery": [factors.recovery_digest(one) for one in codes]}
        with self._store.deciding(self.door.actor(person), now=now) as unit:
            if changed is not None:
                rows.set_credential(unit, changed, why="password:set")
            made = Credential(person=person.id, kind="totp", value=value, made=now)
            rows.set_credential(unit, made, why="totp:set")
        self._store.sessions.forgive(keys)
        return self._enter(session, now)[0], codes

    def change_password(self, actor: Actor, cookie: str, old: str, new: str, *, address: str) -> None:
        """Sets a new password; every other session of the person ends. Raises ``TooMany``, ``InputError``."""
        now = self._clock()
        keys = self._counted(f"password:{actor.person}", address, now)
        known = self._store.accounts.credential(actor.person, "password")
        if known is None or not passwords.matches(known.value["hash"], old):
            raise InputError("The present password is wrong.", zh="当前密码错误。", todo="Type it again.")
        changed = self._new_password(self._store.accounts.person(actor.person), new, now, old=old)
        with self._store.deciding(actor, now=now) as unit:
            rows.set_credential(unit, changed, why="password:set")
        self._store.sessions.forgive(keys)
        self._store.sessions.end_all(actor.person, now=now, but=secrets.digest(cookie))

    def enter(self, person: Person, *, next_: str | None) -> str:
        """The cookie of somebody whom an OIDC provider vouches for."""
        now = self._clock()
        cookie = self._begin(person, Stage.FULL, means="oidc", secret=None, next_=next_)
        self._tell(person.id, "login:oidc", now)
        return cookie

    def leave(self, cookie: str | None) -> None:
        """Ends a session."""
        if cookie:
            self._store.sessions.end(secrets.digest(cookie), now=self._clock())

    # Parts ------------------------------------------------------------------------------------------------------

    def _begin(self, person: Person, stage: Stage, *, means: str, secret: str | None, next_: str | None) -> str:
        now, cookie = self._clock(), secrets.new_secret()
        values = {"person": person.id, "stage": stage, "means": means, "secret": secret, "next": next_}
        session = Session(digest=secrets.digest(cookie), started=now, seen=now, until=now + _LIFE, **values)
        self._store.sessions.begin(session)
        return cookie

    def _enter(self, session: Session, now: datetime) -> tuple[str, Session]:
        """Ends the half-way session and begins the real one, under a cookie that was never sent before."""
        person = self._store.accounts.person(session.person)
        cookie = self._begin(person, Stage.FULL, means=session.means, secret=None, next_=None)
        self._store.sessions.end(session.digest, now=now)
        self._tell(person.id, f"login:{session.means}", now)
        return cookie, session

    def _tell(self, person: PersonId, action: str, now: datetime) -> None:
        with self._store.deciding(self.door.actor(self._store.accounts.person(person)), now=now) as unit:
            unit.journal(action, f"person:{person}", {})

    def _half_way(self, cookie: str | None, stage: Stage, now: datetime) -> Session:
        session = self.door.session(cookie, now=now)
        if session is None:
            raise nobody()
        if session.stage is not stage:
            raise SignedOut("Begin the log-in again.", zh="请重新登录。", todo="Type account and password.")
        return session

    def _secret(self, session: Session) -> str:
        secret = self.door.sealer.open(session.secret or "")
        if not isinstance(secret, str):
            raise SignedOut("Begin the log-in again.", zh="请重新登录。", todo="Type account and password.")
        return secret

    def _new_password(self, person: Person, new: str, now: datetime, *, old: str | None = None) -> Credential:
        home = self._store.accounts.organisation(person.organisation)
        about = (person.account, person.name, home.name, home.short_name)
        why = passwords.refused(new, about=about)
        if why is not None:
            raise InputError(why.en, zh=why.zh, todo="Choose another.")
        known = self._store.accounts.credential(person.id, "password")
        if new == old or (known is not None and passwords.matches(known.value["hash"], new)):
            raise InputError("This is the password you have.", zh="新密码与原密码相同。", todo="Choose another.")
        return Credential(person=person.id, kind="password", value={"hash": passwords.hashed(new)}, made=now)

    def _counted(self, account: str, address: str, now: datetime) -> list[str]:
        """Counts an attempt; the keys to forgive when it succeeds. Raises ``TooMany``."""
        who = secrets.digest(account)[:32]
        bounds = {
            f"pair:{who}:{address}": ACCESS.tries_pair,
            f"account:{who}": ACCESS.tries_account,
            f"address:{address}": ACCESS.tries_address,
        }
        counts = self._store.sessions.count_attempt(bounds, now=now, window=_WINDOW)
        over = [key for key, count in counts.items() if count > bounds[key]]
        if over:
            since = max((self._store.sessions.since(key) or now) for key in over)
            minutes = max(1, round((since + _WINDOW - now).total_seconds() / 60 + 0.5))
            raise TooMany(
                f"Too many attempts; locked for {minutes} minutes.",
                zh=f"尝试次数过多，已锁定 {minutes} 分钟。",
                todo="Wait, or ask an administrator of your organisation for a new password.",
            )
        return [key for key in bounds if not key.startswith("address:")]


def _wrong() -> NoReturn:
    raise InputError("Account or password is wrong.", zh="账号或密码错误。", todo="Type both again.")
