"""The head of a log: how many leaves it has, their root, and when that was said (C2SP tlog-checkpoint).

::

    finwatch.example/log                             origin: which log
    1234                                             leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=     root, base64
    at 2026-03-02T08:00:00Z                          an extension line: when the log said so

A signed head is a note over this text. Two heads of one origin that cannot both be true are the proof of two histories.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from finwatch.errors import InputError
from finwatch.transparency.note import decoded

_HASH_BYTES: Final = 32
_AT: Final = "at "
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True)
class Head:
    """What a log says of itself."""

    origin: str
    size: int
    root: bytes
    at: datetime | None = None

    def text(self) -> str:
        """The text that is signed; whole seconds, UTC."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        if self.at is not None:
            lines.append(f"{_AT}{self.at.astimezone(UTC).strftime(_TIME)}")
        return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Head:
    """The head of a note's text. Raises ``InputError`` saying which line is wrong."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise _malformed("it has no three lines")
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size):
        raise _malformed(f"its size is {size[:40]!r}")
    data = decoded(root)
    if len(data) != _HASH_BYTES:
        raise _malformed(f"its root is {root[:60]!r}")
    said = next((line.removeprefix(_AT) for line in lines[3:] if line.startswith(_AT)), None)
    try:
        at = None if said is None else datetime.strptime(said, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise _malformed(f"its time is {said!r}") from error
    return Head(origin=origin, size=int(size), root=data, at=at)


def _malformed(why: str) -> InputError:
    return InputError(f"This is no head of a log: {why}.", zh=f"这不是日志头：{why}。", todo="Fetch it again.")
