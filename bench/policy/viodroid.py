"""VioDroid-Finder's 26 rules: which rule of disclosure a sentence answers. Evaluation only: the corpus is AGPL-3.0.

Nothing made from it ships: the machine is trained here, in the cross-validation, and dropped. What is ours are the
cues, word lists from the laws' own terms. The corpus names no documents, so near-duplicates are put in one part.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.svm import LinearSVC

from bench.policy.scores import Bools, Figure, counts, f1, figure, micro
from finwatch.policy.label.training import best_thresholds

RULES = tuple(f"CR{number}" for number in range(1, 27))
PARTS = 5
INNER = 4
ALIKE = 0.7
"""Share of common 4-grams from which two sentences count as one text with small changes."""
CUE_SHARE, COST = 0.3, 1.0
CUES = {
    "date": r"\d{4}\s*[年.\-/]\s*\d{1,2}",
    "date of version": r"(更新|生效|发布|修订|修改|版本|制定).{0,6}(日期|时间|日)",
    "scope": r"适用(于|范围)|不适用",
    "operator": r"有限公司|股份公司|注册地址|办公地址|公司地址|运营者|运营主体|公司名称",
    "mail": r"[\w.\-]+@[\w.\-]+|邮箱|电子邮件",
    "telephone": r"\d{3,4}-\d{6,8}|400[\d-]{6,}|电话|热线|客服",
    "contact": r"联系(我们|方式|人)|与我们联系",
    "minors": r"未成年|监护人|儿童|周岁|父母",
    "reading": r"(仔细|认真|务必|充分).{0,6}(阅读|理解)",
    "consent": r"同意|授权|许可",
    "change": r"变更|修订|修改|更新|调整",
    "notice": r"通知|公告|弹窗|推送|公示|提示",
    "withdrawal": r"撤回|撤销|收回|改变.{0,6}(授权|同意)|取消.{0,6}授权|关闭.{0,10}权限",
    "push": r"个性化|定向推|精准|推荐|用户画像",
    "off": r"关闭|退订|退出|停止|拒绝",
    "rights": r"查询|查阅|更正|修改|删除|复制|副本|访问|注销|转移",
    "purpose": r"为了|以便|用于|为您提供|帮助|功能",
    "collection": r"收集|获取|采集|读取|记录|提供.{0,12}信息|上传",
    "item": r"信息|权限|姓名|手机号|位置|设备|IMEI|MAC|地址|账号|头像",
    "retention": r"(保存|保留|存储|留存).{0,15}(期|时间|年|月|日)|期限|最短",
    "security": r"加密|安全(措施|技术|防护)|SSL|https|防火墙|访问控制|匿名化|去标识|保护机制|等级保护|培训",
    "incident": r"安全事件|泄露.{0,30}(告知|通知)|应急",
    "sensitive": r"敏感",
    "emphasis": r"粗体|加粗|下划线|标红|黑体",
    "sharing": r"共享|提供给|披露|转让|委托|传输给|分享|发送给|第三方",
    "handing over": r"共享|提供给|传输|发送|转移|披露",
    "third party": r"第三方|合作(方|伙伴|商)|关联(公司|方)|供应商|服务商|SDK",
    "named party": r"SDK|有限公司|微信|支付宝|QQ|微博|友盟|高德|百度|小米|华为",
    "recipient": r"接收方|供应商|服务器|合作|关联",
    "abroad": r"境外|跨境|出境|海外|全球|国外|其他国家",
    "inland": r"境内",
    "safeguard": r"评估|标准合同|认证|协议|同等|保护",
    "short": r"^.{0,15}$",
    "heading": r"^.{0,24}[^。;；!！?？:：]$",
    "lead": r"[:：]$",
}
_CUES = tuple(re.compile(pattern) for pattern in CUES.values())


@dataclass(frozen=True, slots=True)
class Rules:
    """Sentences with the rules each answers, and the cluster of near-duplicates it is in."""

    sentences: tuple[str, ...]
    rules: Bools
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Macro and micro F1 over the rules, the same for a plain machine, and each rule's F1 with its support."""

    macro: Figure
    micro: Figure
    plain: Figure
    rules: dict[str, tuple[float, int]]


def read(path: Path) -> Rules:
    """The corpus, from lines of {"text", "rules": ["CR11#CR13"]}."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    sentences = tuple(re.sub(r"\s+", "", unicodedata.normalize("NFKC", row["text"])) for row in rows)
    given = [set("#".join(row["rules"]).split("#")) for row in rows]
    rules = np.array([[rule in one for rule in RULES] for one in given])
    return Rules(sentences, rules, clusters(sentences))


def clusters(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """For each sentence the first sentence that it is linked to by near-duplicates."""
    grams = CountVectorizer(analyzer="char", ngram_range=(4, 4), binary=True, dtype=np.float32).fit_transform(sentences)
    common, sizes = (grams @ grams.T).tocoo(), np.asarray(grams.sum(axis=1)).ravel()
    first = list(range(len(sentences)))

    def root(row: int) -> int:
        while first[row] != row:
            first[row] = first[first[row]]
            row = first[row]
        return row

    for left, right, shared in zip(common.row, common.col, common.data, strict=True):
        if left < right and shared > ALIKE * (sizes[left] + sizes[right] - shared):
            low, high = sorted((root(left), root(right)))
            first[high] = low
    return tuple(sentences[root(row)] for row in range(len(sentences)))


def features(sentences: tuple[str, ...], *, cues: bool) -> Any:
    """Character 1- to 4-grams, and the cues."""
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True).fit_transform(sentences)
    if not cues:
        return grams.tocsr()
    found = np.array([[cue.search(sentence) is not None for cue in _CUES] for sentence in sentences], np.float64)
    return sparse.hstack([grams, sparse.csr_matrix(found * CUE_SHARE)]).tocsr()


def parts(names: tuple[str, ...], count: int, salt: str) -> np.ndarray:
    """A part for each name by its hash; the same name always in the same part."""
    return np.array([int(hashlib.sha256(f"{salt}:{name}".encode()).hexdigest(), 16) % count for name in names])


def scores(matrix: Any, rules: Bools, known: np.ndarray, asked: np.ndarray, *, balanced: bool) -> np.ndarray:
    """Scores of the asked rows from machines trained on the known ones; a rule that none of them has is a no."""
    given = np.full((len(asked), len(RULES)), -9.0)
    for column in range(len(RULES)):
        if rules[known, column].any():
            machine = LinearSVC(
                C=COST, class_weight="balanced" if balanced else None, tol=1e-2, max_iter=3000, random_state=0
            )
            given[:, column] = machine.fit(matrix[known], rules[known, column]).decision_function(matrix[asked])
    return given


def answered(matrix: Any, rules: Bools, names: tuple[str, ...], known: np.ndarray, asked: np.ndarray) -> Bools:
    """The rules of the asked rows; thresholds from parts of the known rows alone."""
    inner = parts(tuple(names[row] for row in known), INNER, "inner")
    seen = np.zeros((len(known), len(RULES)))
    for part in range(INNER):
        left, taken = known[inner != part], known[inner == part]
        seen[inner == part] = scores(matrix, rules, left, taken, balanced=True)
    return scores(matrix, rules, known, asked, balanced=True) > best_thresholds(rules[known], seen)


def cross_validated(corpus: Rules) -> Result:
    """Each of five parts answered by machines that saw none of its near-duplicates; the plain machine beside it."""
    matrix, bare = features(corpus.sentences, cues=True), features(corpus.sentences, cues=False)
    outer = parts(corpus.clusters, PARTS, "outer")
    given, plain = np.zeros_like(corpus.rules), np.zeros_like(corpus.rules)
    for part in range(PARTS):
        known, asked = np.flatnonzero(outer != part), np.flatnonzero(outer == part)
        given[asked] = answered(matrix, corpus.rules, corpus.clusters, known, asked)
        plain[asked] = scores(bare, corpus.rules, known, asked, balanced=False) > 0
    return result(corpus.rules, given, plain, corpus.clusters)


def held_back(corpus: Rules, path: Path) -> Result:
    """Documents held back, answered by machines that are trained on the whole corpus here and now."""
    other = read(path)
    sentences = corpus.sentences + other.sentences
    rules, names = np.vstack([corpus.rules, other.rules]), corpus.clusters + other.clusters
    known, asked = np.arange(len(corpus.sentences)), np.arange(len(corpus.sentences), len(sentences))
    given = answered(features(sentences, cues=True), rules, names, known, asked)
    plain = scores(features(sentences, cues=False), rules, known, asked, balanced=False) > 0
    return result(other.rules, given, plain, other.clusters)


def result(wanted: Bools, given: Bools, plain: Bools, names: tuple[str, ...]) -> Result:
    """The figures of given rules."""
    by_cluster = counts(wanted, given, names)

    def macro(sums: np.ndarray) -> float:
        return float(f1(sums).mean())

    each = f1(by_cluster.sum(axis=0))
    return Result(
        macro=figure(by_cluster, macro),
        micro=figure(by_cluster, micro),
        plain=figure(counts(wanted, plain, names), macro),
        rules={rule: (float(each[column]), int(wanted[:, column].sum())) for column, rule in enumerate(RULES)},
    )
