"""What is wrong with a descriptor's pages before anything is asked for: paths, names, fields, expressions.

What comes in: a ``Source`` whose shape is right. What goes out: the place and the reason of each mistake. Pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Final

from finwatch.crawl.sources.declared import asking, units
from finwatch.crawl.sources.declared.document import expression, selector
from finwatch.crawl.sources.declared.fields import LISTING_FIELDS, OWN, REVIEW_FIELDS
from finwatch.model.source import DetailPage, FieldRule, ListPage, Page, Signs, Source

Place = tuple[str | int, ...]
Mistake = tuple[Place, str]
_NOT_SENT: Final = frozenset({"cookie", "authorization", "proxy-authorization", "user-agent", "host", "content-length"})


def mistakes(source: Source) -> Iterator[Mistake]:
    """Every mistake in ``source``: where it stands below ``source``, and what to write."""
    try:
        units.zone_of(source.zone)
    except ValueError as error:
        yield ("zone",), str(error)
    given: set[str] = set()
    for number, listed in enumerate(source.lists):
        place: Place = ("lists", number)
        if "app" not in listed.fields:
            yield (*place, "fields"), "there is no field 'app': write where the package name (or bundle id) stands"
        yield from _list(listed, place, LISTING_FIELDS, known=set())
        given |= set(listed.fields) | set(listed.each)
    if source.detail is not None:
        yield from _detail(source.detail, given)
        given |= set(source.detail.fields)
    if source.reviews is not None:
        yield from _list(source.reviews, ("reviews",), REVIEW_FIELDS, known=given | {"app"})
    yield from _signs(source.signs, ("signs",), form=None)


def _list(listed: ListPage, place: Place, fields: Collection[str], *, known: set[str]) -> Iterator[Mistake]:
    paging = {"page", "offset", "cursor"} if listed.paging is not None else set()
    used = set(asking.names(listed.url)) & {"page", "offset", "cursor"}
    if listed.paging is not None and listed.paging.by != "link" and listed.paging.by not in used | _in_body(listed):
        yield (*place, "url"), f"paging by {listed.paging.by} needs {{{listed.paging.by}}} in the address or body"
    for name, values in listed.each.items():
        if not values:
            yield (*place, "each", name), 'it has no values: write at least one, such as ["贷款"]'
    yield from _page(listed, place, known=known | set(listed.each) | paging)
    yield from _path(listed.items, (*place, "items"), listed.form)
    if listed.paging is not None and listed.paging.at is not None:
        yield from _path(listed.paging.at, (*place, "paging", "at"), listed.form)
    yield from _rules(listed.fields, (*place, "fields"), listed.form, fields, known=known | set(listed.each))


def _detail(detail: DetailPage, given: set[str]) -> Iterator[Mistake]:
    yield from _page(detail, ("detail",), known=given)
    if detail.item is not None:
        yield from _path(detail.item, ("detail", "item"), detail.form)
    yield from _rules(detail.fields, ("detail", "fields"), detail.form, LISTING_FIELDS, known=given)


def _in_body(page: Page) -> set[str]:
    body = page.json_body or page.form_body or {}
    return {name for value in body.values() if isinstance(value, str) for name in asking.names(value)}


def _page(page: Page, place: Place, *, known: set[str]) -> Iterator[Mistake]:
    for name in sorted((set(asking.names(page.url)) | _in_body(page)) - known):
        yield (*place, "url"), f"nothing gives {{{name}}} a value; known here: {', '.join(sorted(known)) or 'no names'}"
    for name in sorted(name for name in page.headers if name.lower() in _NOT_SENT):
        says = f"the header {name} is not sent: credentials, and a false name for the crawler, need cooperation"
        yield (*place, "headers", name), says
    if page.json_in is not None and not re.fullmatch(r"[\w$]+(\.[\w$]+)+", page.json_in):
        yield from _path(page.json_in, (*place, "json_in"), "html")
    if page.html_in is not None:
        yield from _path(page.html_in, (*place, "html_in"), "json")
    yield from _signs(page.signs, (*place, "signs"), form=page.form)


def _signs(signs: Signs, place: Place, *, form: str | None) -> Iterator[Mistake]:
    for name in ("challenge", "throttled", "refused", "gone", "empty"):
        for number, sign in enumerate(getattr(signs, name)):
            if sign.at is not None and form is not None:
                yield from _path(sign.at, (*place, name, number, "at"), form)
            elif sign.at is not None:
                yield (*place, name, number, "at"), "a path is about one kind of page: write it at the list or detail"
    for path in signs.required:
        if form is not None:
            yield from _path(path, (*place, "required"), form)
        else:
            yield (*place, "required"), "a path is about one kind of page: write it at the list or detail"


def _path(path: str, place: Place, form: str) -> Iterator[Mistake]:
    try:
        if form == "json":
            expression(path)
        else:
            selector(path)
    except ValueError as error:
        told = " ".join(str(error).split())
        language = "JMESPath, such as data.list[].name" if form == "json" else "a CSS selector, such as a.app@href"
        yield place, f"{path!r}: {told}. Write {language}"


def _rules(
    rules: dict[str, FieldRule], place: Place, form: str, fields: Collection[str], *, known: set[str]
) -> Iterator[Mistake]:
    above = set(known)
    for name, rule in rules.items():
        here = (*place, name)
        if name not in fields and not name.startswith(OWN):
            near = difflib.get_close_matches(name, sorted(fields), n=1)
            meant = f"; is {near[0]!r} meant?" if near else ""
            yield here, f"there is no field {name!r}{meant} Known: {', '.join(sorted(fields))}, and {OWN}… of your own"
        if not rule.at and rule.template is None:
            yield here, "write 'at', where the value stands, or 'template'"
        for path in rule.at:
            yield from _path(path, here, form)
        for used in sorted(set(asking.names(rule.template or "")) - above - {"value"}):
            yield here, f"{{{used}}} has no value here; a template may name fields that stand above it"
        if rule.find is not None:
            try:
                re.compile(rule.find)
            except re.error as error:
                yield here, f"find = {rule.find!r} is no regular expression: {error}"
        if rule.zone is not None:
            try:
                units.zone_of(rule.zone)
            except ValueError as error:
                yield here, str(error)
        above.add(name)
