"""Only a signature ties an app to an institution; everything else is a claim."""

from __future__ import annotations

import pytest

from finwatch.identify.operator import find, organisation
from finwatch.model.base import Text
from finwatch.model.knowledge import Institution, OfficialApp
from finwatch.model.locator import SigningAt
from tests.kit.identified import facts, listing, signer

OWN, FOREIGN = "ab" * 32, "cd" * 32
BANK = Institution(
    id="qinghe",
    name=Text(zh="青禾银行", en="Qinghe Bank"),
    kind="bank",
    fictional=True,
    apps=(OfficialApp(package="cn.fictional.bank", signers=(OWN,)),),
    source="test",
)


def test_the_institutions_own_signature_proves_it() -> None:
    claim = find(facts(signers=(signer(OWN),)), listing=listing(developer="别人"), institutions=(BANK,))
    assert (claim.operator, claim.institution) == ("青禾银行", "qinghe")
    assert claim.reasons[0].evidence[0].at == SigningAt(scheme="v2", signer=0)


def test_a_signature_that_does_not_hold_proves_nothing() -> None:
    claim = find(facts(signers=(signer(OWN, verified=False),)), listing=None, institutions=(BANK,))
    assert (claim.operator, claim.institution) == (None, None)


def test_the_markets_developer_is_a_claim() -> None:
    claim = find(
        facts("a.b.c", signers=(signer(FOREIGN),)), listing=listing(developer=" 青禾银行 "), institutions=(BANK,)
    )
    assert (claim.operator, claim.institution) == ("青禾银行", None)
    assert "未经证实" in claim.reasons[-1].says.zh


def test_the_certificates_organisation_is_a_weaker_claim() -> None:
    claim = find(facts("a.b.c", signers=(signer(FOREIGN),)), listing=listing(), institutions=(BANK,))
    assert (claim.operator, claim.institution) == ("Dev House", None)


def test_a_borrowed_package_name_is_said() -> None:
    claim = find(facts(signers=(signer(FOREIGN),)), listing=None, institutions=(BANK,))
    assert claim.institution is None
    assert "签名者不是它" in claim.reasons[0].says.zh
    assert "Dev House" in claim.reasons[1].says.en
    elsewhere = find(facts("a.b.c", signers=(signer(FOREIGN),)), listing=None, institutions=(BANK,))
    assert len(elsewhere.reasons) == 1


def test_nobody_is_nobody() -> None:
    claim = find(facts("a.b.c"), listing=None, institutions=(BANK,))
    assert claim.operator is None
    assert claim.reasons


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=Android Debug, O=Android, C=US", None),
        ("CN=UnionPay, OU=China UnionPay, O=China UnionPay, L=Shanghai", "China UnionPay"),
        ("O=Smith\\, Jones & Co,CN=x", "Smith, Jones & Co"),
        ("C=CN/O=Maker/CN=x", "Maker"),
        ('CN=x, OU=y, O="Qinghe Bank Co., Ltd.", C=CN', "Qinghe Bank Co., Ltd."),
        ("OU=Unit, CN=x", None),
        ("CN=x, O=Unknown", None),
        ("O=Internet Widgits Pty Ltd, ST=Some-State, C=AU", None),
        ("CN=x, O=My Company", None),
        ("CN=x, O=My Company of Traders", "My Company of Traders"),
        ("", None),
    ],
)
def test_organisation_of_a_subject(subject: str, name: str | None) -> None:
    assert organisation(subject) == name
