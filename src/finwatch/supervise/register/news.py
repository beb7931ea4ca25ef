"""Who is told what: a line on the desk of an organisation, and a letter to its people who may act on it."""

from __future__ import annotations

from collections.abc import Iterable

from finwatch.model.access import OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Message, Part, Party
from finwatch.supervise.machine import Look, Occasion


def told(
    occasion: Occasion,
    to: Iterable[OrganisationId],
    *,
    may: Permission,
    says: Text,
    tag: str = "",
    title: str | None = None,
) -> tuple[Message, ...]:
    """``says`` with the arc's comment, to the desk of each organisation and the mail of those who have ``may``."""
    case = occasion.case
    named = case.title if title is None else title
    comment = Text(zh=f"\n意见：{occasion.comment}", en=f"\nComment: {occasion.comment}") if occasion.comment else None
    body = Text(zh=says.zh + (comment.zh if comment else ""), en=says.en + (comment.en if comment else ""))
    where = (
        f"case:{case.id}:{case.version + 1}" if case.id else f"{case.machine}:{case.owner}:{occasion.now.isoformat()}"
    )
    return letters(occasion.look, to, may=may, key=f"{where}:{tag}" if tag else where, title=named, body=body)


def letters(
    look: Look, to: Iterable[OrganisationId], *, may: Permission, key: str, title: str, body: Text
) -> tuple[Message, ...]:
    """The same words to the desk of each organisation and to the mail of its people who have ``may``."""
    subject = Text(zh=f"{title}：{_line(body.zh)}", en=f"{title}: {_line(body.en)}")
    found = []
    for organisation in dict.fromkeys(to):
        found.append(Message(channel="desk", to=organisation, subject=subject, body=body, key=f"{key}:{organisation}"))
        found += [
            Message(channel="mail", to=address, subject=subject, body=body, key=f"{key}:{organisation}:{address}")
            for address in look.responsible(organisation, may)
        ]
    return tuple(found)


def taking(case: Case, *parts: Part) -> tuple[OrganisationId, ...]:
    """The organisations that take part in a case in one of ``parts``."""
    return tuple(party.organisation for party in case.parties if party.part in parts)


def association(look: Look) -> tuple[Party, ...]:
    """The associations that keep this register, as parties."""
    found = look.organisations(OrganisationKind.ASSOCIATION)
    return tuple(Party(part=Part.ASSOCIATION, organisation=one.id) for one in found)


def regulators(look: Look, region: str) -> tuple[Party, ...]:
    """The regulators whose region a case of ``region`` lies in, the national ones among them, as parties."""
    found = look.organisations(OrganisationKind.REGULATOR)
    return tuple(Party(part=Part.REGULATOR, organisation=one.id) for one in found if region.startswith(one.region))


def owner(case: Case) -> Party:
    """Whose case it is, as a party."""
    return Party(part=Part.OWNER, organisation=case.owner)


def _line(body: str) -> str:
    first = body.partition("\n")[0]
    return first if len(first) <= 80 else first[:79] + "…"
