"""TAXII 2.1, read only (OASIS Standard, 10 June 2021): shared risks as collections of STIX objects.

Discovery at ``/taxii2/``, one API root, two collections: the risks that the reader may see, and what is told to all
without names. A reader logs in with an API token, as ``Authorization: Bearer`` or as the password of HTTP Basic.
Objects come in the order in which their cases changed; ``next`` goes on within a case where a page ends in it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from finwatch.api.acting import needs
from finwatch.errors import InputError, NotFound
from finwatch.model.access import Actor, Permission
from finwatch.model.case import Case
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.sharing import stix

MEDIA: Final = "application/taxii+json;version=2.1"
STIX: Final = "application/stix+json;version=2.1"
MOST: Final = 200
"""Objects of a page, when nobody asks for fewer."""
ROOT: Final = "/taxii2/root/"
RISKS: Final = str(uuid.uuid5(stix.SPACE, "collection:risk"))
SHARED: Final = str(uuid.uuid5(stix.SPACE, "collection:common_risk"))
COLLECTIONS: Final = {
    RISKS: ("risk", "风险信息 / Shared risks", "Risks told to institutions, as far as the reader may see them."),
    SHARED: ("common_risk", "共性问题提示 / Risks that many share", "Told to all without naming anybody."),
}
Reader = Annotated[Actor, Depends(needs(Permission.RISK_READ))]
Added = tuple[datetime, dict[str, Any], str]
"""When an object was added, the object, and where to go on after it."""


class Asked(BaseModel):
    """What a client may ask of a collection (§3.4); matches of other kinds are not known here and narrow nothing."""

    model_config = ConfigDict(populate_by_name=True)

    added_after: str | None = None
    limit: int | None = Field(default=None, ge=1)
    next: str | None = None
    ids: str | None = Field(default=None, alias="match[id]")
    types: str | None = Field(default=None, alias="match[type]")


def router(desk: Desk) -> APIRouter:
    """Every route of TAXII."""
    api = APIRouter(prefix="/taxii2", tags=["taxii"])
    _discovery(api)
    _objects(api, desk)
    return api


def _discovery(api: APIRouter) -> None:
    @api.get("/")
    def discovery(request: Request, actor: Reader) -> Response:
        """Which API roots there are (§4.1)."""
        root = str(request.url_for("api_root"))
        told = {"title": "Finwatch", "description": "移动金融应用风险信息共享", "default": root, "api_roots": [root]}
        return _answer(request, told)

    @api.get("/root/")
    def api_root(request: Request, actor: Reader) -> Response:
        """What the API root is (§4.2)."""
        told = {"title": "Finwatch", "versions": [MEDIA], "max_content_length": stix.BYTES}
        return _answer(request, told)

    @api.get("/root/collections/")
    def collections(request: Request, actor: Reader) -> Response:
        """Which collections there are (§5.1)."""
        return _answer(request, {"collections": [_collection(one) for one in COLLECTIONS]})

    @api.get("/root/collections/{collection}/")
    def collection(request: Request, actor: Reader, collection: str) -> Response:
        """One collection (§5.2)."""
        return _answer(request, _collection(collection))


def _objects(api: APIRouter, desk: Desk) -> None:
    @api.get("/root/collections/{collection}/objects/")
    def objects(
        request: Request,
        actor: Reader,
        collection: str,
        asked: Annotated[Asked, Query()],
    ) -> Response:
        """A page of objects (§5.4)."""
        page, more = _page(desk, actor, collection, asked)
        told: dict[str, Any] = {"more": more is not None, **({"next": more} if more else {})}
        return _answer(request, {**told, "objects": [one for _, one, _ in page]}, page)

    @api.get("/root/collections/{collection}/manifest/")
    def manifest(
        request: Request,
        actor: Reader,
        collection: str,
        asked: Annotated[Asked, Query()],
    ) -> Response:
        """What objects there are, without their contents (§5.3)."""
        page, more = _page(desk, actor, collection, asked)
        told: dict[str, Any] = {"more": more is not None, **({"next": more} if more else {})}
        entries = [
            {"id": one["id"], "date_added": _stamp(at), "version": _version(one), "media_type": STIX}
            for at, one, _ in page
        ]
        return _answer(request, {**told, "objects": entries}, page)

    @api.get("/root/collections/{collection}/objects/{name}/")
    def one_object(request: Request, actor: Reader, collection: str, name: str) -> Response:
        """One object (§5.6)."""
        page, _ = _page(desk, actor, collection, Asked(ids=name))
        if not page:
            raise NotFound(f"There is no object {name!r} here.", zh=f"没有对象 {name!r}。")
        return _answer(request, {"more": False, "objects": [one for _, one, _ in page]}, page)

    @api.get("/root/collections/{collection}/objects/{name}/versions/")
    def versions(request: Request, actor: Reader, collection: str, name: str) -> Response:
        """Which versions of an object there are: the newest (§5.8)."""
        page, _ = _page(desk, actor, collection, Asked(ids=name))
        if not page:
            raise NotFound(f"There is no object {name!r} here.", zh=f"没有对象 {name!r}。")
        return _answer(request, {"more": False, "versions": [_version(one) for _, one, _ in page]}, page)


def _page(desk: Desk, actor: Actor, collection: str, asked: Asked) -> tuple[list[Added], str | None]:
    """Objects of a page, and where the next begins."""
    _collection(collection)
    most = min(asked.limit or MOST, MOST)
    after = _instant(asked.added_after) if asked.added_after else None
    wanted = {"id": set((asked.ids or "").split(",")) - {""}, "type": set((asked.types or "").split(",")) - {""}}
    page: list[Added] = []
    seen: set[str] = set()
    for at, one, token_after in _flow(desk, actor, COLLECTIONS[collection][0], asked.next):
        if after is not None and at <= after:
            continue
        if one["id"] in seen or any(chosen and one[name] not in chosen for name, chosen in wanted.items()):
            continue
        if len(page) == most:
            return page, page[-1][2]
        seen.add(one["id"])
        page.append((at, one, token_after))
    return page, None


def _flow(desk: Desk, actor: Actor, machine: str, token: str | None) -> Iterator[Added]:
    """Every object from a place on, in order."""
    key, offset = _place(token)
    while True:
        cases = desk.store.cases.changed_since(CaseFilter(machine=machine), scope=actor.scope, after=key, limit=100)
        for case in cases:
            made = _told(desk, case)
            for number, one in enumerate(made):
                if key is not None and (case.changed, case.id) == key and number < offset:
                    continue
                yield case.changed, one, f"{case.changed.isoformat()}~{case.id}~{number + 1}"
        if len(cases) < 100:
            return
        key, offset = (cases[-1].changed, cases[-1].id), 1 << 30


def _told(desk: Desk, case: Case) -> list[dict[str, Any]]:
    """A case's objects without the markings that the standard fixes: everybody has those."""
    found = desk.store.accounts.organisations(among={case.owner})
    author = found[0].name if found else None
    made = stix.objects_of(case, author=author, since=stix.FIRST)
    return [one for one in made if one["type"] != "marking-definition"]


def _place(token: str | None) -> tuple[tuple[datetime, int] | None, int]:
    if not token:
        return None, 0
    try:
        at, number, offset = token.rsplit("~", 2)
        return (datetime.fromisoformat(at), int(number)), int(offset)
    except ValueError as error:
        raise InputError(f"next={token!r} is no place to go on from.", zh="翻页参数无效。") from error


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"added_after={text!r} is no time.", zh="added_after 不是有效时间。") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _collection(collection: str) -> dict[str, Any]:
    if collection not in COLLECTIONS:
        raise NotFound(f"There is no collection {collection!r}.", zh=f"没有集合 {collection!r}。")
    _, title, description = COLLECTIONS[collection]
    told = {"id": collection, "title": title, "description": description}
    return {**told, "can_read": True, "can_write": False, "media_types": [STIX]}


def _version(one: dict[str, Any]) -> str:
    return str(one.get("modified") or one["created"])


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _answer(request: Request, told: dict[str, Any], page: list[Added] | None = None) -> Response:
    """An answer of TAXII's media type. Raises ``InputError`` (406) when the client takes no other than another."""
    accepted = request.headers.get("accept", "*/*").replace(" ", "")
    if not any(kind in accepted for kind in ("*/*", "application/*", "application/taxii+json")):
        raise InputError(f"Only {MEDIA} is spoken here.", zh="仅支持 TAXII 2.1。", todo=f"Send Accept: {MEDIA}.")
    headers = {}
    if page:
        headers["X-TAXII-Date-Added-First"] = _stamp(min(at for at, _, _ in page))
        headers["X-TAXII-Date-Added-Last"] = _stamp(max(at for at, _, _ in page))
    return Response(json.dumps(told, ensure_ascii=False), media_type=MEDIA, headers=headers)
