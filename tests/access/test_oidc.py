"""Logging in through a real provider: code, PKCE, nonce, a signed ID token; and who gets in, with which roles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from finwatch import catalog
from finwatch.access import oidc as rules
from finwatch.cli.application import application
from finwatch.errors import InputError, SettingError
from finwatch.lake import open_lake
from finwatch.model.access import OrganisationId, Role
from finwatch.model.account import GroupRole
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.supervise import accounts
from finwatch.supervise.accounts import OPERATOR
from finwatch.web.pages import Site
from tests.kit import provider as providers
from tests.kit.people import Browser, founded, somebody

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(providers.absent() is not None, reason=providers.absent() or ""),
]
REDIRECT = "http://finwatch.test/login/oidc/back"


@pytest.fixture(scope="module")
def provider() -> Iterator[providers.Provider]:
    with providers.serving() as running:
        running.add_client(REDIRECT)
        running.add_user("zhao", groups=["analysts", "staff"])
        running.add_user("qian")
        running.add_user("sun", groups=["auditors"])
        yield running


@pytest.fixture
def app(store: Store, settings: Settings, provider: providers.Provider, tmp_path: Path) -> FastAPI:
    (tmp_path / "client-secret").write_text(providers.SECRET + "\n")
    founded(store)
    somebody(store, "reg", Role.ADMINISTRATOR)
    chosen = settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client": providers.CLIENT,
            "oidc_secret_file": tmp_path / "client-secret",
            "oidc_scope": "openid",
            "oidc_name": "Glewlwyd",
        }
    )
    site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
    return application(site, settings=chosen)


def there_and_back(browser: Browser, provider: providers.Provider, name: str, *, next_: str = "/me") -> httpx.Response:
    """Presses the button, logs in at the provider, and comes back."""
    assert "Glewlwyd" in browser.get("/login").text
    where = browser.get(f"/login/oidc?next={next_}").headers["location"]
    assert where.startswith(provider.issuer)
    asked = parse_qs(urlsplit(where).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] != asked["state"]
    back = provider.log_in(name, where)
    assert back.startswith(REDIRECT)
    return browser.get(back.removeprefix("http://finwatch.test"))


def test_who_has_no_role_gets_nothing(app: FastAPI, store: Store, provider: providers.Provider) -> None:
    before = store.accounts.people(None)
    browser = Browser(app)
    answer = there_and_back(browser, provider, "qian")
    assert answer.status_code == 403
    assert "subject" in answer.text
    assert "finwatch-session" not in browser.cookies
    assert store.accounts.people(None) == before


def test_a_group_gives_a_role_and_leaving_it_takes_it(app: FastAPI, store: Store, provider: providers.Provider) -> None:
    mapped = GroupRole(group="analysts", organisation=OrganisationId("reg-east"), role=Role.ANALYST)
    accounts.set_group(store, OPERATOR, mapped)
    browser = Browser(app)
    answer = there_and_back(browser, provider, "zhao", next_="/apps")
    assert (answer.status_code, answer.headers["location"]) == (303, "/apps"), answer.text
    assert browser.get("/apps").status_code == 200
    assert browser.get("/people").status_code == 403
    (person,) = [one for one in store.accounts.people(["reg-east"]) if one.account.startswith("oidc-")]
    assert person.roles == (Role.ANALYST,)
    assert person.name == "zhao of the provider"
    provider.set_groups("zhao", ["staff"])
    try:
        again = Browser(app)
        assert there_and_back(again, provider, "zhao").status_code == 403
        assert store.accounts.person(person.id).roles == ()
        assert browser.get("/apps").status_code == 403, "what was lost is lost in open sessions too"
    finally:
        provider.set_groups("zhao", ["analysts", "staff"])
    assert there_and_back(Browser(app), provider, "zhao").status_code == 303
    assert store.accounts.person(person.id).roles == (Role.ANALYST,)


def test_a_linked_subject_is_the_person(app: FastAPI, store: Store, provider: providers.Provider) -> None:
    person = somebody(store, "nifa", Role.FIRST_REVIEWER)
    refused = there_and_back(Browser(app), provider, "sun").text
    subject = refused.partition("(subject ")[2].partition(")")[0]
    accounts.link_oidc(store, OPERATOR, person.id, issuer=provider.issuer, subject=subject)
    browser = Browser(app)
    assert there_and_back(browser, provider, "sun").status_code == 303
    assert person.name in browser.get("/me").text
    other = somebody(store, "nifa", Role.SECOND_REVIEWER)
    with pytest.raises(InputError):
        accounts.link_oidc(store, OPERATOR, other.id, issuer=provider.issuer, subject=subject)
    accounts.set_active(store, OPERATOR, person.id, active=False)
    assert there_and_back(Browser(app), provider, "sun").status_code == 403


def test_an_answer_counts_once_and_only_in_its_browser(
    app: FastAPI, store: Store, provider: providers.Provider
) -> None:
    accounts.set_group(
        store, OPERATOR, GroupRole(group="auditors", organisation=OrganisationId("reg"), role=Role.AUDITOR)
    )
    browser = Browser(app)
    where = browser.get("/login/oidc").headers["location"]
    back = provider.log_in("sun", where).removeprefix("http://finwatch.test")
    thief = Browser(app)
    thief.get("/login")
    assert thief.get(back).status_code == 422
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 422, "a second time it is refused"


def test_an_error_of_the_provider_and_a_wrong_code_are_said(
    app: FastAPI, store: Store, provider: providers.Provider
) -> None:
    browser = Browser(app)
    where = browser.get("/login/oidc").headers["location"]
    state = parse_qs(urlsplit(where).query)["state"][0]
    refused = browser.get(f"/login/oidc/back?state={state}&error=access_denied")
    assert refused.status_code == 422
    assert "access_denied" in refused.text
    where = browser.get("/login/oidc").headers["location"]
    state = parse_qs(urlsplit(where).query)["state"][0]
    wrong = browser.get(f"/login/oidc/back?state={state}&code=invented")
    assert wrong.status_code == 502
    assert "finwatch-session" not in browser.cookies


def test_an_id_token_must_keep_every_promise(app: FastAPI, store: Store, provider: providers.Provider) -> None:
    """A real token of the provider, held against another issuer, client, nonce and key."""
    described = rules.metadata(
        httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json(), issuer=provider.issuer
    )
    begun = rules.start(redirect=REDIRECT, next_=None)
    where = rules.address(described, begun, client=providers.CLIENT, scope="openid")
    code = parse_qs(urlsplit(provider.log_in("sun", where)).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    auth = (providers.CLIENT, providers.SECRET)
    without = httpx.post(described.token_endpoint, data={**form, "code_verifier": "x" * 43}, auth=auth)
    assert without.status_code in {400, 403}, "the provider itself asks for the verifier"
    code = parse_qs(urlsplit(provider.log_in("sun", where)).query)["code"][0]
    told = httpx.post(
        described.token_endpoint, data={**form, "code": code, "code_verifier": begun.verifier}, auth=auth
    ).json()
    token, keys = told["id_token"], httpx.get(described.jwks_uri).json()
    right = {"issuer": provider.issuer, "client": providers.CLIENT, "nonce": begun.nonce}
    found = rules.identity(rules.claims(token, keys, **right), groups="groups")
    assert found.groups == ("auditors",)
    for name in right:
        with pytest.raises(InputError):
            rules.claims(token, keys, **{**right, name: "another"})
    head, body, signature = token.split(".")
    for broken in (
        f"{head}.{body[:-4]}AAAA.{signature}",
        f"{head}.{body}.",
        "nonsense",
        f"eyJhbGciOiJub25lIn0.{body}.",
    ):
        with pytest.raises(InputError):
            rules.claims(broken, keys, **right)
    with pytest.raises(InputError):
        rules.metadata({**described.model_dump(), "issuer": "https://another.example"}, issuer=provider.issuer)


def test_a_provider_in_the_clear_or_half_configured_is_refused(store: Store, settings: Settings) -> None:
    site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
    for update in (
        {"oidc_issuer": "http://idp.example", "oidc_client": "x"},
        {"oidc_issuer": "https://idp.example"},
        {"oidc_issuer": "https://idp.example", "oidc_client": "x", "oidc_secret_file": Path("/nonexistent/secret")},
    ):
        with pytest.raises(SettingError):
            application(site, settings=settings.model_copy(update=update))
