"""``finwatch doctor``: whether this machine has what Finwatch needs, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.settings import Settings


def run() -> None:
    """Check settings, catalogue, checks, native core, confinement, lake, engine, time stamps, store, page scripts."""
    from finwatch.errors import FinwatchError

    failed = False
    settings = terminal.settings()
    for name, probe in PROBES.items():
        try:
            print(f"  ok       {name}: {probe(settings)}")
        except FinwatchError as error:
            failed = True
            print(f"  PROBLEM  {name}: {error}")
    raise typer.Exit(2 if failed else 0)


def _settings(settings: Settings) -> str:
    return f"lake {settings.lake_address}"


def _catalog(settings: Settings) -> str:
    from finwatch import catalog

    knowledge = catalog.load(settings.catalog)
    return (
        f"version {knowledge.version}: {len(knowledge.sdks)} SDKs, {len(knowledge.items)} data items, "
        f"{len(knowledge.watch.calls)} watched calls, {len(knowledge.clauses)} clauses"
    )


def _checks(settings: Settings) -> str:
    from finwatch import checks

    return f"{len(checks.load())} checks"


def _native(settings: Settings) -> str:
    from finwatch.package import Reader

    with Reader() as reader:
        confined = reader.confinement
    if not confined.seccomp:
        return f"readers run WITHOUT a system-call filter ({confined.trouble}); memory and time limits hold"
    network = "own network name space" if confined.network_namespace else "sockets refused by the filter"
    return f"readers run under a system-call filter, {network}"


def _lake(settings: Settings) -> str:
    from finwatch.lake import open_lake

    open_lake(settings.lake_address)
    return f"{settings.lake_address} can be used"


def _engine(settings: Settings) -> str:
    from contextlib import closing

    from finwatch.engine import open_engine
    from finwatch.engine.probe import probe

    with closing(open_engine(settings)) as engine:
        return f"{settings.engine}: {probe(engine)}"


def _stamps(settings: Settings) -> str:
    from urllib.parse import urlsplit

    from finwatch.lake.evidence.authority import authority_of, trust_of

    trust = trust_of(settings)
    if authority_of(settings) is None or settings.tsa_url is None:
        return "no time-stamp authority is set; sealed captures wait for their stamps (FINWATCH_TSA_URL)"
    return f"asked of {urlsplit(settings.tsa_url).hostname}, judged by {trust.path if trust else ''}"


def _store(settings: Settings) -> str:
    from finwatch.store import open_store

    with open_store(settings.store_address) as store:
        view = store.overview()
        where = store.address
    return f"{where}, publication {view.generation}: {view.apps} apps, {view.markets} markets"


def _scripts(settings: Settings) -> str:
    from finwatch.web.pages import HERE

    there = (HERE / "static" / "vendor" / "htmx.min.js").is_file()
    return "page scripts are there" if there else "page scripts were not built; pages work without them (make setup)"


PROBES: dict[str, Callable[[Settings], str]] = {
    "settings": _settings,
    "catalogue": _catalog,
    "checks": _checks,
    "native core": _native,
    "lake": _lake,
    "engine": _engine,
    "time stamps": _stamps,
    "store": _store,
    "pages": _scripts,
}
