"""The subject of an examination: facts and what follows from them. The order of the steps stands here.

In: facts, listing, catalogue. Out: ``Subject``.
"""

from __future__ import annotations

from finwatch.identify import collection, endpoint, finance, operator, owner, protection, sdk
from finwatch.model.examination import Identity, Subject
from finwatch.model.knowledge import Knowledge
from finwatch.model.listing import Listing
from finwatch.model.package import PackageFacts


def describe(facts: PackageFacts, *, listing: Listing | None, knowledge: Knowledge) -> Subject:
    """The package with its protection, SDKs, collection, endpoints and identity, each with evidence.

    Whatever could not be seen stays open (``None``, ``limited``, ``unknown``); nothing is raised for odd facts.
    """
    shield = protection.judge(facts, knowledge.packers)
    sdks = sdk.uses(facts, knowledge.sdks, hidden=shield.extent == "limited")
    owners = owner.Owners(facts, sdks, knowledge)
    business = finance.judge(facts, listing=listing, kinds=knowledge.kinds, sdks=sdks, protection=shield)
    claim = operator.find(facts, listing=listing, institutions=knowledge.institutions)
    return Subject(
        facts=facts,
        identity=Identity(
            finance=business.finance,
            kind=business.kind,
            operator=claim.operator,
            institution=claim.institution,
            reasons=(*business.reasons, *claim.reasons),
        ),
        listing=listing,
        sdks=sdks,
        collection=collection.collected(facts, knowledge, owners, protection=shield),
        endpoints=endpoint.endpoints(facts, knowledge.watch, owners),
        protection=shield,
    )
