"""The app speaks Chinese to its users; its policy does not, or in traditional characters (191-1-4)."""

from __future__ import annotations

import re

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

_HAN = re.compile(r"[\u4e00-\u9fff]")
_TRADITIONAL = re.compile(r"[個資訊權們國務隱條為與進應當將後電網會員過這對關於從還說請設備樣經產種業規範]")
_SIMPLIFIED = re.compile(r"[个资讯权们国务隐条为与进应当将后电网会员过这对关于从还说请设备样经产种业规范]")


def decide(view: View) -> Decision:
    """Suspected: another language version may stand beside the one that was looked at."""
    policy = view.policy
    if not _speaks_chinese(view):
        return no("应用没有中文名称。", "the app has no name in Chinese.")
    if policy.language is None:
        return no("政策的语言未能判断。", "the language of the policy could not be told.")
    start = policy.sentence(0, 1)
    if policy.language != "zh":
        return yes(
            "应用有中文名称，所给政策不是中文。",
            "the app has a name in Chinese, and the policy that was given is not in Chinese.",
            [policy.quote(start, "政策开头", "the beginning of the policy")],
            confidence=Confidence.SUSPECTED,
        )
    traditional, simplified = len(_TRADITIONAL.findall(policy.text)), len(_SIMPLIFIED.findall(policy.text))
    if traditional > simplified:
        return yes(
            "所给政策为繁体中文。",
            "the policy that was given is in traditional characters.",
            [policy.quote(start, "政策开头", "the beginning of the policy")],
            confidence=Confidence.SUSPECTED,
        )
    return no()


def _speaks_chinese(view: View) -> bool:
    listing = view.subject.listing
    names = [view.manifest.label or "", *(label.label for label in view.manifest.labels)]
    names += list(listing.names.values()) if listing else []
    return any(_HAN.search(name) for name in names)
