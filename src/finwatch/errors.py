"""The one tree of errors.

::

    FinwatchError                 code   exit  http
    ├── InputError                input     2   422   the user gave something that cannot be used
    │   ├── UnreadablePackage     package   2   422   no part of a package could be read
    │   └── UnreadablePolicy      policy    2   422   no text could be read from a policy
    ├── SettingError              setting   2   500   a setting has a value that cannot be used
    ├── CatalogError              catalog   2   500   a catalogue file is wrong: names file and entry
    ├── NotFound                  missing   2   404   nothing of that name is known
    ├── StoreError                store     3   503   the SQL store cannot be used
    ├── LakeError                 lake      3   503   the lake cannot be used; nothing already stored is touched
    ├── EngineError               engine    3   503   the cluster cannot be used; what was done so far is kept
    └── FetchError                fetch     3   502   a visit outside failed; carries the outcome kind

Malformed input is a *result* (an ``unreadable`` entry, an ``Outcome``): these errors are for what stops the work.
"""

from __future__ import annotations

from typing import ClassVar


class FinwatchError(Exception):
    """Something that a person must know: what happened (in both languages), and what to do now."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 3
    status: ClassVar[int] = 500

    def __init__(self, en: str, *, zh: str | None = None, todo: str = "") -> None:
        super().__init__(f"{en} {todo}".strip())
        self.en = en
        self.zh = zh or en
        self.todo = todo


class InputError(FinwatchError):
    """The user gave something that cannot be used."""

    code = "input"
    exit_code = 2
    status = 422


class UnreadablePackage(InputError):
    """No part of a package could be read."""

    code = "package"


class UnreadablePolicy(InputError):
    """No text could be read from a policy."""

    code = "policy"


class SettingError(FinwatchError):
    """A setting has a value that cannot be used."""

    code = "setting"
    exit_code = 2


class CatalogError(FinwatchError):
    """A catalogue file is wrong; the message names the file and the entry."""

    code = "catalog"
    exit_code = 2


class NotFound(FinwatchError):
    """Nothing of that name is known."""

    code = "missing"
    exit_code = 2
    status = 404


class StoreError(FinwatchError):
    """The SQL store cannot be used."""

    code = "store"
    status = 503


class LakeError(FinwatchError):
    """The lake cannot be used; nothing already stored is touched."""

    code = "lake"
    status = 503


class EngineError(FinwatchError):
    """The cluster cannot be used; what was done so far is kept."""

    code = "engine"
    status = 503


class FetchError(FinwatchError):
    """A visit outside failed."""

    code = "fetch"
    status = 502
