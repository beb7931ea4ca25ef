"""The ledger that an institution keeps of its mobile apps (金办发〔2024〕99号): entries, duties, sheets in and out."""

from __future__ import annotations

from finwatch.supervise.ledger import importing, incident, keeping, reviews

MACHINES = (keeping.MACHINE, *reviews.MACHINES, incident.MACHINE, importing.MACHINE)
"""Every workflow of the ledger."""

__all__ = ["MACHINES"]
