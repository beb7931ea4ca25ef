"""``finwatch demo``: the main job on the sample world, then the pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.flow.demo import Demonstrated
    from finwatch.model.view import AppRow
    from finwatch.settings import Settings

MARK = "made-by-finwatch-demo"


def run(
    once: Annotated[bool, typer.Option("--once", help="Print the summary and exit instead of serving.")] = False,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on; 0 takes a free one.", min=0, max=65535)] = 8420,
    language: terminal.Language = None,
) -> None:
    """Crawl our own sample markets on loopback, examine, compare, rate, publish; then serve the pages.

    Everything goes into the folder ``demo`` below FINWATCH_HOME, which is made anew each time; a lake or store of yours
    is not touched.
    """
    from finwatch.cli.serve import serve
    from finwatch.flow.demo import demonstrate
    from finwatch.flow.stopping import sigterm_stops
    from finwatch.settings import Settings

    given = terminal.settings()
    tongue = terminal.language_of(language)
    home = _fresh(given.home / "demo")
    settings = Settings(home=home, language=tongue, workers=given.workers)
    with terminal.progress() as progress, sigterm_stops():
        done = demonstrate(settings, processes=given.workers or os.cpu_count() or 1, progress=progress)
    _summary(done, tongue)
    again = f"FINWATCH_HOME={home} FINWATCH_CATALOG={done.settings.catalog} finwatch serve"
    if once:
        typer.echo(f"\nTo open the pages: {again}" if tongue == "en" else f"\n打开页面：{again}")
        return
    serve(done.settings, host=host, port=port, ready=lambda address: _look(address, done, tongue))


def _fresh(home: Path) -> Path:
    """An empty home. Only a folder that a demonstration made is emptied. Raises ``InputError`` for another."""
    from finwatch.errors import InputError

    if home.exists() and any(home.iterdir()):
        if not (home / MARK).is_file():
            raise InputError(
                f"{home} holds something that no demonstration made.", todo="Move it away or set FINWATCH_HOME."
            )
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text("This folder is emptied by every `finwatch demo`.\n", "utf-8")
    return home


def _apps(settings: Settings) -> list[AppRow]:
    from finwatch.store import open_store

    with open_store(settings.store_address) as store:
        return list(store.apps(limit=200).rows)


def _summary(done: Demonstrated, language: str) -> None:
    """What each day gave, then the apps with their rating."""
    from rich.table import Table

    from finwatch.report.words import BANDS

    zh = language == "zh"
    screen = terminal.console()
    days = Table(
        *(
            ("天", "访问", "失败", "上架记录", "已检测", "变化", "应用")
            if zh
            else (
                "day",
                "visits",
                "failed",
                "listings",
                "examined",
                "events",
                "apps",
            )
        ),
        box=None,
        pad_edge=False,
    )
    for day in done.days:
        failed = day.collected.visits - day.collected.succeeded
        days.add_row(
            *map(
                str,
                (
                    day.day,
                    day.collected.visits,
                    failed,
                    day.collected.listings,
                    day.worked.examined,
                    day.published.events,
                    day.published.apps,
                ),
            )
        )
    screen.print(days)
    screen.print()
    apps = Table(
        *(
            ("评级", "分值", "应用", "包名", "主体", "高", "中", "疑似")
            if zh
            else (
                "rating",
                "score",
                "app",
                "package",
                "operator",
                "high",
                "medium",
                "suspected copy",
            )
        ),
        box=None,
        pad_edge=False,
    )
    for row in _apps(done.settings):
        rating = "–" if row.band is None else BANDS[row.band].in_language(language)
        score = "–" if row.score is None else f"{row.score:g}"
        suspected = ("是" if zh else "yes") if row.suspected else ""
        operator = row.operator or row.developer or "–"
        apps.add_row(rating, score, row.name(language), row.app, operator, str(row.high), str(row.medium), suspected)
    screen.print(apps)
    screen.print()
    cases, filed = done.registered.cases, done.registered.filed
    told = f"示例备案库：事项 {cases} 项，已备案 {filed} 项。" if zh else f"register: {cases} cases, {filed} filed."
    screen.print(told)


def _look(address: str, done: Demonstrated, language: str) -> None:
    """Where the pages are and what is worth a look."""
    suspected = next((row for row in _apps(done.settings) if row.suspected), None)
    red = next((row for row in _apps(done.settings) if row.band == "red"), None)
    lines = [
        (address, "总览：每个数字都能打开", "overview: every number opens"),
        (
            f"{address}apps/{red.id}" if red else f"{address}apps",
            "为什么是红色：打开到类、方法、偏移",
            "why this app is red: down to class, method, offset",
        ),
        (
            f"{address}apps/{suspected.id}" if suspected else f"{address}apps",
            "疑似仿冒：名称、图标、代码、签名逐项比较",
            "a suspected copy: name, icon, code, signer side by side",
        ),
        (f"{address}events", "第二天的变化", "what changed on the second day"),
        (f"{address}markets", "市场健康：坏答复也在", "market health, bad answers included"),
        (f"{address}api/docs", "接口", "the API"),
    ]
    typer.echo("")
    for link, zh, en in lines:
        typer.echo(f"  {link}\n      {zh if language == 'zh' else en}")
    typer.echo("按 Ctrl-C 停止。" if language == "zh" else "Ctrl-C stops.")
