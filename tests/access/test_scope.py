"""Which rows an organisation sees: by region, by tree, by part."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finwatch.access.scope import below, scope_of, sight_of
from finwatch.model.access import EVERYTHING, NOTHING, Organisation, OrganisationId, OrganisationKind, Role

R, A, I, S = (  # noqa: E741 - the four kinds that differ
    OrganisationKind.REGULATOR,
    OrganisationKind.ASSOCIATION,
    OrganisationKind.INSTITUTION,
    OrganisationKind.STORE,
)


def org(name: str, kind: OrganisationKind, **fields: Any) -> Organisation:
    return Organisation(id=OrganisationId(name), kind=kind, name=name, **fields)


HEAD = org("head", R)
EAST = org("east", R, region="32", parent="head")
CITY = org("city", R, region="3201", parent="east")
BANK = org("bank", I, region="32", institution="qinghe")
BRANCH = org("branch", I, region="44", parent="bank", institution="qinghe-east")
OTHER = org("other", I, region="32", institution="other")
SHOP = org("shop", S, market="shop")
TREE = (HEAD, EAST, CITY, BANK, BRANCH, OTHER, SHOP)
SUPERVISOR, OWNER = (Role.SUPERVISOR,), (Role.APP_OWNER,)


def test_a_national_regulator_and_the_association_see_everything() -> None:
    assert scope_of(HEAD, TREE, SUPERVISOR) == EVERYTHING
    assert scope_of(org("nifa", A), TREE, (Role.FIRST_REVIEWER,)) == EVERYTHING


def test_a_regional_regulator_sees_its_region_and_its_offices() -> None:
    scope = scope_of(EAST, TREE, SUPERVISOR)
    assert not scope.everything
    assert scope.regions == ("32",)
    assert scope.organisations == ("city", "east")
    assert scope_of(CITY, TREE, SUPERVISOR).regions == ("3201",)


def test_an_institution_sees_itself_and_its_branches_only() -> None:
    assert scope_of(BANK, TREE, OWNER).organisations == ("bank", "branch")
    assert scope_of(BRANCH, TREE, OWNER).organisations == ("branch",)
    assert scope_of(BANK, TREE, OWNER).regions == ()
    assert sight_of(BANK, TREE, OWNER).institutions == ("qinghe", "qinghe-east")


def test_a_store_sees_its_market_and_a_laboratory_only_its_cases() -> None:
    assert sight_of(SHOP, TREE, (Role.STORE_OPERATOR,)).markets == ("shop",)
    lab = org("lab", OrganisationKind.TESTING_LAB)
    seen = sight_of(lab, TREE, (Role.TESTER,))
    assert (seen.everything, seen.regions, seen.institutions, seen.markets) == (False, (), (), ())
    assert seen.organisations == ("lab",)


def test_analysts_and_researchers_see_every_app_but_no_more_cases() -> None:
    assert sight_of(EAST, TREE, (Role.ANALYST,)).everything
    assert scope_of(EAST, TREE, (Role.ANALYST,)).regions == ("32",)
    people = org("people", OrganisationKind.PUBLIC)
    assert sight_of(people, TREE, (Role.RESEARCHER,)).everything
    assert scope_of(people, TREE, (Role.RESEARCHER,)) == NOTHING


def test_without_a_role_or_in_a_closed_organisation_nothing_is_seen() -> None:
    assert scope_of(HEAD, TREE, ()) == NOTHING
    assert not sight_of(HEAD, TREE, ()).everything
    closed = HEAD.model_copy(update={"active": False})
    assert scope_of(closed, TREE, SUPERVISOR) == NOTHING
    assert not sight_of(closed, TREE, SUPERVISOR).everything


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10))
def test_a_tree_of_any_shape_is_walked_to_its_end(parents: list[int]) -> None:
    """Rings and self-parents included: each organisation is met once, and never one that is not below."""
    tree = [org(str(at), I, parent=str(parent)) for at, parent in enumerate(parents)]
    for one in tree:
        found = below(one, tree)
        assert found[0] == one
        assert len({each.id for each in found}) == len(found)
        for each in found[1:]:
            assert each.parent in {other.id for other in found}
