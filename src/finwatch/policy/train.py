"""``python -m finwatch.policy.train``: rebuilds the labelling model that ships, byte for byte, from CAPP-130.

The corpus (CC BY 4.0) is not part of the repository; ``label/MODEL.md`` says where it comes from. Needs the development
dependencies. ``--check`` compares instead of writing: exit code 1 when the file that ships is another.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

PINS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
"""One thread and one kernel of the linear algebra on every x86-64 machine: sums in another order round otherwise."""
CORPUS = Path("../shared/policies/capp130.jsonl")
MODEL = Path(__file__).parent / "label" / "model.npz"


def main(arguments: list[str] | None = None) -> int:
    """Trains and writes the model, or checks it. Exit code 0 written or the same, 1 another, 2 unusable corpus."""
    options = argparse.ArgumentParser(prog="finwatch.policy.train", description=__doc__)
    options.add_argument("corpus", nargs="?", type=Path, default=CORPUS, help=f"default: {CORPUS}")
    options.add_argument("--out", type=Path, default=MODEL, help="the file to write; default: the one that ships")
    options.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    chosen = options.parse_args(arguments)

    from finwatch.errors import InputError  # noqa: PLC0415 - after the pins, which numpy reads once
    from finwatch.policy.label.model import packed  # noqa: PLC0415
    from finwatch.policy.label.training import read_corpus, train  # noqa: PLC0415

    try:
        content = packed(train(read_corpus(chosen.corpus), say=lambda text: print(text, file=sys.stderr, flush=True)))
    except InputError as error:
        print(f"finwatch.policy.train: {error}", file=sys.stderr)
        return error.exit_code
    if chosen.check:
        same = chosen.out.is_file() and chosen.out.read_bytes() == content
        print(f"{chosen.out}: {'the same bytes' if same else 'not the model that this corpus and this code give'}")
        return 0 if same else 1
    chosen.out.write_bytes(content)
    print(f"{chosen.out}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in PINS.items()):
        again = [sys.executable, "-m", "finwatch.policy.train", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, **PINS})  # noqa: S606 - this program again, pinned
    raise SystemExit(main())
