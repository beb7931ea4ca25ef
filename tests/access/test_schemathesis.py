"""The whole API under invented and broken requests (schemathesis), as an administrator and as an institution: no 500.

Each operation of the OpenAPI gets examples that fit its schema and such as do not; whatever comes, the answer is one
that the API means to give.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import Role
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.web.pages import Site
from tests.kit.people import founded, somebody, token_of

EXAMPLES = 8
CALLERS = {
    "administrator": ("reg", Role.ADMINISTRATOR),
    "supervisor": ("reg", Role.SUPERVISOR),
    "institution": ("qinghe", Role.APP_OWNER),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Store]]:
    home: Path = tmp_path_factory.mktemp("fuzz")
    chosen = Settings(home=home)
    with open_store(chosen.store_address) as store:
        founded(store)
        site = Site(store=store, lake=open_lake(chosen.lake_address), knowledge=catalog.load(None), checks=())
        yield application(site, settings=chosen), store


@pytest.mark.parametrize("caller", list(CALLERS))
def test_no_request_breaks_the_api(served: tuple[FastAPI, Store], caller: str) -> None:
    app, store = served
    organisation, role = CALLERS[caller]
    token = token_of(store, somebody(store, organisation, role, account=f"fuzz-{caller}"))
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 40
    broken: list[str] = []
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def ask(case: schemathesis.Case) -> None:
                answer = case.call(headers=headers)
                if answer.status_code >= 500:
                    broken.append(f"{case.method} {case.formatted_path}: {answer.status_code} {answer.text[:300]}")

            with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parameter
                ask()
    assert broken == []
