"""How the pages of a market are read, as data: what a descriptor says for the protocol ``pages``.

``crawl/sources/declared`` performs it. A *path* is JMESPath (https://jmespath.org/specification.html) where the answer
is JSON, and a CSS selector where it is HTML: ``selector`` gives the text, ``selector@name`` an attribute, ``@name`` an
attribute of the item itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from finwatch.model.base import Model

Path = str
"""JMESPath or ``selector@attribute``, as the page's ``form`` says."""


def _several(value: Any) -> Any:
    """A single value where several may stand."""
    return (value,) if isinstance(value, str | int | float) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_several)]


class Sign(Model):
    """What tells one kind of answer from another. Everything that is given must hold."""

    status: Annotated[tuple[int, ...], BeforeValidator(_several)] = ()
    """HTTP status, any of these."""
    header: str | None = None
    """``Name: value`` that the answer carries; the value may be a part of the field's, case does not count."""
    text: str | None = None
    """Words that the body holds."""
    body_below: int | None = Field(default=None, ge=0)
    """The body has fewer bytes than this; 1 = it has none."""
    at: Path | None = None
    """A path into the answer …"""
    equals: Annotated[tuple[str | int | float | bool, ...], BeforeValidator(_several)] = ()
    """… that leads to any of these; without values: that leads to anything."""
    missing: bool = False
    """… that leads nowhere."""

    @model_validator(mode="after")
    def _says_something(self) -> Sign:
        if (self.equals or self.missing) and self.at is None:
            raise ValueError("'equals' and 'missing' need 'at', the path they are about")
        if not (self.status or self.header or self.text or self.at or self.body_below is not None):
            raise ValueError("a sign needs one of status, header, text, body_below, at")
        return self


class Signs(Model):
    """How the answers differ that are not what was asked for. The first kind whose sign holds is the outcome."""

    challenge: tuple[Sign, ...] = ()
    """It asks for a person. The market is left alone until its next day."""
    throttled: tuple[Sign, ...] = ()
    """It was asked too often. It is asked again later."""
    refused: tuple[Sign, ...] = ()
    """It does not want to answer."""
    gone: tuple[Sign, ...] = ()
    """What was asked for is not there any more."""
    empty: tuple[Sign, ...] = ()
    """There is nothing: a good answer."""
    required: Paths = ()
    """Paths that every good answer of a list has; where one leads nowhere, the shape has changed."""


class FieldRule(Model):
    """Where one field of a listing or review stands, and in which unit. A text instead of a table is its ``at``."""

    at: Paths = ()
    """Paths, the first that leads to something counts."""
    find: str | None = None
    """A regular expression (Python ``re``); its first group, or the whole match, is the value."""
    query: str | None = None
    """The value is an address: take this parameter of its query."""
    template: str | None = None
    """The value goes in place of ``{value}``, other names in braces are fields of the same item."""
    unit: Literal["B", "kB", "KiB", "MB", "MiB", "GB", "GiB", "s", "ms"] | None = None
    """Of a plain number: a size (``kB`` 1000, ``KiB`` 1024 bytes) or a time since 1970. Default: bytes, seconds."""
    zone: str | None = None
    """Of a time that states none; default: the market's ``zone``."""
    scale: float | None = Field(default=None, gt=0)
    """Of a rating: what the best one is; default 5."""
    split: str | None = None
    """Of a list written as one text: what stands between its parts."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"at": value} if isinstance(value, str | list | tuple) else value


class Page(Model):
    """One kind of page: how to ask for it, and what it is."""

    url: str
    """Address with names in braces: variables of ``each``, ``{page}`` ``{offset}`` ``{cursor}``, fields of the item."""
    method: Literal["GET", "POST"] = "GET"
    """``GET`` or ``POST``."""
    json_body: dict[str, str | int | bool] | None = Field(default=None, alias="json")
    """For POST: sent as JSON; names in braces are filled in."""
    form_body: dict[str, str] | None = Field(default=None, alias="fields_sent")
    """For POST: sent as a form; names in braces are filled in."""
    headers: dict[str, str] = {}
    """Extra request headers, such as ``Referer``. No cookies, no authorisation: that needs cooperation."""
    form: Literal["json", "html"] = "json"
    """What the paths lead through."""
    json_in: str | None = None
    """The JSON stands inside HTML: a selector (``script#__NEXT_DATA__``), or a name it is assigned to
    (``window.systemData``)."""
    html_in: str | None = None
    """The HTML stands inside JSON, at this JMESPath."""
    charset: str | None = None
    """Only where the market's own statement of it is wrong."""
    signs: Signs = Signs()
    """Added to those of the market."""

    @model_validator(mode="after")
    def _consistent(self) -> Page:
        if self.json_in and (self.form != "json" or self.html_in):
            raise ValueError("'json_in' goes with form = \"json\" and without 'html_in'")
        if self.html_in and self.form != "html":
            raise ValueError("'html_in' goes with form = \"html\"")
        if (self.json_body is not None or self.form_body is not None) and self.method != "POST":
            raise ValueError('a body goes with method = "POST"')
        if self.json_body is not None and self.form_body is not None:
            raise ValueError("give 'json' or 'fields_sent', not both")
        return self


class Paging(Model):
    """How one page of a list leads to the next. It ends where a page has no items, or none that are new."""

    by: Literal["page", "offset", "cursor", "link"]
    """``page`` and ``offset`` count; ``cursor`` is read from the answer; ``link`` is the next page's address."""
    first: int = 1
    """The first ``{page}`` or ``{offset}``; the ``{cursor}`` of the first page."""
    step: int = Field(default=1, ge=1)
    """From one ``{page}`` or ``{offset}`` to the next."""
    at: Path | None = None
    """Where the answer holds the next cursor or link."""
    pages: int = Field(default=200, ge=1, le=100_000)
    """No more pages than this; when there are more, the reading says so."""

    @model_validator(mode="after")
    def _consistent(self) -> Paging:
        if (self.by in {"cursor", "link"}) != (self.at is not None):
            raise ValueError('\'at\' goes with by = "cursor" or by = "link", and they with it')
        return self


class ListPage(Page):
    """A list, a category or a search: many items on many pages. Also has the fields of ``Page``."""

    each: dict[str, tuple[str | int, ...]] = {}
    """Variables and their values, such as ``keyword``: the list is asked for with every combination."""
    items: Path
    """The items of a page; an object instead of a list is one item."""
    fields: dict[str, FieldRule]
    """Field of the listing → where it stands in the item."""
    paging: Paging | None = None
    """How to get to the next page; without it there is one page."""


class DetailPage(Page):
    """The page of one app. What it says goes over what the list said. Also has the fields of ``Page``."""

    item: Path | None = None
    """The part of the answer that is about the app; default: all of it."""
    fields: dict[str, FieldRule]
    """Field of the listing → where it stands on the page."""


class ReviewPages(ListPage):
    """What users wrote of one app, visited on its own, once a day. Has the fields of ``ListPage`` and ``Page``."""


class Source(Model):
    """How a market is read: its lists, and for each item the page of the app."""

    lists: tuple[ListPage, ...] = Field(min_length=1)
    """Lists, categories and searches, read in this order; an app that several show is read once."""
    detail: DetailPage | None = None
    """The page of one app, where the lists do not tell enough."""
    reviews: ReviewPages | None = None
    """What users wrote."""
    locale: str = "zh-CN"
    """Of names and summaries."""
    zone: str = "Asia/Shanghai"
    """Of times that state none."""
    signs: Signs = Signs()
    """Of every page of the market: by status, header, text and length; paths belong to a page."""
    details: int = Field(default=20_000, ge=1)
    """No more app pages in one reading than this; when there are more apps, the reading says so."""
