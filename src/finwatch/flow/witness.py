"""A witness at work: views of a log that came by different ways are set against each other, heads are cosigned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from finwatch.errors import InputError
from finwatch.flow.proving import Export
from finwatch.flow.signing import endorsements_of, make_key, read_key
from finwatch.model.base import Text
from finwatch.transparency import head as heads
from finwatch.transparency import note as notes
from finwatch.transparency.bundle import Consistency
from finwatch.transparency.keys import Trusted, followed, pinned
from finwatch.transparency.note import Note
from finwatch.transparency.witness import Compared, compare

Outcome = Literal["one", "two", "open"]
_SAYS = {
    "same": Text(zh="同一日志头", en="the same head"),
    "extends": Text(zh="较大的日志是较小的日志的延续", en="the larger log continues the smaller"),
    "two_histories": Text(
        zh="两部历史：同样条数、两个根，均有有效签名。下面两份签名文本就是证据：",
        en="TWO HISTORIES: one size, two roots, both validly signed. The two signed texts below are the proof:",
    ),
    "inconsistent": Text(
        zh="一致性证明不成立：较大的日志不包含较小的日志。该日志若给不出成立的证明，就有两部历史。两份签名文本：",
        en="INCONSISTENT: by the proof given the larger log does not contain the smaller. Unless the log gives one "
        "that holds, there are two histories. The two signed texts:",
    ),
    "unproven": Text(zh="缺少一致性证明", en="a consistency proof is missing"),
    "other_log": Text(zh="两个不同的日志", en="two different logs"),
    "unsigned": Text(zh="至少一个日志头没有可信密钥的签名", en="at least one head is not signed by a key you trust"),
}


@dataclass(frozen=True)
class Found:
    """What comparing two views gave."""

    outcome: Outcome
    compared: tuple[Compared, ...]

    def lines(self, language: str) -> Iterator[str]:
        """One line a comparison; where two histories stand against each other, both signed texts whole."""
        for one in self.compared:
            first, second = one.sizes
            yield f"{first} ~ {second}: {_SAYS[one.relation].in_language(language)}"
            if one.relation in {"two_histories", "inconsistent"}:
                yield str(one.first)
                yield str(one.second)


def view_of(text: str) -> Export:
    """An export, or a single signed head as one. Raises ``InputError``."""
    if text.lstrip().startswith("{"):
        try:
            return Export.model_validate_json(text)
        except ValidationError as error:
            raise InputError(
                "This is no export of a witness.", zh="这不是见证导出文件。", todo="Export again."
            ) from error
    notes.parse(text)
    return Export(keys=None, heads=(text,), consistency=())


def compare_views(one: Export, other: Export, *, proof: str | None, key: str) -> Found:
    """Every head of the two views, in the order of sizes, each against the next.

    Consistency proofs are taken from ``proof`` and from both views. One history is found only where every neighbouring
    pair is proved.
    """
    told = sorted(
        {str(note): note for note in map(notes.parse, (*one.heads, *other.heads))}.values(),
        key=lambda note: (heads.parse(note.text).size, note.text),
    )
    ties = _ties([*one.consistency, *other.consistency, *([_consistency(proof)] if proof else [])])
    found: list[Compared] = []
    for first, second in pairwise(told):
        found.append(_best(first, second, trusted=_trusted(key, one, other, first), ties=ties))
    relations = {one.relation for one in found}
    outcome: Outcome = "one"
    if relations - {"same", "extends"}:
        outcome = "two" if relations & {"two_histories", "inconsistent"} else "open"
    return Found(outcome=outcome, compared=tuple(found))


def _best(
    first: Note, second: Note, *, trusted: Sequence[Trusted], ties: dict[tuple[int, int], list[tuple[bytes, ...]]]
) -> Compared:
    """The comparison by whichever proof holds: a proof that somebody garbled accuses nobody while another holds."""
    sizes = heads.parse(first.text).size, heads.parse(second.text).size
    tried = [compare(first, second, trusted=trusted, path=path) for path in ties.get(sizes, [])]
    held = next((one for one in tried if one.relation != "inconsistent"), None)
    return held or (tried[0] if tried else compare(first, second, trusted=trusted, path=None))


def _trusted(key: str, one: Export, other: Export, first: Note) -> tuple[Trusted, ...]:
    endorsements = (*endorsements_of(one.keys), *endorsements_of(other.keys))
    return followed(pinned(key), endorsements, origin=heads.parse(first.text).origin)


def _ties(proofs: Sequence[Consistency]) -> dict[tuple[int, int], list[tuple[bytes, ...]]]:
    found: dict[tuple[int, int], list[tuple[bytes, ...]]] = {}
    for proof in proofs:
        found.setdefault((proof.first, proof.second), []).append(tuple(map(bytes.fromhex, proof.path)))
    return found


def _consistency(text: str) -> Consistency:
    try:
        return Consistency.model_validate_json(text)
    except ValidationError as error:
        raise InputError("This is no consistency proof.", zh="这不是一致性证明。", todo="Ask for it again.") from error


def cosigned(
    told: Note,
    *,
    key: str,
    private: Path,
    name: str,
    before: Note | None,
    proof: str | None,
    now: datetime,
) -> Note:
    """``told`` with the line of the witness ``name``. Raises ``InputError`` when it does not extend ``before``.

    The private key is made where ``private`` is no file yet.
    """
    trusted = pinned(key)
    path = tuple(map(bytes.fromhex, _consistency(proof).path)) if proof else None
    found = compare(before or told, told, trusted=trusted, path=path)
    smaller = before is not None and heads.parse(told.text).size < heads.parse(before.text).size
    if found.relation not in {"same", "extends"} or smaller:
        says = _SAYS["unproven" if smaller else found.relation]
        raise InputError(
            f"Not cosigned: {says.en}", zh=f"不予见证签名：{says.zh}", todo="See finwatch log witness compare."
        )
    secret = read_key(private) if private.exists() else make_key(private)
    return notes.cosign(told, secret, name=notes.check_name(name), time=int(now.timestamp()))
