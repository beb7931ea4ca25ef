"""The site's log as a judgement: was every host asked as seldom, as singly and as allowed as it wants. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TOLERANCE = 0.05
"""A gap shorter than the interval by up to this part of it is the jitter of a loaded machine, not another rate: the
crawler holds the interval when it sends, the log is written when the request is taken. The shortest gap is told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the site saw it; times in seconds."""

    host: str
    path: str
    begun: float
    ended: float
    status: int
    sent: int

    @property
    def robots(self) -> bool:
        """Whether it asked for the rules."""
        return self.path == "/robots.txt"


@dataclass(frozen=True)
class Manners:
    """How the hosts were treated."""

    hosts: int
    requests: int
    robots: int
    """Requests for robots.txt, not counted in ``requests``."""
    short: int
    """Gaps between two requests, robots.txt apart, shorter than the host's interval by more than the tolerance."""
    jittered: int
    """Gaps shorter than the interval, but within the tolerance."""
    shortest: float
    """The shortest gap, as a part of its host's interval; 1 or more = never too soon."""
    after_robots: float
    """The shortest time from robots.txt to the next request of the host, in seconds."""
    parallel: int
    """Most requests of one host at the same time."""
    together: int
    """Most requests of all hosts at the same time."""
    forbidden: int
    """Requests that robots.txt forbids."""
    blind: int
    """Hosts that were asked for something before their robots.txt."""

    def holds(self, parallel: int = 1) -> bool:
        """Whether nobody was asked too soon, too often at a time, or against their rules."""
        return not (self.short or self.forbidden or self.blind) and self.parallel <= parallel


def parse(text: str) -> list[Asked]:
    """The requests of a log, in the order in which they began; a last line that is not whole is left out."""
    found = []
    for line in text.splitlines(keepends=True):
        fields = line.rstrip("\n").split("\t")
        if line.endswith("\n") and len(fields) == 6:
            host, path, begun, ended, status, sent = fields
            found.append(Asked(host, path, float(begun), float(ended), int(status), int(sent)))
    return sorted(found, key=lambda one: (one.begun, one.host, one.path))


def judge(asked: Iterable[Asked], intervals: Mapping[str, float], *, forbidden: str) -> Manners:
    """The manners of a crawl. ``intervals`` = least seconds between two requests to a host."""
    by_host: dict[str, list[Asked]] = {}
    for one in sorted(asked, key=lambda one: one.begun):
        by_host.setdefault(one.host, []).append(one)
    shares: list[float] = []
    after: list[float] = []
    for host, requests in by_host.items():
        paced = [one for one in requests if not one.robots]
        shares += [(second.begun - first.begun) / intervals[host] for first, second in itertools.pairwise(paced)]
        after += [second.begun - first.begun for first, second in itertools.pairwise(requests) if first.robots]
    every = [one for requests in by_host.values() for one in requests]
    return Manners(
        hosts=len(by_host),
        requests=sum(not one.robots for one in every),
        robots=sum(one.robots for one in every),
        short=sum(share < 1 - TOLERANCE for share in shares),
        jittered=sum(1 - TOLERANCE <= share < 1 for share in shares),
        shortest=min(shares, default=float("inf")),
        after_robots=min(after, default=float("inf")),
        parallel=max((together(requests) for requests in by_host.values()), default=0),
        together=together(every),
        forbidden=sum(one.path.startswith(forbidden) for one in every),
        blind=sum(not requests[0].robots for requests in by_host.values()),
    )


def together(asked: Iterable[Asked]) -> int:
    """The most requests that were under way at one time; one that begins as another ends comes after it."""
    changes = sorted([(one.begun, 1) for one in asked] + [(one.ended, -1) for one in asked])
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most
