"""Scrapy on the same site, in an environment of its own: ``python crawl_scrapy.py PLAN OUT``.

``PLAN`` is JSON: ``at_once``, and ``hosts`` with ``name``, ``url``, ``detailed`` and ``interval`` of each. It reads the
same lists and app pages, takes the same fields, obeys robots.txt, keeps the same intervals (``Crawl-delay``, which
Scrapy does not read, is told to it as the host's interval), and writes the listings to ``OUT`` as JSON lines.
"""

from __future__ import annotations

import json
import sys
from typing import Any, ClassVar

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.resolver import dnscache

FIELDS = ("app", "name", "developer", "version", "code", "downloads", "rating")


class Markets(scrapy.Spider):
    """Every market of the plan."""

    name = "markets"
    plan: ClassVar[dict[str, Any]] = {}

    async def start(self) -> Any:
        """The first page of each market."""
        for host in self.plan["hosts"]:
            dnscache[host["name"]] = "127.0.0.1"
            yield self._list(host, 1)

    def _list(self, host: dict[str, Any], page: int) -> scrapy.Request:
        url = f"{host['url']}/list?page={page}"
        return scrapy.Request(url, self.parse_list, cb_kwargs={"host": host, "page": page})

    def parse_list(self, response: Any, host: dict[str, Any], page: int) -> Any:
        """Apps of a page, then the next page."""
        if host["detailed"]:
            links = response.css("li.app a::attr(href)").getall()
            for link in links:
                yield response.follow(link, self.parse_app)
        else:
            links = json.loads(response.body)["apps"]
            for app in links:
                yield {name: app[name] for name in FIELDS}
                if "icon" in app:
                    yield response.follow(app["icon"], self.parse_icon)
        if links:
            yield self._list(host, page + 1)

    def parse_app(self, response: Any) -> Any:
        """One app."""
        yield {name: response.css(f"article.about dd.{name}::text").get() for name in FIELDS}
        icon = response.css("article.about dd.icon::text").get()
        if icon:
            yield response.follow(icon, self.parse_icon)

    def parse_icon(self, response: Any) -> None:
        """Not reached where robots.txt is obeyed."""


def main() -> None:
    """Crawls until all is read."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        Markets.plan = json.load(stream)
    hosts = Markets.plan["hosts"]
    slot = {"concurrency": 1, "randomize_delay": False}
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": Markets.plan["at_once"],
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "DOWNLOAD_DELAY": 1.0,
            "DOWNLOAD_SLOTS": {one["name"]: {**slot, "delay": one["interval"]} for one in hosts},
            "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "USER_AGENT": "bench (+https://finwatch.example/crawler)",
            "FEEDS": {sys.argv[2]: {"format": "jsonlines", "overwrite": True}},
        }
    )
    process.crawl(Markets)
    process.start()


if __name__ == "__main__":
    main()
