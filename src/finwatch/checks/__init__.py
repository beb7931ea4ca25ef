"""Facts in, findings out: every check is a folder with its definition, its condition and its cases.

``load`` gives the checks, ``run_checks`` their findings on one subject, ``judge`` the comparison with its policy too. A
check's folder ``rules/<id>/`` holds ``check.toml`` (what is claimed, why it matters, which clauses, what to do),
``check.py`` or a declarative ``when`` (the condition), and ``cases.toml`` (at least one yes, one no, one
not-available). ``python -m finwatch.checks.lint`` judges the folders; ``python -m finwatch.checks.catalogue`` writes
``docs/reference/checks.md``.
"""

from finwatch.checks.registry import Check, load
from finwatch.checks.run import judge, run_checks

__all__ = ["Check", "judge", "load", "run_checks"]
