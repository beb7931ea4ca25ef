"""Findings and matches to a rating with every point explained.

``rate`` adds points from the published table ``weights.toml``; ``weights`` reads that table.
"""

from finwatch.risk.rating import rate

__all__ = ["rate"]
