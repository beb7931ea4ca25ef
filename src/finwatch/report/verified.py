"""What ``finwatch verify`` found, in words: the answer first, then what it rests on, then of which list it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finwatch.model.approved import Answered, ApprovedApp, ApprovedState, Verified
from finwatch.model.base import Text
from finwatch.report.place import place

ANSWERS: Final = {
    Answered.GENUINE: Text(zh="真：与备案一致", en="GENUINE: as it was filed"),
    Answered.OTHER_VERSION: Text(
        zh="其他版本：应用已备案，但不是这个版本", en="OTHER VERSION: the app is filed, not this version"
    ),
    Answered.SUSPECTED_COUNTERFEIT: Text(
        zh="疑似仿冒：须经人工确认", en="SUSPECTED COUNTERFEIT: a person must confirm it"
    ),
    Answered.NOT_FILED: Text(zh="未备案", en="NOT FILED"),
    Answered.UNREADABLE: Text(zh="无法读取：不能作出判断", en="UNREADABLE: nothing can be said"),
}
STATES: Final = {
    ApprovedState.REGISTERED: Text(zh="已登记", en="registered"),
    ApprovedState.FILED: Text(zh="已备案", en="filed"),
    ApprovedState.EXPIRED: Text(zh="已过期", en="expired"),
    ApprovedState.CANCELLED: Text(zh="已注销", en="cancelled"),
}
_NUMBER: Final = {
    ApprovedState.FILED: Text(zh="备案编号有效", en="FILED: the number holds"),
    ApprovedState.REGISTERED: Text(zh="仅已登记", en="REGISTERED ONLY"),
    ApprovedState.EXPIRED: Text(zh="备案已过期", en="EXPIRED"),
    ApprovedState.CANCELLED: Text(zh="备案已注销", en="CANCELLED"),
}
_NOT_HOLDING: Final = Text(zh="，但备案现已失效", en="; but its filing does not hold now")


def headline(answer: Verified) -> Text:
    """The answer in one line; where the filing does not hold, that too."""
    app = answer.app
    if answer.answer is Answered.GENUINE and answer.sha256 is None and app is not None:
        return _NUMBER[app.state]
    told = ANSWERS[answer.answer]
    if app is None or answer.holds or answer.answer is Answered.SUSPECTED_COUNTERFEIT:
        return told
    return Text(zh=told.zh + _NOT_HOLDING.zh, en=told.en + _NOT_HOLDING.en)


def lines(answer: Verified, language: str) -> Iterator[str]:
    """The report, line by line, in ``zh`` or ``en``."""
    yield f"{answer.asked}: {headline(answer).in_language(language)}"
    if answer.sha256:
        yield f"  SHA-256 {answer.sha256}"
    if answer.app is not None:
        yield from _app(answer.app, language)
    for reason in answer.reasons:
        yield f"  · {reason.says.in_language(language)}"
        for one in reason.evidence:
            quote = f": {one.quote}" if one.quote else ""
            yield f"      {place(one.at).in_language(language)}{quote}"
    day = f"{answer.list_at:%Y-%m-%d %H:%M} UTC"
    zh = f"  依据：第 {answer.list_number} 期备案名单（{day}），SHA-256 {answer.list_sha256}"
    en = f"  by: approved list {answer.list_number} of {day}, SHA-256 {answer.list_sha256}"
    yield zh if language == "zh" else en


def _app(app: ApprovedApp, language: str) -> Iterator[str]:
    names = " / ".join(app.names) or app.package
    state = STATES[app.state].in_language(language)
    number = app.number or "—"
    if language == "zh":
        yield f"  名单所载：{names}，{app.institution}，{app.platform}，备案编号 {number}，{state}"
    else:
        yield f"  in the list: {names}, {app.institution}, {app.platform}, number {number}, {state}"
