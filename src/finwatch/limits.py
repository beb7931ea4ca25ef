"""Every bound in one place. A reader that meets one says so, names it, and goes on with what it has.

``PACKAGE`` bounds the native core (sizes in bytes, times in seconds) and the child process that runs it;
``FETCH`` bounds a visit to the outside.
"""

from __future__ import annotations

from finwatch.model.base import Model


class PackageLimits(Model):
    """Bounds on reading one package."""

    file_bytes: int = 4 << 30
    entries: int = 200_000
    entry_bytes: int = 512 << 20
    """A single file of the package, unpacked."""
    inflated_bytes: int = 2 << 30
    """Everything that is unpacked while one package is read."""
    inflation_ratio: int = 1_200
    """Deflate cannot pass 1032:1; more is a lie in a header."""
    manifest_bytes: int = 32 << 20
    resources_bytes: int = 256 << 20
    xml_depth: int = 256
    dex_files: int = 200
    calls: int = 200_000
    """Watched calls kept per package."""
    strings: int = 50_000
    string_uses: int = 16
    string_bytes: int = 4_096
    implementations: int = 20_000
    value_depth: int = 4
    value_nodes: int = 32
    reach_methods: int = 2_000_000
    reach_path: int = 32
    signers: int = 64
    certificate_bytes: int = 1 << 20
    native_libraries: int = 2_000
    icon_pixels: int = 4_194_304
    memory_bytes: int = 3 << 30
    """Address space of the child process."""
    cpu_seconds: int = 120
    wall_seconds: int = 300
    output_bytes: int = 256 << 20


class FetchLimits(Model):
    """Bounds on one visit."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """Longest silence between two chunks."""
    page_seconds: float = 120.0
    package_seconds: float = 3_600.0
    redirects: int = 8
    page_bytes: int = 64 << 20
    index_bytes: int = 512 << 20
    package_bytes: int = 4 << 30
    icon_bytes: int = 8 << 20
    header_bytes: int = 64 << 10
    attempts: int = 4
    chunk_bytes: int = 256 << 10


PACKAGE = PackageLimits()
FETCH = FetchLimits()
