"""A country of apps: markets, apps, developers, signers, and who lists what. The same seed gives the same country.

What comes in: a ``Shape`` and ``measured.toml``. What goes out: a ``Population``, arrays by app and by listing. Every
name is made of syllables and belongs to nobody.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

DAYS: Final = 30
PROTOCOLS: Final = ("repository", "interface", "shop", "pages")
"""How a market speaks: an F-Droid-type repository; JSON with hashes and signers; Aptoide-like JSON; HTML pages."""
Ints = npt.NDArray[np.int64]

_SOUNDS: Final = {
    "苇": "wei", "溪": "xi", "鹭": "lu", "槿": "jin", "岚": "lan", "杉": "shan", "漪": "yi", "砚": "yan",
    "穗": "sui", "荻": "di", "鸢": "yuan", "榆": "yu", "汀": "ting", "蓼": "liao", "莳": "shi", "鹿": "lv",
    "琥": "hu", "棠": "tang", "澄": "cheng", "笙": "sheng", "霁": "ji", "檀": "tan", "芷": "zhi", "麓": "lo",
    "桐": "tong", "泠": "ling", "鹤": "he", "栀": "zi", "崖": "ya", "茉": "mo", "渔": "yue", "梧": "wu",
    "帆": "fan", "橙": "chen", "藕": "ou", "舟": "zhou", "璎": "ying", "菱": "lin", "驼": "tuo", "枫": "feng",
}  # fmt: skip
_WORDS: Final = {
    "bank": (("村镇银行", "bank"), ("手机银行", "mbank"), ("直销银行", "direct"), ("信用卡", "card")),
    "payment": (("支付", "pay"), ("钱包", "wallet"), ("收款", "collect")),
    "loan": (("小额贷款", "loan"), ("借款", "borrow"), ("闪贷", "flash"), ("周转", "cash")),
    "consumer_finance": (("消费金融", "consumer"), ("分期", "instalment")),
    "securities": (("证券", "securities"), ("股票", "stock")),
    "fund": (("基金", "fund"), ("定投", "plan")),
    "futures": (("期货", "futures"),),
    "insurance": (("保险", "insurance"), ("车险", "motor"), ("健康险", "health")),
    "wealth": (("理财", "wealth"), ("财富", "fortune")),
    "bookkeeping": (("记账", "ledger"), ("账本", "book")),
    "market_information": (("行情", "quotes"), ("财经", "news")),
}
_EDITIONS: Final = (("", ""), ("极速版", "lite"), ("Pro", "pro"), ("企业版", "biz"), ("管家", "butler"), ("通", "link"))


@cache
def measured() -> dict[str, Any]:
    """``measured.toml``."""
    return tomllib.loads((Path(__file__).parent / "measured.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Shape:
    """How big a country is. The markets stay; apps and listings are a share of the published figures."""

    markets: int
    apps: int
    listings: int
    """On the last day."""
    seed: int = 1

    @classmethod
    def share(cls, part: float, *, seed: int = 1) -> Shape:
        """The published country, or a part of it."""
        told = measured()["published"]
        return cls(told["markets"], round(told["apps"] * part), round(told["listings"] * part), seed)


@dataclass(frozen=True)
class Population:
    """Arrays: one entry a market, an app, or a listing (sorted by market, then app)."""

    shape: Shape
    protocol: npt.NDArray[np.int8]
    channel: npt.NDArray[np.bool_]
    lag: Ints
    names_zh: list[str]
    names_en: list[str]
    packages: list[str]
    kind: npt.NDArray[np.int8]
    developer: Ints
    permission_set: Ints
    size: Ints
    updates: npt.NDArray[np.int16]
    """By app and day (from ``lag_days`` before the first): versions published until then."""
    revisions: npt.NDArray[np.int16]
    """By app and day: how often name or developer were changed until then."""
    app: Ints
    market: Ints
    copy: npt.NDArray[np.bool_]
    """By listing: signed by somebody else."""
    comes: Ints
    """By listing: the first day on which it is shown; 0 and less = from the beginning."""
    goes: Ints
    """By listing: the first day on which it is no longer shown; ``DAYS`` = it stays."""

    def market_ids(self) -> list[str]:
        """Slugs of the markets."""
        return [f"m{at:03}" for at in range(self.shape.markets)]

    def bounds(self) -> Ints:
        """Where the listings of each market begin; one more entry than markets."""
        return np.searchsorted(self.market, np.arange(self.shape.markets + 1))

    def shown(self, day: int) -> npt.NDArray[np.bool_]:
        """Which listings are shown on a day."""
        return (self.comes <= day) & (self.goes > day)


def populate(shape: Shape) -> Population:
    """The country of that shape and seed."""
    assumed = measured()["assumed"]
    draw = np.random.default_rng(shape.seed)
    stays, market_of = _membership(shape, draw)
    market_of_all, app_of_all, comes, goes = _lifetimes(shape, stays, market_of, draw)
    order = np.lexsort((app_of_all, market_of_all))
    kinds = list(assumed["kinds"])
    kind = draw.choice(len(kinds), shape.apps, p=np.array(list(assumed["kinds"].values())))
    zh, en, packages = _names(kind, kinds)
    developers = max(1, round(shape.apps / assumed["apps_per_developer"]))
    count = len(order)
    return Population(
        shape=shape,
        protocol=_protocols(shape),
        channel=draw.random(shape.markets) < assumed["channels"],
        lag=draw.integers(0, assumed["lag_days"] + 1, shape.markets),
        names_zh=zh,
        names_en=en,
        packages=packages,
        kind=kind.astype(np.int8),
        developer=(developers * draw.random(shape.apps) ** 1.5).astype(np.int64),
        permission_set=draw.integers(0, SETS, shape.apps),
        size=decile(measured()["measured"]["bytes"], draw.random(shape.apps)).astype(np.int64),
        updates=_updates(shape, draw),
        revisions=(draw.random((shape.apps, DAYS)) < assumed["redescribed_a_day"]).cumsum(1).astype(np.int16),
        app=app_of_all[order],
        market=market_of_all[order],
        copy=draw.random(count) < assumed["copies"],
        comes=comes[order],
        goes=goes[order],
    )


SETS: Final = 4_096
"""Distinct sets of permissions; an app has one of them."""


def permission_sets(seed: int) -> list[list[str]]:
    """The sets: as many as the measured deciles say, drawn by the measured frequencies."""
    told = measured()["measured"]
    draw = np.random.default_rng(seed + 1)
    names = [f"android.permission.{name}" for name in told["permission_packages"]]
    weight = np.array(list(told["permission_packages"].values()), float)
    counts = np.minimum(decile(told["permissions"], draw.random(SETS)).astype(int), len(names))
    keys = np.log(draw.random((SETS, len(names)))) / weight
    return [
        sorted(names[at] for at in np.argsort(-row)[:count]) for row, count in zip(keys, counts.tolist(), strict=True)
    ]


def decile(deciles: list[int], uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values between deciles, straight lines from one to the next; the outer tenths end where the deciles do."""
    return np.interp(uniform, np.linspace(0.1, 0.9, 9), np.array(deciles, float))


def _protocols(shape: Shape) -> npt.NDArray[np.int8]:
    """Spread evenly over the ranks, so that each protocol has large and small markets."""
    shares = np.array([measured()["assumed"]["protocols"][name] for name in PROTOCOLS])
    golden = (np.arange(shape.markets) * 0.618033988749895) % 1
    return np.searchsorted(shares.cumsum(), golden, side="right").clip(0, len(PROTOCOLS) - 1).astype(np.int8)


def _membership(shape: Shape, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """App and market of every listing of the last day: each app in at least one market, large markets more often."""
    extra = shape.listings - shape.apps
    liked = np.exp(measured()["assumed"]["spread"] * draw.standard_normal(shape.apps))
    weight = liked * draw.exponential(size=shape.apps)
    wanted = 1 + np.minimum(np.floor(weight / weight.sum() * extra), shape.markets - 1).astype(np.int64)
    while (missing := shape.listings - int(wanted.sum())) > 0:
        open_to = np.flatnonzero(wanted < shape.markets)
        wanted[draw.choice(open_to, min(missing, len(open_to)), replace=False)] += 1
    size = np.log(1 / (np.arange(shape.markets) + 3.0) ** measured()["assumed"]["market_exponent"])
    app, market = [], []
    for begin in range(0, shape.apps, 8_192):
        block = wanted[begin : begin + 8_192]
        ranked = np.argsort(-(size + draw.gumbel(size=(len(block), shape.markets))), axis=1)
        chosen = np.arange(shape.markets) < block[:, None]
        app.append(begin + np.repeat(np.arange(len(block)), block))
        market.append(ranked[chosen])
    return np.concatenate(app), np.concatenate(market)


def _lifetimes(shape: Shape, app: Ints, market: Ints, draw: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Listings with the days between which they are shown; those of the last day and those that went before it."""
    assumed = measured()["assumed"]
    comes = np.where(
        draw.random(len(app)) < assumed["new_a_day"] * (DAYS - 1), draw.integers(1, DAYS, len(app)), 0
    ).astype(np.int64)
    lost = round(shape.listings * assumed["gone_a_day"] * (DAYS - 1))
    taken = np.unique(app * shape.markets + market)
    drawn = np.unique(draw.integers(0, shape.apps * shape.markets, 4 * lost))
    free = draw.permutation(np.setdiff1d(drawn, taken))[:lost]
    goes = np.concatenate([np.full(len(app), DAYS), draw.integers(1, DAYS, len(free))]).astype(np.int64)
    return (
        np.concatenate([market, free % shape.markets]),
        np.concatenate([app, free // shape.markets]),
        np.concatenate([comes, np.zeros(len(free), np.int64)]),
        goes,
    )


def _updates(shape: Shape, draw: np.random.Generator) -> npt.NDArray[np.int16]:
    assumed = measured()["assumed"]
    rates = draw.choice([0.0, 1 / 30, 1 / 7], shape.apps, p=[assumed["quiet"], assumed["monthly"], assumed["weekly"]])
    days = DAYS + assumed["lag_days"]
    return np.asarray((draw.random((shape.apps, days)) < rates[:, None]).cumsum(1), np.int16)


def _names(kind: npt.NDArray[Any], kinds: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Names in zh and en, and package names, each app its own."""
    sounds = list(_SOUNDS.items())
    zh, en, packages = [], [], []
    for at, of in enumerate(kind.tolist()):
        words = _WORDS[kinds[of]]
        (a, x), (b, y) = sounds[at % len(sounds)], sounds[at // len(sounds) % len(sounds)]
        word, english = words[at // 1_600 % len(words)]
        edition, suffix = _EDITIONS[at // 6_400 % len(_EDITIONS)]
        zh.append(f"{a}{b}{word}{edition}")
        en.append(f"{(x + y).capitalize()} {english.capitalize()}{' ' + suffix.capitalize() if suffix else ''}")
        packages.append(f"cn.example.{x}{y}.{english}{suffix}{at}")
    return zh, en, packages
