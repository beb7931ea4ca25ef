"""Real policies of finance apps give text, and the catalogue's items are found in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.policy import find_mentions, read_policy_text

FINANCE = Path(__file__).resolve().parents[3] / "shared" / "policies" / "finance"


@pytest.mark.shared
def test_every_real_policy_gives_text_in_which_items_are_named() -> None:
    if not FINANCE.is_dir():
        pytest.skip("the corpora of ../shared are not here")
    items = catalog.load().items
    files = sorted(FINANCE.glob("*.txt"))
    assert len(files) == 42
    for path in files:
        policy = read_policy_text(path.read_bytes(), name=path.name)
        assert len(policy.text) > 200, path.name
        assert policy.damaged == 0, path.name
        assert find_mentions(policy, items), path.name
