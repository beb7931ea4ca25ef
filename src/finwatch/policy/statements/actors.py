"""Who acts and who receives in a clause: the parties among its tokens, subjects, recipients, components by name.

Part of reading a sentence, between ``closing`` (which makes frames) and ``clause`` (which walks over the tokens).
"""

from __future__ import annotations

import re

from finwatch.model.statement import FIRST, Party, PartyKind, Place, Source
from finwatch.policy.statements.closing import Closing
from finwatch.policy.statements.frame import Clause
from finwatch.policy.statements.lexicon import COMPONENT, OPERATOR, USER, Kind, Token
from finwatch.policy.statements.parties import NAME_LENGTH, clean_name, party_of, sdk_name
from finwatch.policy.statements.segments import has

RECIPIENT_END = re.compile(r"[,。;:(，；：\n]|以便|用于|进行|处理")

SDK_ACTS = re.compile(
    r"(?:等|服务|组件|等服务)?(?:需要?|会|将会?|可能会?|可能需要|也会)(?:申请)?(?:收集|获取|读取|采集|访问|使用)"
)
"""Right after the word SDK: the component is who acts (我们集成的某某SDK等需要收集…)."""
OWNED = re.compile(r"的|(?:移动|智能|手机|终端)*(?:设备|手机|终端|系统|账号)")
"""After 您: the person owns what follows (调用您设备的相机权限), and does not act."""
JOINER = re.compile(r"(?:或者?|以?及|并且?|和|、|/|\b(?:or|and|nor))\s*$", re.IGNORECASE)
"""What joins a verb to the one before it. The pattern ends where the verb begins."""
SERVES_US = re.compile(r"(?:为|向)(?:我们|我行|我司|本公司)提供[^,。;]{0,10}的$")
"""Before a third party: it serves the operator. The pattern ends where the party's name begins."""
POINTING = re.compile(r"(?:这些|该等|该类|该|上述|此类|相关|有关|前述|所有|任何|其他|其|各|全体|新的|,)*")
"""Words that point to a party named before."""


def _describes(tokens: list[Token], item: Token) -> bool:
    """合法持有您信息的机构: the item tells which receiver is meant."""
    return item.kind is Kind.ITEM and any(one.kind is Kind.OF and one.start == item.end for one in tokens)


class Actors(Closing):
    """The part of a sentence's reading that tells who acts and who receives."""

    def _turn(self, at: int = -1) -> None:
        """Closes the predicate and starts another clause with the same subject.

        ``at`` is where a verb or its 将 stands that goes on: joined by 或, 并 or 、 it is denied with the one before
        (不会出售您的信息或将其提供给第三方).
        """
        old = self._clause
        self._close()
        joined = old.denied and at > 0 and JOINER.search(self.text, max(0, at - 8), at) is not None
        self._clause = Clause(subject=old.subject, mute=old.mute, denied=joined)

    def _recipient_after(self, tokens: list[Token], place: int) -> None:
        """共享给…, 传输至…: the recipient follows the verb."""
        start = tokens[place].end
        stop = RECIPIENT_END.search(self.text, start)
        end = stop.start() if stop else len(self.text)
        kind: object = None
        for token in tokens[place + 1 : place + 8]:
            if token.start >= end:
                break
            if token.kind is Kind.PARTY and token.value != USER:
                kind = kind or token.value
            elif token.kind is Kind.OF and kind is OPERATOR:
                kind = None
            elif _describes(tokens, token) or (token.kind is Kind.VERB and kind is OPERATOR and token.value.provide):
                continue
            elif token.kind in (Kind.PURPOSE, Kind.VERB, Kind.ITEM, Kind.TURN, Kind.NOT, Kind.CONDITION):
                end = token.start
                break
        name = self.text[start:end]
        self._clause.recipient = (
            Party(kind, clean_name(name)) if isinstance(kind, PartyKind) else party_of(name) or self._clause.recipient
        )
        if tokens[place].value.to and any(
            token.kind is Kind.PLACE and token.value is Place.SERVER and token.start < start + NAME_LENGTH
            for token in tokens[place + 1 : place + 4]
        ):
            self._clause.recipient = FIRST

    def _party(self, tokens: list[Token], place: int) -> None:  # noqa: PLR0911, PLR0912 - one return a role
        token = tokens[place]
        clause = self._clause
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.value == USER:
            self._user(token, before, after)
            fronted = before is not None and before.end == token.start and before.value == "object"
            if fronted and after is not None and after.kind is Kind.VERB and has(tokens[place:], Kind.OF):
                clause.nested = len(clause.front)
            return
        if clause.nested >= 0:
            return
        if before is not None and before.kind is Kind.CONTROL and self._next_to(before, token):
            laid = self.text.startswith("要求", before.start) and token.value is not OPERATOR
            clause.mute = clause.mute or clause.subject == USER or laid
            return
        if clause.role in ("to", "with") and not (clause.group and not self.latin):
            clause.recipient = self._named(token, clause.role_at)
            return
        if clause.role == "from":
            if token.value is not OPERATOR:
                clause.source = Source.THIRD
            return
        if before is not None and before.kind is Kind.REFUSAL and token.value is OPERATOR:
            clause.mute = True
            return
        if token.value is OPERATOR and clause.group and self._is_part_of_a_name(before, token, after):
            return
        if token.value is OPERATOR and clause.group and clause.group[-1].to and self._follows_verb(before, token):
            if after is None or after.kind is not Kind.OF:
                clause.recipient = FIRST  # 提供给我们: who receives; 提供给我们的关联公司: told of by its own word
            return
        if token.value is OPERATOR:
            if before is None or before.kind is not Kind.PREPOSITION or before.end < token.start:
                self._first(token, before, after)
            return
        if (
            token.value is PartyKind.THIRD
            and after is not None
            and after.value is COMPONENT
            and after.start == token.end
        ):
            return
        led = place > 0 and tokens[place - 1].value is PartyKind.THIRD
        of = place > led and tokens[place - 1 - led].kind is Kind.OF and not clause.group
        if token.value is COMPONENT and (clause.group or clause.subject is not None) and clause.role != "by" and not of:
            if not clause.objects and not (clause.group and clause.group[-1].to):
                called = before is not None and before.kind is Kind.VERB and before.value.permit
                self._sdk = self.named_sdk(token)
                clause.group.clear()
                clause.uses_sdk = not called
                if SDK_ACTS.match(self.text, token.end):
                    clause.subject = self._sdk
            return
        jointly = clause.subject == FIRST and has(tokens[:place], Kind.AND)
        if jointly and not clause.group and not clause.role:
            clause.jointly = self._named(token, token.start)
        if clause.group and not clause.objects and self._is_told_by_service(before, token):
            clause.group.clear()
        if (clause.group and clause.role != "by") or clause.role == "through" or jointly:
            return
        clause.subject = self.named_sdk(token) if token.value is COMPONENT else self._named(token, token.start)
        if clause.role == "by":
            clause.role = None

    def _user(self, token: Token, before: Token | None, after: Token | None) -> None:  # noqa: PLR0911 - one a role
        clause = self._clause
        if after is not None and after.start == token.end and after.kind in (Kind.OF, Kind.ITEM):
            if after.kind is Kind.ITEM and clause.group:
                return
            if after.kind is Kind.OF or clause.group:
                if clause.nested >= 0 and after.kind is Kind.OF:
                    return
                return
        if (
            before is not None
            and before.end == token.start
            and before.kind is Kind.PREPOSITION
            and before.value
            in (
                "to",
                "with",
                "object",
            )
        ):
            if before.value != "object":
                clause.recipient = USER
            return
        if before is not None and before.kind is Kind.PREPOSITION and before.value == "by":
            clause.subject = USER
            return
        self._drop_title(token, after)
        if clause.group:
            if clause.nested < 0 and not clause.group[-1].to:
                if self._wants_user(clause) and OWNED.match(self.text, token.end) is None:
                    clause.group.clear()
                    clause.subject = USER
                else:
                    clause.nested = len(clause.objects)
            return
        if clause.role == "object" and clause.front:
            clause.nested = len(clause.front)
            return
        clause.subject = USER
        clause.denied = False

    def _next_to(self, before: Token, token: Token) -> bool:
        """Whether only words that point stand between: 要求这些服务商."""
        return POINTING.fullmatch(self.text, before.end, token.start) is not None

    @staticmethod
    def _follows_verb(before: Token | None, token: Token) -> bool:
        return before is not None and before.kind is Kind.VERB and before.end == token.start

    def _is_told_by_service(self, before: Token | None, token: Token) -> bool:
        """为我们提供服务的第三方会…: the verb tells which third party is meant, who then acts."""
        described = before is not None and before.kind is Kind.OF and before.end == token.start
        return described and SERVES_US.search(self.text, max(0, token.start - 24), token.start) is not None

    def _drop_title(self, token: Token, after: Token | None) -> None:
        """(三)删除您的个人信息您可以…: what a title left is no predicate."""
        clause = self._clause
        glued = after is not None and after.kind is Kind.RIGHTS and after.start == token.end
        if clause.group and clause.objects and glued:
            clause.group.clear()
            clause.objects.clear()

    @staticmethod
    def _wants_user(clause: Clause) -> bool:
        """需要您…, 请求您…: the person becomes the subject."""
        return not clause.objects and clause.group[-1].permit

    def _is_title(self, before: Token | None, token: Token) -> bool:
        """(二)转让我们不会…: a verb glued to the subject that follows is what a title left."""
        return (
            before is not None
            and before.kind is Kind.VERB
            and before.end == token.start == self._clause.last_verb + (before.end - before.start)
            and not before.value.to
            and self.text[token.start - 1] not in "在于"
        )

    def _is_part_of_a_name(self, before: Token | None, token: Token, after: Token | None) -> bool:
        """您的系统…信息, IMEI、APP版本号: a word for the operator within the name of an object."""
        if before is None or before.end != token.start or self.text[token.start] in "我本":
            return False
        listed = (
            before.kind is Kind.AND
            and after is not None
            and after.kind in (Kind.ITEM, Kind.AND)
            and after.start == token.end
        )
        return before.kind is Kind.OF or listed

    def _first(self, token: Token, before: Token | None, after: Token | None) -> None:
        clause = self._clause
        if clause.subject == USER and self.text[token.start] not in "我本":
            return
        if clause.group and clause.objects:
            self._turn()
            clause = self._clause
        owner = after is not None and after.kind is Kind.OF and after.start == token.end
        if not clause.objects and not owner and self._is_title(before, token):
            clause.group.clear()
        if clause.mute and not owner and before is not None and before.end == token.start and before.kind is Kind.VERB:
            clause.mute = False  # 我们如何共享您的信息 共享 我们不会…: titles, glued to the sentence
            clause.front.clear()
        told = clause.last_verb >= 0 or (before is not None and before.kind in (Kind.VERB, Kind.OF))
        if clause.denied and told and not owner and not clause.objects and not clause.front:
            clause.denied = False  # (四)不转让 我们会…: the title's denial
        clause.subject = FIRST
        clause.purpose_at = -1

    def _named(self, token: Token, start: int) -> Party:
        if token.value is OPERATOR:
            return FIRST
        if token.value is COMPONENT:
            return self.named_sdk(token)
        return Party(token.value, clean_name(self.text[start : token.end]))

    def named_sdk(self, token: Token) -> Party:
        """The component named right before the word SDK; 该SDK is the one named last."""
        name = sdk_name(self.text, token.start)
        return Party(COMPONENT, name) if name else self._sdk or Party(COMPONENT)
