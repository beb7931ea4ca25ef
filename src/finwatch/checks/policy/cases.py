"""The policy of a case: text and statements as data, so that a check's cases need no reader of policies.

The key ``policy`` of a ``[[case]]`` (see ``checks/cases.py``) is ``"none"`` or a table; without it the case has the
ordinary policy, which tells every topic:

``text``         lines are paragraphs; ``add`` appends to the ordinary text instead, ``without`` drops the ordinary
                 lines that hold any of these words
``statements``   ``{item, says, action?, denied?, party?, recipient?, condition?}``: ``says`` stands in the text and
                 makes the sentence; party and recipient are kinds, or ``kind:name``; condition is a kind
``sdks``         ``{name, supplier?, purpose?, items?, nothing?}``; the name stands in the text
``rights``       ``{kind, says, days?}``
``language``, ``unread``, ``problem``, ``gone``   as in ``PolicySeen``, ``PolicyText`` and ``PolicyReading``
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finwatch.errors import CatalogError
from finwatch.model.base import Text
from finwatch.model.disclosure import PolicySeen
from finwatch.model.policy import Paragraph, ParagraphKind, PolicyFormat, PolicyText
from finwatch.model.statement import (
    FIRST,
    Action,
    Condition,
    ConditionKind,
    Party,
    PartyKind,
    PolicyReading,
    Right,
    RightKind,
    SdkRow,
    Statement,
)

ORIGIN = "policy.txt"
DOCUMENT = "1" * 64
ORDINARY = """示例应用个人信息保护政策
更新日期:2026年9月1日,生效日期:2026年9月15日
示例科技有限公司(以下称“我们”)为您提供服务。
注册时我们收集您的手机号码,用于登录和找回账号。
实名认证时我们收集您的身份证件号码,它属于敏感个人信息,拒绝提供将无法转账。
您的个人信息存储在中国境内,保存期限为注销账户后三年,期满后删除或匿名化。
您可以在“设置-隐私”中查询、更正、删除个人信息,撤回同意或者注销账户,我们在15个工作日内答复。
我们不向未满十四周岁的未成年人提供服务。
本政策变更时,我们以弹窗方式再次征得您的同意。
投诉请联系 privacy@example.cn,电话 010-00000000。
"""
"""A policy that tells every topic that a check asks for."""
_STATED = (("phone_number", "注册时我们收集您的手机号码"), ("id_number", "实名认证时我们收集您的身份证件号码"))


def seen(written: Mapping[str, Any] | str | None, *, place: str) -> PolicySeen | None:
    """The policy that a case describes. Raises ``CatalogError`` naming ``place`` and the words that are missing."""
    if written == "none":
        return None
    entry: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
    if "problem" in entry or entry.get("gone"):
        why = str(entry.get("problem", "the page does not exist"))
        return PolicySeen(ORIGIN, problem=Text(zh=why, en=why), gone=bool(entry.get("gone")))
    text = _text(entry)
    policy = _Policy(text, place)
    reading = PolicyReading(
        document=DOCUMENT,
        statements=tuple(sorted(policy.statements(entry), key=lambda one: one.start)),
        sdks=tuple(policy.row(row) for row in entry.get("sdks", ())),
        rights=tuple(policy.right(right) for right in entry.get("rights", ())),
        unread=tuple(entry.get("unread", ())),
    )
    return PolicySeen(ORIGIN, text=policy.document(entry.get("language", "zh")), reading=reading)


def _text(entry: Mapping[str, Any]) -> str:
    if "text" in entry:
        return str(entry["text"]).strip()
    dropped = entry.get("without", ())
    lines = [line for line in ORDINARY.strip().splitlines() if not any(word in line for word in dropped)]
    return "\n".join([*lines, *str(entry.get("add", "")).strip().splitlines()])


class _Policy:
    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self.lines = text.split("\n")

    def document(self, language: str | None) -> PolicyText:
        paragraphs, at = [], 0
        for number, line in enumerate(self.lines):
            paragraphs.append(Paragraph(number=number, kind=ParagraphKind.BODY, start=at, end=at + len(line)))
            at += len(line) + 1
        return PolicyText(
            document=DOCUMENT,
            format=PolicyFormat.TEXT,
            encoding="utf-8",
            language=language or None,
            text=self.text,
            paragraphs=tuple(paragraphs),
        )

    def statements(self, entry: Mapping[str, Any]) -> list[Statement]:
        ordinary = [] if "text" in entry else [(item, says) for item, says in _STATED if says in self.text]
        stated = [self._statement({"item": item, "says": says}) for item, says in ordinary]
        return [*stated, *(self._statement(one) for one in entry.get("statements", ()))]

    def _statement(self, written: Mapping[str, Any]) -> Statement:
        start, end = self._find(str(written["says"]))
        condition = written.get("condition")
        return Statement(
            item=written["item"],
            action=Action(written.get("action", "collect")),
            denied=bool(written.get("denied")),
            party=_party(written.get("party")) or FIRST,
            paragraph=self.text.count("\n", 0, start),
            start=start,
            end=end,
            item_start=start,
            item_end=end,
            recipient=_party(written.get("recipient")),
            purpose=(start, end) if written.get("purpose") else None,
            conditions=(Condition(ConditionKind(condition), start, end),) if condition else (),
        )

    def row(self, written: Mapping[str, Any]) -> SdkRow:
        start, _ = self._find(str(written["name"]))
        end = self.text.find("\n", start)
        return SdkRow(
            name=written["name"],
            supplier=written.get("supplier"),
            purpose=written.get("purpose"),
            items=tuple(written.get("items", ())),
            link=None,
            paragraph=self.text.count("\n", 0, start),
            start=start,
            end=end if end >= 0 else len(self.text),
            collects_nothing=bool(written.get("nothing")),
        )

    def right(self, written: Mapping[str, Any]) -> Right:
        start, end = self._find(str(written["says"]))
        return Right(
            kind=RightKind(written["kind"]),
            paragraph=self.text.count("\n", 0, start),
            start=start,
            end=end,
            days=written.get("days"),
        )

    def _find(self, words: str) -> tuple[int, int]:
        at = self.text.find(words)
        if at < 0:
            raise CatalogError(
                f"{self.place}: the policy does not say {words!r}.", todo="Write it into `text` or `add`."
            )
        return at, at + len(words)


def _party(written: str | None) -> Party | None:
    if written is None:
        return None
    kind, _, name = written.partition(":")
    return Party(PartyKind(kind), name or None)
