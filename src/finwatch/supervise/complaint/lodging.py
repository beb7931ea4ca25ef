"""How the public reaches the desk: lodge a complaint, look it up again; how a handler learns who it was.

The identity is sealed with the installation's key and kept in a table of its own. One phone lodges at most five
complaints a day (China's day), counted inside the same transaction, so that six at once are five.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

from finwatch.access.secrets import Sealer
from finwatch.errors import FormError, NotFound
from finwatch.model.access import Actor, Organisation, OrganisationKind
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.store import Store
from finwatch.store import reporter as reporters
from finwatch.store.unit import Unit
from finwatch.supervise.complaint.complaint import COMPLAINT
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.form import Form, field
from finwatch.supervise.machine import CHINA

A_DAY: Final = 5
"""Complaints of one phone on one day."""


class ReporterForm(Form):
    """Who reports; never part of the case."""

    name: str | None = field("姓名", "Your name", required=True, max_length=60)
    phone: str | None = field("手机号码", "Your phone", required=True, max_length=30)
    home: str | None = field("所在地", "Where you live", max_length=60)


def phone_of(text: str) -> str | None:
    """A phone number as digits, without +86 and separators; ``None`` = it is none."""
    digits = re.sub(r"[\s\-()（）]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
    return digits if re.fullmatch(r"1\d{10}|0\d{9,11}|\+\d{7,15}", digits) else None


def handler(store: Store) -> Organisation:
    """The association (else the national regulator) whose desk the public's form leads to. Raises ``NotFound``."""
    for kind in (OrganisationKind.ASSOCIATION, OrganisationKind.REGULATOR):
        found = [one for one in store.accounts.organisations(kind=kind) if one.active and not one.region]
        if found:
            return found[0]
    raise NotFound(
        "Nobody takes complaints here yet.", zh="本系统尚未设置投诉受理机构。", todo="Add an association first."
    )


def lodge(
    desk: Desk,
    sealer: Sealer,
    *,
    form: Mapping[str, Any],
    who: Mapping[str, Any],
    attachments: Sequence[str] = (),
) -> Case:
    """A new complaint. Raises ``FormError`` naming the field, also for the sixth of a day."""
    told, problems = ReporterForm.read(who)
    problems += ReporterForm.missing(told)
    phone = phone_of(str(told.get("phone") or ""))
    if told.get("phone") and phone is None:
        says = Text(zh="请填写11位手机号码或带区号的固定电话。", en="Give a mobile number of 11 digits, or a landline.")
        problems += (FieldProblem(field="phone", says=says),)
    if problems:
        _, others = desk.machine(COMPLAINT).form.read(form)
        raise FormError(problems + others)
    assert phone is not None
    key = sealer.keyed(phone)

    def identity(unit: Unit, case: Case) -> None:
        if reporters.reported_since(unit, key, _midnight(unit.now)) >= A_DAY:
            says = Text(
                zh=f"同一手机号每天最多提交{A_DAY}件，请明天再试。",
                en=f"One phone may lodge {A_DAY} complaints a day; try again tomorrow.",
            )
            raise FormError((FieldProblem(field="phone", says=says),))
        reporters.add_reporter(unit, case.id, sealed=sealer.seal(told), phone_key=key)

    return desk.open(SYSTEM, COMPLAINT, form=form, owner=handler(desk.store), attachments=attachments, also=identity)


def looked_up(desk: Desk, sealer: Sealer, *, number: str, phone: str) -> Case:
    """The complaint of that number and phone. Raises ``NotFound``: it does not say which of the two is wrong."""
    digits = phone_of(phone)
    asked = unicodedata.normalize("NFKC", number).strip().upper()
    found = desk.store.reporters.case_of(COMPLAINT, asked, sealer.keyed(digits)) if digits else None
    if found is None:
        raise NotFound(
            "No complaint has this number and this phone.",
            zh="没有与该编号和手机号相符的投诉。",
            todo="Check both; the number begins with C.",
        )
    return desk.store.cases.get(found, scope=SYSTEM.scope)


def who_reported(desk: Desk, sealer: Sealer, actor: Actor, case: int, *, reason: str, now: datetime) -> dict[str, Any]:
    """Name, phone and place of a reporter; that it was read, and why, is in the journal. Raises ``NotFound``."""
    desk.store.cases.get(case, scope=actor.scope)
    if not reason.strip():
        says = Text(zh="请写明查看理由。", en="Say why you look.")
        raise FormError((FieldProblem(field="reason", says=says),))
    with desk.store.deciding(actor, now=now) as unit:
        found = reporters.read_reporter(unit, case, reason=reason.strip())
    opened = sealer.open(found.sealed) if found and found.sealed else None
    if opened is None:
        raise NotFound("Nothing is kept of who reported.", zh="没有保存举报人信息（或已删除）。")
    return dict(opened)


def forget(desk: Desk, actor: Actor, case: int, *, reason: str, now: datetime) -> bool:
    """Erases who reported; the case stays. Returns whether there was something to erase."""
    desk.store.cases.get(case, scope=actor.scope)
    with desk.store.deciding(actor, now=now) as unit:
        return reporters.erase_reporter(unit, case, reason=reason)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(CHINA).date(), time(), CHINA)
