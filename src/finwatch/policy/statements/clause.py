"""One clause's tokens: subjects, directions, negation, objects. The grammar of 我们不会将您的信息共享给第三方.

A verb in a question or a description (我们收集的信息) states nothing; a negation reaches from its word to the end of
its clause, over verbs that are joined (不会收集或共享), and no further; objects stand after the verb, before it
(将您的信息共享给) or, for keeping and giving, in the clause before.
"""

from __future__ import annotations

import re

from finwatch.model.statement import FIRST, Action, Condition, ConditionKind, Party, PartyKind
from finwatch.policy.statements.actors import Actors
from finwatch.policy.statements.frame import NOT_DATA, Frame
from finwatch.policy.statements.lexicon import COLLECT, USER, Kind, Token, Verb
from finwatch.policy.statements.parties import party_of
from finwatch.policy.statements.segments import KEEPER, classified, first_subject, has, law_ends, of_item_follows

INSIDE = ("中,", "中可能", "中也", "之中", "里,")
"""After an object: it is only where something else is found (我们收集的信息中,可能包含…)."""

DUTY = re.compile(r"要求(?:其|对方)[^,。;]{0,24}$")
"""要求其及时删除: somebody else's duty. The pattern ends where the verb begins."""
NUMBERED = re.compile(r"(?:种类|类型)[、和及与]*号码")
"""身份证件的种类、号码: both are data."""
RELATED = re.compile(r"(?:[^,，、。;]{0,6}(?:相关|有关))?")
"""Between an object and 的: 使用日历管理相关的功能."""
ANONYMOUS = re.compile(r"(?:去标识化|匿名化)(?:处理)?(?:和|及|或|、|并)?[^,，。;、]{0,10}(?:措施|后的|的)")
"""Data that were made anonymous before: a description."""
POINTING = frozenset({"一切", "任何", "上述", "该等", "此等", "此类", "前述", "该项", "这些"})
"""Before a verb they make a noun of it: 该等转让."""
QUOTES = frozenset("“”\"'「」【】")
IDLE = frozenset(
    {
        Kind.AND,
        Kind.COLON,
        Kind.COMMA,
        Kind.CONTROL,
        Kind.DEFINITION,
        Kind.END,
        Kind.OPEN,
        Kind.CLOSE,
        Kind.QUOTE,
        Kind.RIGHTS,
        Kind.SILENT,
    }
)
"""Tokens that do nothing by themselves."""
JOINING = frozenset({Kind.AND, Kind.PREPOSITION})
USED_FOR = Verb(Action.USE, weak=True, purpose=True)
CHECKS = ("验证", "核验", "核对", "校验", "比对")
"""What is checked is used where it is the object of 将 or 对, and a means after 通过."""
AIM = re.compile(r"出于[^,。;]{0,40}?目的(?:下|而|来)?")
NOUNS = re.compile(r"(?:信息|数据|资料)的(?:[\u4e00-\u9fff]{2,4}(?:[、和及与或]|以及))+$")
"""个人信息的收集、更正、: a list of nouns. The pattern ends where the word begins."""
DONE = ("", "到", "了", "过", "得", "来", "中", "时", "后", "前")
"""Between a verb and 的: 收集到的; not 收集新的."""
MADE = re.compile(r"(?:和|及|或|与|、|以及|并|或者)?(?:在[^,。]{0,10})?(?:产生|生成|形成)的")
"""After a verb: what was collected and came about on the way, a description."""
MEANS = re.compile(r"[^,。;、您你]{0,20}?(?:技术|机制|措施|手段|工具|算法|协议|通道|软件|软体|方法)")
"""After 使用: means, not data (使用加密技术保护您的信息)."""


def _allowed(tokens: list[Token], place: int) -> int:
    """Where 未经您的授权 ends and what is not done without it begins: at the verb right behind the consent."""
    for at in range(place + 1, len(tokens) - 1):
        if tokens[at].kind is Kind.CONSENT and tokens[at + 1].kind is Kind.VERB:
            return at + 1
    return len(tokens)


class Clauses(Actors):
    """The part of a sentence's reading that walks over the tokens of its clauses."""

    def _main(self, tokens: list[Token]) -> None:  # noqa: PLR0912, PLR0915 - one branch a kind of token
        place = 0
        size = len(tokens)
        while place < size:
            token = tokens[place]
            kind = token.kind
            clause = self._clause
            if kind in IDLE:
                pass
            elif kind is Kind.ITEM:
                self._item(token)
            elif kind is Kind.VERB:
                self._verb(tokens, place)
            elif kind is Kind.PARTY:
                self._party(tokens, place)
            elif kind is Kind.OF:
                self._of(token)
            elif kind is Kind.NOT:
                if clause.group and not clause.objects and of_item_follows(tokens, place + 1):
                    clause.nested = 0
                elif clause.objects and clause.nested < 0:
                    self._turn()
                if clause.nested < 0:
                    self._clause.denied = True
            elif kind is Kind.STOP and clause.subject == FIRST and self._stops(token, tokens[place + 1 : place + 2]):
                clause.denied = True
            elif kind is Kind.QUESTION and clause.group and place and tokens[place - 1].kind is Kind.AND:
                pass  # 收集、使用及保护您的信息: joined to the verbs, no question
            elif (
                kind is Kind.QUESTION
                and clause.role == "object"
                and clause.front
                and tokens[place - 1].kind is Kind.AND
            ):
                place += 1 + (place + 1 < size and tokens[place + 1].kind is Kind.VERB)
                continue  # 将您的姓名、是否上报征信共享给: one of the objects
            elif kind is Kind.PREPOSITION:
                after_case = self._in_case(tokens, place)
                if after_case:
                    place = after_case
                    continue
                self._preposition(token, tokens[place + 1 :])
            elif kind is Kind.PURPOSE:
                if clause.front and not clause.group and self.text.endswith(("用于", "用来"), 0, token.end):
                    self._used_for(token, USED_FOR)
                elif clause.group or clause.front:
                    clause.purpose_at = token.start
                else:
                    place = self._past_purpose(tokens, place)
                    continue
            elif kind is Kind.TURN:
                if clause.nested < 0:
                    self._turn()
                    if self.text.startswith("但", token.start):
                        self._clause.mute = False
            elif kind is Kind.CONDITION:
                place = self._inner_condition(tokens, place)
                continue
            elif kind is Kind.DEEMED:
                self._deem(token, first=not place)
            elif kind is Kind.ENDS:
                described = place + 1 < size and tokens[place + 1].kind is Kind.OF
                if not described and clause.nested < 0 and clause.group and not clause.objects:
                    clause.group.clear()
                    clause.front.clear()
            else:
                self._mark(token)
                if kind is Kind.LIMIT and self.text[token.end - 1] == "的":
                    self._of(token)
            place += 1
        if self._clause.purpose_at >= 0 and tokens:
            self._clause.joined = False

    def _past_purpose(self, tokens: list[Token], place: int) -> int:
        """Where a purpose inside a clause ends: 出于…目的 with its last word, others at the next subject."""
        token = tokens[place]
        aim = AIM.match(self.text, token.start)
        if aim is None:
            return first_subject(tokens, place + 1)
        return next((at for at in range(place + 1, len(tokens)) if tokens[at].start >= aim.end()), len(tokens))

    def _mark(self, token: Token) -> None:  # noqa: PLR0912 - one branch a kind of word
        """Takes a word that only colours the clause."""
        clause, kind = self._clause, token.kind
        if kind is Kind.PLACE:
            clause.place = token.value
        elif kind is Kind.LIMIT:
            if token.value != "any":
                clause.limits.append(Condition(ConditionKind.LIMIT, token.start, token.end))
        elif kind is Kind.ONLY:
            clause.only = True
        elif kind is Kind.PERMISSION:
            clause.permission = True
        elif kind is Kind.DE_IDENTIFIED:
            clause.de_identified = True
        elif kind is Kind.REFUSAL:
            clause.refused = True
        elif kind is Kind.QUESTION:
            clause.mute = True
        elif kind is Kind.STOP:
            clause.implied = clause.subject != FIRST
        elif kind is Kind.INCLUDE:
            clause.include = True
        elif kind is Kind.HEADLESS:
            clause.headless = True
        elif kind is Kind.NOT_A_CASE:
            self._not_a_case()
        elif kind is Kind.OBTAIN:
            self._obtain(token)
        elif kind is Kind.CONSENT and self.latin:
            clause.limits.append(Condition(ConditionKind.CONSENT, token.start, token.end))
        elif kind is Kind.EXCEPTED and self.frames:
            self._trailing.append(Condition(ConditionKind.EXCEPTION, token.start, token.end))

    def _deem(self, token: Token, *, first: bool) -> None:
        """您同意…: consent taken for given where it opens a clause; elsewhere a description (您授权采集…的设备)."""
        clause = self._clause
        if first or not (clause.front or clause.group):
            clause.deemed = Condition(ConditionKind.DEEMED, token.start, token.end)
            clause.subject = None
        elif clause.nested < 0:
            clause.nested = len(clause.objects)

    def _obtain(self, token: Token) -> None:
        """我们会征得您的同意: what was supposed before is done with consent."""
        consent = Condition(ConditionKind.CONSENT, token.start, token.end)
        for frame in self._supposed:
            frame.conditions = (consent,)
            self.frames.append(frame)
        self._supposed = []

    def _not_a_case(self) -> None:
        """共享经去标识化处理的个人信息…不属于共享: what is defined away is done all the same."""
        clause = self._clause
        objects = clause.objects or clause.front or self._last
        verbs = [verb for verb in clause.group if verb.action in (Action.SHARE, Action.TRANSFER)] or None
        for frame in [one for one in self.frames if not one.denied and one.de_identified]:
            frame.denied = False
        if objects and clause.de_identified and not any(frame.de_identified for frame in self.frames):
            self.frames.append(Frame(verbs or [Verb(Action.SHARE)], objects, FIRST, denied=False, de_identified=True))
        clause.group.clear()
        clause.objects.clear()
        clause.denied = False
        clause.mute = True

    def _stops(self, token: Token, after: list[Token]) -> bool:
        """我们将停止收集: a denial from then on; 终止服务 is none."""
        ending = self.text.startswith(("停止", "终止"), token.start)
        return ending and bool(after) and after[0].kind is Kind.VERB and after[0].start == token.end

    def _item(self, token: Token) -> None:
        clause = self._clause
        if clause.purpose_at >= 0 or (clause.mute and clause.group):
            return
        if clause.group and self.text.startswith(INSIDE, token.end):
            clause.group.clear()
            clause.objects.clear()
        elif clause.group:
            clause.objects.append(token)
        elif clause.role in ("through", "from"):
            clause.aside.append(token)
        else:
            clause.front.append(token)

    def _of(self, token: Token) -> None:
        """的 ends a description: of an object (您使用…的信息), or of another noun (采集指纹的设备)."""
        clause = self._clause
        if clause.nested >= 0:
            del (clause.objects if clause.group else clause.front)[clause.nested :]
            clause.nested = -1
        elif (
            clause.group
            and clause.objects
            and RELATED.fullmatch(self.text, clause.objects[-1].end, token.start)
            and not NUMBERED.match(self.text, token.end)
            and self.text.startswith(NOT_DATA, token.end)
        ):
            stretch = self.text.rfind(",", 0, token.start)
            clause.objects = [one for one in clause.objects if one.start < stretch]
            if not clause.objects:
                clause.group.clear()

    def _in_case(self, tokens: list[Token], place: int) -> int:
        """Where 在…情况下 after a subject ends (我们只会在您同意的情况下使用); 0 = it is no such case."""
        clause = self._clause
        if self.text[tokens[place].start] != "在" or clause.group or clause.subject != FIRST or clause.front:
            return 0
        ends = next((at for at in range(place, len(tokens)) if tokens[at].kind is Kind.ENDS), None)
        if ends is None or has(tokens[place:ends], Kind.ITEM) or not has(tokens[place:ends], Kind.CONSENT):
            return 0
        self._conditions.append(classified(self.text, tokens[place : ends + 1], "when"))
        return ends + 1

    def _preposition(self, token: Token, rest: list[Token]) -> None:
        clause = self._clause
        after = rest[0] if rest else None
        if clause.nested >= 0:
            return
        role = token.value
        if role == "with" and after is not None and after.kind is Kind.ITEM and (clause.objects or clause.front):
            return
        if role == "with" and clause.role == "object" and self.text[token.start - 1] in "和及、或":
            return
        if role == "object":
            if clause.group and clause.objects:
                self._turn(token.start)
            if not self._clause.group:
                self._clause.role, self._clause.object_at = role, token.end
                self._clause.fronted = len(self._clause.front)
            return
        if clause.group and clause.objects and role in ("to", "with", "by") and not self.latin:
            last = clause.group[-1]
            if not has(rest, Kind.VERB):
                return
            if role != "to" or not last.needs_recipient:
                self._turn(token.start)
                clause = self._clause
        clause.role, clause.role_at = role, token.end
        if role == "by" and self.text.startswith("其", token.end):
            clause.subject, clause.role = self._sdk or Party(PartyKind.THIRD), None

    def _inner_condition(self, tokens: list[Token], place: int) -> int:
        """Skips a condition inside a clause (我们会在您使用…时收集); returns where the clause goes on."""
        clause = self._clause
        described = tokens[place].value == "law" and tokens[place - 1].kind is Kind.PREPOSITION
        if clause.nested >= 0 or (described and tokens[place - 1].end == tokens[place].start):
            return place + 1  # 向依法设立的机构: a description of who receives
        ends = next((at for at in range(place, len(tokens)) if tokens[at].kind is Kind.ENDS), None)
        stop = len(tokens) if ends is None else ends + 1
        if ends is None and tokens[place].value == "when" and not self.latin:
            stop = place + 1
            if not has(tokens[place:], Kind.CONSENT):
                return stop
        if tokens[place].value == "law" and ends is None:
            stop = law_ends(tokens, place)
        if tokens[place].value == "unless" and ends is None:
            stop = _allowed(tokens, place)
        if not clause.group and self.text.startswith(("您", "用户", "客户"), tokens[place].start):
            clause.subject = USER
        condition = classified(self.text, tokens[place:stop], tokens[place].value)
        if clause.group and clause.objects:
            subject = clause.subject
            if self.latin or condition.kind is ConditionKind.EXCEPTION:
                clause.limits.append(condition)
            self._turn()
            self._clause.subject = subject
            if ends is None:
                return stop
        self._conditions.append(condition)
        return stop

    def _verb(self, tokens: list[Token], place: int) -> None:  # noqa: PLR0911, PLR0912 - each return a verb that states nothing
        token = tokens[place]
        verb: Verb = token.value
        clause = self._clause
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        near = max(0, token.start - 30)
        duty = self.text.find("要求", near, token.start) >= 0 and DUTY.search(self.text, near, token.start)
        if clause.mute or duty or self._is_quoted(token) or self._is_noun(tokens, place):
            return
        if verb.purpose:
            self._used_for(token, verb)
            return
        if self.text.startswith(CHECKS, token.start):
            if clause.role == "through":
                return
            if clause.fronted >= 0 or (clause.role == "with" and clause.object_at >= 0):
                verb = Verb(Action.USE)
        if clause.purpose_at >= 0 and (clause.group or self.frames):
            return
        if verb.action is Action.DELETE and ANONYMOUS.match(self.text, token.start):
            return
        of = after is not None and after.kind is Kind.OF and self.text[token.end : after.start] in DONE
        if of or MADE.match(self.text, token.end):
            self._described_by(verb, token.start)
            return
        if verb.action is Action.USE and self._is_means(tokens, place):
            return
        if verb.action is Action.DELETE and clause.group and clause.group[0].permit:
            return  # 允许应用修改或删除存储卡中的内容: a permission
        if clause.nested >= 0:
            return
        if clause.role == "by" and KEEPER.search(self.text, clause.role_at, token.start):
            clause.subject = Party(PartyKind.DEVICE)
        subject = clause.subject if clause.subject is not None else self._carry
        if subject == USER and not self._user_acts(verb, token.start):
            return
        if clause.group and not clause.objects and not clause.joined and of_item_follows(tokens, place):
            clause.nested = 0
            return
        if (
            clause.group
            and clause.objects
            and verb.action is Action.USE
            and place
            and tokens[place - 1].kind is Kind.AND
        ):
            return
        if clause.objects and self._is_named_by(tokens, place):
            return
        if clause.group and clause.objects:
            subject_kept = clause.subject
            self._turn(token.start)
            clause = self._clause
            clause.subject = subject_kept
        elif clause.group and not clause.joined:
            clause.group.clear()
        clause.group.append(verb)
        clause.last_verb = token.start
        if clause.role in ("to", "with") and clause.recipient is None:
            clause.recipient = party_of(self.text[clause.role_at : token.start])
        elif verb.to or verb.action is Action.ENTRUST:
            self._recipient_after(tokens, place)
        clause.role = None
        if len(clause.group) > 1 and clause.group[-2].action is Action.USE and verb.action is not Action.USE:
            self._drop_modifier(tokens[place - 1])
        clause.joined = verb.action is Action.ENTRUST or (
            after is not None
            and (
                after.kind in (Kind.ONLY, Kind.PREPOSITION, Kind.NOT)
                or (after.kind in (Kind.AND, Kind.VERB) and after.start - token.end <= 1)
            )
        )

    def _is_means(self, tokens: list[Token], place: int) -> bool:
        """Whether what is used are means: 使用加密技术, before any item is named."""
        if self._clause.front:
            return False
        item = next((one.start for one in tokens[place + 1 :] if one.kind is Kind.ITEM), None)
        found = MEANS.match(self.text, tokens[place].end)
        return found is not None and item is not None and found.end() <= item

    def _drop_modifier(self, before: Token) -> None:
        """运营分析会采集: a verb of use right before another names what it is for."""
        if before.kind is Kind.VERB:
            del self._clause.group[-2]

    def _is_named_by(self, tokens: list[Token], place: int) -> bool:
        """收集操作系统、读写通讯录、位置: a verb of taking before one object of many is part of its name."""
        clause, token = self._clause, tokens[place]
        if not (clause.group and place) or token.value.action is not COLLECT:
            return False
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        listed = tokens[place - 1].kind is Kind.AND and self.text[token.start - 1] == "、"
        taken = any(one.action is COLLECT for one in clause.group)
        return listed and taken and after is not None and after.kind is Kind.ITEM and after.start - token.end <= 1

    def _is_quoted(self, token: Token) -> bool:
        """“设置”: the name of a page or a button."""
        return self.text[token.start - 1 : token.start] in QUOTES and self.text[token.end : token.end + 1] in QUOTES

    def _is_noun(self, tokens: list[Token], place: int) -> bool:
        """Whether a verb is used as a noun: 个人信息的收集, 一切共享."""
        token = tokens[place]
        if self.text[max(0, token.start - 2) : token.start] in POINTING:
            return True
        if NOUNS.search(self.text, max(0, token.start - 40), token.start):
            return True
        before = place - 1
        while before > 0 and tokens[before].kind in JOINING and tokens[before].end == tokens[before + 1].start:
            if tokens[before - 1].kind is not Kind.VERB:
                return False
            before -= 2
        if before < 0 or tokens[before].kind is not Kind.OF or tokens[before].end != tokens[before + 1].start:
            return False
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        return after is None or (after.kind is not Kind.ITEM and after.value != USER)

    def _described_by(self, verb: Verb, token_start: int) -> None:
        """收集的…: a description. What is collected by description is collected."""
        clause = self._clause
        if clause.nested >= 0:
            return
        given_on = clause.role == "object" and self.text.startswith("已", token_start - 1)
        if verb.action is COLLECT and clause.subject != USER and not (clause.denied or verb.permit or given_on):
            clause.described = not verb.weak or clause.subject == FIRST
            clause.role = None
        elif clause.group and clause.joined and clause.group[-1].action is COLLECT:
            clause.described = True
        if clause.group and not clause.objects and clause.joined:
            clause.described = clause.described or any(not one.weak and one.action is COLLECT for one in clause.group)
            clause.group.clear()

    def _used_for(self, token: Token, verb: Verb) -> None:
        """将…用于, or the purpose of the predicate that is open."""
        clause = self._clause
        subject = clause.subject if clause.subject is not None else self._carry
        if clause.group:
            clause.purpose_at = token.start
        elif clause.front and (
            clause.permission or clause.described or self.text.endswith("权限", 0, clause.front[-1].end)
        ):
            clause.group.append(Verb(COLLECT))
            clause.objects, clause.front = clause.front, []
            clause.purpose_at = token.start
        elif clause.front and (not clause.role or clause.role == "object" or clause.denied):
            clause.group.append(verb)
            clause.objects, clause.front = clause.front, []
            clause.purpose_at = token.start
        elif not clause.front and (self.frames or self._last or subject is not None):
            clause.mute = bool(self.frames)
            if self._last and not self.frames and clause.role != "by":
                clause.group.append(verb if clause.denied else Verb(COLLECT))
                clause.objects = list(self._last)
                clause.permission = not clause.denied
                clause.purpose_at = token.start

    def _user_acts(self, verb: Verb, at: int) -> bool:
        """Whether a verb counts although the person is its subject."""
        clause = self._clause
        if clause.subject == USER:
            must = verb.permit and any(word in self.text[max(0, at - 4) : at] for word in ("需", "须"))
            return (verb.provide or must) and not clause.denied and not clause.refused
        if verb.provide:
            return not clause.denied and not clause.refused
        if verb.weak and not verb.permit and self._entitled:
            return clause.denied
        return verb.action is COLLECT or clause.denied
