"""What a clause says before items and parties become statements: ``Frame``, and the state while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from finwatch.model.statement import Action, Condition, Party, Place, Source
from finwatch.policy.statements.lexicon import Token, Verb, word_list

GENERIC = frozenset({"personal_info", "sensitive_info", "identity_info"})
"""Parents so wide that 收集的个人信息 or 验证您的身份信息 names no collection."""
GIVEN = frozenset({Action.SHARE, Action.ENTRUST, Action.TRANSFER, Action.PUBLISH})
NOT_DATA = word_list("zh", "item", "not_data")
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
    explicit: bool = False
    """The actor is named in the clause or in the one before."""
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
    fronted: int = -1
    """Where in ``front`` the object after 将 or 对 begins; -1 = there was none."""
    object_at: int = -1
    """Where the words after 将 begin; -1 = there was none."""
    jointly: Party | None = None
    """我们或我们的合作伙伴: who acts beside the operator."""
    uses_sdk: bool = False
    """我们使用了…SDK: in what follows the component acts."""
    deemed: Condition | None = None
