"""The register: filings of institutions and apps, their changes, branches' filings, sanctions, cohorts of a roll-out.

What comes in: what institutions, certification bodies, laboratories and the association's reviewers do. What goes out:
cases with a filing number, and statements for the log. Workflow: the association's rules for filing
(备案管理办法（试行）), its operating manual V2.1 and its notes on linked filing V1.0; states and returns bear the names
of the real system.
"""

from finwatch.supervise.register import cancellation, change, cohort, filing, institution, linked, sanction

MACHINES = (
    institution.MACHINE,
    filing.MACHINE,
    change.MACHINE,
    linked.MACHINE,
    sanction.MACHINE,
    cohort.MACHINE,
)
"""The workflows of the register."""

__all__ = ["MACHINES", "cancellation", "change", "cohort", "filing", "institution", "linked", "sanction"]
