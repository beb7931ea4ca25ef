"""Risks shared: told to the institution concerned and answered; told to all without naming anybody; STIX out and in."""

from finwatch.supervise.sharing import common, risk

MACHINES = (risk.MACHINE, common.MACHINE)

__all__ = ["MACHINES"]
