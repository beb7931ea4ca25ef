"""Every bound in one place. A reader that meets one says so, names it, and goes on with what it has.

``PACKAGE`` bounds the native core (sizes in bytes, times in seconds) and the child process that runs it;
``FETCH`` bounds a visit to the outside; ``POLICY`` bounds the reading of a privacy policy; ``EVIDENCE`` bounds
sealing and verifying captures; ``SHEET`` bounds the reading of a workbook, ``UPLOAD`` what people hand in;
``ACCESS`` bounds logging in and staying logged in.
"""

from __future__ import annotations

from finwatch.model.base import Model


class PackageLimits(Model):
    """Bounds on reading one package."""

    file_bytes: int = 4 << 30
    """A package file."""
    entries: int = 200_000
    """Entries of the zip directory."""
    entry_bytes: int = 512 << 20
    """A single file of the package, unpacked."""
    inflated_bytes: int = 2 << 30
    """Everything that is unpacked while one package is read."""
    inflation_ratio: int = 1_200
    """Deflate cannot pass 1032:1; more is a lie in a header."""
    manifest_bytes: int = 32 << 20
    """AndroidManifest.xml, unpacked."""
    resources_bytes: int = 256 << 20
    """resources.arsc, unpacked."""
    xml_depth: int = 256
    """Nesting of binary XML elements."""
    dex_files: int = 200
    """Dex files read per package."""
    calls: int = 200_000
    """Watched calls kept per package."""
    strings: int = 50_000
    """Matched strings kept per package."""
    string_uses: int = 16
    """Instructions kept per matched string; the rest is counted."""
    string_bytes: int = 4_096
    """A kept string; longer ones are cut."""
    implementations: int = 20_000
    """Implementations of watched types kept per package."""
    value_depth: int = 4
    """Nesting of a constant argument (a call in a call)."""
    value_nodes: int = 32
    """Parts of one constant argument."""
    reach_methods: int = 2_000_000
    """Methods in the call graph from start-up code."""
    reach_path: int = 32
    """Methods shown on a path from start-up code."""
    signers: int = 64
    """Signers per scheme."""
    certificate_bytes: int = 1 << 20
    """A signer's certificate."""
    native_libraries: int = 2_000
    """Native libraries read per package."""
    icon_pixels: int = 4_194_304
    """Pixels of a decoded icon."""
    memory_bytes: int = 3 << 30
    """Address space of the child process."""
    cpu_seconds: int = 120
    """CPU time of the child process per package."""
    wall_seconds: int = 300
    """Wall-clock time of the child process per package."""
    output_bytes: int = 256 << 20
    """JSON that the child process may hand back."""


class FetchLimits(Model):
    """Bounds on one visit."""

    connect_seconds: float = 10.0
    """Time to open a connection."""
    read_seconds: float = 30.0
    """Longest silence between two chunks."""
    page_seconds: float = 120.0
    """A whole page."""
    package_seconds: float = 3_600.0
    """A whole package."""
    redirects: int = 8
    """Redirects followed."""
    page_bytes: int = 64 << 20
    """A page, unpacked."""
    index_bytes: int = 512 << 20
    """An index, unpacked."""
    package_bytes: int = 4 << 30
    """A package."""
    icon_bytes: int = 8 << 20
    """An icon."""
    header_bytes: int = 64 << 10
    """All headers of an answer."""
    attempts: int = 4
    """Tries of one task before it waits for its next turn."""
    chunk_bytes: int = 256 << 10
    """Bytes read at a time."""


class PolicyLimits(Model):
    """Bounds on reading one privacy policy."""

    file_bytes: int = 32 << 20
    pages: int = 500
    paragraphs: int = 50_000
    characters: int = 4_000_000
    html_depth: int = 512
    unpacked_bytes: int = 64 << 20
    """The main part of a DOCX document, unpacked."""
    pictures: int = 60
    """Pages of a PDF that are pictures, read by OCR."""
    picture_pixels: int = 60_000_000
    """A picture of text; a screenshot 1,080 wide may be 55,000 high."""
    damaged_share: float = 0.01
    """Undecodable characters above this share mean that the encoding was not understood."""


class EvidenceLimits(Model):
    """Bounds on sealing and verifying captures."""

    stamp_bytes: int = 1 << 20
    """The reply of a time-stamp authority."""
    stamp_seconds: float = 30.0
    """Longest silence of a time-stamp authority."""
    alterations: int = 1_000
    """Alterations named in one verification; more are counted."""
    export_bytes: int = 64 << 20
    """A payload that is put into an export; a larger one is named by its SHA-256."""


class WebLimits(Model):
    """Bounds on following pages beyond stores, and on reading what they hold."""

    depth: int = 6
    """Links from the first page to the last."""
    width: int = 24
    """Links followed from one page."""
    visits: int = 60
    """Visits of one chain, redirects not counted."""
    page_bytes: int = 4 << 20
    """A landing page, unpacked."""
    image_bytes: int = 4 << 20
    """An image that may hold a QR code."""
    image_pixels: int = 16 << 20
    """Pixels of a decoded image."""
    codes: int = 8
    """Codes taken from one image."""
    manifest_bytes: int = 1 << 20
    """The manifest of an itms-services link."""
    document_bytes: int = 32 << 20
    """A regulator's notice."""
    unpacked_bytes: int = 32 << 20
    """All parts of a workbook, unpacked."""
    table_rows: int = 20_000
    """Rows read of one table."""
    table_columns: int = 64
    """Columns read of one table."""
    table_pages: int = 300
    """Pages read of a PDF."""
    render_seconds: float = 45.0
    """Opening a page in Chromium, until its text is taken."""
    render_requests: int = 120
    """Answers that a rendered page may load."""
    render_bytes: int = 32 << 20
    """All answers that a rendered page may load."""


class SheetLimits(Model):
    """Bounds on reading a ledger that was kept as a workbook."""

    file_bytes: int = 32 << 20
    """The file."""
    unpacked_bytes: int = 96 << 20
    """All parts of a workbook, unpacked."""
    parts: int = 2_000
    """Parts of a workbook."""
    sheets: int = 64
    """Sheets read."""
    rows: int = 20_000
    """Rows of a sheet."""
    columns: int = 200
    """Columns of a sheet."""
    cells: int = 1_000_000
    """Cells of a sheet that are filled or merged."""
    text: int = 32_767
    """Characters of a cell: Excel's own bound."""


class UploadLimits(Model):
    """Bounds on files that people hand in (times in seconds)."""

    file_bytes: int = 2 << 30
    """A file."""
    name: int = 200
    """Characters of its name."""
    growing: int = 20
    """Files of one person that are on their way at a time."""
    sync_bytes: int = 16 << 20
    """At most so much has to be sent again after the server itself was cut off."""
    silence_seconds: float = 60.0
    """Longest silence of a sender before its place is given to the next try."""
    keep_seconds: int = 7 * 24 * 3600
    """A file that nobody adds to is forgotten after so long."""


class FormLimits(Model):
    """Bounds on what a browser posts; files go another way."""

    bytes: int = 4 << 20
    """A posted form."""
    fields: int = 5_000
    """Fields of it."""


class AccessLimits(Model):
    """Bounds on logging in and staying logged in (times in seconds)."""

    hash_rounds: int = 3
    """Passes of argon2id over its memory (RFC 9106 §4, second recommended option)."""
    hash_kib: int = 65_536
    """Memory of one argon2id hash, KiB."""
    hash_lanes: int = 4
    """Lanes of one argon2id hash."""
    hashes_at_once: int = 4
    """Passwords hashed at a time in one process; the others wait."""
    password_least: int = 12
    """Characters of a password."""
    password_bytes: int = 1_024
    """Bytes of a password, so that nobody makes the server hash a book."""
    window_seconds: int = 900
    """Time over which failed log-ins are counted, and for which one is locked out."""
    tries_pair: int = 5
    """Failed log-ins of one account from one address in that time."""
    tries_account: int = 20
    """Failed log-ins of one account from anywhere in that time."""
    tries_address: int = 100
    """Failed log-ins from one address in that time: many people may share one."""
    idle_seconds: int = 1_800
    """A session that was not used so long has ended."""
    session_seconds: int = 43_200
    """A session ends after so long, however much it is used."""
    half_way_seconds: int = 600
    """Time between the password and the second factor."""
    oidc_seconds: int = 600
    """Time at the OIDC provider."""
    oidc_wait_seconds: float = 10.0
    """Longest silence of the OIDC provider."""
    oidc_bytes: int = 1 << 20
    """An answer of the OIDC provider."""
    token_days: int = 365
    """Longest life of an API token, days."""
    break_glass_seconds: int = 14_400
    """Longest break-glass access."""
    break_glass_reason: int = 20
    """Least characters of the reason for a break-glass access."""
    form_bytes: int = 262_144
    """All fields of a form that is kept through a log-in."""
    form_seconds: int = 86_400
    """How long such a form is kept."""


PACKAGE = PackageLimits()
FETCH = FetchLimits()
POLICY = PolicyLimits()
EVIDENCE = EvidenceLimits()
WEB = WebLimits()
SHEET = SheetLimits()
FORM = FormLimits()
UPLOAD = UploadLimits()
ACCESS = AccessLimits()
