"""A value that was just collected, or one announced as a password, goes into a log call (JR/T 0092-2019 5.5.1.1 d)."""

from __future__ import annotations

import re

from finwatch.checks import calls as arguments
from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import CodeCall

_ITEMS = (
    *("imei", "imsi", "iccid", "mac", "android_id", "phone_number", "sms", "contacts", "call_log"),
    *("precise_location", "coarse_location", "clipboard"),
)
_LABEL = re.compile(
    r"(?:password|passwd|pwd|密码|口令|身份证号?|银行卡号|card ?no)\s*(?:is)?\s*[=:：]\s*$", re.IGNORECASE
)


def decide(view: View) -> Decision:
    """Likely when the collecting call is visible in the log call: it is written so, whether it ever runs is not traced.
    A label before an unknown value is a suspicion."""
    targets = view.targets_below("collect.", _ITEMS)
    logs = [call for call in view.calls_below("sink.log.") if _is_built(call)]
    direct = [call for call in logs if any(v.kind == "call" and v.value in targets for v in arguments.inside(call))]
    labelled = [] if direct else [call for call in logs if _announces(call)]
    if not direct and not labelled:
        return no()
    found = direct or labelled
    zh = "直接写出刚获取的个人信息" if direct else "疑似写出口令或证件号"
    en = "writes data that was just collected" if direct else "seems to write a password or an identity number"
    return yes(
        f"有 {len(found)} 处日志语句{zh}。",
        f"{en} in {evidence.many(len(found), 'log call')}.",
        evidence.first(evidence.of_call(view, call) for call in found),
        confidence=Confidence.LIKELY if direct else Confidence.SUSPECTED,
    )


def _is_built(call: CodeCall) -> bool:
    """Whether some argument is the result of a call; constants and parameters alone say nothing."""
    return any(value is not None and value.kind == "call" for value in call.args)


def _announces(call: CodeCall) -> bool:
    return any(
        part is not None and part.kind == "string" and _LABEL.search(part.value) and position + 1 < len(value.of)
        for value in arguments.inside(call)
        for position, part in enumerate(value.of)
    )
