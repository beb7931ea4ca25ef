"""Words of a language as tokens: one automaton over item names and grammar words, one pass over a text.

First step of reading statements. In: the catalogue's data items and the word lists beside this module; out:
``Lexicon``, whose ``scan`` gives the tokens of a text in order. The longest word wins; words of ``[silent]`` swallow
what they contain. The pass itself is the native core's: Aho-Corasick keeps the cost of a text independent of the
number of words.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar, Final, NamedTuple, TypedDict

from finwatch import _native
from finwatch.model.knowledge import DataItem
from finwatch.model.statement import Action, PartyKind, Place
from finwatch.policy.normal import normalise

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Keeps the length, which ``str.lower`` does not for every letter."""
LANGUAGES = ("zh", "en")


class Kind(int):
    """The part a token plays in a sentence.

    Constants of a plain class: reading a member of an ``Enum`` takes five times as long (Python 3.11), and reading one
    policy does it some fifty thousand times.
    """

    __slots__ = ()
    by_name: ClassVar[dict[str, Kind]] = {}

    ITEM: ClassVar[Kind]
    """``value``: ids of the data items that the word names; empty = an earlier item is meant (前述信息)."""
    VERB: ClassVar[Kind]
    """``value``: a ``Verb``."""
    NOT: ClassVar[Kind]
    PARTY: ClassVar[Kind]
    """``value``: a ``PartyKind`` or ``USER``."""
    PREPOSITION: ClassVar[Kind]
    """``value``: ``to``, ``with``, ``from``, ``by``, ``object`` or ``through``."""
    CONDITION: ClassVar[Kind]
    """``value``: ``when``, ``if``, ``unless`` or ``law``."""
    ENDS: ClassVar[Kind]
    """The end of a condition inside a sentence: 时, 后."""
    EXCEPTED: ClassVar[Kind]
    CONSENT: ClassVar[Kind]
    OBTAIN: ClassVar[Kind]
    DEEMED: ClassVar[Kind]
    REFUSAL: ClassVar[Kind]
    PERMISSION: ClassVar[Kind]
    PURPOSE: ClassVar[Kind]
    PLACE: ClassVar[Kind]
    """``value``: a ``Place``."""
    LIMIT: ClassVar[Kind]
    """``value``: ``part``, ``whole`` or ``any``."""
    CONTROL: ClassVar[Kind]
    """Before a party: it is asked, not acting (要求我们)."""
    STOP: ClassVar[Kind]
    RIGHTS: ClassVar[Kind]
    QUESTION: ClassVar[Kind]
    DEFINITION: ClassVar[Kind]
    NOT_A_CASE: ClassVar[Kind]
    INCLUDE: ClassVar[Kind]
    TURN: ClassVar[Kind]
    """A word that starts a clause of its own: 但, 而, 同时."""
    AND: ClassVar[Kind]
    """Joins words of one part: 和, 或, 、."""
    ONLY: ClassVar[Kind]
    DE_IDENTIFIED: ClassVar[Kind]
    OF: ClassVar[Kind]
    """的: what stands before describes what follows."""
    COMMA: ClassVar[Kind]
    COLON: ClassVar[Kind]
    OPEN: ClassVar[Kind]
    CLOSE: ClassVar[Kind]
    END: ClassVar[Kind]
    """End of a sentence."""
    SILENT: ClassVar[Kind]
    QUOTE: ClassVar[Kind]
    HEADLESS: ClassVar[Kind]
    """After an including word: what follows the colon are cases, not data (以下情形)."""

    def __repr__(self) -> str:
        return next(f"Kind.{name}" for name, kind in self.by_name.items() if kind == self)


for _name in Kind.__annotations__:
    if _name.isupper():
        Kind.by_name[_name] = Kind(len(Kind.by_name))
        setattr(Kind, _name, Kind.by_name[_name])


OPERATOR: Final = PartyKind.FIRST
COMPONENT: Final = PartyKind.SDK
COLLECT: Final = Action.COLLECT
STORE: Final = Action.STORE
"""Members that are compared with at every token, under names of this module for the same reason."""
USER = "user"
PERMISSION_NAMED = ("@permission",)
"""The value of words for a permission named before (此权限)."""


class Verb(NamedTuple):
    """What a verb does with its object."""

    action: Action
    weak: bool = False
    """Has many other objects: counts with a specific item as its object alone (查询, 记录)."""
    provide: bool = False
    """The direction tells the action: 您提供 is collected, 提供给第三方 is shared."""
    permit: bool = False
    """Asks for or uses a capability of the system: 申请权限, 调用."""
    needs_recipient: bool = False
    """Without a recipient nothing is shared: 传输."""
    to: bool = False
    """The recipient follows: 共享给, 传输至."""
    denied_only: bool = False
    """A practice in its denial alone: 不会泄露 denies sharing, 被泄露 is an accident."""
    purpose: bool = False
    """Names what an object before it is used for: 将…用于."""


class Neighbours(TypedDict):
    """What may stand beside words, as ``_native.Words`` takes it (``Around`` in ``native/core/src/words.rs``)."""

    function: list[str]
    left: str
    right: str
    beside: str
    outer: str


Token = _native.Token
"""A word of the text: ``text[start:end]``, its ``kind`` and its ``value``."""

VERBS = {
    "collect": Verb(Action.COLLECT),
    "collect_weak": Verb(Action.COLLECT, weak=True),
    "permit": Verb(Action.COLLECT, weak=True, permit=True),
    "provide": Verb(Action.SHARE, provide=True),
    "upload": Verb(Action.UPLOAD, provide=True),
    "share": Verb(Action.SHARE),
    "share_to": Verb(Action.SHARE, needs_recipient=True),
    "entrust": Verb(Action.ENTRUST, needs_recipient=True),
    "leak": Verb(Action.SHARE, denied_only=True),
    "transfer": Verb(Action.TRANSFER),
    "publish": Verb(Action.PUBLISH),
    "store": Verb(Action.STORE),
    "use": Verb(Action.USE, weak=True),
    "use_for": Verb(Action.USE, weak=True, purpose=True),
    "delete": Verb(Action.DELETE),
}
PARTIES: dict[str, object] = {
    "first": PartyKind.FIRST,
    "user": USER,
    "third": PartyKind.THIRD,
    "affiliate": PartyKind.AFFILIATE,
    "authority": PartyKind.AUTHORITY,
    "sdk": PartyKind.SDK,
    "device": PartyKind.DEVICE,
}
PLAIN = {
    "negation": Kind.NOT,
    "question": Kind.QUESTION,
    "include": Kind.INCLUDE,
    "only": Kind.ONLY,
    "de_identified": Kind.DE_IDENTIFIED,
    "silent": Kind.SILENT,
}
"""Sections with one list, ``words``."""
MARKS = {
    **dict.fromkeys(",，", Kind.COMMA),
    **dict.fromkeys(":：", Kind.COLON),
    **dict.fromkeys("(（[", Kind.OPEN),
    **dict.fromkeys(")）]", Kind.CLOSE),
    **dict.fromkeys("。!?;；\n", Kind.END),
    **dict.fromkeys("、/", Kind.AND),
    **dict.fromkeys("“”「」", Kind.QUOTE),
}
OUTER = ",，;；。.\n)）权信数"
"""Where an enumeration begins or ends, or a word that says data: IP信息."""
SILENT, LETTERED, ITEM, BOUNDED = 1, 2, 4, 8
"""What has to be looked at before a word found becomes a token (``native/core/src/words.rs``)."""
ADVERBS = ("并", "也", "亦", "均", "将", "且", "而", "都", "更", "但")
"""Before a silent word with 不 they would join the 不 and make a negation of it: 并不适用."""
POST = ("给", "至", "到", "予", "于", " to")


class Lexicon:
    """The words of one language over the catalogue's items."""

    def __init__(self, language: str, items: Mapping[str, DataItem]) -> None:
        self.language = language
        self.latin = language == "en"
        self.scan: Callable[[str], list[Token]] = _native.Words(entries(language, items), **neighbours(language)).scan
        """The tokens of a text in order of place; words between them say nothing here."""


def entries(language: str, items: Mapping[str, DataItem]) -> list[tuple[str, int, Kind, Any]]:
    """Every word of a language in lower case, what ``_native.Words`` looks at around it, its kind and its value."""
    latin = language == "en"
    grammar, more, exact = _data(language), _data("items"), _data("zh")["item"]
    tokens = dict(_grammar_words(grammar))
    if latin:
        tokens = {word.translate(LOWER): value for word, value in tokens.items()}
        tokens[". "] = (Kind.END, None)
    for word in grammar["silent"]["words"]:
        if word.startswith("不"):
            tokens |= {prefix + word: (Kind.SILENT, None) for prefix in ADVERBS}
    tokens |= {mark: (kind, None) for mark, kind in MARKS.items()}
    if not latin:
        tokens["的"] = (Kind.OF, None)
    for word, ids in _item_words(language, items, more, latin=latin).items():
        if word not in tokens or len(word) > 1:
            tokens[word] = (Kind.ITEM, tuple(sorted(ids)))
    bounded = frozenset() if latin else frozenset(word.translate(LOWER) for word in exact["bounded"])
    return [(word, _mode(word, kind, value, bounded), kind, value) for word, (kind, value) in tokens.items()]


def neighbours(language: str) -> Neighbours:
    """What may stand beside the words of a language."""
    exact = _data("zh")["item"]
    return {
        "function": ["-related", " policy", " policies"] if language == "en" else exact["function"],
        "left": exact["left_of_bounded"] + "\n",
        "right": exact["right_of_bounded"] + "\n",
        "beside": exact["beside_bounded"],
        "outer": OUTER,
    }


def word_list(language: str, section: str, name: str) -> tuple[str, ...]:
    """The words ``name`` of a section of a language's word list."""
    return tuple(_data(language)[section][name])


def _joins(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _mode(word: str, kind: Kind, value: object, bounded: Collection[str]) -> int:
    """What ``Words`` looks at around ``word``."""
    lettered = (_joins(word[0]) or _joins(word[-1])) and value is not PartyKind.SDK
    item = kind is Kind.ITEM
    return SILENT * (kind is Kind.SILENT) | LETTERED * lettered | ITEM * item | BOUNDED * (item and word in bounded)


@lru_cache(maxsize=8)
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def _grammar_words(grammar: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Kind, Any]]]:
    for section, kind in PLAIN.items():
        for word in grammar[section]["words"]:
            yield word, (kind, None)
    yield from (((word, (Kind.DEFINITION, None))) for word in grammar["question"]["definition"])
    yield from (((word, (Kind.NOT_A_CASE, None))) for word in grammar["question"]["not_a_case"])
    yield from (((word, (Kind.TURN, None))) for word in grammar["joint"]["strong"])
    yield from (((word, (Kind.AND, None))) for word in grammar["joint"]["weak"])
    yield from (((word, (Kind.PURPOSE, None))) for word in grammar["purpose"]["words"])
    yield from (((word, (Kind.PLACE, Place(place)))) for place, words in grammar["place"].items() for word in words)
    yield from (((word, (Kind.LIMIT, limit))) for limit, words in grammar["limit"].items() for word in words)
    yield from (((word, (Kind.CONTROL, None))) for word in grammar["control"]["words"])
    yield from (((word, (Kind.STOP, None))) for word in grammar["control"]["stop"])
    yield from (((word, (Kind.RIGHTS, None))) for word in grammar["control"]["rights"])
    for role, words in grammar["preposition"].items():
        yield from ((word, (Kind.PREPOSITION, role)) for word in words)
    for role, words in grammar["condition"].items():
        kind = Kind.by_name.get(role.upper(), Kind.CONDITION)
        yield from ((word, (kind, role)) for word in words)
    for role, words in grammar["party"].items():
        yield from ((word, (Kind.PARTY, PARTIES[role])) for word in words)
    yield from (((word, (Kind.ITEM, ()))) for word in grammar["again"]["words"])
    yield from (((word, (Kind.ITEM, PERMISSION_NAMED))) for word in grammar["again"]["permission"])
    yield from (((word, (Kind.HEADLESS, None))) for word in grammar["include"]["cases"])
    for role, words in grammar["verb"].items():
        yield from ((word, (Kind.VERB, VERBS[role]._replace(to=word.endswith(POST)))) for word in words)


def _item_words(
    language: str, items: Mapping[str, DataItem], more: Mapping[str, Any], *, latin: bool
) -> dict[str, set[str]]:
    """Words in lower case and the items they name."""
    alone = {word.translate(LOWER) for word in more["not_alone"][language]}
    words: dict[str, set[str]] = defaultdict(set)
    for item in items.values():
        known = (item.name.en, *item.synonyms_en) if latin else (item.name.zh, *item.synonyms_zh)
        for name in known:
            word = normalise(name).translate(LOWER)
            if word and word not in alone:
                words[word].add(item.id)
    extra: dict[str, set[str]] = defaultdict(set)
    for item_id, names in more[language].items():
        if item_id in items:
            for name in names:
                extra[normalise(name).translate(LOWER)].add(item_id)
    for word, ids in extra.items():
        words[word] = words[word] | ids if word in words and word not in alone else ids
    return {word: ids - set().union(*(_classes(items, one) for one in ids)) for word, ids in words.items()}


def _classes(items: Mapping[str, DataItem], item: str) -> set[str]:
    """The classes that ``item`` belongs to: a word that names it says nothing of them."""
    parent = items[item].parent
    return {parent, *_classes(items, parent)} if parent is not None else set()
