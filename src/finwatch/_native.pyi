"""The native core (``native/py``): Android packages read in memory-safe code, the interpreter lock free meanwhile."""

from typing import final

__all__ = ["Watch", "confine", "core_version", "isolate_network", "read_entry", "read_package", "similarity"]

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

def core_version() -> str:
    """The version of the native core."""

def confine() -> None:
    """Takes network, programs, processes and writing away from this process for good (seccomp).

    Raises ``OSError`` when the kernel does not allow it.
    """

def isolate_network() -> bool:
    """Moves this process to a network of its own without any interface; ``False`` where that is not allowed."""
