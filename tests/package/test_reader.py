"""The confined reader: what it may not do, and that each limit becomes an answer that names it."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.errors import UnreadablePackage
from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts
from finwatch.package import Reader, child, read_package
from tests.kit import axml, misbehaving_child, zips

WATCH = WatchList()
TIGHT = PackageLimits(memory_bytes=512 << 20, cpu_seconds=1, wall_seconds=20, output_bytes=1 << 20)


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[Reader]:
    with Reader(program=Path(misbehaving_child.__file__)) as reader:
        yield reader


def _do(reader: Reader, folder: Path, deed: str, limits: PackageLimits = TIGHT) -> PackageFacts:
    path = folder / f"{deed}.apk"
    path.write_bytes(b"any bytes")
    return reader.read(path, watch=WATCH, limits=limits)


def _reason(facts: PackageFacts) -> str:
    (entry,) = facts.unreadable
    assert entry.part == "archive"
    return entry.reason


@pytest.mark.parametrize("deed", ["write", "append", "connect", "program", "fork", "rename", "signal"])
def test_a_reader_is_refused_everything_but_reading(misbehaving: Reader, tmp_path: Path, deed: str) -> None:
    assert misbehaving.confinement.seccomp, misbehaving.confinement.trouble
    assert "Operation not permitted" in _reason(_do(misbehaving, tmp_path, deed))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{deed}.apk"]


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("memory", "over the limit memory_bytes (536870912)"),
        ("spin", "over the limit cpu_seconds (1)"),
        ("talk", "over the limit output_bytes (1048576)"),
        ("garbage", "the reading process gave no valid facts"),
        ("die", "the reading process was ended by the signal SIGSEGV"),
        ("exit", "the reading process ended with status 3"),
    ],
)
def test_each_end_of_a_reader_is_an_answer(misbehaving: Reader, tmp_path: Path, deed: str, reason: str) -> None:
    facts = _do(misbehaving, tmp_path, deed)
    assert _reason(facts) == reason
    assert facts.sha256 == hashlib.sha256(b"any bytes").hexdigest()
    assert (facts.bytes, facts.format) == (9, "unknown")


def test_a_reader_that_waits_for_ever_is_ended_by_the_clock(misbehaving: Reader, tmp_path: Path) -> None:
    facts = _do(misbehaving, tmp_path, "wait", PackageLimits(wall_seconds=1))
    assert _reason(facts) == "over the limit wall_seconds (1)"


def test_a_file_above_the_limit_is_not_even_hashed_here(misbehaving: Reader, tmp_path: Path) -> None:
    """A sparse file of 1 TiB costs no disk and would cost an hour."""
    path = tmp_path / "exit.apk"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnreadablePackage, match=r"exit\.apk.*status 3; over the limit file_bytes"):
        misbehaving.read(path, watch=WATCH, limits=TIGHT)
    small = TIGHT.model_copy(update={"file_bytes": 9})
    assert _do(misbehaving, tmp_path, "exit", small).bytes == 9, "at the limit is within it"


def test_after_every_accident_the_next_package_is_read(misbehaving: Reader, tmp_path: Path) -> None:
    honest = tmp_path / "honest.apk"
    honest.write_bytes(zips.build([zips.Entry("AndroidManifest.xml", b"nothing")]))
    for deed in ("spin", "talk", "die"):
        _do(misbehaving, tmp_path, deed)
        assert misbehaving.read(honest, watch=WATCH).format == "apk"


def test_the_warm_process_is_started_again_when_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zips.build([zips.Entry("AndroidManifest.xml", b"nothing")]))
    with Reader() as reader:
        first = reader.read(path, watch=WATCH)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)
        reader._process.wait()
        assert reader.read(path, watch=WATCH) == first


def test_the_warm_process_does_not_outlive_the_one_that_started_it() -> None:
    code = "from finwatch.package import Reader; r = Reader().__enter__(); print(r._process.pid, flush=True); input()"
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout is not None
        warm = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
    try:
        ended, _, _ = select.select([warm], [], [], 60)
        assert ended
    finally:
        os.close(warm)


def test_when_the_code_breaks_a_bound_the_rest_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    manifest = zips.Entry("AndroidManifest.xml", axml.manifest("com.example.bank"))
    path.write_bytes(zips.build([manifest, zips.Entry("classes.dex", b"\0" * (64 << 20))]))
    with Reader() as reader:
        facts = reader.read(path, watch=WATCH, limits=PackageLimits(memory_bytes=48 << 20))
        assert reader.last is not None
        assert reader.last.peak_bytes < 64 << 20
    assert facts.manifest is not None
    assert facts.manifest.package == "com.example.bank"
    told = [entry.reason for entry in facts.unreadable if entry.part == "code"]
    assert told == [f"over the limit memory_bytes ({48 << 20})"]


def test_where_seccomp_is_not_to_be_had_the_facts_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zips.build([zips.Entry("AndroidManifest.xml", b"nothing")]))
    with Reader() as reader:
        weaker = reader.confinement.model_copy(update={"seccomp": False, "trouble": "too old a kernel"})
        monkeypatch.setattr(reader, "_confinement", weaker)
        notes = [entry.reason for entry in reader.read(path, watch=WATCH).unreadable if entry.part == "confinement"]
    assert notes == ["read without a seccomp filter: too old a kernel"]


def test_a_missing_file_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with Reader() as reader, pytest.raises(FileNotFoundError):
        reader.read(tmp_path / "absent.apk", watch=WATCH)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with Reader() as reader:
        for path in (tmp_path, tmp_path / "pipe"):
            with pytest.raises(OSError, match="not a regular file"):
                reader.read(path, watch=WATCH)


def test_a_name_that_is_no_utf8_is_as_good_as_any(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"non\xffutf.apk")
    path.write_bytes(zips.build([zips.Entry("assets/a.txt", b"words")]))
    with Reader() as reader:
        facts = reader.read(path, watch=WATCH)
        assert [entry.path for entry in facts.archive.entries] == ["assets/a.txt"]
        assert reader.entry(path, "assets/a.txt") == b"words"


def test_an_entry_is_read_confined_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zips.build([zips.Entry("assets/a.txt", "贷款".encode() * 1000)]))
    with Reader() as reader:
        assert reader.entry(path, "assets/a.txt") == "贷款".encode() * 1000
        with pytest.raises(UnreadablePackage, match="has no file assets/b"):
            reader.entry(path, "assets/b")


def test_one_package_without_keeping_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(b"no package at all")
    facts = read_package(path, watch=WATCH, limits=PACKAGE)
    assert "not a zip" in facts.unreadable[0].reason


def test_the_child_imports_only_the_standard_library() -> None:
    source = Path(child.__file__).read_text()
    assert "finwatch" not in {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
