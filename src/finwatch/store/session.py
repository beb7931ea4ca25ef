"""What a log-in leaves for a while: sessions, failed attempts, codes that were used, forms that were kept.

Nothing here is decided by anybody, so none of it goes through a ``Unit``; losing it costs a new log-in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from finwatch.model.access import PersonId
from finwatch.model.account import Session
from finwatch.store.dialect import insert_new, reading, replace, retried, writing
from finwatch.store.tables import attempt, kept_form, oidc_start, session, token_use, used_code

_TOUCH: Final = timedelta(minutes=1)
"""Signs of life are written down so often: a page must not cost a write."""
_USE: Final = timedelta(hours=1)
_REMEMBERED: Final = timedelta(hours=24)
"""An ended session is known so long: a form that comes after it can still be given back to its person."""


class Sessions:
    """Sessions and what belongs to log-ins; each method one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def begin(self, new: Session) -> None:
        """Keeps a session, and forgets those that ended long ago."""
        with writing(self._engine) as connection:
            connection.execute(delete(session).where(session.c.until < new.started - _REMEMBERED))
            replace(connection, session, new.model_dump(mode="python"), ("digest",))

    def get(self, digest: str) -> Session | None:
        """The session with a digest, ended or not."""
        with reading(self._engine) as connection:
            row = connection.execute(select(session).where(session.c.digest == digest)).mappings().first()
        return Session(**row) if row is not None else None

    def touch(self, found: Session, *, now: datetime) -> None:
        """Says that a session was used, to the minute."""
        if now - found.seen < _TOUCH:
            return
        with writing(self._engine) as connection:
            connection.execute(update(session).where(session.c.digest == found.digest).values(seen=now))

    @retried
    def change(self, digest: str, **values: Any) -> None:
        """Changes fields of a session."""
        with writing(self._engine) as connection:
            connection.execute(update(session).where(session.c.digest == digest).values(**values))

    @retried
    def end(self, digest: str, *, now: datetime) -> None:
        """Ends a session: it is remembered for a while and opens nothing."""
        with writing(self._engine) as connection:
            ending = update(session).where(session.c.digest == digest, session.c.until > now)
            connection.execute(ending.values(until=now, break_glass=None))

    @retried
    def end_all(self, person: PersonId, *, now: datetime, but: str | None = None) -> int:
        """Ends every session of a person, but one where it is given; returns how many."""
        with writing(self._engine) as connection:
            ending = update(session).where(session.c.person == person, session.c.until > now)
            if but is not None:
                ending = ending.where(session.c.digest != but)
            return connection.execute(ending.values(until=now, break_glass=None)).rowcount

    # Attempts ---------------------------------------------------------------------------------------------------

    @retried
    def count_attempt(self, keys: Iterable[str], *, now: datetime, window: timedelta) -> dict[str, int]:
        """Counts an attempt under each key before it is tried; returns how many that makes in the window.

        Counting first and in one statement means that attempts made at once are each counted.
        """
        counts: dict[str, int] = {}
        over = attempt.c.since <= now - window
        with writing(self._engine) as connection:
            dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            for key in sorted(keys):
                new = dialect(attempt).values(key=key, since=now, count=1)
                values = {
                    "since": case((over, new.excluded.since), else_=attempt.c.since),
                    "count": case((over, 1), else_=attempt.c.count + 1),
                }
                told = new.on_conflict_do_update(index_elements=["key"], set_=values).returning(attempt.c.count)
                counts[key] = connection.execute(told).scalar_one()
        return counts

    @retried
    def forgive(self, keys: Iterable[str]) -> None:
        """Forgets the attempts under some keys: one succeeded."""
        with writing(self._engine) as connection:
            connection.execute(delete(attempt).where(attempt.c.key.in_(sorted(keys))))

    def since(self, key: str) -> datetime | None:
        """Since when attempts under ``key`` are counted."""
        with reading(self._engine) as connection:
            return connection.execute(select(attempt.c.since).where(attempt.c.key == key)).scalar()

    @retried
    def use_code(self, person: PersonId, code: str, *, now: datetime) -> bool:
        """Marks a one-time code as used; ``False`` = it was used before."""
        with writing(self._engine) as connection:
            old = and_(used_code.c.code.startswith("totp:"), used_code.c.at < now - _REMEMBERED)
            connection.execute(delete(used_code).where(used_code.c.person == person, old))
            row = {"person": person, "code": code, "at": now}
            return insert_new(connection, used_code, [row], ("person", "code")) == 1

    def used_codes(self, person: PersonId, prefix: str) -> int:
        """How many codes of a kind were used."""
        with reading(self._engine) as connection:
            where = (used_code.c.person == person, used_code.c.code.startswith(prefix, autoescape=True))
            return connection.execute(select(func.count()).select_from(used_code).where(*where)).scalar_one()

    # Tokens -----------------------------------------------------------------------------------------------------

    def used_token(self, token: int, *, last: datetime | None, now: datetime) -> None:
        """Says that a token was used, to the hour; ``last`` = when that was said before."""
        if last is None or now - last >= _USE:
            with writing(self._engine) as connection:
                replace(connection, token_use, {"token": token, "at": now}, ("token",))

    def token_uses(self, tokens: Iterable[int]) -> dict[int, datetime]:
        """When tokens were used last."""
        with reading(self._engine) as connection:
            asked = select(token_use.c.token, token_use.c.at).where(token_use.c.token.in_(list(tokens)))
            return {row.token: row.at for row in connection.execute(asked)}

    # Things that wait for somebody to come back -----------------------------------------------------------------

    @retried
    def keep_form(self, digest: str, *, person: PersonId | None, sealed: str, until: datetime, now: datetime) -> None:
        """Keeps a form until ``until``; forgets those whose time is over."""
        with writing(self._engine) as connection:
            connection.execute(delete(kept_form).where(kept_form.c.until < now))
            row = {"digest": digest, "person": person, "sealed": sealed, "until": until}
            replace(connection, kept_form, row, ("digest",))

    def kept_form(self, digest: str, *, person: PersonId, now: datetime) -> str | None:
        """A form that was kept for ``person`` (or for whoever holds its key), still sealed."""
        theirs = or_(kept_form.c.person == person, kept_form.c.person.is_(None))
        with reading(self._engine) as connection:
            asked = select(kept_form.c.sealed).where(kept_form.c.digest == digest, kept_form.c.until >= now, theirs)
            return connection.execute(asked).scalar()

    @retried
    def drop_form(self, digest: str) -> None:
        """Forgets a form."""
        with writing(self._engine) as connection:
            connection.execute(delete(kept_form).where(kept_form.c.digest == digest))

    @retried
    def start_oidc(self, digest: str, *, sealed: str, until: datetime, now: datetime) -> None:
        """Remembers a log-in that went to the provider."""
        with writing(self._engine) as connection:
            connection.execute(delete(oidc_start).where(oidc_start.c.until < now))
            replace(connection, oidc_start, {"digest": digest, "sealed": sealed, "until": until}, ("digest",))

    @retried
    def take_oidc(self, digest: str, *, now: datetime) -> str | None:
        """What was remembered of a log-in, once: a second answer to it finds nothing."""
        with writing(self._engine) as connection:
            taken = delete(oidc_start).where(oidc_start.c.digest == digest)
            row = connection.execute(taken.returning(oidc_start.c.sealed, oidc_start.c.until)).first()
        return row.sealed if row is not None and row.until >= now else None
