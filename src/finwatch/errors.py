"""The one tree of errors.

::

    FinwatchError                 code   exit  http
    ├── InputError                input     2   422   the user gave something that cannot be used
    │   ├── UnreadablePackage     package   2   422   no part of a package could be read
    │   ├── UnreadablePolicy      policy    2   422   no text could be read from a policy
    │   └── FormError             form      2   422   fields of a form are wrong; says which and how
    ├── Stale                     stale     2   409   somebody else decided first; says who and when
    ├── Denied                    denied    2   403   the actor was not given the permission, or has no part in it
    ├── Held                      held      2   423   somebody else is at it this moment
    ├── BadPart                   checksum  2   460   a part of an upload does not have the checksum that came with it
    ├── SettingError              setting   2   500   a setting has a value that cannot be used
    ├── CatalogError              catalog   2   500   a catalogue file is wrong: names file and entry
    ├── NotFound                  missing   2   404   nothing of that name is known
    ├── SignedOut                 login     2   401   only for somebody who has logged in
    ├── TooMany                   attempts  2   429   too many attempts: wait
    ├── StoreError                store     3   503   the SQL store cannot be used
    ├── LakeError                 lake      3   503   the lake cannot be used; nothing already stored is touched
    ├── EngineError               engine    3   503   the cluster cannot be used; what was done so far is kept
    └── FetchError                fetch     3   502   a visit outside failed; carries the outcome kind

Malformed input is a *result* (an ``unreadable`` entry, an ``Outcome``): these errors are for what stops the work.
"""

from __future__ import annotations

from typing import ClassVar

from finwatch.model.case import FieldProblem


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


class FormError(InputError):
    """Fields of a form are wrong; ``problems`` says which and how, field by field."""

    code = "form"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        said = [f"{problem.field or 'form'}: {problem.says.en}" for problem in problems]
        told = [f"{problem.field or '表单'}：{problem.says.zh}" for problem in problems]
        super().__init__(" ".join(said), zh="".join(told), todo="Correct the fields named and send it again.")
        self.problems = problems


class Stale(FinwatchError):
    """Somebody else decided first."""

    code = "stale"
    exit_code = 2
    status = 409


class Held(FinwatchError):
    """Somebody else is at it this moment."""

    code = "held"
    exit_code = 2
    status = 423


class BadPart(FinwatchError):
    """A part of an upload does not have the checksum that came with it; nothing of it was kept."""

    code = "checksum"
    exit_code = 2
    status = 460


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


class SignedOut(FinwatchError):
    """Only for somebody who has logged in, and nobody has, or the session or token has ended."""

    code = "login"
    exit_code = 2
    status = 401


class Denied(FinwatchError):
    """The actor was not given the permission, or their organisation has no part in it."""

    code = "denied"
    exit_code = 2
    status = 403


class TooMany(FinwatchError):
    """Too many attempts in too short a time; the message says when to try again."""

    code = "attempts"
    exit_code = 2
    status = 429


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
