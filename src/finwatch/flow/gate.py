"""May this package be listed? A store's question, answered from everything that is known, with reasons, at once.

What comes in: a package. It is read once; its facts are set against the approved list, the official apps, every
examined package (by index), the checks, and the orders and notices in force. What goes out: ``GateAnswer``.

Only a decision of a person that stands says no. A finding, a likeness, a filing that is missing or something that could
not be seen asks for a person; a new key that a proof of rotation ties to the old one is no ground at all.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from finwatch.checks import Check
from finwatch.engine import LocalEngine
from finwatch.errors import NotFound
from finwatch.flow.examine import conclude
from finwatch.flow.neighbours import Icons, Neighbours
from finwatch.flow.verify import Listed, of_facts
from finwatch.lake import Lake
from finwatch.likeness import candidate_of
from finwatch.likeness.signer import signers_of
from finwatch.model.access import EVERYTHING
from finwatch.model.approved import Answered, ApprovedApp, ApprovedHead, Verified
from finwatch.model.base import Text
from finwatch.model.case import Case
from finwatch.model.examination import Answer, Confidence, Evidence, Examination, Reason
from finwatch.model.examination import Verdict as Likeness
from finwatch.model.gate import GateAnswer, GateReason, Ground, Verdict
from finwatch.model.knowledge import Knowledge, Severity
from finwatch.model.locator import SearchedAt
from finwatch.model.package import PackageFacts
from finwatch.package import Reader
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.supervision.notice_machine import OPEN
from finwatch.transparency.approved_list import NOTICE

ORDERED: Final = ("ordered", "reported", "still_there", "proven", "back")
"""States of a removal that is in force."""
_AGAINST: Final = {
    Ground.ORDER: Verdict.NOT_TO_BE_LISTED,
    Ground.NOTICE: Verdict.ASK_A_PERSON,
    Ground.FILING: Verdict.ASK_A_PERSON,
    Ground.LIKENESS: Verdict.ASK_A_PERSON,
    Ground.FINDING: Verdict.ASK_A_PERSON,
    Ground.UNSEEN: Verdict.ASK_A_PERSON,
    Ground.NOTE: Verdict.NOTHING_AGAINST,
}
_WEIGHT: Final = tuple(Verdict)
_ITSELF: Final = frozenset({Answered.GENUINE, Answered.OTHER_VERSION})
_SUSPECTED: Final = frozenset({Likeness.SUSPECTED_COUNTERFEIT, Likeness.SUSPECTED_REPACKAGED})


@dataclass(frozen=True)
class _Selected(Listed):
    """A published list of which only the rows that matter for one package are gone through."""

    rows: Sequence[ApprovedApp] = field(default=())

    def apps(self, *, worth: Callable[[str], bool] = lambda _: True) -> Iterable[ApprovedApp]:
        """The rows that matter, chosen already."""
        return self.rows


class _Rolls:
    """Which rows of the approved list matter for a package: by package name, signer and icon. A few bytes a row."""

    def __init__(self, store: Store) -> None:
        self._by: dict[str, list[int]] = defaultdict(list)
        icons: list[tuple[int, str]] = []
        after, more = 0, True
        while more:
            page = store.approved.page(after=after, limit=500)
            for app in page.rows:
                for name in (app.package, *app.signers):
                    self._by[name].append(app.id)
                if app.icon is not None:
                    icons.append((app.id, app.icon.phash))
            after, more = (int(page.next), True) if page.next else (after, False)
        self._icons = Icons(icons)

    def near(self, facts: PackageFacts) -> list[int]:
        """The ids of the rows."""
        names = [facts.manifest.package if facts.manifest else "", *signers_of(facts)]
        found = {at for name in names if name for at in self._by.get(name, ())}
        return sorted(found | set(self._icons.alike(facts.icon.phash if facts.icon else None)))


class Gate:
    """Answers stores. Shared between threads; its readers and indexes are made when they are first needed."""

    def __init__(
        self,
        *,
        store: Store,
        lake: Lake,
        knowledge: Knowledge,
        checks: Callable[[], Sequence[Check]],
        desk: Desk,
        readers: int = 2,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._lake, self._knowledge, self._checks = store, lake, knowledge, checks
        self._desk, self._clock = desk, clock
        self._free: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(readers):
            self._free.put(Reader())
        self._lock = threading.Lock()
        self._indexed: tuple[tuple[object, ...], Neighbours, _Rolls] | None = None

    def close(self) -> None:
        """Ends the readers."""
        while not self._free.empty():
            self._free.get().close()

    def answer(self, path: Path) -> GateAnswer:
        """The answer on the package at ``path``. Raises ``OSError`` when it cannot be opened."""
        started = time.perf_counter()
        now = self._clock()
        neighbours, rolls = self._indexes()
        with self._reader() as reader:
            facts = reader.read(path, watch=self._knowledge.watch)
        verified = self._verified(facts, rolls, asked=path.name)
        examined = self._examined(facts, neighbours, verified, on=now.date())
        reasons = [
            *self._measures(facts),
            *_filing(examined, verified),
            *_likeness(examined),
            *_findings(examined),
            *_unseen(examined),
        ]
        verdict = max((_AGAINST[one.ground] for one in reasons), key=_WEIGHT.index, default=Verdict.NOTHING_AGAINST)
        if verdict is Verdict.NOTHING_AGAINST:
            reasons.insert(0, GateReason(ground=Ground.NOTE, reason=Reason(says=_NOTHING)))
        return GateAnswer(
            sha256=facts.sha256,
            package=facts.manifest.package if facts.manifest else None,
            version_name=facts.manifest.version_name if facts.manifest else None,
            verdict=verdict,
            reasons=tuple(reasons),
            filing=verified.answer if verified else None,
            list_number=verified.list_number if verified else None,
            band=examined.rating.band,
            asked=now,
            catalog_version=self._knowledge.version,
            took_ms=round((time.perf_counter() - started) * 1000),
        )

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        reader = self._free.get()
        try:
            yield reader
        finally:
            self._free.put(reader)

    def _indexes(self) -> tuple[Neighbours, _Rolls]:
        """The indexes of what is published now; made anew when something was published since."""
        state = (self._store.publication.current(), self._store.approved.mark())
        with self._lock:
            if self._indexed is None or self._indexed[0] != state:
                examined = LocalEngine(processes=1).ask("examined", self._lake.tables)
                self._indexed = (state, Neighbours(examined, self._knowledge), _Rolls(self._store))
            return self._indexed[1:]

    def _verified(self, facts: PackageFacts, rolls: _Rolls, *, asked: str) -> Verified | None:
        """What the newest published list says; ``None`` = none has been published."""
        try:
            newest = self._store.approved.list()
        except NotFound:
            return None
        head = ApprovedHead(origin="", number=newest.number, at=newest.at, notice=NOTICE)
        rows = tuple(self._store.approved.some(rolls.near(facts)).values())
        selected = _Selected(path=Path(), head=head, sha256=newest.sha256, rows=rows)
        return of_facts(facts, selected, asked=asked, knowledge=self._knowledge)

    def _examined(
        self, facts: PackageFacts, neighbours: Neighbours, verified: Verified | None, *, on: date
    ) -> Examination:
        """The examination; what an institution filed under its own name imitates nobody."""
        candidates = neighbours.of_stranger(candidate_of(facts))
        app = verified.app if verified is not None else None
        if app is not None and verified is not None and verified.answer in _ITSELF:
            candidates = [one for one in candidates if one.official and one.app != app.package]
        return conclude(facts, knowledge=self._knowledge, checks=self._checks(), on=on, candidates=candidates)

    def _measures(self, facts: PackageFacts) -> list[GateReason]:
        """Orders of removal and open notices about this app, or about another in the hands of others."""
        if facts.manifest is None or not facts.manifest.package:
            return []
        package = facts.manifest.package
        found: list[GateReason] = []
        for machine, states in (("removal", ORDERED), ("notice", OPEN)):
            where = CaseFilter(machine=machine, states=states, q=package)
            for row in self._store.cases.newest(where, scope=EVERYTHING, limit=50).rows:
                case = self._store.cases.get(row.id, scope=EVERYTHING)
                if case.form.get("package") == package:
                    found.append(self._measure(case, facts))
        return found

    def _measure(self, case: Case, facts: PackageFacts) -> GateReason:
        machine = self._desk.machine(case.machine)
        state = machine.state(case.state).name
        number = case.number or case.form.get("notice_number") or case.form.get("reference") or str(case.id)
        same = self._same_hand(case, facts)
        where = SearchedAt(extent=f"case {case.id}")
        says = Text(
            zh=f"{machine.name.zh} {number}（{state.zh}）：{case.title}",
            en=f"{machine.name.en} {number} ({state.en}): {case.title}",
        )
        evidence = (Evidence(says=says, at=where, quote=str(case.form.get("reason") or case.form.get("demand") or "")),)
        if same:
            ground = Ground.ORDER if case.machine == "removal" else Ground.NOTICE
            return GateReason(ground=ground, reason=Reason(says=says, evidence=evidence))
        told = Text(
            zh=f"同一包名有{says.zh}，但签名者不同或无法核对，须人工确认是否同一应用",
            en=f"the same package name has a {says.en}, but another signer or one that cannot be compared",
        )
        return GateReason(ground=Ground.NOTICE, reason=Reason(says=told, evidence=evidence))

    def _same_hand(self, case: Case, facts: PackageFacts) -> bool:
        """Whether the package that was judged was signed by the same hand."""
        notice = case
        if case.machine == "removal" and case.parent is not None:
            notice = self._store.cases.get(case.parent, scope=EVERYTHING)
        judged = notice.form.get("sha256")
        if judged == facts.sha256:
            return True
        hand = str(case.form.get("app") or "").partition("~")[2]
        if not judged and hand:  # a risk that names no package's digest: the app itself bears its signer
            return any(signer.startswith(hand) for signer in signers_of(facts))
        try:
            view = self._store.version(str(judged)) if judged else None
        except NotFound:
            return False
        if view is None or view.examination is None:
            return False
        known = {signer.sha256 for signer in view.examination.package.signers}
        return not known.isdisjoint(signers_of(facts))


_NOTHING: Final = Text(
    zh="未见不宜上架的情形。这不等于对该应用合规性的认可。",
    en="Nothing known here speaks against it. That is no endorsement of the app.",
)


def _filing(examined: Examination, verified: Verified | None) -> list[GateReason]:
    if verified is None:
        says = Text(
            zh="尚未发布备案名单，未核对备案", en="no approved list has been published; filing was not looked at"
        )
        return [GateReason(ground=Ground.NOTE, reason=Reason(says=says))]
    if verified.answer in _ITSELF:
        ground = Ground.NOTE if verified.holds else Ground.FILING
        return [GateReason(ground=ground, reason=reason) for reason in verified.reasons]
    if verified.answer is Answered.SUSPECTED_COUNTERFEIT:
        return [GateReason(ground=Ground.LIKENESS, reason=reason) for reason in verified.reasons]
    if examined.identity.finance and verified.answer is Answered.NOT_FILED:
        kind = examined.identity.kind or "?"
        says = Text(
            zh=f"识别为金融类应用（{kind}），备案名单中没有该应用",
            en=f"identified as a finance app ({kind}); the approved list has no such app",
        )
        evidence = tuple(one for reason in examined.identity.reasons for one in reason.evidence)[:3]
        return [GateReason(ground=Ground.FILING, reason=Reason(says=says, evidence=evidence))]
    return [GateReason(ground=Ground.NOTE, reason=reason) for reason in verified.reasons]


def _likeness(examined: Examination) -> list[GateReason]:
    found = []
    for match in examined.matches:
        if match.verdict not in _SUSPECTED:
            continue
        says = Text(
            zh=f"疑似仿冒或重打包：{match.app}，须人工确认。{'；'.join(one.says.zh for one in match.reasons)}",
            en=f"suspected to imitate or repackage {match.app}; a person must confirm it. "
            f"{'; '.join(one.says.en for one in match.reasons)}",
        )
        evidence = tuple(one for reason in match.reasons for one in reason.evidence)
        found.append(GateReason(ground=Ground.LIKENESS, reason=Reason(says=says, evidence=evidence)))
    return found


def _findings(examined: Examination) -> list[GateReason]:
    """High findings that the package itself shows for certain; lower and suspected ones are for the full document."""
    return [
        GateReason(
            ground=Ground.FINDING,
            reason=Reason(says=finding.summary or finding.title, evidence=finding.evidence[:3], check=finding.check),
        )
        for finding in examined.findings
        if finding.outcome is Answer.YES
        and finding.severity is Severity.HIGH
        and finding.confidence is not Confidence.SUSPECTED
    ]


def _unseen(examined: Examination) -> list[GateReason]:
    limited = examined.package.protection.extent == "limited"
    parts = [one for one in examined.unreadable if one.part != "flows"]
    if not limited and not parts:
        return []
    told = [Text(zh=one.why("zh"), en=one.why("en")) for one in parts[:5]]
    if limited:
        told.insert(0, Text(zh="代码不可见（加固）", en="its code cannot be seen (packed)"))
    says = Text(
        zh="未能全部看到：" + "；".join(one.zh for one in told),
        en="not all was seen: " + "; ".join(one.en for one in told),
    )
    return [GateReason(ground=Ground.UNSEEN, reason=Reason(says=says))]
