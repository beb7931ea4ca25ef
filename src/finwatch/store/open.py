"""The store as one object: what is due, the writers, and the named questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from finwatch.model.access import Actor, Sight
from finwatch.model.examination import Answer
from finwatch.model.fetch import MarketId, Outcome, OutcomeKind
from finwatch.model.integrity import Checked
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind
from finwatch.model.view import (
    AppFilter,
    AppPage,
    AppRow,
    AppView,
    EventPage,
    FindingPage,
    ListingPage,
    MarketHealth,
    Order,
    Overview,
    UnreadPackage,
    VersionView,
)
from finwatch.store import migrate
from finwatch.store import outcome as outcome_questions
from finwatch.store.access import Accounts
from finwatch.store.approved import Approved
from finwatch.store.caller import Callers
from finwatch.store.case import Cases
from finwatch.store.dialect import connect, reading, retried, shown_address, writing
from finwatch.store.frontier import Frontier
from finwatch.store.heads import Heads
from finwatch.store.hold import Holds
from finwatch.store.integrity import Progress, check
from finwatch.store.letter import Letters
from finwatch.store.log import Log
from finwatch.store.market import Markets
from finwatch.store.outbox import Outbox
from finwatch.store.published import app as app_questions
from finwatch.store.published import event as event_questions
from finwatch.store.published import finding as finding_questions
from finwatch.store.published import overview as overview_questions
from finwatch.store.published import version as version_questions
from finwatch.store.published.alert import Alerts
from finwatch.store.published.beyond import Beyond
from finwatch.store.published.publication import ALL, Publication, Snapshot, snapshot
from finwatch.store.published.series import Series
from finwatch.store.queue import Queue
from finwatch.store.reporter import Reporters
from finwatch.store.retention import Retention
from finwatch.store.run import Runs
from finwatch.store.session import Sessions
from finwatch.store.unit import Unit, deciding
from finwatch.store.upload import Uploads
from finwatch.transparency.keys import Trusted
from finwatch.transparency.note import Note


class Store:
    """Everything that is kept in SQL. Each method is one transaction; objects may be shared between threads.

    A process that forks opens a store of its own: connections do not survive ``fork(2)``.
    """

    def __init__(self, engine: Engine, sight: Sight = ALL) -> None:
        self._engine = engine
        self._sight = sight
        self.frontier = Frontier(engine)
        self.queue = Queue(engine)
        self.markets = Markets(engine)
        self.publication = Publication(engine)
        self.runs = Runs(engine)
        self.beyond = Beyond(engine, sight)
        self.series = Series(engine, sight)
        self.alerts = Alerts(engine)
        self.accounts = Accounts(engine)
        self.sessions = Sessions(engine)
        self.callers = Callers(engine)
        self.cases = Cases(engine)
        self.log = Log(engine)
        self.heads = Heads(engine)
        self.approved = Approved(engine)
        self.outbox = Outbox(engine)
        self.reporters = Reporters(engine)
        self.uploads = Uploads(engine)
        self.holds = Holds(engine)
        self.retention = Retention(engine)
        self.letters = Letters(engine)

    def seen_by(self, sight: Sight) -> Store:
        """The same store for a reader who sees the observed apps in ``sight`` only; decided rows have their scope."""
        return self if sight == self._sight else Store(self._engine, sight)

    @property
    def address(self) -> str:
        """Where the store is, without a password."""
        return shown_address(self._engine)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the store."""
        self.close()

    @contextmanager
    def _now(self) -> Iterator[Snapshot]:
        with reading(self._engine) as connection:
            yield snapshot(connection, self._sight)

    @contextmanager
    def deciding(self, actor: Actor, *, now: datetime) -> Iterator[Unit]:
        """A unit of decision: all of its writes are there when the block ends well, else none (decision 012)."""
        with deciding(self._engine, actor, now=now) as unit:
            yield unit

    def overview(self) -> Overview:
        """The numbers of the first page."""
        with self._now() as now:
            return overview_questions.overview(now)

    def apps(
        self, where: AppFilter | None = None, *, order: Order = "risk", after: str | None = None, limit: int = 50
    ) -> AppPage:
        """A page of apps. ``after`` is the ``next`` of the page before; raises ``InputError`` when it is not."""
        with self._now() as now:
            return app_questions.apps(now, where or AppFilter(), order=order, after=after, limit=limit)

    def apps_of(self, *, packages: Collection[str], names: Collection[str], limit: int = 5_000) -> tuple[AppRow, ...]:
        """Apps with one of the package names, or with one of ``names`` in a name, developer or operator; by id."""
        with self._now() as now:
            return app_questions.apps_of(now, packages=packages, names=names, limit=limit)

    def app(self, app: str) -> AppView:
        """An app's page, by app id or by package name where only one signer family has it.

        Raises ``NotFound``, or ``InputError`` naming the app ids when a package name is in several hands.
        """
        with self._now() as now:
            return app_questions.app_view(now, app)

    def version(self, sha256: str) -> VersionView:
        """An examined package, by SHA-256 or by the start of one that only one package has. Raises ``NotFound``."""
        with self._now() as now:
            return version_questions.version_view(now, sha256)

    def unread_packages(self, market: MarketId, *, limit: int = 200) -> tuple[UnreadPackage, ...]:
        """Packages that the market lists now and that could not be read in full, by package name."""
        with self._now() as now:
            return version_questions.unread_packages(now, market, limit=limit)

    def findings(
        self,
        *,
        check: str | None = None,
        outcome: Answer | None = Answer.YES,
        severity: Severity | None = None,
        app_id: str | None = None,
        current: bool = True,
        after: str | None = None,
        limit: int = 50,
    ) -> FindingPage:
        """A page of findings: the rows behind a number. ``current`` = only of the versions that ratings are about."""
        with self._now() as now:
            return finding_questions.findings(
                now,
                check=check,
                outcome=outcome,
                severity=severity,
                app_id=app_id,
                current=current,
                after=after,
                limit=limit,
            )

    def events(
        self,
        *,
        market: MarketId | None = None,
        app: str | None = None,
        kind: EventKind | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> EventPage:
        """A page of market events, newest first; of those between two times, both included, where they are given."""
        with self._now() as now:
            return event_questions.events(
                now, market=market, app=app, kind=kind, since=since, until=until, after=after, limit=limit
            )

    def market_listings(self, market: MarketId, *, after: str | None = None, limit: int = 50) -> ListingPage:
        """A page of what a market lists now, by package name. Raises ``InputError`` when ``after`` is no key of it."""
        with self._now() as now:
            return app_questions.market_listings(now, market, after=after, limit=limit)

    def market_health(self, *, since: datetime, now: datetime, only: MarketId | None = None) -> list[MarketHealth]:
        """Every registered market, or one of them, with how its visits went since ``since``."""
        with self._now() as state:
            return outcome_questions.market_health(
                state.connection, sizes=overview_questions.market_sizes(state), since=since, now=now, only=only
            )

    def outcomes(
        self,
        market: MarketId | None = None,
        *,
        kind: OutcomeKind | None = None,
        url: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[tuple[int, Outcome]]:
        """Visits newest first, each with its number, the ``before`` of the next page."""
        with reading(self._engine) as connection:
            return outcome_questions.outcomes(
                connection, market_id=market, kind=kind, url=url, since=since, until=until, before=before, limit=limit
            )

    def check_log(
        self, *, now: datetime, trusted: Sequence[Trusted], noted: Sequence[Note] = (), progress: Progress | None = None
    ) -> Checked:
        """What is not as the log says: rows, leaves, nodes and heads, each by name (``store.integrity``)."""
        return check(self._engine, now=now, trusted=trusted, noted=noted, progress=progress)

    @retried
    def forget_outcomes(self, *, before: datetime) -> int:
        """Deletes visits older than ``before``; returns how many."""
        with writing(self._engine) as connection:
            return outcome_questions.forget_outcomes(connection, before=before)


def open_store(address: str) -> Store:
    """The store at an SQLAlchemy address, made or migrated where needed. Raises ``SettingError``, ``StoreError``."""
    engine = connect(address)
    try:
        migrate.up(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
