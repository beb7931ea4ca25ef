"""Every workflow of the system: what a desk is made with. A folder of machines gives its own as ``MACHINES``."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Final

from finwatch.supervise import complaint, ledger, register, sharing, supervision
from finwatch.supervise.machine import Machine, MachineError

_ALL: Final = (*register.MACHINES, *supervision.MACHINES, *complaint.MACHINES, *ledger.MACHINES, *sharing.MACHINES)


@cache
def machines() -> MappingProxyType[str, Machine]:
    """All machines by id. Raises ``MachineError`` when two have one id."""
    found = {machine.id: machine for machine in _ALL}
    if len(found) != len(_ALL):
        raise MachineError("two workflows have one id")
    return MappingProxyType(found)
