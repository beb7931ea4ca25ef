"""Labelling: features as they are defined, a model that reads what stands around, the lines of the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from finwatch.cli.main import app
from finwatch.errors import InputError
from finwatch.policy.label import LABELS, label_lines, labeller
from finwatch.policy.label.cues import CUES, cues
from finwatch.policy.label.features import LONGEST, grams, hash_of, normal
from finwatch.policy.label.model import FILE, VERSION, Labeller, packed, unpacked
from finwatch.policy.label.structure import NUMBERINGS, places
from finwatch.policy.label.training import Corpus, best_thresholds, design, fit, read_corpus, score, train

SENTENCES = st.lists(
    st.text(st.sampled_from("我们收集共享第三方信息，。 ,：1a\ud800\U0001f600"), max_size=12), min_size=1, max_size=6
)


@given(SENTENCES)
def test_grams_are_the_hashes_of_every_substring(sentences: list[str]) -> None:
    for length, one in enumerate(grams(sentences), start=1):
        ends = [*one.starts[1:], len(one.hashes)]
        for sentence, first, end in zip(sentences, one.starts, ends, strict=True):
            text = f"\x02{normal(sentence)}\x03\x03\x03"
            wanted = [hash_of(text[at : at + length]) for at in range(len(text) - length + 1)]
            assert one.hashes[first:end].tolist() == wanted


@given(st.lists(st.lists(st.sampled_from([*" ".join(CUES.values()).split(), "，", "的"])).map("".join), min_size=1))
def test_cues_are_the_words_that_a_sentence_has(sentences: list[str]) -> None:
    texts = [normal(sentence) for sentence in sentences]
    wanted = [[any(word in text for word in group.split()) for group in CUES.values()] for text in texts]
    assert cues(grams(sentences)).astype(bool).tolist() == wanted


def test_every_word_of_a_cue_is_an_ngram_of_normal_text() -> None:
    words = " ".join(CUES.values()).split()
    assert [word for word in words if normal(word) != word or not 2 <= len(word) <= LONGEST] == []


def test_spaces_and_ascii_commas_change_nothing() -> None:
    typed = [
        "1. 我们会收集 Cookie 信息，用于统计。",
        "1.,我们会收集,Cookie,信息，用于统计。",
        "1.我们会收集Cookie信息，用于统计。",
    ]
    scores = [labeller().scores([sentence])[0] for sentence in typed]
    assert np.array_equal(scores[0], scores[1])
    assert np.array_equal(scores[0], scores[2])
    assert not np.array_equal(scores[0], labeller().scores([typed[0].replace("，", "")])[0])


def test_places_of_a_policy_with_sections_and_a_list() -> None:
    sentences = [
        "一、我们如何共享信息",
        "（一）共享",
        "我们不会与第三方共享您的信息，但以下情况除外：",
        "1、获得您的同意；",
        "2、法律要求。",
        "（二）转让",
        "我们不会转让您的信息。",
        "二、联系我们",
    ]
    found = places(sentences)
    assert [place.parent for place in found] == [-1, 0, 1, 1, 1, 0, 5, -1]
    assert [place.top for place in found] == [-1, 0, 0, 0, 0, 0, 0, -1]
    assert [place.lead for place in found] == [-1, -1, -1, 2, 2, 2, -1, -1]
    assert [NUMBERINGS[place.numbering] for place in found[:4]] == ["cjk", "cjk bracket", "", "digit"]
    assert [place.heading for place in found] == [True, True, False, False, False, True, False, True]


def _corpus() -> Corpus:
    """Documents whose list items say the same and mean what their heading says."""
    sentences, documents, labels = [], [], []
    for number in range(12):
        about = [
            ("一、我们收集的信息", []),
            ("在以下情形中，我们会收集您的信息：", ["collection", "important"]),
            ("1、与公共安全直接相关的；", ["collection", "important"]),
            ("二、我们共享的信息", []),
            (f"在以下情形中，应用{number}会共享您的信息：", ["sharing", "important"]),
            ("1、与公共安全直接相关的；", ["sharing", "important"]),
            ("三、联系我们", []),
            ("您可以拨打客服热线。", ["contact", *(["risk"] if number < 6 else [])]),
        ]
        for sentence, given_labels in about:
            sentences.append(sentence)
            documents.append(f"d{number}")
            labels.append([label in given_labels for label in LABELS])
    return Corpus(tuple(sentences), tuple(documents), tuple(documents), np.array(labels))


@pytest.fixture(scope="module")
def small() -> Labeller:
    return Labeller(unpacked(packed(train(_corpus()))))


def test_the_same_item_is_read_by_what_stands_around_it(small: Labeller) -> None:
    labels = small.labels([
        "一、我们收集的信息",
        "在以下情形中，我们会收集您的信息：",
        "1、与公共安全直接相关的；",
        "二、我们共享的信息",
        "在以下情形中，我们会共享您的信息：",
        "1、与公共安全直接相关的；",
    ])  # fmt: skip
    assert labels[2] == ("collection", "important")
    assert labels[5] == ("sharing", "important")


def test_training_scores_are_the_labellers_scores() -> None:
    corpus = _corpus()
    shape = design(corpus)
    weights = fit(corpus, shape, np.arange(len(corpus.sentences)))
    trained = score(weights, shape, np.arange(8, 16))
    assert np.abs(trained - Labeller(weights).scores(corpus.sentences[8:16])).max() < 1e-4
    shipped = Labeller(unpacked(packed(weights))).scores(corpus.sentences[8:16])
    assert np.abs(trained - shipped).max() < 0.05


def test_the_same_corpus_gives_the_same_bytes() -> None:
    assert packed(train(_corpus())) == packed(train(_corpus()))


def test_a_model_of_another_version_is_refused(small: Labeller, monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(fit(_corpus(), design(_corpus()), np.arange(16)))
    assert unpacked(content).bias.shape == (len(LABELS),)
    monkeypatch.setattr("finwatch.policy.label.model.VERSION", VERSION + 1)
    with pytest.raises(ValueError, match="make policy-model"):
        unpacked(content)


def test_thresholds_are_where_f1_is_best() -> None:
    labels = np.array([[True], [False], [True], [False], [False]])
    scores = np.array([[3.0], [2.0], [1.0], [-1.0], [-2.0]], np.float32)
    assert best_thresholds(labels, scores).tolist() == [0.0]  # two of three right is worth more than one of one
    assert best_thresholds(~labels & False, scores).tolist() == [0.0]


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("当您注册账号时，我们会收集您的手机号码和身份证号码。", "collection"),
        ("我们会与第三方合作伙伴共享您的设备信息。", "sharing"),
        ("我们会采用加密技术保护您的个人信息，防止数据遭到未经授权的访问。", "security"),
        ("如您是未满十四周岁的儿童，应当在监护人同意后使用我们的服务。", "special_audiences"),
        ("您可以在设置中查询、更正或删除您的个人信息，也可以注销账号。", "management"),
        ("您的个人信息存储于中华人民共和国境内，保存期限届满后我们会删除。", "storage"),
        ("我们需要您开启摄像头权限，用于扫码。", "permission"),
    ],
)
def test_the_model_that_ships_knows_plain_sentences(sentence: str, label: str) -> None:
    given_labels = labeller().labels([sentence])[0]
    assert label in given_labels
    assert "important" in given_labels


def test_the_model_that_ships_leaves_headings_and_dates_alone() -> None:
    assert labeller().labels(["隐私政策", "目录", "版本：3.2"]) == [(), (), ()]
    assert labeller().labels([]) == []
    assert [len(labels) for labels in labeller().labels(["", " , "])] == [0, 0]


def test_lines_come_back_in_order_and_documents_apart(small: Labeller) -> None:
    rows = [("x", "二、我们共享的信息"), ("x", "1、与公共安全直接相关的；"), ("y", "1、与公共安全直接相关的；")]
    lines = [json.dumps({"doc": doc, "text": text}).encode() for doc, text in rows]
    together = [json.loads(line)["labels"] for line in label_lines(lines, name="f", using=small)]
    assert together[1] != together[2]  # the heading of another document is none of its business
    assert together[2] == list(small.labels([rows[2][1]])[0])
    renamed = [line.replace(b'"x"', b'"rw_104"') for line in lines]
    assert [json.loads(line)["labels"] for line in label_lines(renamed, name="f", using=small)] == together


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"doc": "a"}', b'{"doc": 1, "text": "a"}', b'{"doc": "a", "text": null}', b"\xff", b""]
)
def test_a_line_that_is_none_is_named(line: bytes) -> None:
    with pytest.raises(InputError, match=r"f\.jsonl, line 2"):
        list(label_lines([b'{"doc": "a", "text": "b"}', line], name="f.jsonl"))


def test_the_command_writes_a_line_for_each_line(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    texts = ["一、联系我们", "如您有任何疑问、意见或投诉，请拨打客服热线与我们联系。"]
    file.write_text(
        "".join(json.dumps({"doc": "d", "text": text}, ensure_ascii=False) + "\n" for text in texts), "utf-8"
    )
    result = CliRunner().invoke(app, ["policy", "label", str(file)])
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [set(row) for row in rows] == [{"labels"}, {"labels"}]
    assert "contact" in rows[1]["labels"]
    missing = CliRunner().invoke(app, ["policy", "label", str(tmp_path / "none.jsonl")])
    assert isinstance(missing.exception, InputError)


def test_a_corpus_line_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "c.jsonl"
    file.write_text('{"doc": "a", "text": "b", "labels": ["risk"]}\n{"doc": "a"}\n')
    with pytest.raises(InputError, match="line 2"):
        read_corpus(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_corpus(tmp_path / "none")


def test_folds_keep_groups_whole() -> None:
    corpus = _corpus()
    folds = corpus.folds(3, "salt")
    assert {len(set(folds[np.array(corpus.groups) == group].tolist())) for group in corpus.groups} == {1}
    assert set(folds.tolist()) == {0, 1, 2}


def test_the_file_that_ships_is_small() -> None:
    file = Path(__import__("finwatch.policy.label", fromlist=["x"]).__file__).parent / FILE
    assert file.stat().st_size < 4_000_000
