"""What a clause says before items and parties become statements: ``Frame``, and the state while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from finwatch.model.statement import Action, Condition, Party, Place, Source
from finwatch.policy.statements.lexicon import Token, Verb

GENERIC = frozenset({"personal_info", "sensitive_info", "identity_info"})
"""Parents so wide that 收集的个人信息 or 验证您的身份信息 names no collection."""
GIVEN = frozenset({Action.SHARE, Action.ENTRUST, Action.TRANSFER, Action.PUBLISH})
NOT_DATA = (
    "设备", "功能", "服务", "场景", "行为", "情形", "情况", "方式", "过程", "目的", "规则", "范围", "权利", "请求", "要求", "期限", "约定", "规定",
    "第三方", "SDK", "机构", "公司", "主体", "用户", "安全", "人员", "员工", "渠道", "前提", "义务", "活动", "业务", "产品", "网站", "应用", "页面", "环节",
    "政策", "法律", "合法", "必要性", "时间", "地点", "种类", "类型", "保护", "申请", "操作", "措施", "频率", "用途", "理由", "后果", "内容。",
)  # fmt: skip
"""Nouns after 的 that are not data: what stands before describes them."""


@dataclass(slots=True)
class Frame:
    """A predicate with its parts, before items and parties become statements."""

    verbs: list[Verb]
    objects: list[Token]
    party: Party
    denied: bool
    recipient: Party | None = None
    purpose: tuple[int, int] | None = None
    conditions: tuple[Condition, ...] = ()
    place: Place | None = None
    source: Source | None = None
    implied: bool = False
    de_identified: bool = False
    permission: bool = False
    include: bool = False
    carried: bool = False
    """The objects stand in an earlier clause."""


@dataclass(slots=True)
class Context:
    """What a sentence takes over from those before it."""

    sdk: Party | None = None
    """The component that an entry is about."""
    topic: list[Token] = field(default_factory=list)
    """Items of the label before a colon."""


@dataclass(slots=True)
class Clause:
    """The state while one clause is read."""

    subject: Party | str | None = None
    denied: bool = False
    only: bool = False
    group: list[Verb] = field(default_factory=list)
    objects: list[Token] = field(default_factory=list)
    front: list[Token] = field(default_factory=list)
    aside: list[Token] = field(default_factory=list)
    """Items after 通过, 从, 在: not objects unless nothing else is."""
    nested: int = -1
    """Objects before a description began (收集您使用…时的…); -1 = none open."""
    recipient: Party | str | None = None
    role: str | None = None
    role_at: int = 0
    place: Place | None = None
    limits: list[Condition] = field(default_factory=list)
    implied: bool = False
    described: bool = False
    source: Source | None = None
    de_identified: bool = False
    permission: bool = False
    refused: bool = False
    include: bool = False
    headless: bool = False
    mute: bool = False
    purpose_at: int = -1
    last_verb: int = -1
    joined: bool = True
    uses_sdk: bool = False
    """我们使用了…SDK: in what follows the component acts."""
    deemed: Condition | None = None
