"""Declarative conditions: the ``when`` of a ``check.toml``, read once, asked per package, never executed as code.

Grammar (keywords in lower case; strings in single quotes)::

    condition  = both ("or" both)*
    both       = side ("and" side)*
    side       = "not" side | "(" condition ")" | comparison
    comparison = operand [("==" | "!=" | "<" | "<=" | ">" | ">=") operand]
    operand    = number | string | "true" | "false" | "none" | path | question
    path       = ("manifest" | "identity" | "protection") "." field
    question   = name "(" [argument ("," argument)*] ")"

Questions, each answered with its evidence:

``permission('NAME')``                the manifest asks for it (short names are Android's own)
``call('WATCH')``                     some code, general-purpose libraries apart, makes the watched call
``call('WATCH', N, VALUE)``           … with the constant ``VALUE`` visible as argument ``N`` (0 = receiver or first)
``component('KIND', 'PERMISSION')``   an enabled component of the kind is guarded by the permission
``policy_tells('TOPIC')``             some sentence of the policy has the topic's sign (``policy/signs.toml``)
``policy_silent('TOPIC')``            none has; holds only of a policy that was read whole, and cites what was searched
``policy_collects()``                 something is taken, by the policy's word or by the package's code

A comparison with a value that is not given (``none``) is false, except ``== none`` and ``!= none``. ``not`` drops the
evidence of what it denies: an absence has no place of its own.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel

from finwatch.checks import evidence
from finwatch.checks.calls import argument
from finwatch.checks.policy.signs import sign
from finwatch.checks.view import View
from finwatch.errors import CatalogError
from finwatch.model.examination import Evidence, Identity, Protection
from finwatch.model.package import CodeCall, Manifest, Value

Constant = bool | int | str | None


class Held(NamedTuple):
    """A value, and the evidence that stands for it."""

    value: object
    evidence: tuple[Evidence, ...] = ()
    absence: bool = False
    """Rests on something not being there."""
    shown: tuple[Evidence, ...] = ()
    """What speaks against it, where it does not hold."""


Condition = Callable[[View], Held]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|'(?P<string>[^']*)'|(?P<word>[a-z_]+(?:\.[a-z_]+)?)|(?P<sign>==|!=|<=|>=|[<>(),]))"
)
_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": lambda a, b: isinstance(a, int) and isinstance(b, int) and a < b,
    "<=": lambda a, b: isinstance(a, int) and isinstance(b, int) and a <= b,
    ">": lambda a, b: isinstance(a, int) and isinstance(b, int) and a > b,
    ">=": lambda a, b: isinstance(a, int) and isinstance(b, int) and a >= b,
}
_CONSTANTS: dict[str, Constant] = {"true": True, "false": False, "none": None}
_ROOTS: dict[str, type[BaseModel]] = {"manifest": Manifest, "identity": Identity, "protection": Protection}
_APPLICATION = {
    "debuggable": "android:debuggable",
    "allow_backup": "android:allowBackup",
    "test_only": "android:testOnly",
    "uses_cleartext_traffic": "android:usesCleartextTraffic",
}
_ELEMENT = {
    "target_sdk": "android:targetSdkVersion",
    "min_sdk": "android:minSdkVersion",
    "shared_user_id": "android:sharedUserId",
}


def parse(text: str, place: str) -> Condition:
    """The condition that ``text`` writes. Raises ``CatalogError`` naming ``place`` and the first word that is wrong."""
    return _Parser(text, place).parse()


class _Parser:
    def __init__(self, text: str, place: str) -> None:
        self.place = place
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def parse(self) -> Condition:
        condition = self._or()
        if self.at != len(self.tokens):
            raise self._error(f"{self._peek()[1]!r} was not expected")
        return condition

    def _tokens(self) -> list[tuple[str, str]]:
        found, at = [], 0
        while self.text[at:].strip():
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                raise self._error(f"cannot read {self.text[at:].strip()[:20]!r}")
            found.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        return found

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def _take(self, *values: str) -> str | None:
        kind, value = self._peek()
        if kind in {"word", "sign"} and value in values:
            self.at += 1
            return value
        return None

    def _expect(self, value: str) -> None:
        if self._take(value) is None:
            raise self._error(f"{value!r} is missing before {self._peek()[1]!r}")

    def _or(self) -> Condition:
        sides = [self._and()]
        while self._take("or"):
            sides.append(self._and())
        return sides[0] if len(sides) == 1 else _any(sides)

    def _and(self) -> Condition:
        sides = [self._side()]
        while self._take("and"):
            sides.append(self._side())
        return sides[0] if len(sides) == 1 else _all(sides)

    def _side(self) -> Condition:
        if self._take("not"):
            inner = self._side()
            return lambda view: Held(not inner(view).value)
        if self._take("("):
            inner = self._or()
            self._expect(")")
            return inner
        left = self._operand()
        sign = self._take(*_COMPARE)
        return left if sign is None else _comparison(left, sign, self._operand())

    def _operand(self) -> Condition:
        kind, value = self._peek()
        self.at += 1
        if kind == "number":
            return _constant(int(value))
        if kind == "string":
            return _constant(value)
        if kind != "word":
            raise self._error(f"{value!r} is no value")
        if value in _CONSTANTS:
            return _constant(_CONSTANTS[value])
        if self._take("("):
            return self._question(value)
        return self._path(value)

    def _path(self, path: str) -> Condition:
        root, _, field = path.partition(".")
        if root not in _ROOTS or field not in _ROOTS[root].model_fields:
            raise self._error(f"{path!r} is no field of a manifest, identity or protection")
        if root == "manifest":
            return lambda view: _manifest_field(view, field)
        if root == "identity":
            return lambda view: Held(getattr(view.identity, field))
        return lambda view: Held(getattr(view.subject.protection, field), view.subject.protection.evidence)

    def _question(self, name: str) -> Condition:
        arguments: list[Constant] = []
        while not self._take(")"):
            kind, value = self._peek()
            if kind not in {"number", "string"} and value not in _CONSTANTS:
                raise self._error(f"{value!r} is no constant")
            self.at += 1
            arguments.append(int(value) if kind == "number" else value if kind == "string" else _CONSTANTS[value])
            if not self._take(",") and self._peek()[1] != ")":
                raise self._error(f"',' or ')' is missing before {self._peek()[1]!r}")
        return self._answer(name, arguments)

    def _answer(self, name: str, arguments: Sequence[Constant]) -> Condition:
        match name, list(arguments):
            case "permission", [str(permission)]:
                full = permission if "." in permission else f"android.permission.{permission}"
                return lambda view: (
                    Held(True, (evidence.of_permission(view, full),)) if view.asks_for(full) else Held(False)
                )
            case "call", [str(watch)]:
                return lambda view: _calls(view, view.calls(watch))
            case "call", [str(watch), int(position), wanted]:
                return lambda view: _calls(
                    view, [call for call in view.calls(watch) if _is(argument(call, position), wanted)]
                )
            case "component", [str(kind), str(guard)]:
                full = guard if "." in guard else f"android.permission.{guard}"
                return lambda view: _components(view, kind, full)
        return self._answer_of_policy(name, arguments)

    def _answer_of_policy(self, name: str, arguments: Sequence[Constant]) -> Condition:
        match name, list(arguments):
            case "policy_tells", [str(topic)]:
                sign(topic)
                return lambda view: _told(view, topic)
            case "policy_silent", [str(topic)]:
                sign(topic)
                return lambda view: _silent(view, topic)
            case "policy_collects", []:
                return lambda view: Held(collects(view))
        raise self._error(f"{name}({', '.join(map(repr, arguments))}) is no question")

    def _error(self, what: str) -> CatalogError:
        return CatalogError(
            f"{self.place}: when = {self.text!r}: {what}.", todo="The grammar stands in checks/when.py."
        )


def _is(value: Value | None, wanted: Constant) -> bool:
    if value is None:
        return False
    if wanted is None:
        return value.kind == "null"
    if isinstance(wanted, bool):
        return value.kind == "int" and value.value == str(int(wanted))
    if isinstance(wanted, int):
        return value.kind == "int" and value.value == str(wanted)
    return value.kind == "string" and value.value == wanted


def _constant(value: Constant) -> Condition:
    return lambda view: Held(value)


def _any(sides: Sequence[Condition]) -> Condition:
    def condition(view: View) -> Held:
        held = [side(view) for side in sides]
        true = [entry for entry in held if entry.value]
        return Held(
            bool(true),
            tuple(piece for entry in true for piece in entry.evidence),
            absence=bool(true) and all(entry.absence for entry in true),
            shown=tuple(piece for entry in held for piece in entry.shown),
        )

    return condition


def _all(sides: Sequence[Condition]) -> Condition:
    def condition(view: View) -> Held:
        held = [side(view) for side in sides]
        shown = tuple(piece for entry in held for piece in entry.shown)
        if not all(entry.value for entry in held):
            return Held(False, shown=shown)
        pieces = tuple(piece for entry in held for piece in entry.evidence)
        return Held(True, pieces, absence=any(entry.absence for entry in held), shown=shown)

    return condition


def _comparison(left: Condition, sign: str, right: Condition) -> Condition:
    compare = _COMPARE[sign]

    def condition(view: View) -> Held:
        a, b = left(view), right(view)
        return Held(compare(a.value, b.value), a.evidence + b.evidence)

    return condition


def _manifest_field(view: View, field: str) -> Held:
    value = getattr(view.manifest, field)
    if field in _APPLICATION:
        return Held(value, (evidence.of_application(view, _APPLICATION[field], value),))
    if field in _ELEMENT:
        return Held(value, (evidence.of_manifest("manifest/uses-sdk", _ELEMENT[field], value),))
    return Held(value, (evidence.of_manifest("manifest", field, value),))


def _calls(view: View, calls: Sequence[CodeCall]) -> Held:
    return Held(bool(calls), tuple(evidence.of_call(view, call) for call in calls))


def _components(view: View, kind: str, permission: str) -> Held:
    guarded = [component for component in view.components(kind) if component.permission == permission]
    short = evidence.short_permission(permission)
    return Held(
        bool(guarded),
        tuple(evidence.of_component(component, f"由 {short} 保护", f"is guarded by {short}") for component in guarded),
    )


def _told(view: View, topic: str) -> Held:
    known = sign(topic)
    spans = view.policy.told(topic)
    pieces = tuple(view.policy.quote(span, f"写有{known.zh}", f"tells {known.en}") for span in spans)
    return Held(bool(pieces), pieces)


def _silent(view: View, topic: str) -> Held:
    told = _told(view, topic)
    if told.value:
        return Held(False, shown=told.evidence)
    known = sign(topic)
    return Held(True, (view.policy.absent(known.zh, known.en),), absence=True)


def collects(view: View) -> bool:
    """Whether anything is taken: a statement or another sentence of the policy says so, or the code shows it."""
    if view.policy.taken or any(taken.permitted is not False for taken in view.subject.collection):
        return True
    return bool(view.policy.told("takes_something", limit=1))
