"""Our own sample packages: each is read whole, and no damage to one makes the reader silent."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import mutations
from finwatch.model.knowledge import WatchList
from finwatch.package import Reader
from tests.package.conftest import Read

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "packages"
SAMPLES = sorted(FOLDER.glob("*.apk"))


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 14


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_read_whole(reader: Reader, path: Path) -> None:
    facts = reader.read(path, watch=WatchList())
    assert facts.unreadable == ()
    assert facts.archive.anomalies == ()
    assert facts.manifest is not None
    assert facts.manifest.label
    assert facts.code.dex
    assert facts.signing.signers


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(SAMPLES), kind=st.sampled_from(mutations.KINDS), seed=st.integers(0, 1 << 32))
def test_a_damaged_sample_is_a_document_or_says_why_not(read: Read, path: Path, kind: object, seed: int) -> None:
    assert callable(kind)
    data = kind(bytearray(path.read_bytes()), random.Random(seed))
    assert mutations.outcome(read(bytes(data))) in {"document", "limited", "unreadable"}


def test_the_same_bytes_give_the_same_facts(read: Read) -> None:
    data = SAMPLES[0].read_bytes()
    assert read(data).model_dump_json() == read(data).model_dump_json()
