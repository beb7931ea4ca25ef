"""Two versions of a policy: which statements, components, rights and dates are new, gone or told otherwise.

In: two policies as they were read. Out: ``PolicyChange``, in order of place in the newer text, what is gone last.
A sentence that only moved is no change. Sentences of one practice (item, action, parties) are paired by likeness, so
that a reworded sentence is one change with two sides and not one gone and one new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from rapidfuzz.fuzz import ratio

from finwatch.checks.policy.text import PolicyView
from finwatch.model.base import Text
from finwatch.model.disclosure import PolicySeen
from finwatch.model.evidence import Evidence
from finwatch.model.knowledge import DataItem
from finwatch.model.locator import PolicyAt
from finwatch.model.release import Aspect, Moved, PolicyChange
from finwatch.model.statement import ConditionKind, Right, RightKind, SdkRow, Statement
from finwatch.report.policy import RIGHTS, party

ALIKE = 45.0
"""Likeness (0 to 100) from which two sentences of one practice are the same sentence reworded."""
_NOTHING = re.compile(r"[\s,，.。;；:：、()（）“”\"'·•●○-]+")
"""What two wordings may differ in and still be the same."""
_LAST = 1 << 62
_DATE = "effective_date"
_ORIGINAL = ("政策原文", "the policy's words")

Entry = TypeVar("Entry")


class Changed(NamedTuple):
    """A change, and where it stands for sorting."""

    place: int
    change: PolicyChange


class Sides:
    """Two policies, ready to be asked. Raises ``ValueError`` when one of them was not read."""

    def __init__(self, before: PolicySeen, after: PolicySeen, items: Mapping[str, DataItem]) -> None:
        self.before, self.after = _view(before, items), _view(after, items)


def policy_changes(before: PolicySeen, after: PolicySeen, items: Mapping[str, DataItem]) -> tuple[PolicyChange, ...]:
    """What ``after`` says that ``before`` did not, the other way round, and what both say in other words.

    Both must have been read. ``in_package`` is not known here and stays ``None``.
    """
    sides = Sides(before, after, items)
    found = [*_dates(sides), *_joined(_statements(sides)), *_components(sides), *_rights(sides)]
    return tuple(one.change for one in sorted(found, key=lambda one: one.place))


def _joined(found: Iterable[Changed]) -> Iterator[Changed]:
    """The changes, those of one pair of sentences to which the same happened as one: a sentence names many items."""
    rows: dict[Hashable, list[Changed]] = {}
    for one in found:
        change = one.change
        key = (change.kind, change.action, change.party, change.aspects, _span(change.before), _span(change.after))
        rows.setdefault(key, []).append(one)
    for same in rows.values():
        changes = [one.change for one in same]
        name = Text(
            zh="、".join(change.name.zh for change in changes), en=", ".join(change.name.en for change in changes)
        )
        others = tuple(change.id for change in changes[1:])
        yield Changed(same[0].place, changes[0].model_copy(update={"name": name, "others": others}))


def _view(seen: PolicySeen, items: Mapping[str, DataItem]) -> PolicyView:
    if seen.text is None or seen.reading is None:
        raise ValueError(f"{seen.origin} was not read")
    return PolicyView(seen.text, seen.reading, origin=seen.origin, items=items, mentions=seen.mentions)


def bare(words: str) -> str:
    """Words without what makes no difference: spaces, marks, case."""
    return _NOTHING.sub("", words).casefold()


def _statements(sides: Sides) -> Iterator[Changed]:
    old, new = _by_practice(sides.before), _by_practice(sides.after)
    gone: dict[tuple[str, str, str], list[Statement]] = {}
    fresh: dict[tuple[str, str, str], list[Statement]] = {}
    for key in dict.fromkeys((*old, *new)):
        pairs, left, right = _paired(
            old.get(key, []),
            new.get(key, []),
            lambda one: _words(sides.before, one),
            lambda one: _words(sides.after, one),
        )
        for one, other in pairs:
            aspects = _aspects(sides, one, other)
            if aspects:
                yield _statement(sides, key, one, other, aspects)
        gone[key], fresh[key] = left, right
    for (item, action, who), statements in fresh.items():
        opposite = (item, action.removeprefix("not-") if action.startswith("not-") else f"not-{action}", who)
        for other in statements:
            if (item, action, who) not in old and opposite not in new and gone.get(opposite):
                yield _statement(sides, (item, action, who), gone[opposite].pop(0), other, (Aspect.DENIAL,))
            else:
                yield _statement(sides, (item, action, who), None, other, ())
    for key, statements in gone.items():
        for one in statements:
            yield _statement(sides, key, one, None, ())


def _by_practice(view: PolicyView) -> dict[tuple[str, str, str], list[Statement]]:
    """Statements by item, action and parties, each sentence once."""
    found: defaultdict[tuple[str, str, str], dict[tuple[int, int], Statement]] = defaultdict(dict)
    for one in view.reading.statements:
        who = party(one.party) + (f" → {party(one.recipient)}" if one.recipient is not None else "")
        found[one.item, one.folded, who].setdefault((one.start, one.end), one)
    return {key: list(statements.values()) for key, statements in found.items()}


def _words(view: PolicyView, one: Statement) -> str:
    return view.text[one.start : one.end]


def _aspects(sides: Sides, one: Statement, other: Statement) -> tuple[Aspect, ...]:
    """In what two sentences of one practice differ; empty = in nothing."""
    said = {
        Aspect.PURPOSE: (_said(sides.before, one.purpose), _said(sides.after, other.purpose)),
        Aspect.CONDITION: (_kinds(one), _kinds(other)),
        Aspect.RETENTION: (_said(sides.before, one.retention), _said(sides.after, other.retention)),
        Aspect.PLACE: (one.place, other.place),
        Aspect.SOURCE: (one.source, other.source),
        Aspect.WORDING: (bare(_words(sides.before, one)), bare(_words(sides.after, other))),
    }
    if said[Aspect.WORDING][0] == said[Aspect.WORDING][1]:
        return ()
    differing = tuple(aspect for aspect, (first, second) in said.items() if first != second)
    return differing if differing == (Aspect.WORDING,) else differing[:-1]


def _said(view: PolicyView, span: tuple[int, int] | None) -> str:
    return bare(view.text[slice(*span)]) if span is not None else ""


def _kinds(one: Statement) -> frozenset[ConditionKind]:
    return frozenset(condition.kind for condition in one.conditions)


def _paired(
    old: Sequence[Entry], new: Sequence[Entry], before: Callable[[Entry], str], after: Callable[[Entry], str]
) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    """Entries of two lists in pairs, the likest first; then those that are left of each."""
    pairs = sorted(
        (
            (-ratio(bare(before(one)), bare(after(other))), first, second)
            for first, one in enumerate(old)
            for second, other in enumerate(new)
        )
    )
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    found = []
    for unlike, first, second in pairs:
        if -unlike >= ALIKE and first not in taken_old and second not in taken_new:
            found.append((old[first], new[second]))
            taken_old.add(first)
            taken_new.add(second)
    left = [one for place, one in enumerate(old) if place not in taken_old]
    return found, left, [one for place, one in enumerate(new) if place not in taken_new]


def _statement(
    sides: Sides,
    key: tuple[str, str, str],
    before: Statement | None,
    after: Statement | None,
    aspects: tuple[Aspect, ...],
) -> Changed:
    item, action, who = key
    return _changed(
        PolicyChange(
            kind=_kind(before, after),
            subject="statement",
            id=item,
            name=sides.after.name(item),
            action=action,
            party=who,
            aspects=aspects,
        ),
        _quoted(sides.before, before),
        _quoted(sides.after, after),
    )


def _components(sides: Sides) -> Iterator[Changed]:
    old, new = _by(sides.before.reading.sdks, _name), _by(sides.after.reading.sdks, _name)
    for key in dict.fromkeys((*new, *old)):
        one, other = old.get(key), new.get(key)
        aspects: tuple[Aspect, ...] = ()
        if one is not None and other is not None:
            said = {
                Aspect.ITEMS: ((one.items, one.collects_nothing), (other.items, other.collects_nothing)),
                Aspect.PURPOSE: (bare(one.purpose or ""), bare(other.purpose or "")),
                Aspect.SUPPLIER: (bare(one.supplier or ""), bare(other.supplier or "")),
            }
            aspects = tuple(aspect for aspect, (first, second) in said.items() if first != second)
            if not aspects:
                continue
        name = (other or one or new[key]).name
        change = PolicyChange(
            kind=_kind(one, other), subject="sdk", id=name, name=Text(zh=name, en=name), aspects=aspects
        )
        yield _changed(
            change,
            _quoted(sides.before, one),
            _quoted(sides.after, other),
        )


def _name(row: SdkRow) -> Hashable:
    return bare(row.name)


def _rights(sides: Sides) -> Iterator[Changed]:
    """Rights by kind: one more sentence about a right is no change, another way or answer time is."""
    old, new = _ways(sides.before), _ways(sides.after)
    for kind in dict.fromkeys((*new, *old)):
        one, other = old.get(kind, {}), new.get(kind, {})
        change = PolicyChange(kind=Moved.ALTERED, subject="right", id=kind.value, name=RIGHTS[kind])
        if one and other:
            lost = [right for key, right in one.items() if key not in other]
            won = [right for key, right in other.items() if key not in one]
            if lost or won:
                pair = (lost or list(one.values()))[0], (won or list(other.values()))[0]
                yield _right(sides, change.model_copy(update={"aspects": (Aspect.WAY,)}), *pair)
        else:
            first, second = next(iter(one.values()), None), next(iter(other.values()), None)
            yield _right(sides, change.model_copy(update={"kind": _kind(first, second)}), first, second)


def _ways(view: PolicyView) -> dict[RightKind, dict[tuple[str, int | None], Right]]:
    """Of each kind of right the ways to it that are told, with the promised days."""
    found: defaultdict[RightKind, dict[tuple[str, int | None], Right]] = defaultdict(dict)
    for right in view.reading.rights:
        found[right.kind].setdefault((_said(view, right.channel), right.days), right)
    return dict(found)


def _right(sides: Sides, change: PolicyChange, one: Right | None, other: Right | None) -> Changed:
    return _changed(
        change,
        _quoted(sides.before, one),
        _quoted(sides.after, other),
    )


def _dates(sides: Sides) -> Iterator[Changed]:
    """The dates of effect or change, where they are others than before."""
    old, new = sides.before.told(_DATE), sides.after.told(_DATE)
    before = {bare(sides.before.text[slice(*span)]) for span in old}
    after = {bare(sides.after.text[slice(*span)]) for span in new}
    if before == after:
        return
    first = next((span for span in old if bare(sides.before.text[slice(*span)]) not in after), old[0] if old else None)
    second = next((span for span in new if bare(sides.after.text[slice(*span)]) not in before), new[0] if new else None)
    change = PolicyChange(
        kind=_kind(first, second),
        subject="date",
        id=_DATE,
        name=Text(zh="生效或更新日期", en="date of effect or change"),
    )
    yield _changed(
        change,
        sides.before.quote(first, *_ORIGINAL) if first else None,
        sides.after.quote(second, *_ORIGINAL) if second else None,
    )


def _by(rows: Iterable[Entry], key: Callable[[Entry], Hashable]) -> dict[Hashable, Entry]:
    """The first row of each key."""
    found: dict[Hashable, Entry] = {}
    for row in rows:
        found.setdefault(key(row), row)
    return found


def _span(side: Evidence | None) -> tuple[int, int] | None:
    return (side.at.start, side.at.end) if side is not None and isinstance(side.at, PolicyAt) else None


def _kind(before: object | None, after: object | None) -> Moved:
    return Moved.ADDED if before is None else Moved.REMOVED if after is None else Moved.ALTERED


def _quoted(view: PolicyView, one: Statement | SdkRow | Right | None) -> Evidence | None:
    return None if one is None else view.quote((one.start, one.end), *_ORIGINAL)


def _changed(change: PolicyChange, before: Evidence | None, after: Evidence | None) -> Changed:
    span = _span(after)
    place = span[0] if span else _LAST
    return Changed(place, change.model_copy(update={"before": before, "after": after}))
