"""The figures of ``bench.policy`` on counts small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.policy import capp, viodroid
from bench.policy.__main__ import merged
from bench.policy.scores import counts, f1, figure, micro, of_both
from finwatch.policy.label.features import normal
from finwatch.policy.label.training import Corpus

WANTED = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], bool)
GIVEN = np.array([[1, 0], [0, 0], [1, 1], [0, 1]], bool)


def test_f1_by_hand() -> None:
    by_group = counts(WANTED, GIVEN, ["a", "a", "b", "b"])
    sums = by_group.sum(axis=0)
    assert by_group.shape == (2, 4, 2)
    assert f1(sums).tolist() == [0.5, 2 / 3]  # 1 right, 1 wrong yes, 1 wrong no; 1 right, 1 wrong yes
    assert of_both(sums).tolist() == pytest.approx([0.5, (2 / 3 + 4 / 5) / 2])
    assert micro(sums) == pytest.approx(4 / 7)
    assert f1(np.zeros((4, 1))).tolist() == [0.0]


def test_the_interval_is_of_groups() -> None:
    wanted = np.array([[True]] * 40)
    given = np.array([[True]] * 20 + [[False]] * 20)
    two = figure(counts(wanted, given, ["a"] * 20 + ["b"] * 20), micro)
    many = figure(counts(wanted, given, [str(row) for row in range(40)]), micro)
    assert two.value == many.value == pytest.approx(2 / 3)
    assert (two.low, two.high) == (0.0, 1.0)
    assert 0.4 < many.low < many.value < many.high < 0.85
    assert figure(counts(wanted, given, ["a"] * 40), micro).low == pytest.approx(2 / 3)


def test_near_duplicates_are_one_cluster() -> None:
    same = "我们会将您的个人信息存储于中华人民共和国境内的服务器上"
    names = viodroid.clusters((same, "如有疑问请拨打客服热线与我们联系", same + "。", "联系我们"))
    assert names[0] == names[2] == same
    assert len(set(names)) == 3


def test_a_section_replaces_its_own_only() -> None:
    page = "# Title\n\nhead\n\n## One\n\nold\n\n### sub\n\n## Two\n\nkept\n"
    after = merged(page, ["## One\n\nnew\n", "## Three\n\nadded\n"])
    assert after == "# Title\n\nhead\n\n## One\n\nnew\n\n## Two\n\nkept\n\n## Three\n\nadded\n"


def test_typing_that_is_left_in_is_read_and_otherwise_not() -> None:
    corpus = Corpus(("我们收集,姓名 电话",), ("a",), ("a",), np.zeros((1, 13), bool))
    (kept,) = capp.typed(corpus).sentences
    assert normal(corpus.sentences[0]) == "我们收集姓名电话"
    assert len(normal(kept)) == len(normal(corpus.sentences[0])) + 2
