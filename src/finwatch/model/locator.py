"""Where something was seen: the address that every fact, and so every finding, carries.

A locator is enough for a person to open the evidence again: a file in the package, a line of the manifest, an
instruction, a resource, a span of a policy, a captured response, a field of a listing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from finwatch.model.base import Model


class FileAt(Model):
    """A file inside the package, and the byte offset in it where one matters."""

    kind: Literal["file"] = "file"
    path: str
    offset: int | None = None


class ManifestAt(Model):
    """An element of AndroidManifest.xml: its path, its attribute, and its line in the binary XML's source."""

    kind: Literal["manifest"] = "manifest"
    element: str
    """Such as ``manifest/application/activity[3]``; positions count from 1 among siblings of one name."""
    attribute: str | None = None
    line: int | None = None


class CodeAt(Model):
    """An instruction: the dex file, the method that holds it, and its offset in 16-bit code units."""

    kind: Literal["code"] = "code"
    dex: str
    method: str
    """A dex reference: ``Lpkg/Class;->name(Args)Ret``."""
    offset: int | None = None

    @property
    def class_name(self) -> str:
        """The descriptor of the class that declares the method."""
        return self.method.split("->", 1)[0]


class ResourceAt(Model):
    """A value of resources.arsc or a compiled XML file under ``res/``."""

    kind: Literal["resource"] = "resource"
    name: str
    """``type/entry`` or the path of the XML file."""
    config: str | None = None
    line: int | None = None


class SigningAt(Model):
    """A signature scheme (``v1``, ``v2``, ``v3``, ``v3.1``) and which of its signers, counted from 0."""

    kind: Literal["signing"] = "signing"
    scheme: str
    signer: int | None = None


class PolicyAt(Model):
    """A span of a policy: paragraph number (from 0) and character offsets into the extracted text."""

    kind: Literal["policy"] = "policy"
    document: str
    """SHA-256 of the stored original."""
    paragraph: int
    start: int
    end: int


class CaptureAt(Model):
    """A stored response: what was asked, and the capture that holds the answer."""

    kind: Literal["capture"] = "capture"
    url: str
    capture: str
    """The capture's id in the lake."""


class ListingAt(Model):
    """A field of a market's listing, and the capture it was read from where one is kept."""

    kind: Literal["listing"] = "listing"
    market: str
    app: str
    field: str
    capture: str | None = None


class SearchedAt(Model):
    """The extent that was searched where the answer is an absence."""

    kind: Literal["searched"] = "searched"
    extent: str
    """Such as ``classes.dex..classes3.dex, 41,210 methods``."""


Locator = Annotated[
    FileAt | ManifestAt | CodeAt | ResourceAt | SigningAt | PolicyAt | CaptureAt | ListingAt | SearchedAt,
    Field(discriminator="kind"),
]
"""Any of the places above, told apart by ``kind``."""
