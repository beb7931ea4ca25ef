"""Is it finance, which kind, who claims it, what is inside; with reasons.

In: ``PackageFacts``, perhaps a ``Listing``, and the catalogue. Out: ``Subject``, which the checks judge. Pure: the
same facts and the same catalogue give the same subject. Reading order: ``protection`` (could the code be seen),
``sdk`` (whose components are in it), ``owner`` (whose code a class is), ``collection``, ``endpoint``, ``finance``,
``operator``.
"""

from finwatch.identify.subject import describe

__all__ = ["describe"]
