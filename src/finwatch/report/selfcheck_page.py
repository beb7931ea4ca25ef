"""A self-check as one HTML file that needs nothing else: no script, no address outside, readable on paper.

In: ``SelfCheck``. Out: the page's text. Everything that came from the package or the policy is escaped.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from finwatch import __version__
from finwatch.model.base import Text
from finwatch.model.examination import Answer
from finwatch.model.knowledge import Knowledge
from finwatch.model.selfcheck import SelfCheck
from finwatch.report import disclosure_words, words
from finwatch.report.place import place
from finwatch.report.selfcheck import counted


def selfcheck_page(result: SelfCheck, knowledge: Knowledge, *, language: str) -> str:
    """The page in ``language`` (``zh`` or ``en``)."""
    document = result.examination
    template = _environment(language).get_template("selfcheck.html")
    assert isinstance(template, Template)
    return template.render(
        r=result,
        p=document.package,
        d=document.disclosure,
        version=__version__,
        language=language,
        clauses=knowledge.clauses,
        clause_words=words.clause,
        place=place,
        severities=words.SEVERITIES,
        confidences=words.CONFIDENCES,
        subjects=disclosure_words.SUBJECTS,
        outcomes=disclosure_words.OUTCOMES,
        told=disclosure_words.TOLD,
        needs=disclosure_words.NEEDS,
        changes=disclosure_words.CHANGES,
        count=counted(result),
        unseen=_unseen(result, language),
        open=[finding for finding in document.findings if finding.outcome is Answer.NOT_AVAILABLE],
    )


def _unseen(result: SelfCheck, language: str) -> list[str]:
    document = result.examination
    parts = [f"{words.part(one.part).in_language(language)}: {one.why(language)}" for one in document.unreadable]
    notes = document.disclosure.unread if document.disclosure else ()
    return [*parts, *(note.in_language(language) for note in notes)]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, trim_blocks=True
    )

    def translated(text: Text) -> str:
        return text.in_language(language)

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    environment.filters["t"] = translated
    environment.globals["say"] = say
    return environment
