"""A sentence's tokens cut up: brackets, stretches between commas, and what kind of condition a stretch is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from finwatch.model.statement import Condition, ConditionKind
from finwatch.policy.statements.lexicon import COLLECT, OPERATOR, STORE, USER, Kind, Token, Verb

KEEPER = re.compile(r"设备|终端|手机|载体|操作系统")
"""Who keeps biometric data when it is not the operator."""


ADVICE = re.compile(
    r"建议(?:请)?(?:您|你|用户|客户|未成年人|其|监护人|父母)|请(?:您的?|你的?)?(?:父母|(?:法定)?监护人)"
    r"|请您?(?:务必|妥善|谨慎)"
)
WAY = re.compile(
    r"点击(?:右上角|右下角|左上角)?[“\"「【\[]|[“「]?我的[”」]?\s*(?:[-~—–>/(]|页面)"
    r"|[”\"]\s*[-—–>]+\s*[“\"]|(?:APP|App)的?路径|(?:修改|操作|查询|注销)路径"
)
"""A way through menus."""
OF_WAY = ("点击", "我的", "路径", "”", '"')
"""One of these stands in every way; looked for first, because it is cheap."""


EXPLAINS = re.compile(r"\((?:即?指|是指|泛指|系指)")
"""A bracket that explains a word."""
BRACKETS = frozenset({Kind.OPEN, Kind.CLOSE})
GETS = Verb(COLLECT, weak=True)


def obtained(text: str, tokens: list[Token]) -> list[Token]:
    """The tokens with 获得您的… as a verb where no consent follows: what is obtained are data."""
    return [
        token._replace(kind=Kind.VERB, value=GETS)
        if token.kind is Kind.OBTAIN
        and text.startswith(("获得", "取得", "获取"), token.start)
        and not has(tokens[at : at + 4], Kind.CONSENT)
        else token
        for at, token in enumerate(tokens)
    ]


def without_brackets(text: str, tokens: Sequence[Token]) -> tuple[list[Token], list[list[Token]]]:
    """The tokens outside brackets with the items inside them, and brackets that hold a predicate of their own."""
    if not any(token.kind in BRACKETS for token in tokens):
        return list(tokens), []
    main: list[Token] = []
    asides: list[list[Token]] = []
    inside: list[Token] = []
    depth = 0
    for token in tokens:
        if token.kind is Kind.OPEN:
            depth += 1
        elif token.kind is Kind.CLOSE:
            if depth:
                depth -= 1
                if not depth:
                    _keep(text, inside, main, asides)
                    inside = []
        elif depth:
            inside.append(token)
        else:
            main.append(token)
    if inside:
        _keep(text, inside, main, asides)
    return main, asides


def _keep(text: str, inside: list[Token], main: list[Token], asides: list[list[Token]]) -> None:
    if inside and EXPLAINS.match(text, text.rfind("(", 0, inside[0].end)):
        return
    inside = _taken_through(inside)
    if all(one.kind is not Kind.ITEM or one.value == ("sensitive_info",) for one in inside):
        inside = [one for one in inside if one.kind is not Kind.ITEM]
    if any(one.kind is Kind.NOT for one in inside) and any(one.kind is Kind.VERB for one in inside):
        asides.append(inside)
        return
    verb = next((at for at, token in enumerate(inside) if token.kind is Kind.VERB and not token.value.weak), None)
    if (
        verb is not None
        and any(token.kind is Kind.ITEM for token in inside[verb:])
        and (inside[0].kind is not Kind.CONDITION or has(inside[:verb], Kind.COMMA))
    ):
        asides.append(inside)
    elif inside and inside[0].kind is not Kind.CONDITION:
        main += [token for token in inside if token.kind in (Kind.ITEM, Kind.LIMIT, Kind.PERMISSION)]


def _taken_through(inside: list[Token]) -> list[Token]:
    """(通过WiFi、基站获得的位置): without what it is taken by."""
    if all(one.value != "through" for one in inside[:2]):
        return inside
    of = next((at for at, one in enumerate(inside) if one.kind is Kind.OF), None)
    return inside if of is None else inside[of:]


def segments(main: list[Token]) -> list[list[Token]]:
    found: list[list[Token]] = []
    open_: list[Token] = []
    for token in main:
        if token.kind is Kind.COMMA or token.kind is Kind.END:
            if open_:
                found.append(open_)
                open_ = []
        elif token.kind is not Kind.COLON:
            open_.append(token)
    if open_:
        found.append(open_)
    return found


def advises(text: str, tokens: Sequence[Token]) -> bool:
    """Whether the sentence shows the person a way (我的→设置) or advises (建议您…): it states no practice."""
    start, end = tokens[0].start, tokens[-1].end
    words = text[start:end]
    if "→" in words or (
        any(word in words for word in OF_WAY)
        and WAY.search(text, start, end)
        and not any(one.value is OPERATOR for one in tokens)
    ):
        return True
    advice = ADVICE.search(text, max(0, start - 1), end)
    if advice is None:
        return False
    at = next((p for p, one in enumerate(tokens) if one.start >= advice.start()), len(tokens))
    return not any(one.value is OPERATOR and tokens[p - 1].kind is Kind.COMMA for p, one in enumerate(tokens) if p > at)


def nominal(text: str, tokens: list[Token]) -> list[Token]:
    """对…所提供的信息进行转发: between 对 and 进行 stand the objects, and between 由 and 保存 the phone that keeps.

    Verbs there describe them.
    """
    for at, token in enumerate(tokens):
        if token.kind is Kind.VERB and token.value.action is STORE:
            by = next((p for p in range(at - 1, -1, -1) if tokens[p].value == "by"), None)
            if by is not None and KEEPER.search(text, tokens[by].end, token.start):
                return [*tokens[: by + 1], *tokens[at:]]
        if token.kind is not Kind.VERB or text[token.start - 2 : token.start] not in ("进行", "予以", "加以"):
            continue
        place = next((p for p in range(at - 1, -1, -1) if text[tokens[p].start : tokens[p].end] == "对"), None)
        if place is None or tokens[place].kind is not Kind.PREPOSITION or not has(tokens[place:at], Kind.ITEM):
            continue
        kept = (Kind.ITEM, Kind.LIMIT, Kind.DE_IDENTIFIED)
        return [*tokens[: place + 1], *(one for one in tokens[place + 1 : at] if one.kind in kept), *tokens[at:]]
    return tokens


def has(tokens: Sequence[Token], kind: Kind) -> bool:
    for token in tokens:  # noqa: SIM110 - half the time of any(), and asked for every stretch
        if token.kind is kind:
            return True
    return False


def law_ends(tokens: list[Token], place: int) -> int:
    """Where 依据法律法规的规定 ends and what is done on that ground begins."""
    for at in range(place + 1, len(tokens)):
        token = tokens[at]
        if (
            token.kind is Kind.VERB
            and not token.value.weak
            and tokens[at - 1].kind is not Kind.OF
            and has(tokens[at:], Kind.ITEM)
        ):
            return at
        if token.kind is Kind.PARTY and token.value is OPERATOR:
            return at
        if token.kind is Kind.PREPOSITION and token.value == "object" and has(tokens[at:], Kind.ITEM):
            return at
    return len(tokens)


def of_item_follows(tokens: list[Token], place: int) -> bool:
    """Whether the verb at ``place`` describes the object that follows: 共享可以识别您身份的个人信息."""
    rest = tokens[place + 1 :]
    of = next(
        (at for at, token in enumerate(rest) if token.kind in (Kind.OF, Kind.COMMA, Kind.PURPOSE, Kind.AND)), None
    )
    if of is None or rest[of].kind is not Kind.OF or rest[of - 1].value == USER:
        return False
    return has(rest[of + 1 :], Kind.ITEM) and not has(rest[:of], Kind.ITEM)


def described(segment: list[Token], place: int) -> bool:
    """Whether 时 is followed by 的: it describes an object."""
    return (
        place + 1 < len(segment)
        and segment[place + 1].kind is Kind.OF
        and segment[place + 1].start == segment[place].end
    )


def first_subject(tokens: list[Token], start: int) -> int:
    """Where a purpose ends: at the first party as a subject (为了…我们), or at 而 and its verb; else the end."""
    for place in range(start, len(tokens)):
        token = tokens[place]
        if token.kind is Kind.TURN and place + 1 < len(tokens):
            after = tokens[place + 1]
            if after.kind is Kind.VERB or (after.kind is Kind.PREPOSITION and after.value == "object"):
                return place + 1
        if token.kind is Kind.PARTY and token.value is OPERATOR:
            before = tokens[place - 1]
            if before.kind in (Kind.PREPOSITION, Kind.CONTROL, Kind.VERB) and before.end == token.start:
                continue
            return place
    return len(tokens)


def classified(text: str, part: list[Token], role: str) -> Condition:
    """A condition's kind by its words."""
    start, end = part[0].start, part[-1].end
    kinds = {token.kind for token in part}
    if Kind.REFUSAL in kinds or (Kind.NOT in kinds and Kind.CONSENT in kinds and role != "unless"):
        kind = ConditionKind.REFUSAL
    elif role == "unless" or Kind.EXCEPTED in kinds:
        kind = ConditionKind.EXCEPTION
    elif role == "law":
        kind = ConditionKind.LAW
    elif Kind.PERMISSION in kinds:
        kind = ConditionKind.PERMISSION
    elif Kind.CONSENT in kinds or Kind.OBTAIN in kinds or Kind.DEEMED in kinds:
        kind = ConditionKind.CONSENT
    elif any(token.kind is Kind.PARTY and token.value == USER for token in part) or role == "when":
        kind = ConditionKind.FUNCTION
    else:
        kind = ConditionKind.OTHER if "您" not in text[start:end] else ConditionKind.FUNCTION
    return Condition(kind, start, end)


def begins_clause(segment: list[Token], place: int) -> bool:
    """Whether the first party at ``place`` is the subject of a clause, without a comma before it."""
    token, before = segment[place], segment[place - 1]
    first = token.kind is Kind.PARTY and token.value is OPERATOR
    return first and before.kind not in (Kind.PREPOSITION, Kind.CONTROL)


def sentences(tokens: list[Token], start: int, end: int) -> Iterator[tuple[int, int, list[Token]]]:
    """The sentences of ``text[start:end]``: where each stands, and its tokens."""
    open_: list[Token] = []
    for token in tokens:
        if token.kind is Kind.END:
            if open_:
                yield start, token.end, open_
                open_ = []
            start = token.end
        else:
            open_.append(token)
    if open_:
        yield start, end, open_


def trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """``span`` without white space at its ends."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
