"""Packages into facts: the confined reader over the native core (``native/core``).

Comes in: the path of a file that may hold anything. Goes out: ``model.package.PackageFacts``. Nothing is concluded
here.
"""

from finwatch.package.reader import Confinement, Reader, Usage, read_package

__all__ = ["Confinement", "Reader", "Usage", "read_package"]
