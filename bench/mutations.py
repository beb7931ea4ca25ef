"""Ten thousand damaged packages through the confined reader: does each give a document or say why not?

``python -m bench.mutations [--count 10000] [--seed 1] [--from FOLDER]`` mutates the packages of ``../shared/packages``
(or of FOLDER): bits flipped, ends cut off, pieces moved, headers and zip fields rewritten, and single files of a
package damaged after unpacking, so that the damage reaches the parsers behind the container. The same seed gives the
same files. Prints how many gave what, the longest time and the largest memory, and exits with 1 when a reader
panicked, was killed by a signal, or gave nothing.
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from finwatch.limits import PackageLimits
from finwatch.model.knowledge import WatchedCall, WatchedString, WatchedType, WatchList
from finwatch.model.package import PackageFacts
from finwatch.package import Reader

SHARED = Path(__file__).resolve().parents[2] / "shared" / "packages"
LIMITS = PackageLimits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=60)
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
"""Values at which lengths and offsets go wrong."""
WORST = 3
_RECORD = b"PK\x01\x02"
_END = b"PK\x05\x06"

WATCH = WatchList(
    calls=(
        WatchedCall(id="any_init", class_name=None, name="<init>", topic="collect", source="bench"),
        WatchedCall(id="any_exec", class_name="Ljava/lang/Runtime;", name="exec", topic="sink", source="bench"),
    ),
    strings=(WatchedString(id="url", pattern="https?://", topic="sink"),),
    types=(
        WatchedType(
            id="trust", type_name="Ljavax/net/ssl/X509TrustManager;", methods=("checkServerTrusted",), topic="tls"
        ),
    ),
    prefixes=("com/", "android/"),
)
"""A watch list that makes the sweep work hard: constructors are everywhere."""


@dataclass(frozen=True)
class Seen:
    """What one damaged package led to."""

    what: str
    wall: float
    peak: int


def flip_bits(data: bytearray, rng: random.Random) -> bytearray:
    """One to 64 bits turned over, anywhere."""
    for _ in range(rng.randint(1, 64)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def truncate(data: bytearray, rng: random.Random) -> bytearray:
    """The end, the beginning or a middle piece is missing."""
    start, end = sorted(rng.randrange(len(data)) for _ in range(2))
    return rng.choice((data[:end], data[start:], data[:start] + data[end:])) or bytearray(b"P")


def splice(data: bytearray, rng: random.Random) -> bytearray:
    """A piece stands somewhere else, or twice."""
    size = rng.randint(1, max(1, len(data) // 4))
    source, target = rng.randrange(len(data)), rng.randrange(len(data))
    piece = data[source : source + size]
    if rng.random() < 0.5:
        data[target : target + len(piece)] = piece
    else:
        data[target:target] = piece
    return data


def rewrite_words(data: bytearray, rng: random.Random) -> bytearray:
    """Some aligned words near the beginning, where headers stand, take a value at which things go wrong."""
    reach = len(data) if rng.random() < 0.3 else min(len(data), 4096)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(max(1, reach - 4)) & ~1
        width, code = rng.choice(((2, "<H"), (4, "<I")))
        if at + width <= len(data):
            struct.pack_into(code, data, at, rng.choice(NUMBERS) & ((1 << 8 * width) - 1))
    return data


def edit_zip_fields(data: bytearray, rng: random.Random) -> bytearray:
    """Fields of the central directory, of local headers or of the end record take such a value."""
    for _ in range(rng.randint(1, 4)):
        magic, size = rng.choice(((_RECORD, 46), (b"PK\x03\x04", 30), (_END, 22)))
        places = _places(data, magic)
        if not places:
            continue
        at = rng.choice(places) + rng.randrange(4, size - 1)
        struct.pack_into("<H", data, min(at, len(data) - 2), rng.choice(NUMBERS) & 0xFFFF)
    return data


def damage_file(data: bytearray, rng: random.Random) -> bytearray:
    """One file of the package is damaged after unpacking, and stored again with sizes and sum that are right."""
    records = _places(data, _RECORD)
    named = [(at, _name(data, at)) for at in records]
    telling = [
        at for at, name in named if name.endswith((".xml", ".dex", ".arsc", ".so", ".RSA", ".SF", ".MF", ".png"))
    ]
    end = data.rfind(_END)
    if not telling or end < 0 or len(data) > 30 << 20:
        return flip_bits(data, rng)
    roots = [at for at, name in named if name in {"AndroidManifest.xml", "resources.arsc"} or name.endswith(".dex")]
    at = rng.choice(roots if roots and rng.random() < 0.7 else telling)
    inner = _unpack(data, at)
    if not inner:
        return flip_bits(data, rng)
    inner = rng.choice((flip_bits, truncate, splice, rewrite_words, rewrite_words, rewrite_words))(inner, rng)
    return _replace(data, at, end, bytes(inner))


def _places(data: bytearray, magic: bytes) -> list[int]:
    places: list[int] = []
    at = data.find(magic)
    while at >= 0 and len(places) < 5_000:
        places.append(at)
        at = data.find(magic, at + 4)
    return places


def _name(data: bytearray, at: int) -> str:
    (size,) = struct.unpack_from("<H", data, at + 28)
    return bytes(data[at + 46 : at + 46 + size]).decode("utf-8", "replace")


def _unpack(data: bytearray, at: int) -> bytearray | None:
    method, packed, size = (
        struct.unpack_from("<H", data, at + 10)[0],
        struct.unpack_from("<I", data, at + 20)[0],
        struct.unpack_from("<I", data, at + 24)[0],
    )
    (local,) = struct.unpack_from("<I", data, at + 42)
    name, extra = struct.unpack_from("<HH", data, local + 26)
    start = local + 30 + name + extra
    raw = bytes(data[start : start + packed])
    if size > 16 << 20:
        return None
    return bytearray(zlib.decompress(raw, -15) if method == 8 else raw)


def _replace(data: bytearray, at: int, end: int, inner: bytes) -> bytearray:
    """``data`` with the file of the record at ``at`` replaced; the new one stands before the central directory."""
    (directory,) = struct.unpack_from("<I", data, end + 16)
    name = _name(data, at).encode()
    sums = (zlib.crc32(inner), len(inner), len(inner))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0, *sums, len(name), 0) + name + inner
    struct.pack_into("<HH", data, at + 8, 0, 0)
    struct.pack_into("<III", data, at + 16, *sums)
    struct.pack_into("<I", data, at + 42, directory)
    struct.pack_into("<I", data, end + 16, directory + len(local))
    data[directory:directory] = local
    return data


KINDS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    flip_bits,
    truncate,
    splice,
    rewrite_words,
    edit_zip_fields,
    edit_zip_fields,
    damage_file,
    damage_file,
    damage_file,
    damage_file,
)


def outcome(facts: PackageFacts) -> str:
    """``document``, ``limited`` (one with parts that could not be read) or ``unreadable``; ``stopped``
    when a limit of the process ended it, which is an answer but worth a look; or, in capitals, what must not be."""
    reasons = " ".join(entry.reason for entry in facts.unreadable)
    if "inner contradiction" in reasons:
        return "PANIC"
    if "ended by the signal" in reasons or "ended with status" in reasons or "no valid facts" in reasons:
        return "KILLED"
    over = [entry.reason for entry in facts.unreadable if entry.reason.startswith("over the limit")]
    stopped = [reason for reason in over if any(name in reason for name in ("memory_", "cpu_", "wall_", "output_"))]
    if stopped:
        return f"stopped, {stopped[0]}"
    if facts.manifest is None and not facts.code.dex:
        return "unreadable" if reasons else "SILENT"
    return "limited" if reasons else "document"


def main() -> int:
    """Runs the mutations and prints what came of them; 1 when one was not answered as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="folder", type=Path, default=SHARED)
    parser.add_argument(
        "--keep", type=Path, help="folder for the files that were stopped or not answered as they should"
    )
    asked = parser.parse_args()
    originals = sorted(path for path in asked.folder.iterdir() if path.suffix in {".apk", ".apks", ".aab", ".hap"})
    if not originals:
        parser.error(f"no packages in {asked.folder}")
    # Large packages take long and hold the same structures as small ones: they come up less often.
    weights = [min(1.0, (1 << 20) / path.stat().st_size) for path in originals]
    seen: list[tuple[str, Seen]] = []
    bad: list[str] = []
    with Reader() as reader, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "mutant"
        for number in track(range(asked.count), description="mutations", disable=not sys.stderr.isatty()):
            rng = random.Random(f"{asked.seed}/{number}")
            original, kind = rng.choices(originals, weights)[0], rng.choice(KINDS)
            try:
                data = kind(bytearray(original.read_bytes()), rng)
            except (struct.error, zlib.error):
                data = flip_bits(bytearray(original.read_bytes()), rng)
            target.write_bytes(data)
            what = outcome(reader.read(target, watch=WATCH, limits=LIMITS))
            usage = reader.last
            name = f"{number} {original.name} {kind.__name__}"
            seen.append((name, Seen(what, usage.wall_seconds if usage else 0.0, usage.peak_bytes if usage else 0)))
            if what.isupper():
                bad.append(f"{name}: {what}")
            if asked.keep and (what.isupper() or what.startswith("stopped")):
                (asked.keep / f"{number}-{original.name}").write_bytes(data)
    _tell(seen, bad)
    return 1 if bad else 0


def _tell(seen: list[tuple[str, Seen]], bad: list[str]) -> None:
    for what, count in sorted(Counter(one.what for _, one in seen).items()):
        print(f"{count:7,}  {what}")
    for name, one in sorted(seen, key=lambda pair: -pair[1].wall)[:WORST]:
        print(f"longest  {one.wall:6.2f} s   {name}")
    for name, one in sorted(seen, key=lambda pair: -pair[1].peak)[:WORST]:
        print(f"largest  {one.peak / (1 << 20):6.0f} MB  {name}")
    for line in bad[:20]:
        print(f"wrong    {line}")


if __name__ == "__main__":
    sys.exit(main())
