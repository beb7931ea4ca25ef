"""``finwatch access``: organisations, people, roles and tokens, on the machine that has the store.

Who runs these verbs holds the store itself, so nobody is asked who they are; each change stands in the journal as the
operator's. Passwords are asked for, or read from standard input: never an option, which other users could read.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal
from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Permission, Role

if TYPE_CHECKING:
    from finwatch.store import Store

app = typer.Typer(name="access", help="Organisations, people, roles and API tokens.", no_args_is_help=True)
organisation = typer.Typer(name="organisation", help="Organisations.", no_args_is_help=True)
person = typer.Typer(name="person", help="People.", no_args_is_help=True)
app.add_typer(organisation)
app.add_typer(person)

Id = Annotated[str, typer.Argument(help="Letters, digits and hyphens; how it is named from now on.")]
Name = Annotated[str, typer.Option(help="Name as screens show it.")]
Kind = Annotated[OrganisationKind, typer.Option(help="What it is in the workflows.")]
Region = Annotated[str, typer.Option(help="2, 4 or 6 digits of GB/T 2260; empty = the whole country.")]
Account = Annotated[str, typer.Argument(help="What they type to log in.")]
In = Annotated[str, typer.Option("--organisation", help="Id of their organisation.")]
Mail = Annotated[str | None, typer.Option(help="Where notices to them go.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]


@app.command()
def first(
    account: Account,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    organisation: In,
    organisation_name: Annotated[str, typer.Option(help="Name of the organisation.")],
    kind: Kind = OrganisationKind.REGULATOR,
    region: Region = "",
) -> None:
    """Register the first organisation and its administrator; from then on everybody logs in."""
    from finwatch.errors import InputError
    from finwatch.supervise import accounts

    with _store() as store:
        if store.accounts.anyone():
            raise InputError("Somebody is registered already.", todo="Use `finwatch access person add`.")
        if not store.accounts.organisations(among=[organisation]):
            new = Organisation(id=OrganisationId(organisation), kind=kind, name=organisation_name, region=region)
            accounts.add_organisation(store, accounts.OPERATOR, new)
        accounts.add_person(
            store,
            accounts.OPERATOR,
            account=account,
            name=name,
            organisation=organisation,
            roles=(Role.ADMINISTRATOR,),
            password=_password(),
        )
    print(f"{account} administers {organisation}. Log in at /login: a new password and a second factor are asked for.")


@organisation.command("add")
def organisation_add(
    identity: Id,
    name: Name,
    kind: Kind,
    short_name: Annotated[str, typer.Option(help="Short name.")] = "",
    region: Region = "",
    parent: Annotated[str | None, typer.Option(help="Id of the one above.")] = None,
    credit_code: Annotated[str | None, typer.Option(help="Unified social credit code.")] = None,
    institution: Annotated[str | None, typer.Option(help="Its id in the catalogue: joins observed apps to it.")] = None,
    market: Annotated[str | None, typer.Option(help="Of a store: the id of the market it runs.")] = None,
) -> None:
    """Register an organisation."""
    from finwatch.supervise import accounts

    new = Organisation(
        id=OrganisationId(identity),
        kind=kind,
        name=name,
        short_name=short_name,
        region=region,
        parent=OrganisationId(parent) if parent else None,
        credit_code=credit_code,
        institution=institution,
        market=market,
    )
    with _store() as store:
        accounts.add_organisation(store, accounts.OPERATOR, new)
    print(f"{identity}: {name}")


@organisation.command("list")
def organisation_list(json: terminal.Json = False) -> None:
    """List the organisations."""
    with _store() as store:
        for one in store.accounts.organisations():
            said = f"{one.id}\t{one.kind.value}\t{one.region or '-'}\t{one.parent or '-'}\t{one.name}"
            print(one.model_dump_json() if json else said)


@person.command("add")
def person_add(account: Account, name: Name, organisation: In, role: Roles, mail: Mail = None) -> None:
    """Register somebody; the password of their first log-in is asked for."""
    from finwatch.supervise import accounts

    with _store() as store:
        made, _ = accounts.add_person(
            store,
            accounts.OPERATOR,
            account=account,
            name=name,
            organisation=organisation,
            mail=mail,
            roles=role,
            password=_password(),
        )
    print(f"{made.account}: {', '.join(made.roles)} of {organisation}")


@person.command("list")
def person_list(json: terminal.Json = False) -> None:
    """List the people."""
    with _store() as store:
        for one in store.accounts.people(None):
            said = f"{one.account}\t{one.organisation}\t{','.join(one.roles) or '-'}\t{one.name}"
            print(one.model_dump_json() if json else said)


@app.command()
def grant(account: Account, role: Roles) -> None:
    """Give somebody exactly these roles."""
    from finwatch.supervise import accounts

    with _store() as store:
        found = _person(store, account)
        changed = accounts.set_roles(store, accounts.OPERATOR, found, role)
    print(f"{account}: {', '.join(changed.roles)}")


@app.command()
def token(
    account: Account,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    permission: Annotated[list[Permission], typer.Option(help="May be given several times.")],
    days: Annotated[int, typer.Option(help="How long it lives.", min=1)] = 90,
) -> None:
    """Make an API token for somebody; printed once."""
    from finwatch.access.secrets import Sealer
    from finwatch.supervise import accounts
    from finwatch.supervise.door import Door

    with _store() as store:
        found = store.accounts.person(_person(store, account))
        actor = Door(store, Sealer.fresh()).actor(found).model_copy(update={"means": "system"})
        made, _ = accounts.make_token(store, actor, name=name, permissions=permission, days=days)
    print(made)


def _store() -> Store:
    from finwatch.store import open_store

    return open_store(terminal.settings().store_address)


def _person(store: Store, account: str) -> str:
    from finwatch.errors import NotFound

    found = store.accounts.by_account(account)
    if found is None:
        raise NotFound(f"There is no account {account!r}.", zh=f"没有账号 {account!r}。", todo="See `person list`.")
    return found.id


def _password() -> str:
    """A password, typed twice at a terminal, or the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt("Password of the first log-in", hide_input=True, confirmation_prompt=True)
    return typed
