"""The casts of every workflow: what ``test_machines.py`` drives and ``test_kills.py`` kills.

A workflow adds its own here.
"""

from __future__ import annotations

from tests.supervise.driving import Cast
from tests.supervise.ledger_cast import LedgerCast
from tests.supervise.public_cast import PublicCast
from tests.supervise.register_cast import RegisterCast
from tests.supervise.supervision_cast import SupervisionCast

CASTS: tuple[Cast, ...] = (SupervisionCast(), RegisterCast(), PublicCast(), LedgerCast())
