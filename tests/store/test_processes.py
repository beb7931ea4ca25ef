"""Several processes on one store: no task in two hands, and the leases of the dead are free at once."""

from __future__ import annotations

import subprocess
import sys

from finwatch.store import Store
from finwatch.store.lease import is_gone, owner
from finwatch.store.queue import EXAMINE, Job
from tests.kit.store import START, later, task

TAKE = """
import sys
from finwatch.store import open_store
from finwatch.store.lease import owner
from tests.kit.store import later
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while jobs := store.queue.lease("examine", now=later(1), worker=owner(), seconds=60, limit=3):
    print(*(job.key for job in jobs), flush=True)
while tasks := store.frontier.lease(now=later(1), worker=owner(), seconds=60, limit=2):
    print(*(task.url for task in tasks), flush=True)
print("end", flush=True)
sys.stdin.readline()
"""


def taking(address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKE, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str], word: str) -> list[str]:
    assert process.stdout is not None
    heard: list[str] = []
    for line in process.stdout:
        if line.strip() == word:
            return heard
        heard += line.split()
    raise AssertionError(f"{word!r} was never said, only {heard}")


def test_two_processes_lease_without_overlap(store: Store, address: str) -> None:
    keys = [f"k{at}" for at in range(60)]
    urls = [f"u{at}" for at in range(40)]
    store.queue.add([Job(kind=EXAMINE, key=key, due=START) for key in keys])
    store.frontier.add([task(url, bucket=f"{url}:80") for url in urls])
    both = [taking(address) for _ in range(2)]
    for process in both:
        hear(process, "ready")
    for process in both:
        say(process)
    taken = [hear(process, "end") for process in both]
    for process in both:
        process.communicate("\n")
    assert sorted(taken[0] + taken[1]) == sorted(keys + urls)


def test_the_leases_of_a_killed_process_are_free_at_once(store: Store, address: str) -> None:
    store.queue.add([Job(kind=EXAMINE, key="a", due=START)])
    store.frontier.add([task("u")])
    process = taking(address)
    hear(process, "ready")
    say(process)
    assert hear(process, "end") == ["a", "u"]
    assert (store.queue.release_gone(), store.frontier.release_gone()) == (0, 0)
    process.kill()
    process.communicate()
    assert (store.queue.release_gone(), store.frontier.release_gone()) == (1, 1)
    (job,) = store.queue.lease(EXAMINE, now=later(2), worker="w", seconds=60)
    (one,) = store.frontier.lease(now=later(2), worker="w", seconds=60, limit=1)
    assert (job.attempts, one.attempts) == (2, 2)


def test_only_a_process_of_this_machine_can_be_known_to_be_gone() -> None:
    name = owner()
    assert not is_gone(name)
    assert not is_gone("elsewhere/boot/namespace/1/2")
    assert not is_gone("w")
    host, boot, space, _, started = name.split("/")
    assert is_gone("/".join([host, boot, space, "4194304", started]))
