"""The fact behind a conclusion, with its place: the smallest noun that findings, reasons and comparisons share."""

from __future__ import annotations

from finwatch.model.base import Model, Text
from finwatch.model.locator import Locator


class Evidence(Model):
    """A fact that a conclusion rests on: what it says, in both languages, the raw text, and where it stands."""

    says: Text
    at: Locator
    quote: str | None = None
    """The bytes or words as found: a call with its arguments, an attribute, a sentence."""
