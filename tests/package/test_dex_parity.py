"""The sweep counts what Android's own ``dexdump -d`` prints: classes, methods with code, invoke instructions."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from finwatch.model.knowledge import WatchList
from finwatch.package import read_package
from tests.kit.corpora import ABSENT, PACKAGES

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PACKAGES.is_dir(), reason=ABSENT),
    pytest.mark.skipif(shutil.which("dexdump") is None, reason="dexdump is not installed"),
]


@dataclass
class Counts:
    """What one package holds."""

    classes: int = 0
    code_items: int = 0
    invokes: int = 0


def dumped(path: Path) -> Counts:
    """The counts of ``dexdump -d``: one ``Class descriptor`` line a class, one ``code          -`` line a method with
    code, and instruction lines whose mnemonic begins with ``invoke-``."""
    counts = Counts()
    command = ["dexdump", "-d", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if b": invoke-" in line:
                # `0002b0: 7010 0100 0000   |0000: invoke-direct …`; a method's name may hold the word as well.
                counts.invokes += line.partition(b"|")[2].partition(b": ")[2].startswith(b"invoke-")
            elif line.startswith(b"  Class descriptor  :"):
                counts.classes += 1
            elif line.startswith(b"      code          -"):
                counts.code_items += 1
    assert process.returncode == 0
    return counts


@pytest.mark.parametrize(
    "name",
    [
        "yosemite_netease.apk",
        "pocoservice.apk",
        "insecurebankv2_v1.apk",
        "unionpay_uppay_3.1.0.apk",
        "apidemos_5.0.0.apk",
    ],
)
def test_counts_equal_dexdump(name: str) -> None:
    facts = read_package(PACKAGES / name, watch=WatchList())
    dex = facts.code.dex
    seen = Counts(
        classes=sum(one.classes for one in dex),
        code_items=sum(one.code_items for one in dex),
        invokes=sum(one.invokes for one in dex),
    )
    assert seen == dumped(PACKAGES / name)
    assert seen.invokes > 0
    assert not [part for part in facts.unreadable if part.part == "code"]
