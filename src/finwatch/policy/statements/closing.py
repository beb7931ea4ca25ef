"""Predicates closed: objects found, direction settled, and a ``Frame`` made of what a clause gathered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from finwatch.model.statement import FIRST, Action, Condition, Party, PartyKind, Place, Source
from finwatch.policy.statements.frame import GENERIC, GIVEN, Clause, Context, Frame
from finwatch.policy.statements.lexicon import COLLECT, OPERATOR, STORE, USER, Kind, Token, Verb

KEPT_OR_GIVEN = GIVEN | {STORE, Action.DELETE, Action.UPLOAD}
"""Actions whose object may stand in the clause before."""
NAMED = re.compile(r"信息|数据|资料|订单|内容|记录|照片|文件")
"""Between 将 and the verb: it has an object of its own, though no item of the catalogue."""
NOMINAL = re.compile(
    r"[^,。;的将会]{2,16}的(?:风险|行为|活动|情况|情形|处理|对象|主体|措施|能力|请求|目的|方式|期限|范围|规则|权利|义务|责任)"
)
"""From a verb on: it describes a noun that is no data (降低披露和更改的风险)."""
PROMISED = re.compile(r"(?:使|保证|确保|防止|努力|避免)[^,。;我]{0,14}(?:不会|不)(?:被)?$")
"""使您的信息不会被泄漏: a promise of protection. The pattern ends where the verb begins."""
ON_DEVICE = re.compile(
    r"[\u4e00-\u9fff]{2,5}[^,。;服务]{0,16}?(?:设备|手机|终端|本地|客户端|浏览器)(?:端|本地|存储)?(?:上|中|内|里|本地|之中|当中)?(?=[,。;()])"
)
"""From a verb of keeping on: what keeps is the person's own device (仅保存在您的手机上)."""
AT_WILL = re.compile(r"[^,。;]{0,24}(?:您|你)(?:所)?指定的")
"""After an object: a recipient that the person names."""
CLAUSE_END = re.compile(r"[,。;，；\n]")


OTHERS = re.compile(r"第三方|机构|公司|银行|平台|商|方|SDK|好友|他人|部门|局|院|会|对象|网点|人员|单位|用户")
"""In the name of whom the person gives something to: somebody else than the operator."""


def _is_operator(party: Party) -> bool:
    """您向某某记账提供: a bare name that the person gives data to, in a policy, is the operator's or its product's."""
    return party.kind is PartyKind.THIRD and party.name is not None and not OTHERS.search(party.name)


class Closing:
    """The part of a sentence's reading that turns an open predicate into a frame."""

    def __init__(self, text: str, context: Context, *, latin: bool = False) -> None:
        self.text = text
        self.context = context
        self.latin = latin
        self.frames: list[Frame] = []
        self.open_head: Frame | None = None
        self._conditions: list[Condition] = []
        self._carry: Party | str | None = None
        self._sdk: Party | None = context.sdk
        self._tokens: Sequence[Token] = ()
        """Those of the whole sentence."""
        self._supposed: list[Frame] = []
        self._clause = Clause()
        self._last: list[Token] = []
        self._trailing: list[Condition] = []

    @property
    def _operator_named(self) -> bool:
        """我们 stands in the sentence: then no component of an earlier one acts in it."""
        return any(token.value is OPERATOR for token in self._tokens)

    @property
    def _entitled(self) -> bool:
        """您可以…: the person may do what the sentence says."""
        return any(token.kind is Kind.RIGHTS for token in self._tokens)

    def _close(self) -> None:
        """Ends the open predicate: it becomes a frame if it has objects and a party that can be told."""
        clause = self._clause
        if not clause.group:
            self._described_items(clause)
            return
        verbs, clause.group = clause.group, []
        objects, carried = self._objects(clause, verbs)
        permission = clause.permission or (bool(objects) and self.text.endswith("权限", 0, objects[-1].end))
        if permission and all(verb.action is Action.USE and not verb.purpose for verb in verbs):
            verbs = [Verb(COLLECT, weak=True, permit=True)]
        include = clause.include and not clause.headless
        if not objects and not include:
            return
        party = self._actor(clause)
        frame = Frame(
            verbs,
            objects,
            party if isinstance(party, Party) else FIRST,
            denied=clause.denied,
            recipient=clause.recipient if isinstance(clause.recipient, Party) else None,
            purpose=(clause.purpose_at, self._end_of_clause(clause)) if clause.purpose_at >= 0 else None,
            conditions=(*self._conditions, *clause.limits, *([clause.deemed] if clause.deemed else [])),
            place=clause.place,
            source=clause.source,
            implied=clause.implied,
            de_identified=clause.de_identified,
            permission=clause.permission,
            include=include,
            explicit=clause.subject is not None or self._carry is not None,
            carried=carried,
        )
        if self._directed(frame, clause, party):
            self.open_head = frame if include else None
            if objects:
                self.frames.append(frame)
                given = frame.verbs[-1].action in GIVEN
                if clause.jointly is not None and party == FIRST and not frame.denied and not given:
                    self.frames.append(replace(frame, party=clause.jointly))
                if not carried:
                    self._last = objects
        clause.objects = []
        clause.front = []

    def _described_items(self, clause: Clause) -> None:
        """Items of a clause without a predicate of its own: kept for the next clause, collected where described so."""
        items = clause.front or clause.objects
        if not items:
            return
        if clause.described and not all(GENERIC.issuperset(item.value) for item in items):
            self.frames.append(
                Frame([Verb(COLLECT)], items, FIRST, denied=False, implied=True, conditions=tuple(self._conditions))
            )
            clause.described = False
        self._last = items

    def _objects(self, clause: Clause, verbs: list[Verb]) -> tuple[list[Token], bool]:
        if 0 <= clause.fronted < len(clause.front):
            return clause.front[clause.fronted :], False
        if clause.objects:
            return clause.objects, False
        if clause.front:
            return clause.front, False
        last = verbs[-1].action
        told = not verbs[-1].provide or clause.recipient is not None
        if clause.object_at >= 0 and NAMED.search(self.text, clause.object_at, max(clause.last_verb, 0)):
            told = False
        if told and self._last and last in KEPT_OR_GIVEN and not NOMINAL.match(self.text, max(clause.last_verb, 0)):
            return self._last, True
        if clause.aside and last is COLLECT and not verbs[-1].permit:
            return clause.aside, False
        return [], False

    def _actor(self, clause: Clause) -> Party | str | None:
        if clause.subject is not None:
            return clause.subject
        if self._carry is not None:
            gives = clause.last_verb >= 0 and self.text.startswith(("共享", "分享"), clause.last_verb)
            others = isinstance(self._carry, Party) and self._carry.kind is PartyKind.THIRD
            return FIRST if gives and others and self._operator_named else self._carry
        if self._sdk is self.context.sdk and self._operator_named:
            return None
        return self._sdk or None

    def _directed(self, frame: Frame, clause: Clause, party: Party | str | None) -> bool:  # noqa: PLR0911, PLR0912 - one a direction
        """Turns the frame by who gives and who receives; ``False`` = it states nothing about personal information."""
        verb = frame.verbs[-1]
        to = clause.recipient
        if verb.action not in GIVEN:
            frame.recipient = None
            self._drop_giving(frame, to)
        if verb.denied_only and (not frame.denied or PROMISED.search(self.text, 0, clause.last_verb)):
            return False
        if verb.action is Action.UPLOAD and not (party is None or party == USER) and not isinstance(to, Party):
            if not frame.denied:
                frame.verbs = [Verb(COLLECT)]
            frame.place = frame.place or Place.SERVER
            return True
        if verb.provide:
            return self._provided(frame, party, to)
        if verb.action in GIVEN and to == FIRST and isinstance(party, Party) and party.kind is not PartyKind.FIRST:
            frame.verbs, frame.party, frame.recipient = [Verb(Action.COLLECT)], FIRST, None
            frame.source = Source.THIRD
            return True
        if verb.needs_recipient and not isinstance(to, Party) and self._settles_joined(frame, clause):
            verb = frame.verbs[-1]
        if verb.needs_recipient:
            if to == FIRST or (frame.place is Place.SERVER and not isinstance(to, Party)):
                frame.recipient = None
                frame.verbs = [Verb(Action.UPLOAD if frame.denied else COLLECT)]
                frame.place = Place.SERVER
                return True
            return isinstance(to, Party)
        if self._with_the_person(frame, to):
            return False
        self._kept_by(frame, clause)
        if party == USER:
            frame.party = FIRST
            return verb.action is COLLECT
        if verb.action is COLLECT:
            if isinstance(to, Party) and to.kind is not OPERATOR:
                frame.source = Source.THIRD
            frame.recipient = None
        return True

    def _settles_joined(self, frame: Frame, clause: Clause) -> bool:
        """收集、使用和分享您的信息: among other verbs 分享 is sharing; 传输 without a receiver is no giving of data."""
        if len(frame.verbs) < 2 or frame.place is Place.SERVER:
            return False
        shared = self.text.startswith("分享", clause.last_verb)
        frame.verbs = [*frame.verbs[:-1], Verb(Action.SHARE)] if shared else frame.verbs[:-1]
        return True

    @staticmethod
    def _drop_giving(frame: Frame, to: Party | str | None) -> None:
        """已提供或可能开发的功能中会收集: giving without a receiver beside another verb is no giving of data."""
        if not frame.verbs[-1].provide and (not isinstance(to, Party) or to.kind is OPERATOR):
            frame.verbs = [one for one in frame.verbs if not (one.provide or one.needs_recipient)]

    def _kept_by(self, frame: Frame, clause: Clause) -> None:
        """仅保存在您的手机上: the person's own device keeps."""
        stores = frame.verbs[-1].action is STORE and not frame.denied
        if stores and ON_DEVICE.match(self.text, clause.last_verb):
            frame.party = Party(PartyKind.DEVICE)

    def _with_the_person(self, frame: Frame, to: Party | str | None) -> bool:
        """披露自己的地址, 传输给您指定的第三方: the person gives, or says who gets it."""
        action = frame.verbs[-1].action
        first, last = (frame.objects[0].start, frame.objects[-1].end) if frame.objects else (0, 0)
        if action in GIVEN and not frame.denied and AT_WILL.match(self.text, last):
            return True
        return action is Action.SHARE and (to == USER or self.text.startswith(("自己的", "本人的"), first - 3))

    def _provided(self, frame: Frame, party: Party | str | None, to: Party | str | None) -> bool:
        """您提供给我们 is collecting; 我们提供给第三方 is sharing; 我们向您提供 is neither."""
        if to == USER:
            return False
        if any(verb.action in GIVEN and not verb.provide for verb in frame.verbs[:-1]):
            return isinstance(to, Party) and to.kind is not OPERATOR
        by_user = party == USER or (party is None and (to is None or to == FIRST))
        if by_user or (isinstance(to, Party) and to.kind is OPERATOR):
            receiver = to if isinstance(to, Party) and not (by_user and _is_operator(to)) else FIRST
            frame.source = Source.USER if by_user else Source.THIRD
            frame.party, frame.recipient = receiver, None
            frame.verbs = [Verb(COLLECT)]
            return True
        return isinstance(to, Party)

    def _end_of_clause(self, clause: Clause) -> int:
        found = CLAUSE_END.search(self.text, clause.purpose_at + 1)
        return found.start() if found else len(self.text)
