"""Who takes part in a matter of supervision: the authority, the judged, the market; and how each is found.

Pure but for the questions of ``Look``. The judged sees nothing of a campaign or an inspection: it becomes a party with
its notice, when a person has verified what it is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Message, Part, Party
from finwatch.supervise.machine import Look

AUTHORITY: Final = (Part.REGULATOR, Part.ASSOCIATION)
"""Parts that decide in supervision."""
JUDGED: Final = (Part.OWNER,)


def authority_of(organisation: Organisation) -> Party:
    """The organisation in the part of the authority."""
    part = Part.ASSOCIATION if organisation.kind is OrganisationKind.ASSOCIATION else Part.REGULATOR
    return Party(part=part, organisation=organisation.id)


def authorities(case: Case) -> tuple[Party, ...]:
    """The authorities of a case."""
    return tuple(party for party in case.parties if party.part in AUTHORITY)


def lab(organisation: str | None) -> tuple[Party, ...]:
    """The laboratory as a party, where one is named."""
    return (Party(part=Part.LAB, organisation=OrganisationId(organisation)),) if organisation else ()


def nobody_responsible(look: Look, organisation: str | None) -> FieldProblem | None:
    """Why nothing can be sent to an organisation; ``None`` = somebody there answers notices."""
    found = look.organisation(organisation) if organisation else None
    if found is None:
        says = Text(
            zh="没有确定被通报单位，未发送任何内容。请先在核实时指定。",
            en="It is not known to whom this goes; nothing was sent. Name the organisation when you verify.",
        )
        return FieldProblem(field="addressee", says=says)
    if not found.active or not look.responsible(found.id, Permission.NOTICE_ANSWER):
        says = Text(
            zh=f"{found.name}没有登记负责人，未发送任何内容。请先由其管理员登记有“答复通报”权限的人员。",
            en=f"{found.name} has named no responsible person; nothing was sent. Its administrator must first give "
            "somebody the right to answer notices.",
        )
        return FieldProblem(field="addressee", says=says)
    return None


def letters(look: Look, organisation: str, *, key: str, subject: Text, body: Text) -> tuple[Message, ...]:
    """The same words to an organisation's desk and to the mail of everybody there who answers notices."""
    return _messages(organisation, look.responsible(organisation, Permission.NOTICE_ANSWER), key, subject, body)


def orders(look: Look, organisation: str, *, key: str, subject: Text, body: Text) -> tuple[Message, ...]:
    """The same words to a market's desk and to the mail of everybody there who carries out measures."""
    return _messages(organisation, look.responsible(organisation, Permission.MEASURE_CARRY_OUT), key, subject, body)


def desk_note(parties: Iterable[Party], *, key: str, subject: Text, body: Text) -> tuple[Message, ...]:
    """The same words to the desk of each party."""
    return tuple(
        Message(channel="desk", to=party.organisation, subject=subject, body=body, key=f"{key}:{party.organisation}")
        for party in parties
    )


def market_operator(look: Look, market: str) -> Organisation | None:
    """The organisation that runs a market."""
    stores = look.organisations(OrganisationKind.STORE)
    return next((store for store in stores if store.market == market), None)


def _messages(to: str, addresses: Iterable[str], key: str, subject: Text, body: Text) -> tuple[Message, ...]:
    told = [Message(channel="desk", to=to, subject=subject, body=body, key=f"{key}:{to}")]
    told += [
        Message(channel="mail", to=address, subject=subject, body=body, key=f"{key}:{address}") for address in addresses
    ]
    return tuple(told)
