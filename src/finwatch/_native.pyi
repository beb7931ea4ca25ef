"""The native core (``native/py``): Android packages read in memory-safe code, the interpreter lock free meanwhile;
words of lists found in a text."""

from collections.abc import Callable, Sequence
from typing import Any, final

from finwatch.policy.statements.lexicon import Kind

__all__ = [
    "Characters",
    "Token",
    "Watch",
    "Words",
    "confine",
    "core_version",
    "isolate_network",
    "read_entry",
    "read_package",
    "scripts",
    "similarity",
]

@final
class Token:
    """A word of a text: ``text[start:end]``. Frozen; equal where all fields are."""

    def __new__(cls, kind: Kind, value: Any, start: int, end: int) -> Token: ...
    @property
    def kind(self) -> Kind:
        """The part that the word plays, as the list says."""

    @property
    def value(self) -> Any:
        """What the list says of the word."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def end(self) -> int:
        """One past its last."""

    def _replace(self, *, kind: Kind = ..., value: Any = ..., start: int = ..., end: int = ...) -> Token:
        """The token with other fields."""

    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Characters:
    """What characters become when a text is normalised, asked for once each."""

    def __new__(cls, ask: Callable[[str], str | None]) -> Characters:
        """``ask`` tells what a character becomes: nothing, a space, one character or several without white space;
        ``None`` = that depends on its neighbours.
        """

    def traced(
        self, text: str, origin: Sequence[tuple[int, int, int]], at: int = 0
    ) -> tuple[str, list[tuple[int, int, int]]] | None:
        """As ``finwatch.policy.normal.traced``; ``None`` where a character of ``text`` depends on its neighbours.

        Raises ``UnicodeEncodeError`` for half of a surrogate pair.
        """

@final
class Words:
    """A list of words to be found in texts, compiled once."""

    def __new__(
        cls,
        words: Sequence[tuple[str, int, Kind, Any]],
        *,
        function: Sequence[str],
        left: str,
        right: str,
        beside: str,
        outer: str,
    ) -> Words:
        """Of (word in lower case, mode, kind, value); the modes and the neighbours that they ask for stand in
        ``native/core/src/words.rs``. Raises ``ValueError`` where the list is too long.
        """

    def scan(self, text: str) -> list[Token]:
        """The words in ``text`` in order of place, the longest at the leftmost place, without regard to case.

        Raises ``UnicodeEncodeError`` for half of a surrogate pair.
        """

@final
class Watch:
    """A watch list, compiled once and used for many packages."""

    def __new__(cls, watchlist_json: bytes) -> Watch:
        """From ``WatchList.model_dump_json()``. Raises ``ValueError`` naming the entry that cannot be used."""

def read_package(path: str, watch: Watch, limits_json: bytes) -> bytes:
    """``PackageFacts`` as JSON for the file at ``path``, within ``PackageLimits`` given as JSON.

    Raises ``OSError`` only when the file cannot be opened or read.
    """

def read_entry(path: str, name: str, limits_json: bytes) -> bytes:
    """The unpacked bytes of the file ``name`` in the package at ``path``.

    Raises ``OSError`` when the package cannot be opened, ``ValueError`` when there is no such file, when it cannot
    be unpacked, or when it is over a limit.
    """

def similarity(a: list[int], b: list[int]) -> float:
    """How alike two code signatures of one version are, 0 to 1."""

def scripts(text: str) -> tuple[int, int]:
    """How many Han characters (U+3400 to U+4DBF, U+4E00 to U+9FFF) a text has, and how many runs of ASCII letters.

    Raises ``UnicodeEncodeError`` for half of a surrogate pair.
    """

def core_version() -> str:
    """The version of the native core."""

def confine() -> None:
    """Takes network, programs, processes and writing away from this process for good (seccomp).

    Raises ``OSError`` when the kernel does not allow it.
    """

def isolate_network() -> bool:
    """Moves this process to a network of its own without any interface; ``False`` where that is not allowed."""
