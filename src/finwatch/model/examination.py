"""What was concluded about a package, with the evidence for each conclusion: ``finwatch.examination/1``.

``Examination`` is the document of ``finwatch examine --json``. It is built by ``flow/examine.py`` alone and the
same input gives the same bytes, except ``engine.took_ms``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from finwatch.model.base import Model, Text
from finwatch.model.disclosure import Disclosure, PolicySeen
from finwatch.model.evidence import Evidence as Evidence  # noqa: PLC0414 - its home for most; said so to mypy
from finwatch.model.knowledge import Severity
from finwatch.model.listing import Listing
from finwatch.model.locator import CodeAt, Locator
from finwatch.model.package import PackageFacts, Unreadable


class Answer(StrEnum):
    """The outcome of a check. ``not_available``: the parts it needs could not be seen."""

    YES = "yes"
    NO = "no"
    NOT_AVAILABLE = "not_available"


class Confidence(StrEnum):
    """How sure a *yes* is. ``suspected`` is for a person to confirm before anybody is told."""

    CERTAIN = "certain"
    LIKELY = "likely"
    SUSPECTED = "suspected"


class Finding(Model):
    """The outcome of one check on one package."""

    check: str
    version: int
    outcome: Answer
    severity: Severity
    confidence: Confidence = Confidence.CERTAIN
    clauses: tuple[str, ...]
    title: Text
    summary: Text | None = None
    """One sentence with this package's own figures; for ``not_available`` what could not be seen."""
    remedy: Text | None = None
    evidence: tuple[Evidence, ...] = ()


class Reason(Model):
    """Why something was concluded, with its weight where one was added up."""

    says: Text
    points: float | None = None
    evidence: tuple[Evidence, ...] = ()
    check: str | None = None


class Identity(Model):
    """Is it finance, which kind, and who claims it."""

    finance: bool | None
    """``None``: not enough was seen to say."""
    kind: str | None = None
    operator: str | None = None
    """Name of the institution or developer that claims it; ``None`` = nobody was found."""
    institution: str | None = None
    """Id in the catalogue, only when the signer is one of the institution's own."""
    reasons: tuple[Reason, ...] = ()


class SdkUse(Model):
    """A third-party component found in the package."""

    id: str
    name: Text
    vendor: Text
    purpose: str
    version: str | None = None
    prefixes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Collection(Model):
    """A place where the package takes a data item."""

    item: str
    api: str
    """Method or field reference."""
    caller: str
    owner: str
    """``app``, ``sdk:<id>``, or ``unknown`` when nothing ties the calling class to either."""
    before_consent: bool | None
    """``True``: start-up code reaches it with certainty. ``None``: it may. ``False``: no path from start-up code."""
    at: CodeAt
    path: tuple[str, ...] = ()
    """Methods from the start-up entry to the caller, when one was found."""
    arguments: tuple[str, ...] = ()
    permitted: bool | None = None
    """``False``: the manifest asks for none of the permissions that guard the item, so the call gives nothing.
    ``None``: nothing guards it, or it cannot be told."""


class Endpoint(Model):
    """An address in the package's code."""

    url: str | None = None
    host: str
    owner: str
    at: Locator


class Flow(Model):
    """Data carried from a source to a sink."""

    source: str
    sink: str
    path: tuple[str, ...]
    owner: str


class Respects(Model):
    """How alike two apps are, respect by respect: 0 … 1, ``None`` = could not be compared."""

    name: float | None
    icon: float | None
    code: float | None
    signer: float | None


class Verdict(StrEnum):
    """What a match amounts to. ``suspected_*`` needs a person."""

    SAME_APP = "same_app"
    OTHER_VERSION = "other_version"
    SUSPECTED_COUNTERFEIT = "suspected_counterfeit"
    SUSPECTED_REPACKAGED = "suspected_repackaged"
    RELATED = "related"


class Match(Model):
    """Likeness to another app, the official one wherever one is known."""

    app: str
    """Package name of the other app."""
    sha256: str | None = None
    respects: Respects
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


class Candidate(Model):
    """An app to compare with: an official one, or any other already examined."""

    app: str
    sha256: str | None
    label: str | None
    names: tuple[str, ...] = ()
    institution: str | None = None
    official: bool = False
    signers: tuple[str, ...] = ()
    icon_phash: str | None = None
    icon_colours: str | None = None
    code_signature: tuple[int, ...] = ()
    code_signature_version: int = 0
    version_code: int | None = None


class Band(StrEnum):
    """The rating in one word. ``limited``: too much could not be seen to call the rest good."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    LIMITED = "limited"


class Rating(Model):
    """A rating and every point of it."""

    band: Band
    score: float
    """0 (nothing found) to 100."""
    reasons: tuple[Reason, ...] = ()


class Protection(Model):
    """Whether the code could be seen."""

    packer: str | None = None
    extent: Literal["full", "limited"]
    evidence: tuple[Evidence, ...] = ()


class SignerSummary(Model):
    """A signer in the document."""

    scheme: str
    sha256: str
    subject: str
    verified: bool


class ComponentSummary(Model):
    """A component in the document."""

    kind: str
    name: str
    exported: bool
    permission: str | None


class LibrarySummary(Model):
    """A native library in the document."""

    path: str
    abi: str
    hardening: dict[str, bool]


class PackageSummary(Model):
    """The package in the document."""

    sha256: str
    bytes: int
    format: str
    id: str | None
    version_name: str | None
    version_code: int | None
    label: str | None
    min_sdk: int | None
    target_sdk: int | None
    permissions: tuple[str, ...]
    signers: tuple[SignerSummary, ...]
    components: tuple[ComponentSummary, ...]
    native_libraries: tuple[LibrarySummary, ...]
    protection: Protection


class Engine(Model):
    """What produced the document."""

    version: str
    catalog_version: str
    took_ms: float


class Subject(Model):
    """What the checks see: facts, identity and context, nothing else."""

    facts: PackageFacts
    identity: Identity
    listing: Listing | None = None
    sdks: tuple[SdkUse, ...] = ()
    collection: tuple[Collection, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    protection: Protection
    policy: PolicySeen | None = None
    """The privacy policy, or why it could not be read; ``None`` = none was given or known."""


class Examination(Model):
    """The whole document."""

    schema_id: Literal["finwatch.examination/1"] = Field(default="finwatch.examination/1", alias="schema")
    package: PackageSummary
    identity: Identity
    sdks: tuple[SdkUse, ...]
    collection: tuple[Collection, ...]
    endpoints: tuple[Endpoint, ...]
    flows: tuple[Flow, ...] = ()
    """Empty until data flow is traced; ``unreadable`` then says so."""
    findings: tuple[Finding, ...]
    disclosure: Disclosure | None = None
    """The package beside its policy; ``None`` = no policy was looked at."""
    matches: tuple[Match, ...]
    rating: Rating
    unreadable: tuple[Unreadable, ...]
    engine: Engine
