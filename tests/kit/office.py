"""A small world of fictional organisations in a store, and actors of each, made as the application makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from finwatch.access.roles import permissions_of
from finwatch.access.scope import scope_of, sight_of
from finwatch.model.access import Actor, Organisation, OrganisationId, OrganisationKind, Person, PersonId, Role
from finwatch.store import Store
from finwatch.store import access as people
from finwatch.supervise.desk import SYSTEM

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday morning in China, on which no holiday is near."""

_K = OrganisationKind
WORLD = (
    ("assoc", _K.ASSOCIATION, "星河互联网金融协会", "", None, None),
    ("cert", _K.CERTIFICATION_BODY, "明镜认证中心", "", None, None),
    ("lab", _K.TESTING_LAB, "方圆检测实验室", "", None, None),
    ("monitor", _K.MONITORING_BODY, "瞭望监测中心", "", None, None),
    ("bank-a", _K.INSTITUTION, "晨光银行股份有限公司", "440300", None, "91440300MA5FAB1C06"),
    ("bank-a-east", _K.INSTITUTION, "晨光银行东城分行", "310100", "bank-a", None),
    ("bank-b", _K.INSTITUTION, "远山消费金融有限公司", "310000", None, "91310000MA1FL2B343"),
    ("reg", _K.REGULATOR, "全国金融科技管理处", "", None, None),
    ("reg-44", _K.REGULATOR, "岭南金融科技管理处", "44", "reg", None),
    ("store", _K.STORE, "青鸟应用商店", "", None, None),
)
"""id, kind, name, region, parent, credit code: fictional, all of them."""


class Clock:
    """A time that moves only when it is told to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    def move(self, **span: float) -> None:
        """Moves on by ``timedelta(**span)``."""
        self.at += timedelta(**span)


def furnish(store: Store, *, now: datetime = START) -> dict[str, Organisation]:
    """Writes the organisations into ``store``; gives them by id."""
    with store.deciding(SYSTEM, now=now) as unit:
        for identity, kind, name, region, parent, code in WORLD:
            one = Organisation(
                id=OrganisationId(identity),
                kind=kind,
                name=name,
                region=region,
                parent=None if parent is None else OrganisationId(parent),
                credit_code=code,
            )
            people.add_organisation(unit, one)
    return {one.id: one for one in store.accounts.organisations()}


def hire(store: Store, organisation: str, *roles: Role, name: str | None = None, now: datetime = START) -> Actor:
    """A person of ``organisation`` with ``roles``, written into ``store``, as the actor that a session of theirs is."""
    account = name or "-".join([organisation, *(role.value for role in roles)])
    home = store.accounts.organisation(organisation)
    one = Person(
        id=PersonId(account),
        account=account,
        name=account,
        organisation=home.id,
        mail=f"{account}@{organisation}.example",
        roles=roles,
    )
    with store.deciding(SYSTEM, now=now) as unit:
        people.add_person(unit, one)
        for role in roles:
            people.grant(unit, one.id, role)
    tree = store.accounts.organisations()
    return Actor(
        person=one.id,
        name=one.name,
        organisation=home,
        roles=roles,
        permissions=permissions_of(home.kind, roles),
        scope=scope_of(home, tree, roles),
        sight=sight_of(home, tree, roles),
    )
