"""Complaints and reports of misconduct: from the public's form to the result, the reporter's identity apart."""

from finwatch.supervise.complaint import arrangement, complaint

MACHINES = (complaint.MACHINE, arrangement.MACHINE)

__all__ = ["MACHINES"]
