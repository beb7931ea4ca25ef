"""Package × policy × law: a row for each data item and owner, each guarded permission, each component.

In: a ``View`` with a policy. Out: ``Disclosure``. What is told decides the outcome in this order: a denial, a promise
to wait for consent that start-up code breaks, silence, a word for the whole class, a word for the item itself.
A word for the class never clears an item; any word for the item does, whoever the policy says takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from finwatch.checks import evidence
from finwatch.checks.early import GUARDS
from finwatch.checks.policy.components import compare_components, rows_of_owner
from finwatch.checks.policy.law import need_of
from finwatch.checks.policy.text import TAKING, PolicyView, policy_gaps
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.disclosure import Compared, Disclosed, Disclosure, Told
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Collection
from finwatch.model.knowledge import AndroidPermission
from finwatch.model.statement import Action, ConditionKind, PartyKind, Place, Statement

SHOWN = 5
"""Places, and sentences, shown on each side of a row."""
ROOTS = frozenset({"personal_info", "sensitive_info"})
"""Classes so wide that naming them tells nothing: every policy says that it collects personal information."""
COVERS = {
    "coarse_location": ("precise_location", "background_location", "track"),
    "background_location": ("precise_location", "track"),
    "cell": ("precise_location",),
    "mac": ("net_hw",),
    "net_hw": ("mac",),
    "photos": ("storage", "camera", "video"),
    "storage": ("photos", "video"),
    "video": ("camera", "photos"),
    "camera": ("photos", "video", "face", "id_photo"),
    "running_apps": ("app_list",),
    "wifi": ("network",),
    "audio": ("voiceprint", "video"),
}
"""Items that another item's name tells as well: who says precise location has said the rough one."""
WEIGHTY = frozenset(
    {
        *("imei", "imsi", "iccid", "android_id", "oaid", "serial", "mac", "net_hw"),
        *("app_list", "running_apps", "clipboard", "calendar"),
    }
)  # fmt: skip
"""Not sensitive by the catalogue, and yet what regulators order to be told item by item."""
_BINDING = frozenset({ConditionKind.EXCEPTION, ConditionKind.REFUSAL, ConditionKind.CONSENT, ConditionKind.PERMISSION,
                      ConditionKind.FUNCTION, ConditionKind.LAW, ConditionKind.LIMIT})  # fmt: skip
"""Conditions under which a denial is no flat denial."""


def disclosure(view: View) -> Disclosure | None:
    """The comparison of this subject, made once: see ``compare``."""
    return view.once("disclosure", compare)


def compare(view: View) -> Disclosure | None:
    """The comparison; ``None`` when no policy was looked at. Of a policy that could not be read it has no rows."""
    seen = view.subject.policy
    if seen is None:
        return None
    gaps = policy_gaps(seen)
    if seen.text is None or seen.reading is None:
        return Disclosure(document=None, origin=seen.origin, unread=gaps)
    told = _Teller(view, whole=not gaps)
    return Disclosure(
        document=seen.text.document,
        origin=seen.origin,
        title=seen.text.title,
        language=seen.text.language,
        characters=len(seen.text.text),
        unread=gaps,
        rows=(*_items(view, told), *_permissions(view, told), *compare_components(view, whole=not gaps)),
    )


@dataclass(frozen=True, slots=True)
class _Word:
    """What the policy tells of an item, with the sentences."""

    told: Told
    sentences: tuple[Evidence, ...]


class _Teller:
    """Asks the policy about items, each once."""

    def __init__(self, view: View, *, whole: bool) -> None:
        self.policy: PolicyView = view.policy
        self.whole = whole
        self.promise = self.policy.told("promise", limit=1)

    def of(self, item: str, names: Iterable[str] = ()) -> _Word:
        """What is told of ``item``; ``names`` are other words that would tell it, as the permission's own."""
        own = [one for other in (item, *COVERS.get(item, ())) for one in self.policy.of_item(other)]
        rows = [row for row in self.policy.reading.sdks if {item, *COVERS.get(item, ())}.intersection(row.items)]
        positive = [one for one in own if not one.denied and one.action is not Action.DELETE]
        if positive or rows:
            return self._positive(item, positive, [(row.start, row.end) for row in rows])
        denied = [one for one in self.policy.of_item(item) if flat_denial(one) and self.policy.plainly_denied(one)]
        if denied:
            return _Word(Told.DENIED, self._quoted(denied, "政策称不收集", "the policy says that it is not taken"))
        named = self._named(names)
        if named:
            return _Word(Told.SPECIFIC, named)
        mention = self.policy.named(item)
        if mention is not None:
            name = self.policy.name(item)
            zh, en = f"政策提到{name.zh}", f"the policy names the {name.en}"
            return _Word(Told.MENTIONED, (self.policy.quote(mention, zh, en),))
        return self._class(item)

    def _positive(self, item: str, statements: list[Statement], rows: list[tuple[int, int]]) -> _Word:
        free = [one for one in statements if not one.conditions]
        told = Told.SPECIFIC if free or rows else Told.CONDITIONAL
        name = self.policy.name(item)
        zh, en = f"政策写明{name.zh}", f"the policy tells of the {name.en}"
        quoted = self._quoted(free or statements, zh, en)
        listed = tuple(self.policy.quote(span, zh, en) for span in rows)
        return _Word(told, (*quoted, *listed)[:SHOWN])

    def _class(self, item: str) -> _Word:
        for parent in self.policy.ancestors(item):
            if parent in ROOTS:
                continue
            about = [one for one in self.policy.of_item(parent) if not one.denied and one.action in TAKING]
            if about:
                name = self.policy.name(parent)
                zh, en = f"政策只写了上位类别“{name.zh}”", f"the policy names only the class “{name.en}”"
                return _Word(Told.GENERIC, self._quoted(about, zh, en))
        name = self.policy.name(item)
        if not self.whole:
            return _Word(Told.UNREAD, ())
        return _Word(Told.ABSENT, (self.policy.absent(name.zh, f"the {name.en}"),))

    def _named(self, names: Iterable[str]) -> tuple[Evidence, ...]:
        for name in names:
            at = self.policy.text.find(name)
            if at >= 0:
                span = self.policy.sentence(at, at + len(name))
                return (self.policy.quote(span, f"政策提到 {name}", f"the policy mentions {name}"),)
        return ()

    def _quoted(self, statements: Iterable[Statement], zh: str, en: str) -> tuple[Evidence, ...]:
        spans = dict.fromkeys((one.start, one.end) for one in statements)
        return tuple(self.policy.quote(span, zh, en) for span in list(spans)[:SHOWN])


def flat_denial(one: Statement) -> bool:
    """Whether a statement denies, without a condition, that the operator takes the item at all."""
    return (
        one.denied
        and one.action is Action.COLLECT
        and one.party.kind is PartyKind.FIRST
        and one.place is not Place.SERVER
        and not one.de_identified
        and not any(condition.kind in _BINDING for condition in one.conditions)
    )


def _items(view: View, teller: _Teller) -> Iterable[Compared]:
    places: defaultdict[tuple[str, str], list[Collection]] = defaultdict(list)
    for taken in view.collections(*sorted({place.item for place in view.subject.collection})):
        if taken.permitted is not False and permitted(view, taken.item):
            places[taken.item, taken.owner].append(taken)
    for (item, owner), taken_at in sorted(places.items()):
        yield _item(view, teller, item, owner=owner, places=taken_at)


def _item(view: View, teller: _Teller, item: str, *, owner: str, places: list[Collection]) -> Compared:
    word = _of_owner(view, teller, item, owner)
    early = any(place.before_consent is True for place in places)
    promise = _promise(teller, item) if early else ()
    sentences = (*promise, *word.sentences)[:SHOWN]
    known = view.knowledge.items.get(item)
    return Compared(
        subject="item",
        id=item,
        name=teller.policy.name(item),
        owner=owner,
        told=word.told,
        outcome=_outcome(word.told, broken=bool(promise)),
        need=need_of(view, item),
        before_consent=True if early else None if any(place.before_consent is None for place in places) else False,
        weighty=item in WEIGHTY or bool(known and (known.sensitive or _guarded(view, item))),
        suspected=owner == "unknown" or (word.told is Told.DENIED and owner != "app"),
        package=tuple(evidence.of_collection(view, place) for place in places[:SHOWN]),
        policy=sentences,
    )


def _of_owner(view: View, teller: _Teller, item: str, owner: str) -> _Word:
    """A component's own row may tell what it takes in words that name no item: then the item is told in general."""
    word = teller.of(item)
    if word.told not in (Told.ABSENT, Told.DENIED) or not owner.startswith("sdk:"):
        return word
    rows = [row for row in rows_of_owner(view, owner.partition(":")[2]) if not row.collects_nothing]
    general = [row for row in rows if not row.items or set(teller.policy.ancestors(item)).intersection(row.items)]
    if not general:
        return word
    zh, en = "政策列出了该组件，但未写明这一项", "the policy lists the component without naming this item"
    return _Word(Told.GENERIC, tuple(teller.policy.quote((row.start, row.end), zh, en) for row in general[:SHOWN]))


def _promise(teller: _Teller, item: str) -> tuple[Evidence, ...]:
    """The sentence that promises to wait for consent: for all information, or for this item."""
    zh, en = "政策承诺在同意之后才收集", "the policy promises to wait for consent"
    if teller.promise:
        return (teller.policy.quote(teller.promise[0], zh, en),)
    for one in teller.policy.of_item(item):
        if not one.denied and any(condition.kind is ConditionKind.CONSENT for condition in one.conditions):
            return (teller.policy.quote((one.start, one.end), zh, en),)
    return ()


def _outcome(told: Told, *, broken: bool) -> Disclosed:
    if told is Told.DENIED:
        return Disclosed.CONTRADICTED
    if broken:
        return Disclosed.TOO_EARLY
    return {
        Told.ABSENT: Disclosed.UNDISCLOSED,
        Told.UNREAD: Disclosed.UNREAD,
        Told.MENTIONED: Disclosed.UNREAD,
        Told.GENERIC: Disclosed.GENERIC,
    }.get(told, Disclosed.DISCLOSED)


def permitted(view: View, item: str) -> bool:
    """Whether the manifest asks for a permission that the item needs, where it needs one."""
    guards = GUARDS.get(item)
    return guards is None or bool(view.asked_among(f"android.permission.{name}" for name in guards))


def _guarded(view: View, item: str) -> bool:
    if item == "network":
        return False  # its type is open to every app (ACCESS_NETWORK_STATE)
    return item in GUARDS or any(
        item in permission.items and permission.level == "dangerous"
        for permission in view.knowledge.permissions.values()
    )


def _permissions(view: View, teller: _Teller) -> Iterable[Compared]:
    if view.facts.manifest is None:
        return
    for name in dict.fromkeys(permission.name for permission in view.manifest.permissions):
        known = view.knowledge.permissions.get(name)
        if known is not None and known.level == "dangerous" and known.items:
            yield _permission(view, teller, known)


def _permission(view: View, teller: _Teller, permission: AndroidPermission) -> Compared:
    """Any of its items told explains a permission, a class of them too: what for, is the question here."""
    short = evidence.short_permission(permission.name)
    words = [teller.of(item, (short,)) for item in permission.items]
    order = (Told.SPECIFIC, Told.CONDITIONAL, Told.GENERIC, Told.MENTIONED, Told.UNREAD, Told.DENIED, Told.ABSENT)
    best = min(words, key=lambda word: order.index(word.told))
    outcome = Disclosed.DISCLOSED if best.told in (Told.GENERIC, Told.MENTIONED) else _outcome(best.told, broken=False)
    return Compared(
        subject="permission",
        id=permission.name,
        name=Text(zh=permission.title.zh, en=permission.title.en),
        told=best.told,
        outcome=outcome,
        weighty=True,
        package=(evidence.of_permission(view, permission.name),),
        policy=best.sentences,
    )
