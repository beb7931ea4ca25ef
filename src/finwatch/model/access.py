"""Who acts: organisations, roles, permissions, and what part of the rows an actor may see.

The rules (which role may what, how a password is checked) are in ``access``; the rows are in ``store``; here are the
nouns that both, and every workflow, speak of. Roles follow the associations' and ministries' own workflows: the filing
rules of the payment association (roles of its operating manual), 银发〔2019〕237号, 金办发〔2024〕99号.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NewType

from pydantic import Field

from finwatch.model.base import Model, UtcTime

OrganisationId = NewType("OrganisationId", str)
PersonId = NewType("PersonId", str)


class OrganisationKind(StrEnum):
    """What an organisation is in the workflows."""

    REGULATOR = "regulator"
    ASSOCIATION = "association"
    INSTITUTION = "institution"
    CERTIFICATION_BODY = "certification_body"
    TESTING_LAB = "testing_lab"
    MONITORING_BODY = "monitoring_body"
    STORE = "store"
    PUBLIC = "public"


class Organisation(Model):
    """A regulator's office, an association, an institution or a branch of one, a lab, a store."""

    id: OrganisationId
    kind: OrganisationKind
    name: str
    short_name: str = ""
    region: str = ""
    """Digits of GB/T 2260, 0, 2, 4 or 6 of them; empty = the whole country."""
    parent: OrganisationId | None = None
    """The office above, or the head of a branch."""
    credit_code: str | None = None
    """Unified social credit code (GB 32100), 18 characters."""
    institution: str | None = None
    """The id under which the catalogue knows it, where it does: joins observed apps to it."""
    market: str | None = None
    """Of a store: the id of the market it runs."""
    active: bool = True


class Permission(StrEnum):
    """Everything that may be allowed, as ``resource:action``; what nobody was given is denied."""

    OBSERVATION_READ = "observation:read"
    EVIDENCE_READ = "evidence:read"
    CASE_READ = "case:read"
    CASE_BULK = "case:bulk"

    INSTITUTION_FILE = "institution:file"
    INSTITUTION_REVIEW = "institution:review"
    INSTITUTION_APPROVE = "institution:approve"
    FILING_WRITE = "filing:write"
    FILING_CERTIFY = "filing:certify"
    FILING_TEST = "filing:test"
    FILING_REVIEW = "filing:review"
    FILING_APPROVE = "filing:approve"
    FILING_CANCEL = "filing:cancel"
    SANCTION_DECIDE = "sanction:decide"
    COHORT_MANAGE = "cohort:manage"
    LIST_PUBLISH = "list:publish"
    LOG_SIGN = "log:sign"

    CAMPAIGN_MANAGE = "campaign:manage"
    TEST_RECORD = "test:record"
    FINDING_VERIFY = "finding:verify"
    NOTICE_ISSUE = "notice:issue"
    NOTICE_ANSWER = "notice:answer"
    MEASURE_ORDER = "measure:order"
    MEASURE_CARRY_OUT = "measure:carry_out"
    APPEAL_FILE = "appeal:file"
    APPEAL_DECIDE = "appeal:decide"

    LEDGER_READ = "ledger:read"
    LEDGER_WRITE = "ledger:write"
    LEDGER_APPROVE = "ledger:approve"

    COMPLAINT_HANDLE = "complaint:handle"
    COMPLAINT_ANSWER = "complaint:answer"
    REPORTER_READ = "reporter:read"

    RISK_SEND = "risk:send"
    RISK_ANSWER = "risk:answer"
    RISK_READ = "risk:read"
    LISTING_ASK = "listing:ask"
    DOCUMENT_WRITE = "document:write"

    ACCESS_MANAGE = "access:manage"
    JOURNAL_READ = "journal:read"
    BREAK_GLASS = "access:break_glass"
    RETENTION_MANAGE = "retention:manage"


class Role(StrEnum):
    """What a person does in their organisation; ``access.roles`` says what each may, and in which kind."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    FIRST_REVIEWER = "first_reviewer"
    SECOND_REVIEWER = "second_reviewer"
    ASSOCIATION_MANAGER = "association_manager"
    CERTIFIER = "certifier"
    TESTER = "tester"
    MONITOR = "monitor"
    APP_OWNER = "app_owner"
    COMPLIANCE_OFFICER = "compliance_officer"
    STORE_OPERATOR = "store_operator"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Scope(Model):
    """Which rows an actor may see: applied by ``store`` to every question."""

    everything: bool = False
    regions: tuple[str, ...] = ()
    """Rows whose region begins with one of these."""
    organisations: tuple[OrganisationId, ...] = ()
    """Rows in which one of these takes part (the actor's own organisation and those below it)."""
    closed: tuple[str, ...] = ()
    """Workflows whose cases need a permission of their own that the actor has not: beginnings of their names."""


class Sight(Model):
    """Which observed apps an actor may see: applied by ``store`` to every question about them."""

    everything: bool = False
    regions: tuple[str, ...] = ()
    """Apps of operators that are organisations of one of these regions."""
    institutions: tuple[str, ...] = ()
    """Apps that the catalogue gives to one of these institutions."""
    markets: tuple[str, ...] = ()
    """Apps that one of these markets lists or listed, with that market's listings only."""
    organisations: tuple[OrganisationId, ...] = ()
    """Apps that are the subject of a case in which one of these takes part."""


class Person(Model):
    """Somebody with an account."""

    id: PersonId
    account: str
    """What they type to log in: lower case."""
    name: str
    organisation: OrganisationId
    mail: str | None = None
    active: bool = True
    roles: tuple[Role, ...] = ()


EVERYTHING = Scope(everything=True)
NOTHING = Scope()


class Actor(Model):
    """Somebody who acts, as known for one request."""

    person: PersonId
    name: str
    organisation: Organisation
    roles: tuple[Role, ...] = ()
    permissions: frozenset[Permission] = Field(default=frozenset())
    scope: Scope = NOTHING
    sight: Sight = Sight()
    means: Literal["session", "token", "break_glass", "system", "public"] = "session"
    until: UtcTime | None = None
    """When this standing ends (session, token or break-glass); ``None`` = with the request."""

    def may(self, permission: Permission) -> bool:
        """Whether the actor was given ``permission``."""
        return permission in self.permissions
