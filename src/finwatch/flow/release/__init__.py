"""What changed from one release of an app to the next: policy beside package, each change with both sides.

``statements`` compares two policies, ``package`` two examinations, ``together`` puts the two beside each other;
``kept`` finds the releases of a published app in the store and the lake, ``files`` reads two that were given.
"""

from __future__ import annotations

from finwatch.flow.release.together import release_changes

__all__ = ["release_changes"]
